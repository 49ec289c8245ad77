import { describe, expect, it } from "@jest/globals";
import { Lines } from "../../commands/app/lines";
import { interactive, manageOptions, oneRoleOnly, refuseLaunchWords } from "../../commands/app/manageOptions";
import { nextRun } from "../../commands/app/nextRun";
import { signalCounter } from "../../commands/app/signalCounter";
import { statusText } from "../../commands/app/statusText";
import type { Status } from "../../commands/app/statusOf";
import { readOptions } from "../../commands/logs";

describe("npm run logs", () => {
  const text = (lines: Lines, ...chunks: (string | Buffer)[]): string =>
    [...chunks.map((chunk) => lines.push(Buffer.from(chunk))), lines.end()].join("");

  it("begins every line with the instance that wrote it, in whatever pieces it comes", () => {
    expect(text(new Lines("worker.0 8317eef3", false), "one\ntw", "o\n\nend")).toBe(
      "worker.0 8317eef3 | one\nworker.0 8317eef3 | two\nworker.0 8317eef3 | \nworker.0 8317eef3 | end\n",
    );
  });

  it("gives a file every byte as it is, and a terminal nothing that it obeys but colours", () => {
    const line = Buffer.from("  \x1b[31mred\x1b[2J\x00\xff end\r\n", "latin1");
    const raw = Buffer.concat([new Lines("a", false).push(line)]);
    expect(raw.subarray(4)).toEqual(line);
    expect(text(new Lines("a", true), line)).toBe("a |   \x1b[31mred\\x1b[2J\\x00\ufffd end\x1b[0m\n");
  });

  it("writes a huge line in parts of 64 KB", () => {
    const all = text(new Lines("a", false), "x".repeat(150_000), "\n").split("\n");
    expect(all.map((line) => line.length - (line ? 4 : 0))).toEqual([65_536, 65_536, 18_928, 0]);
  });

  it("takes a process, a number of lines and a stack, and refuses anything else", () => {
    expect(readOptions(["worker", "-f", "-n", "20", "-s", "prod"])).toEqual({
      ...{ name: "worker", follow: true, lines: 20, stack: "prod" },
    });
    expect(() => readOptions(["-n", "many"])).toThrow(
      '--lines is "many" and must be a number of lines, such as 100',
    );
    expect(() => readOptions(["worker", "beat"])).toThrow("Name one process, or none.");
  });
});

