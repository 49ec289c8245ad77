import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { archives, checkArchive, chosenArchive, manifestOf, sha256 } from "../../local/db/archive";
import { differences, parsePrint } from "../../components/backups";
import { withoutCommit } from "../../local/db/restoring";
import { targetOf } from "../../local/db/target";

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
      "other: as many rows, but other ones",
    ]);
  });

  it("may have tables whose names hold the separator", () => {
    expect(parsePrint('3|-42|public."a|b"')).toEqual(['public."a|b"', { rows: 3, sum: "-42" }]);
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
      const list = ["--require", "./loader.cjs", "local/db/main.ts", "list", "--folder", folder];
      const output = execFileSync(process.execPath, list, { encoding: "utf8" });
      expect(output).toBe(
        "shop\\x1b]0;x\\x07-20260101T000000Z.dump: shop\\x1b]52;c;cm0=\\x07 error: \\x9b2J of stack dev, " +
          "\\x08\\x08\\x08, PostgreSQL \\u202e15, 0 tables, 0 rows, 0 kB\n",
      );
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
    const manifest = { stack: "dev", bytes: 4, sha256: await sha256(file), tables: {} };
    writeFileSync(manifestOf(file), JSON.stringify(manifest));
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
