import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { archives, checkArchive, chosenArchive, manifestOf, sha256 } from "../../commands/db/archive";
import { differences, parsePrint } from "../../components/database/backups";
import { type Manifest, manifestFault, readManifestFile } from "../../commands/db/manifest";
import { withoutCommit } from "../../commands/db/restoring";
import { targetOf } from "../../commands/db/target";

const secret = (value: string): { plaintext: string } => ({ plaintext: JSON.stringify(value) });
const urn = (type: string, name: string): string =>
  `urn:pulumi:dev::shop::django-nomad:index:DjangoApp$django-nomad:index:${type}::${name}`;

describe("the database of a stack", () => {
  it("is found in its container, where nobody asks for a password", () => {
    const container = {
      type: "docker:index/container:Container",
      urn: urn("PostgresContainer$docker:index/container:Container", "web-postgres-server"),
      inputs: {
        name: "shop-dev-postgres",
        envs: ["POSTGRES_USER=owner", secret("POSTGRES_PASSWORD=a=b"), "POSTGRES_DB=shop"],
      },
    };
    expect(targetOf("dev", [container])).toEqual({
      stack: "dev",
      database: "shop",
      owner: { user: "owner" },
      admin: { user: "owner" },
      container: "shop-dev-postgres",
    });
  });

  it("is found on its server, with the owner's login and the administrator's", () => {
    const inside = (type: string, inputs: Record<string, unknown>) => ({
      type,
      urn: urn(`PostgresDatabase$${type}`, "web-database"),
      inputs,
    });
    const resources = [
      inside("pulumi:providers:postgresql", {
        host: "db.example.com",
        port: "5433",
        username: "admin",
        password: secret("of the admin"),
        sslmode: "verify-full",
      }),
      inside("postgresql:index/role:Role", { name: "shop", password: secret("of the app") }),
      inside("postgresql:index/role:Role", { name: "shop_migrator", password: secret("of the migrator") }),
      inside("postgresql:index/database:Database", { name: "shop", owner: "shop_migrator" }),
    ];
    expect(targetOf("prod", resources)).toMatchObject({
      database: "shop",
      owner: { user: "shop_migrator", password: "of the migrator" },
      admin: { user: "admin", password: "of the admin" },
      server: { host: "db.example.com", port: 5433, sslmode: "verify-full" },
    });
  });

  it("is not looked for in what other programs made", () => {
    const other = {
      type: "docker:index/container:Container",
      urn: "urn:pulumi:dev::shop::docker::other",
      inputs: {},
    };
    expect(targetOf("dev", [other])).toBeUndefined();
  });
});

describe("two databases", () => {
  const kept = { rows: 3, sum: "42" };

  it("are the same when every table has as many rows and the same sum", () => {
    expect(differences({ kept }, { kept: { ...kept } })).toEqual([]);
  });

  it("differ by a table, by a number of rows or by the rows themselves, and it is said which", () => {
    expect(
      differences(
        { gone: kept, fewer: kept, other: kept },
        { fewer: { rows: 2, sum: "41" }, other: { rows: 3, sum: "43" }, more: kept },
      ),
    ).toEqual([
      "fewer: 2 rows instead of 3",
      "gone: is missing",
      "more: was not there",
      "other: as many rows, but different ones",
    ]);
  });

  it("may have tables with any name, of which each answer is one line", () => {
    expect(parsePrint('["public.\\"a|\\nb\\"", 3, "-42"]')).toEqual([
      'public."a|\nb"',
      { rows: 3, sum: "-42" },
    ]);
  });
});

const manifest: Manifest = {
  stack: "dev",
  database: "shop",
  serverVersion: "15.18 (Debian 15.18-0+deb12u1)",
  taken: "2026-01-01T03:30:00.123Z",
  bytes: 4,
  sha256: "0".repeat(64),
  sums: "hashes",
  tables: { "public.shop": { rows: 3, sum: "-42" }, 'public."a ""b"" \n"': { rows: 0, sum: "0" } },
};

