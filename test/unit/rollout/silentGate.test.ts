import { describe, expect, it } from "@jest/globals";
import { describeEndWithoutGate } from "../../../components/rollout/silentGate";

const silent = (...lines: string[]) => ({ lines, gateSpoke: false });

describe("a migrate task that ended without a line of the gate's", () => {
  it.each([
    ["./manage.py", "Unknown command: './manage.py'"],
    ["python", "Unknown command: 'python'. Did you mean python?"],
  ])("after Unknown command %s has an ENTRYPOINT that is manage.py", (_, line) => {
    const said = describeEndWithoutGate(1, silent(line, "Type 'manage.py help' for usage."));
    expect(said?.what).toContain("the image's ENTRYPOINT is manage.py already (exit code 1)");
    expect(said?.whatToDo).toMatch(/^Set `manageCommand: \[\]`.*`entrypoint`/);
  });

  it.each([
    ["Running migrations:"],
    ["  Applying visits.0002_fee...Traceback (most recent call last):"],
    ["  Applying visits.0002_fee... OK"],
  ])("after %j has an ENTRYPOINT that migrates by itself, whatever its traceback says", (line) => {
    const said = describeEndWithoutGate(1, silent("Operations to perform:", line, "Traceback (most recent"));
    expect(said?.what).toBe(
      "the image's ENTRYPOINT runs `migrate` itself, before the gate, and it failed (exit code 1)",
    );
    expect(said?.whatToDo).toMatch(
      /without a lock\. Take `migrate` out of it, or set `migrateEntrypoint: \[\]`/,
    );
  });

  it.each([
    [2, "Error: No such option: -v"],
    [2, "usage: gunicorn [OPTIONS] [APP_MODULE]"],
    [1, "daphne: error: unrecognized arguments"],
    [3, "unknown command: ./manage.py"],
    [0xfe, "who knows"],
  ])("with code %i after %j names both causes and both keys", (code, line) => {
    const said = describeEndWithoutGate(code, silent(line));
    expect(said?.what).toContain(`ended with exit code ${code} before Django had loaded`);
    expect(said?.whatToDo).toMatch(
      /ENTRYPOINT runs another program, or code of the project ended.*`entrypoint`.*`manageCommand`/,
    );
  });

  it("is told to have printed nothing at all when it did", () => {
    expect(describeEndWithoutGate(1, silent())?.what).toMatch(/It printed nothing at all$/);
  });

  it.each([
    [1, "Traceback (most recent call last):"],
    [2, "python: can't open file '/app/manage.py': [Errno 2] No such file or directory"],
    [2, "usage: manage.py shell [-h] [--no-startup]"],
    [11, "somebody else's"],
    [127, "sh: 1: ./manage.py: not found"],
    [137, ""],
  ])("with code %i after %j is what the table of codes says", (code, line) => {
    expect(describeEndWithoutGate(code, silent(line))).toBeUndefined();
  });

  it("is nothing of this when the gate spoke, or may have", () => {
    for (const gateSpoke of [true, undefined]) {
      expect(describeEndWithoutGate(1, { lines: ["Unknown command: 'x'"], gateSpoke })).toBeUndefined();
    }
  });
});
