/** The gate in a container, as Nomad's Docker driver starts it: what an image need not have. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { type GateSettings, migrationGate } from "../../components/arguments";
import { ensureImages } from "../../local/images";
import { CommandError, run } from "../../local/run";
import { createDatabase } from "../support/djangoSite";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

jest.setTimeout(120_000);

const id = `django-nomad-test-gate-${randomBytes(4).toString("hex")}`;
/** No shell, and an ENTRYPOINT that executes its arguments. */
const bare = `${id}:bare`;
const notExecutable = `${id}:not-executable`;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  const site = (await ensureImages({ only: ["v2"] })).django.v2;
  const remove = "import glob, os; [os.remove(path) for path in glob.glob('/usr/bin/*sh')]";
  await build(bare, [
    `FROM ${site}`,
    "USER root",
    `RUN ["python3", "-c", "${remove}"]`,
    "USER django",
    'ENTRYPOINT ["/usr/bin/env"]',
  ]);
  await build(notExecutable, [
    `FROM ${bare}`,
    "USER root",
    `RUN ["python3", "-c", "import os; os.chmod('manage.py', 0o644)"]`,
    "USER django",
  ]);
}, startTimeout);
afterAll(async () => {
  await run("docker", ["image", "rm", "--force", notExecutable, bare]);
  await server.stop();
});

async function build(name: string, lines: string[]): Promise<void> {
  await run("docker", ["build", "--tag", name, "-"], { input: lines.join("\n") });
}

/** Runs the gate to its end: not root, nothing writable, no capability. */
async function gate(
  image: string,
  database: string,
  {
    settings = {},
    env = {},
    options = [] as string[],
  }: {
    settings?: GateSettings;
    env?: Record<string, string>;
    options?: string[];
  } = {},
): Promise<Ended> {
  const rendered = migrationGate(settings);
  const variables = {
    NOMAD_ALLOC_INDEX: "0",
    NOMAD_ALLOC_DIR: "/alloc",
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: String(server.port),
    POSTGRES_USER: server.user,
    POSTGRES_PASSWORD: server.password,
    POSTGRES_NAME: database,
    SLOW_MIGRATION_SECONDS: "0",
    ...rendered.env,
    ...env,
  };
  const args = [
    ...["run", "--rm", "--network", "host", "--read-only", "--cap-drop", "ALL", ...options],
    // As Nomad mounts the allocation's directory: open to every user.
    ...["--tmpfs", "/alloc:mode=0777"],
    ...["--security-opt", "no-new-privileges"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...[image, rendered.command, ...rendered.args],
  ];
  return run("docker", args).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      return { code: error.exitCode, stdout: error.stdout, stderr: error.stderr };
    },
  );
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

describe("the migrate task's container", () => {
  it("needs no shell, no root, no writable file system, and takes an ENTRYPOINT that executes its arguments", async () => {
    await expect(run("docker", ["run", "--rm", bare, "sh", "-c", "true"])).rejects.toThrow(/No such file/);
    const database = await createDatabase(server);
    const first = await gate(bare, database);
    expectShowing(first, first.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(lastLine(first.stdout)).toMatch(/^migrate: applied \d+ migrations in /);
    expect(lastLine((await gate(bare, database)).stdout)).toMatch(/^migrate: nothing to apply/);
  });

  it("ends with 126 when manage.py is not executable, with and without an ENTRYPOINT", async () => {
    for (const options of [[], ["--entrypoint", ""]]) {
      const end = await gate(notExecutable, "postgres", { options });
      expect(end.code).toBe(126);
      expect(end.stderr.toLowerCase()).toContain("permission denied");
    }
    const database = await createDatabase(server);
    const settings = { manageCommand: ["python3", "manage.py"] };
    expect(await gate(notExecutable, database, { settings })).toMatchObject({ code: 0 });
  });

  it("ends with 127 when the image has no such program", async () => {
    const end = await gate(bare, "postgres", { settings: { manageCommand: ["./manage"] } });
    expect(end.code).toBe(127);
  });

  it("ends with 1 and the reason when the settings can't be imported", async () => {
    const end = await gate(bare, "postgres", { env: { DJANGO_SETTINGS_MODULE: "config.prod" } });
    expect(end.code).toBe(1);
    expect(lastLine(end.stderr)).toContain(
      "migrate: Django can't start: ModuleNotFoundError: No module named 'config.prod'",
    );
  });

  it("as process 1 stops on SIGTERM: rolls back, gives up the lock and says so", async () => {
    const database = await createDatabase(server);
    const env = { SLOW_MIGRATION_SECONDS: "60" };
    const end = gate(bare, database, { env, options: ["--name", id] });
    const log = async (): Promise<string> =>
      run("docker", ["logs", id]).then(
        ({ stdout }) => stdout,
        () => "", // not there yet
      );
    await waitUntil("the slow migration runs", async () => /migrate: applying visits/.test(await log()));
    await run("docker", ["kill", "--signal", "TERM", id]);
    const { code, stderr } = await end;
    expect(code).toBe(15);
    expect(lastLine(stderr)).toMatch(
      /^migrate: stopped by SIGTERM\..*was rolled back; the one applied before stays\./,
    );
    const locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'";
    expect(await querySql(server, locks, { database })).toEqual([]);
  });
});
