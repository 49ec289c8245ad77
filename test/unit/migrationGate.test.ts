import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import { keys, migrationGate } from "../../components/arguments";
import type { Row } from "../../components/arguments/row";
import { explainExitCode, GATE_EXIT_CODES, OUT_OF_MEMORY, renderAfterRollout } from "../../components/gate";
import { seconds } from "../../components/jobspec";
import { expectShowing } from "../support/expectShowing";

const directory = join(__dirname, "../../components/gate/django_nomad_gate");
const modules = readdirSync(directory).filter((name) => name.endsWith(".py") && name !== "__init__.py");
const anything: unknown = expect.any(String);
const python = (name: string): string => readFileSync(join(directory, name), "utf8");
const heldBy = (text: string): [string, string][] => {
  const packed = /b64decode\("([^"]+)"\)/.exec(text)?.[1] ?? "";
  return JSON.parse(inflateSync(Buffer.from(packed, "base64")).toString()) as [string, string][];
};
const program = (): string => migrationGate({}).args.at(-1) ?? "";

describe("the migrate task's command", () => {
  it("runs the gate through ./manage.py unless told otherwise", () => {
    const { command, args } = migrationGate({});
    expect(command).toBe("./manage.py");
    expect(args.slice(0, -1)).toEqual(["shell", "-v", "0", "-c", "migrate", "-c"]);
  });

  it("puts the gate behind all words of manageCommand", () => {
    const { command, args } = migrationGate({ manageCommand: ["uv", "run", "--no-sync", "manage.py"] });
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
    const other = migrationGate({
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
    const held = heldBy(program());
    // The program of afterRollout is no part of the gate.
    expect(held.map(([name]) => `${name}.py`).sort()).toEqual(
      modules.filter((one) => one !== "after.py").sort(),
    );
    for (const [name, source] of held) expectShowing(source, name).toBe(python(`${name}.py`));
    const after = renderAfterRollout(["./manage.py"], migrationGate({}), [["tidy"]]);
    expect(heldBy(after.args.at(-1) ?? "")).toEqual([...held, ["after", python("after.py")]]);
  });
});

describe("the migrate task's environment", () => {
  it("carries the pack's defaults", () => {
    expect(migrationGate({}).env).toEqual({
      DJANGO_NOMAD_GATE_LEADER: "index-zero-first",
      DJANGO_NOMAD_GATE_DATABASES: "default",
      DJANGO_NOMAD_GATE_POLL_SECONDS: "5",
      DJANGO_NOMAD_GATE_POLL_ITERS: "5",
      DJANGO_NOMAD_GATE_DATABASE_WAIT_SECONDS: "60",
      DJANGO_NOMAD_GATE_TIMEOUT_SECONDS: "600",
    });
  });

  it("carries every setting", () => {
    const { env } = migrationGate({
      migrationLeader: "first-to-lock",
      migrationPollSeconds: 0.5,
      migrationPollIters: 12,
      databaseWaitSeconds: 0,
      migrationTimeout: "1800s",
      migrationDatabases: ["default", "archive"],
      migrationLockKey: "shared",
      migrationLockTimeout: "3s",
      migrationStatementTimeout: "90s",
      beforeMigrate: [["backup", "--to", "a b"]],
      afterMigrate: [["warm"], ["check", "--deploy"]],
      backupBeforeMigrate: true,
      release: 1700,
      application: "web/shop",
      recordReleases: false,
      protectHistory: true,
      strictDatabases: true,
      applicationRole: "shop",
      migrations: "wait",
      migrationLock: "none",
      migrationLockRetries: 4,
      fakeInitial: true,
      releaseCommands: [["collectstatic", "--noinput"]],
      startCommands: [["compress"]],
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
      DJANGO_NOMAD_GATE_APPLICATION_ROLE: "shop",
      DJANGO_NOMAD_GATE_MIGRATIONS: "wait",
      DJANGO_NOMAD_GATE_LOCK: "none",
      DJANGO_NOMAD_GATE_LOCK_RETRIES: "4",
      DJANGO_NOMAD_GATE_FAKE_INITIAL: "yes",
      DJANGO_NOMAD_GATE_RELEASE_COMMANDS: '[["collectstatic","--noinput"]]',
      DJANGO_NOMAD_GATE_START_COMMANDS: '[["compress"]]',
    });
    const documented = python("settings.py").match(/DJANGO_NOMAD_GATE_[A-Z_]*[A-Z]/g);
    expect(new Set(documented)).toEqual(new Set([...Object.keys(env)]));
  });

  it("begins with the subcommand where the image's ENTRYPOINT is manage.py", () => {
    expect(migrationGate({ manageCommand: [] })).toMatchObject({
      command: "",
      args: ["shell", "-v", "0", "-c", "migrate", "-c", anything],
    });
  });

  it("says nothing of a setting that the gate has by itself", () => {
    const own = [...python("settings.py").matchAll(/take\("([A-Z_]+)", ("[^"]*"|\[.*?\]|\w+),/g)];
    const byName = Object.fromEntries(own.map(([, name, value]) => [name, value]));
    const inPython = (value: unknown): string =>
      JSON.stringify(value)
        .replace(/^true$/, "True")
        .replace(/^false$/, "False");
    const rows = Object.values<Row>(keys).filter(({ gate, default: given }) => gate && given !== undefined);
    expect(rows.length).toBeGreaterThan(8);
    for (const { gate = "", type, default: given } of rows) {
      const value = type.shape.kind === "duration" ? seconds(String(given)) : given;
      expect([gate, byName[gate]]).toEqual([gate, inPython(value)]);
    }
  });

  it("takes an undefined setting for one that was not given", () => {
    expect(migrationGate({ migrationPollSeconds: undefined, migrationDatabases: undefined })).toEqual(
      migrationGate({}),
    );
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
