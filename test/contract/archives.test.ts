/** Archives and manifests from strangers: what is in them is data, on a real PostgreSQL and with its real programs. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { manifestOf } from "../../commands/db/archive";
import { backup, restore, verify } from "../../commands/db/backup";
import { Client } from "../../commands/db/client";
import type { Manifest } from "../../commands/db/manifest";
import type { Target } from "../../commands/db/target";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";

/** As long as the longest attack; a comment and a row hold it, and are replaced in the archive. */
const room = 400;
const [inComment, inRow] = ["C".repeat(room), "R".repeat(room)];
/** What every attack tries to make, beside PostgreSQL's programs. */
const canary = "/tmp/canary";
const shell = `\\! touch ${canary}`;

let server: PostgresServer;
let client: Client;
let target: Target;
let folder: string;
let original: Buffer;

const inContainer = (...command: string[]): string =>
  execFileSync("docker", ["exec", server.container, ...command], { encoding: "utf8" });
const ranCommand = (): boolean => inContainer("ls", "/tmp").split("\n").includes("canary");
const tables = async (): Promise<string[]> =>
  (await querySql(server, "select tablename from pg_tables where schemaname = 'public' order by 1")).map(
    ({ tablename }) => String(tablename),
  );

/** The archive with other bytes in place of its comment or its row, and a manifest that fits it. */
function forged(changes: { comment?: string; row?: string; manifest?: object }): string {
  const padded = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    if (bytes.length > room) throw new Error(`there is room for ${room} bytes, not for ${bytes.length}`);
    return Buffer.concat([bytes, Buffer.alloc(room - bytes.length, " ")]);
  };
  const bytes = Buffer.from(original);
  if (changes.comment !== undefined) padded(changes.comment).copy(bytes, bytes.indexOf(inComment));
  if (changes.row !== undefined) padded(changes.row).copy(bytes, bytes.indexOf(inRow));
  const archive = join(folder, "forged.dump");
  writeFileSync(archive, bytes);
  const manifest = JSON.parse(readFileSync(join(folder, "original.json"), "utf8")) as Manifest;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(manifestOf(archive), JSON.stringify({ ...manifest, sha256, ...changes.manifest }));
  return archive;
}

beforeAll(async () => {
  server = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "django-nomad-archives-"));
  const { database, user, container } = server;
  target = { stack: "dev", database, owner: { user }, admin: { user }, container };
  client = await Client.open(target);
  await querySql(
    server,
    `create table kept (id int, text text);
     comment on table kept is '${inComment}';
     insert into kept values (1, '${inRow}');
     create table "odd
${shell}
--" (id int); select 1`,
  );
  const archive = await backup(client, target, folder);
  // Uncompressed, so that a row can be found in it.
  const dump = ["pg_dump", "--format=custom", "--compress=0", "--no-owner", `--username=${user}`, database];
  original = execFileSync("docker", ["exec", server.container, ...dump]);
  const manifest = JSON.parse(readFileSync(manifestOf(archive), "utf8")) as Manifest;
  writeFileSync(join(folder, "original.json"), JSON.stringify({ ...manifest, bytes: original.length }));
}, startTimeout);
afterAll(async () => {
  await client?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  inContainer("rm", "-f", canary);
});

