import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import {
  explainExitCode,
  GATE_DEFAULTS,
  GATE_EXIT_CODES,
  OUT_OF_MEMORY,
  gateSettingsErrors,
  renderGate,
} from "../../components/gate";
import { expectShowing } from "../support/expectShowing";

const directory = join(__dirname, "../../components/gate/django_nomad_gate");
const modules = readdirSync(directory).filter((name) => name.endsWith(".py") && name !== "__init__.py");
const python = (name: string): string => readFileSync(join(directory, name), "utf8");
const program = (): string => renderGate({}).args.at(-1) ?? "";

describe("the migrate task's command", () => {
  it("runs the gate through ./manage.py unless told otherwise", () => {
    const { command, args } = renderGate({});
    expect(command).toBe("./manage.py");
    expect(args.slice(0, -1)).toEqual(["shell", "-v", "0", "-c", "migrate", "-c"]);
  });

  it("puts the gate behind all words of manageCommand", () => {
    const { command, args } = renderGate({ manageCommand: ["uv", "run", "--no-sync", "manage.py"] });
    expect(command).toBe("uv");
    expect(args.slice(0, -1)).toEqual([
      "run",
      "--no-sync",
      "manage.py",
      "shell",
      "-v",
      "0",
      "-c",
      "migrate",
      "-c",
    ]);
  });

  it("is the same text for every setting, so that a setting changes the environment alone", () => {
    const other = renderGate({
      migrationLeader: "first-to-lock",
      migrationPollSeconds: 1,
      beforeMigrate: [["check"]],
    });
    expect(other.args.at(-1)).toBe(program());
  });

  it("holds nothing that Nomad expands and nothing that a locale could change", () => {
    expect(program()).not.toMatch(/[$%]\{/);

    expect(program()).not.toMatch(/[^\x00-\x7f]/);
  });

  it("is compressed, and well below the 128 KiB that one argument of Linux takes", () => {
    expect(program().length).toBeLessThan(64 * 1024);
  });

  it("holds every module of the gate, word for word", () => {
    const packed = program().match(/b64decode\("([^"]+)"\)/)?.[1] ?? "";
    const held = JSON.parse(inflateSync(Buffer.from(packed, "base64")).toString()) as [string, string][];
    expect(held).toHaveLength(modules.length);
    for (const [name, source] of held) expectShowing(source, name).toBe(python(`${name}.py`));
  });
});

describe("the migrate task's environment", () => {
  it("carries the pack's defaults", () => {
    expect(renderGate({}).env).toEqual({
      DJANGO_NOMAD_GATE_LEADER: "index-zero-first",
      DJANGO_NOMAD_GATE_DATABASES: "default",
      DJANGO_NOMAD_GATE_POLL_SECONDS: "5",
      DJANGO_NOMAD_GATE_POLL_ITERS: "5",
      DJANGO_NOMAD_GATE_DATABASE_WAIT_SECONDS: "60",
      DJANGO_NOMAD_GATE_TIMEOUT_SECONDS: "600",
    });
  });

  it("carries every setting", () => {
    const { env } = renderGate({
      migrationLeader: "first-to-lock",
      migrationPollSeconds: 0.5,
      migrationPollIters: 12,
      databaseWaitSeconds: 0,
      migrationTimeoutSeconds: 1800,
      migrationDatabases: ["default", "archive"],
      migrationLockKey: "shared",
      migrationLockTimeoutSeconds: 3,
      migrationStatementTimeoutSeconds: 90,
      beforeMigrate: [["backup", "--to", "a b"]],
      afterMigrate: [["warm"], ["check", "--deploy"]],
      backupBeforeMigrate: true,
      release: 1700,
      application: "web/shop",
      recordReleases: false,
      protectHistory: true,
      strictDatabases: true,
    });
    expect(env).toEqual({
      DJANGO_NOMAD_GATE_LEADER: "first-to-lock",
      DJANGO_NOMAD_GATE_DATABASES: "default,archive",
      DJANGO_NOMAD_GATE_POLL_SECONDS: "0.5",
      DJANGO_NOMAD_GATE_POLL_ITERS: "12",
      DJANGO_NOMAD_GATE_DATABASE_WAIT_SECONDS: "0",
      DJANGO_NOMAD_GATE_TIMEOUT_SECONDS: "1800",
      DJANGO_NOMAD_GATE_LOCK_KEY: "shared",
      DJANGO_NOMAD_GATE_LOCK_TIMEOUT_SECONDS: "3",
      DJANGO_NOMAD_GATE_STATEMENT_TIMEOUT_SECONDS: "90",
      DJANGO_NOMAD_GATE_BEFORE_MIGRATE: '[["backup","--to","a b"]]',
      DJANGO_NOMAD_GATE_AFTER_MIGRATE: '[["warm"],["check","--deploy"]]',
      DJANGO_NOMAD_GATE_BACKUP: "yes",
      DJANGO_NOMAD_GATE_RELEASE: "1700",
      DJANGO_NOMAD_GATE_APPLICATION: "web/shop",
      DJANGO_NOMAD_GATE_RECORD: "no",
      DJANGO_NOMAD_GATE_PROTECT_HISTORY: "yes",
      DJANGO_NOMAD_GATE_STRICT_DATABASES: "yes",
    });
    const documented = python("settings.py").match(/DJANGO_NOMAD_GATE_[A-Z_]*[A-Z]/g);
    expect(new Set(documented)).toEqual(new Set([...Object.keys(env)]));
  });

  it("takes an undefined setting for one that was not given", () => {
    expect(renderGate({ migrationPollSeconds: undefined, migrationDatabases: undefined })).toEqual(
      renderGate({}),
    );
  });
});

describe("wrong settings", () => {
  it.each([
    [{ manageCommand: [] }, "manageCommand is [] and must be a list of words"],
    [
      { migrationLeader: "index-one" as "index-zero" },
      'migrationLeader is "index-one" and must be "index-zero-first", "index-zero" or',
    ],
    [{ migrationPollSeconds: 0 }, "migrationPollSeconds is 0 and must be a number of seconds from 0.1"],
    [{ migrationPollIters: 1.5 }, "migrationPollIters is 1.5 and must be a whole number from 1"],
    [{ databaseWaitSeconds: -1 }, "databaseWaitSeconds is -1 and must be a number of seconds from 0"],
    [{ migrationTimeoutSeconds: Number.NaN }, "migrationTimeoutSeconds is null and must be"],
    [{ migrationDatabases: ["a,b"] }, 'migrationDatabases is ["a,b"] and must be a list of aliases'],
    [{ beforeMigrate: [[]] }, "beforeMigrate is [[]] and must be a list of lists of words"],
  ])("%j is refused with the key, the value and what is allowed", (settings, message) => {
    expect(gateSettingsErrors(settings)[0]).toContain(message);
    expect(() => renderGate(settings)).toThrow(message);
  });

  it("are all reported together", () => {
    expect(gateSettingsErrors({ migrationPollSeconds: 0, migrationPollIters: 0 })).toHaveLength(2);
  });

  it("do not include the defaults", () => {
    expect(gateSettingsErrors(GATE_DEFAULTS as never)).toEqual([]);
  });
});

describe("exit codes of the migrate task", () => {
  it("have the same names and numbers in the gate and in the table", () => {
    const table = python("speech.py").match(/EXIT = \{([^}]*)\}/)?.[1] ?? "";
    const own = [...table.matchAll(/"([a-z-]+)": (\d+)/g)].map(([, name, code]) => [Number(code), name]);
    const explained = Object.entries(GATE_EXIT_CODES)
      .map(([code, { name }]) => [Number(code), name])
      .filter(([code]) => code === 1 || (Number(code) >= 10 && Number(code) < 100));
    expect(own.length).toBeGreaterThan(5);
    expect(own).toEqual(explained);
  });

  it("of Docker and the kernel are explained too", () => {
    expect(explainExitCode(126).whatToDo).toContain("chmod +x manage.py");
    expect(explainExitCode(137).meaning).toContain("killed from outside");
    expect(OUT_OF_MEMORY.whatToDo).toContain("migrateResources.memory");
  });

  it("that nobody knows are still told as what they are", () => {
    expect(explainExitCode(77).name).toBe("unknown");
    expect(explainExitCode(77).meaning).toContain("77");
  });
});
