import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, jest } from "@jest/globals";
import type * as processes from "../../processes";

const stateDir = mkdtempSync(join(tmpdir(), "django-nomad-processes-"));
process.env.DJANGO_NOMAD_STATE_DIR = stateDir;
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

it("a process that outlives its command gets none of the secrets that the command was given", async () => {
  const given = {
    PULUMI_CONFIG_PASSPHRASE: "hunter2",
    PULUMI_ACCESS_TOKEN: "hunter2",
    NOMAD_TOKEN: "hunter2",
    PGPASSWORD: "hunter2",
  };
  const { startBackground, stopBackground } = jest.requireActual<typeof processes>("../../processes");
  startBackground("held", "sleep", ["60"], { env: { ...process.env, ...given, KEPT: "1" } });
  try {
    const { pid } = JSON.parse(readFileSync(join(stateDir, "run", "held.json"), "utf8")) as { pid: number };
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    expect(environment).toContain("KEPT=1");
    expect(environment).not.toContain("hunter2");
  } finally {
    await stopBackground("held");
  }
});