describe("an archive", () => {
  it("with names that look like commands is restored and compared", async () => {
    const manifest = await verify(client, target, forged({}));
    expect(Object.keys(manifest?.tables ?? {}).some((name) => name.includes(shell))).toBe(true);
    expect(ranCommand()).toBe(false);
  });

  it.each([
    ["in its table of contents", { comment: `';\n${shell}\n--` }],
    ["after the end of a table's rows", { row: `\n\\.\n${shell}\n` }],
    ["in an unfinished statement", { comment: `'\n${shell}\n;--` }],
    ["that reads a file of the machine", { comment: `';\n\\copy kept from /etc/passwd\n--` }],
    ["that writes what follows elsewhere", { comment: `';\n\\o ${canary}\n--` }],
    ["in a variable of psql", { comment: `';\n\\set x \`touch ${canary}\`\n--` }],
    ["that a query answers", { comment: `';\nselect '${"\\\\"}! touch ${canary}'\n\\gexec\n--` }],
  ])("runs no command %s, and changes nothing", async (_where, changes) => {
    const before = await tables();
    await expect(restore(client, target, forged(changes), true)).rejects.toThrow();
    expect(ranCommand()).toBe(false);
    expect(await tables()).toEqual(before);
    expect(await querySql(server, "select count(*)::int as count from kept")).toEqual([{ count: 1 }]);
  });

  it("gives nobody but the owner the right to write the history of migrations, whatever the defaults are", async () => {
    await querySql(server, "create role app; alter default privileges grant all on tables to app");
    await querySql(server, "create table django_migrations (id int)");
    const archive = await backup(client, target, folder);
    await restore(client, target, archive, true);
    const may = (table: string, what: string): Promise<Record<string, unknown>[]> =>
      querySql(server, `select has_table_privilege('app', '${table}', '${what}') as may`);
    expect(await may("kept", "insert")).toEqual([{ may: true }]);
    expect(await may("django_migrations", "select")).toEqual([{ may: true }]);
    for (const what of ["insert", "update", "delete", "truncate", "trigger"]) {
      expect(await may("django_migrations", what)).toEqual([{ may: false }]);
    }
    await querySql(
      server,
      "drop table django_migrations; alter default privileges revoke all on tables from app",
    );
  });

  it("that prints the words of a success does not pass for restored", async () => {
    const words = "';\nselect 'restore: committed';\ninsert into public.kept values (2);\n--";
    await expect(restore(client, target, forged({ comment: words }), true)).rejects.toThrow(
      "public.kept: 2 rows instead of 1",
    );
  });

  it("that ends the transaction is told as such, and not as unchanged", async () => {
    const words = "';\ncommit;\nbegin;\ncomment on table public.kept is '";
    await expect(verify(client, target, forged({ comment: words }))).rejects.toThrow(
      "The archive ended the restore's transaction by itself",
    );
  });

  it("is not read at all by programs that can't keep it from running commands", async () => {
    const path = inContainer("sh", "-c", "command -v pg_restore").trim();
    inContainer(
      "sh",
      "-c",
      `mv ${path} ${path}.new && printf '#!/bin/sh\\nexec ${path}.new "$@" | grep -v restrict-key\\n' >${path} && chmod 755 ${path}`,
    );
    try {
      await expect(verify(client, target, forged({ comment: `';\n${shell}\n--` }))).rejects.toThrow(
        "cannot stop an archive from running commands",
      );
      expect(ranCommand()).toBe(false);
    } finally {
      inContainer("mv", `${path}.new`, path);
    }
  });
});

describe("a manifest", () => {
  const print = { rows: 1, sum: "1" };

  it.each<[string, object]>([
    ["rows", { tables: { "public.kept": { ...print, rows: `0, 0, 'x');\n${shell}\n--` } } }],
    ["sum", { tables: { "public.kept": { ...print, sum: `0, 'x');\n${shell}\n--` } } }],
    ["a table's name", { tables: { [`x');\n${shell}\n--`]: print } }],
    ["the kind of sums", { sums: `text\n${shell}\n` }],
    ["a number for a text", { tables: { "public.kept": { ...print, sum: 1 } } }],
  ])("is refused before anything starts for %s", async (_what, manifest) => {
    await expect(verify(client, target, forged({ manifest }))).rejects.toThrow("Nothing was started");
    expect(ranCommand()).toBe(false);
  });

  it("whose names would be commands after the archive turned quoting off runs none", async () => {
    const names = ['public."\\"', `public."\n${shell}\n"`];
    const manifest = { tables: Object.fromEntries(names.map((name) => [name, print])) };
    const off = "';\nset standard_conforming_strings = off;\ncomment on table public.kept is '";
    await expect(verify(client, target, forged({ comment: off, manifest }))).rejects.toThrow(
      "The rows differ from the backup",
    );
    expect(ranCommand()).toBe(false);
  });
});