describe("a manifest", () => {
  const { sums: _, ...older } = manifest;
  const print = { rows: 1, sum: "1" };

  it.each<[string, object]>([
    ["as it is made", manifest],
    ["from before there were two kinds of sums", older],
    ["of an empty database", { ...manifest, tables: {} }],
  ])("%s is taken", (_what, given) => {
    expect(manifestFault(given)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["that is a list", [], "it is not a map"],
    ["that is nothing", null, "it is not a map"],
    ["with a key that nobody knows", { ...manifest, script: "x" }, '"script" is not a key of a manifest'],
    [
      "without a checksum",
      { ...manifest, sha256: undefined },
      "sha256 is undefined and not 64 hexadecimal digits",
    ],
    ["with a text for a number", { ...manifest, bytes: "4" }, 'bytes is "4" and not a whole number from 0'],
    ["with a number that is none", { ...manifest, bytes: 4.5 }, "bytes is 4.5 and not a whole number from 0"],
    [
      "with an unknown kind of sums",
      { ...manifest, sums: "none" },
      'sums is "none" and not "hashes" or "text"',
    ],
    [
      "with a terminal's commands",
      { ...manifest, stack: "\x1b[2J" },
      'stack is "\\u001b[2J" and not a stack\'s name',
    ],
    [
      "with a text that turns a line around",
      { ...manifest, database: "a\u202eb" },
      'database is "a\\u{202e}b" and not a database\'s name',
    ],
    [
      "with a time that is none",
      { ...manifest, taken: "today" },
      'taken is "today" and not a time, such as 2026-01-31T03:30:00Z',
    ],
    [
      "with a version that is none",
      { ...manifest, serverVersion: "15\n" },
      'serverVersion is "15\\n" and not PostgreSQL\'s version',
    ],
    ["with a list of tables", { ...manifest, tables: [] }, "tables is [] and not a map of tables"],
    [
      "with a name that is no table's",
      { ...manifest, tables: { "a'); select": print } },
      '"a\'); select" is not the name of a table',
    ],
    [
      "with a name of JavaScript's own",
      { ...manifest, tables: JSON.parse('{"__proto__":{"rows":1,"sum":"1"}}') as object },
      '"__proto__" is not the name of a table',
    ],
    [
      "with statements for rows",
      { ...manifest, tables: { "a.b": { ...print, rows: "0); select 1; --" } } },
      'tables.a.b.rows is "0); select 1; --" and not a whole number from 0',
    ],
    [
      "with statements for a sum",
      { ...manifest, tables: { "a.b": { ...print, sum: "0); --" } } },
      'tables.a.b.sum is "0); --" and not a whole number, written as a string',
    ],
    [
      "with a line after a sum",
      { ...manifest, tables: { "a.b": { ...print, sum: "1\n" } } },
      'tables.a.b.sum is "1\\n" and not a whole number, written as a string',
    ],
    [
      "with more of a table than is known",
      { ...manifest, tables: { "a.b": { ...print, more: 1 } } },
      'tables.a.b is {"rows":1,"sum":"1","more":1} and not a map of rows and sum',
    ],
  ])("%s is refused", (_what, given, fault) => {
    expect(manifestFault(given)).toBe(fault);
  });

  it("is told with its name, and that nothing was started", () => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-manifests-"));
    const file = join(folder, "shop.dump.json");
    writeFileSync(file, "{");
    expect(() => readManifestFile(file)).toThrow(
      `The manifest ${file} can't be used: it is not JSON. Nothing was started.`,
    );
    rmSync(folder, { recursive: true });
  });
});