describe("npm run manage", () => {
  it("gives the command its time to end when one Ctrl-C comes twice, and none when it is pressed again", () => {
    let now = 70;
    const count = signalCounter(() => now);
    expect(count()).toBe("first");
    expect(count()).toBeUndefined();
    now += 400;
    expect(count()).toBeUndefined();
    now += 200;
    expect(count()).toBe("again");
    expect(count()).toBe("again");
  });

  it("leaves everything from the command on to the command", () => {
    expect(manageOptions(["-s", "prod", "--role=migrator", "migrate", "--stack", "-x", ""])).toEqual({
      ...{ stack: "prod", role: "migrator", words: ["migrate", "--stack", "-x", ""] },
    });
    expect(manageOptions(["--", "-V"])).toEqual({ stack: "dev", role: "app", words: ["-V"] });
  });

  it("refuses an option of its own that it does not know, and a role that there is not", () => {
    expect(() => manageOptions(["--plan", "migrate"])).toThrow(
      "--plan is not an option of npm run manage. Options of the command come after its name.",
    );
    expect(() => manageOptions(["--role", "root", "check"])).toThrow(
      '--role is "root" and must be app or migrator',
    );
    expect(() => manageOptions(["--stack"])).toThrow("--stack needs a value.");
    expect(() => manageOptions([])).toThrow("Usage: npm run --silent manage");
  });

  it("says that a role changes nothing where the stack has one role for everything, and only there", () => {
    const note = (role: "app" | "migrator", Env: Record<string, string> | null): string | undefined => {
      const task = { Name: "manage", Config: null, LogConfig: null, Env };
      return oneRoleOnly(
        { role, stack: "prod" },
        { TaskGroups: [{ Name: "manage", Count: 1, Meta: null, Tasks: [task] }] },
      );
    };
    const one = { POSTGRES_USER: "shop", DJANGO_NOMAD_MIGRATOR_POSTGRES_USER: "shop" };
    expect(note("migrator", one)).toMatch(
      /^--role migrator changes nothing here: in stack prod, .*`database\.roles: separate`/,
    );
    expect(note("migrator", null)).toBe(note("migrator", one));
    expect(note("app", one)).toBeUndefined();
    expect(
      note("migrator", { ...one, DJANGO_NOMAD_MIGRATOR_POSTGRES_USER: "shop_migrator" }),
    ).toBeUndefined();
    expect(note("migrator", { DJANGO_NOMAD_MIGRATOR_PGOPTIONS: "-c role=owner" })).toBeUndefined();
  });

  it.each([
    ["./manage.py tidyorders --all", undefined, "Leave ./manage.py out", "tidyorders --all"],
    ["manage.py check", undefined, "Leave manage.py out", "check"],
    ["python manage.py check", undefined, "Leave python manage.py out", "check"],
    [
      "/venv/bin/python3.12 -u src/manage.py check",
      undefined,
      "Leave /venv/bin/python3.12 -u src/manage.py out",
      "check",
    ],
    ["python -m django check", undefined, "Leave python -m django out", "check"],
    ["django-admin check", undefined, "Leave django-admin out", "check"],
    ["uv run ./manage.py check", undefined, "Leave uv run ./manage.py out", "check"],
    ["run-in-env app check", ["run-in-env", "app"], "Leave run-in-env app out", "check"],
    ["./manage.py", undefined, "Leave ./manage.py out", "COMMAND"],
  ])("wants the command without what starts manage.py: %s", (line, manageCommand, leave, rest) => {
    const words = line.split(" ");
    expect(() => refuseLaunchWords({ stack: "dev", role: "app", words }, manageCommand)).toThrow(
      `Nothing was run. ${leave}: npm run manage -- ${rest}`,
    );
    expect(() => refuseLaunchWords({ stack: "prod", role: "migrator", words }, manageCommand)).toThrow(
      `npm run manage -- --stack prod --role migrator ${rest}`,
    );
  });

  it.each([
    "check manage.py",
    "collectstatic -i ./manage.py",
    "python_report",
    "managed manage.py",
    "mymanage.py",
  ])("takes a command of the project's for what it is: %s", (line) => {
    const words = line.split(" ");
    expect(() => refuseLaunchWords({ stack: "dev", role: "app", words }, ["./manage.py"])).not.toThrow();
  });

  it.each([
    [["shell"], "`shell` asks questions"],
    [["dbshell"], "`dbshell` asks questions"],
    [["createsuperuser", "--username", "ann"], "`createsuperuser` asks questions"],
    [["loaddata", "-"], "`loaddata -` reads standard input"],
    [["shell", "-c", "print(1)"], undefined],
    [["createsuperuser", "--noinput"], undefined],
    [["shell", "--help"], undefined],
    [["migrate"], undefined],
  ])("knows whether a command asks questions: %j", (words, why) => {
    expect(interactive(words)).toBe(why);
  });
});