describe("a folder of archives", () => {
  it("is listed without a word of a manifest or a file's name that steers a terminal", () => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-list-"));
    try {
      const archive = join(folder, "shop\u001b]0;x\u0007-20260101T000000Z.dump");
      writeFileSync(archive, "");
      const database = "shop\u001b]52;c;cm0=\u0007\r\nerror: \u009b2J";
      const text = { stack: "dev", database, serverVersion: "\u202e15", taken: "\b".repeat(3), tables: {} };
      writeFileSync(manifestOf(archive), JSON.stringify(text));
      const list = [
        "--require",
        "./commands/typescript.cjs",
        "commands/db/main.ts",
        "list",
        "--folder",
        folder,
      ];
      const output = execFileSync(process.execPath, list, { encoding: "utf8" });
      expect(output).toMatch(
        /^shop\\x1b\]0;x\\x07-20260101T000000Z\.dump: The manifest .* can't be used: database is /,
      );
      expect(output.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("an archive", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = async (name: string): Promise<string> => {
    const file = join(folder, name);
    writeFileSync(file, "rows");
    writeFileSync(manifestOf(file), JSON.stringify({ ...manifest, bytes: 4, sha256: await sha256(file) }));
    return file;
  };

  it("is the newest unless one is named", async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-archives-"));
    const [older, newer] = [
      await write("shop-20260101T000000Z.dump"),
      await write("shop-20260102T000000Z.dump"),
    ];
    writeFileSync(join(folder, "shop-20260103T000000Z.dump.partial"), "");
    expect(archives(folder)).toEqual([older, newer]);
    expect(chosenArchive(folder)).toBe(newer);
    expect(chosenArchive(folder, "shop-20260101T000000Z.dump")).toBe(older);
    expect(() => chosenArchive(folder, "nothing.dump")).toThrow("There is no backup nothing.dump");
  });

  it("of another program has no manifest, and is listed and taken all the same", async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-archives-"));
    const older = await write("zoo-20260101T000000Z.dump");
    const other = join(folder, "shop-20260102T000000Z.dump");
    writeFileSync(other, "rows");
    expect(archives(folder)).toEqual([older, other]);
    expect(await checkArchive(other)).toBeUndefined();
  });

  it("is looked for in the folder of each application, and never chosen among those of several", async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-archives-"));
    const own = join("global", "web", "shop");
    mkdirSync(join(folder, own, "earlier"), { recursive: true });
    const older = await write(join(own, "earlier", "shop-scheduled-20260101T000000Z.dump"));
    const newer = await write(join(own, "shop-scheduled-20260102T000000Z.dump"));
    expect(archives(folder)).toEqual([older, newer]);
    expect(chosenArchive(folder)).toBe(newer);
    mkdirSync(join(folder, "global", "test", "shop"), { recursive: true });
    const other = await write(join("global", "test", "shop", "shop-scheduled-20260103T000000Z.dump"));
    expect(() => chosenArchive(folder)).toThrow(`Several applications have backups in ${folder}`);
    expect(chosenArchive(join(folder, own))).toBe(newer);
    expect(chosenArchive(folder, other)).toBe(other);
  });

  it("is refused when its content is not what the manifest says", async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-archives-"));
    const file = await write("shop.dump");
    expect((await checkArchive(file))?.stack).toBe("dev");
    writeFileSync(file, "rowz");
    await expect(checkArchive(file)).rejects.toThrow("is damaged");
  });
});

describe("the script that restores", () => {
  const end = "COMMIT;\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict a1b2\n\n";
  const passed = (input: string): string =>
    execFileSync("sed", [withoutCommit], { input, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });

  it("is passed on whole but for its last COMMIT, whatever the rows before it are", () => {
    const row = ["COMMIT;", "COMMIT;", "", "COMMIT;", "", "--", "zażółć", "COMMIT; "].join("\n");
    for (const rows of [
      "",
      `COPY t FROM stdin;\n${`${row}\n`.repeat(50)}\\.\n`,
      "COMMIT;\n",
      "COMMIT;\n\n",
    ]) {
      expect(passed(`${rows}${end}`)).toBe(`${rows}${end.replace("COMMIT;", "")}`);
    }
  });
});