describe("npm run status", () => {
  const next = (spec: string, after: string, zone = "UTC"): string | undefined => {
    const time = nextRun(spec, zone, Date.parse(after));
    return time === undefined ? undefined : new Date(time).toISOString();
  };

  it.each([
    ["30 3 * * *", "2026-11-28T03:30:00Z", "UTC", "2026-11-29T03:30:00.000Z"],
    ["*/20 * * * *", "2026-11-28T03:30:01Z", "UTC", "2026-11-28T03:40:00.000Z"],
    ["0 9 * * mon-fri", "2026-11-28T00:00:00Z", "UTC", "2026-11-30T09:00:00.000Z"],
    ["0 0 13 * 5", "2026-11-28T00:00:00Z", "UTC", "2026-12-04T00:00:00.000Z"],
    ["0 0 29 2 *", "2026-11-28T00:00:00Z", "UTC", "2028-02-29T00:00:00.000Z"],
    ["0 0 * * 7", "2026-11-28T00:00:00Z", "UTC", "2026-11-29T00:00:00.000Z"],
    ["@daily", "2026-07-01T00:00:00Z", "Europe/Paris", "2026-07-01T22:00:00.000Z"],
    ["*/5 * * * * * *", "2026-11-28T03:30:01Z", "UTC", "2026-11-28T03:30:05.000Z"],
    ["0 0 12 * * 7/3 2028", "2026-11-28T03:30:01Z", "UTC", "2028-01-01T12:00:00.000Z"],
    ["5/15 * * * *", "2026-11-28T03:30:01Z", "UTC", "2026-11-28T03:35:00.000Z"],
    ["0 0 LW * *", "2026-11-28T03:30:01Z", "UTC", "2026-11-30T00:00:00.000Z"],
    ["0 0 * * 5#2", "2026-11-28T03:30:01Z", "UTC", "2026-12-11T00:00:00.000Z"],
    ["0 0 LW,1 * *", "2026-11-28T03:30:01Z", "UTC", undefined],
    ["0 0 31 2 *", "2026-11-28T00:00:00Z", "UTC", undefined],
  ])("knows when %s comes after %s in %s", (spec, after, zone, at) => {
    expect(next(spec, after, zone)).toBe(at);
  });

  const now = Date.parse("2026-11-28T12:00:00Z");
  const status: Status = {
    ...{ job: "shop", ok: true, stopped: false, version: 7, image: "shop:1.4" },
    release: { number: 1795860000, at: "2026-11-28T10:00:00Z", stack: "django-nomad/prod" },
    rollout: { version: 7, status: "successful", description: "Deployment completed successfully" },
    running: [
      { name: "web server", kind: "web server", wanted: 2, healthy: 2, restarts: 0 },
      { name: "worker", kind: "process", wanted: 3, healthy: 3, restarts: 0 },
      { name: "beat", kind: "singleton", wanted: 1, healthy: 1, restarts: 0 },
    ],
    schedules: [
      {
        ...{ name: "cleanup", enabled: true, next: "2026-11-29T03:30:00Z" },
        runs: [{ state: "ok", at: "2026-11-28T03:30:00Z" }],
      },
    ],
    backup: { name: "backup", enabled: true, runs: [], next: "2026-11-29T00:00:00Z" },
  };

  it("says in ten lines what serves", () => {
    expect(statusText(status, now)).toBe(`shop         runs as it should
version      7, image shop:1.4
release      1795860000, 2026-11-28 10:00:00 UTC (2 hours ago), by stack django-nomad/prod
rollout      done
web server   2/2 healthy
worker       3/3 healthy
beat         1/1 healthy (singleton)
cleanup      ok 2026-11-28 03:30:00 UTC (9 hours ago); next 2026-11-29 03:30:00 UTC (in 16 hours)
last backup  no run that Nomad remembers; next 2026-11-29 00:00:00 UTC (in 12 hours)
`);
  });

  it.each([
    [
      { healthy: 0, restarts: 4, lastExitCode: 1 },
      "0/1 healthy, TOO FEW (restarted 4 times, last exit code 1)",
    ],
    [{ healthy: 1, restarts: 1, lastExitCode: 137 }, "1/1 healthy (restarted 1 time, last exit code 137)"],
    [{ healthy: 0, restarts: 0, lastExitCode: 1 }, "0/1 healthy, TOO FEW (last exit code 1)"],
    [{ healthy: 1, restarts: 2 }, "1/1 healthy (restarted 2 times)"],
    [{ healthy: 1, restarts: 0, lastExitCode: 0 }, "1/1 healthy"],
  ])("says of a process how often it started again: %j", (counts, said) => {
    const running = [{ name: "beat", kind: "process" as const, wanted: 1, ...counts }];
    expect(statusText({ ...status, running }, now)).toContain(`\nbeat         ${said}\n`);
  });

  it("says what does not, and which rollout failed", () => {
    const text = statusText(
      {
        ...{ ...status, ok: false, schedules: [], backup: undefined },
        running: [{ name: "worker", kind: "process", wanted: 3, healthy: 1, restarts: 0 }],
        rollout: { version: 6, status: "failed", description: "rolling back to job version 5" },
      },
      now,
    );
    expect(text).toContain("shop     does not run as it should\n");
    expect(text).toContain("worker   1/3 healthy, TOO FEW\n");
    expect(text).toContain("rollout  of version 6 failed: rolling back to job version 5\n");
  });
});
