/** The script that Nomad's backups run, as it is, with PostgreSQL's own programs and a volume that applications share. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { expectShowing } from "../support/expectShowing";
import { archives, checkArchive, chosenArchive } from "../../commands/db/archive";
import { renderBackup } from "../../components/database/backups";
import { postgresImage } from "../../local/images/postgres";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { waitUntil } from "../support/waiting";

interface Backup {
  region?: string;
  namespace?: string;
  job?: string;
  stack?: string;
  kind?: string;
  keep?: number;
  database?: string;
}

let server: PostgresServer;
let volume: string;
const script = join(mkdtempSync(join(tmpdir(), "django-nomad-script-")), "backup.sh");

/** Runs the script as Nomad does. @returns what it printed, and its exit code. */
async function run(options: Backup = {}): Promise<{ code: number; output: string }> {
  const { region = "global", namespace = "default", job = "shop", stack = "prod", keep = 2 } = options;
  const env = {
    BACKUP_KIND: options.kind ?? "scheduled",
    BACKUP_JOB: job,
    BACKUP_STACK: stack,
    BACKUP_KEEP: String(keep),
    NOMAD_REGION: region,
    NOMAD_NAMESPACE: namespace,
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: String(server.port),
    POSTGRES_NAME: options.database ?? server.database,
    POSTGRES_USER: server.user,
    POSTGRES_PASSWORD: server.password,
  };
  const child = spawn("docker", [
    ...["run", "--rm", "--network=host", `--volume=${volume}:/backups`, `--volume=${script}:/backup.sh:ro`],
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    ...["--entrypoint=sh", postgresImage(15), "/backup.sh"],
  ]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (ended) => resolve(ended ?? 1));
  });
  return { code, output };
}

async function made(options: Backup = {}): Promise<string> {
  const { code, output } = await run(options);
  expectShowing(code, output).toBe(0);
  return /backup: (\S+)/.exec(output)?.[1] ?? output;
}

const folder = (...parts: string[]): string => join(volume, ...parts);
const dumps = (...parts: string[]): string[] =>
  existsSync(folder(...parts)) ? readdirSync(folder(...parts)).filter((name) => name.endsWith(".dump")) : [];

/** A dump as it lay on the volume before applications had folders. */
function old(name: string, stack: string, database = "postgres"): void {
  writeFileSync(folder(`${name}.dump`), name);
  const manifest = `{"stack" : "${stack}", "database" : "${database}", "serverVersion" : "15.1", "bytes" : 1}`;
  writeFileSync(folder(`${name}.dump.json`), manifest);
}

beforeAll(async () => {
  server = await startPostgres();
  writeFileSync(script, renderBackup());
}, startTimeout);
afterAll(async () => {
  await server?.stop();
  rmSync(dirname(script), { recursive: true });
});
beforeEach(() => {
  volume = mkdtempSync(join(tmpdir(), "django-nomad-dumps-"));
});
afterEach(() => rmSync(volume, { recursive: true, force: true }));

describe("dumps on a volume that applications share", () => {
  it("lie in a folder of each region, namespace and job, and none removes another's", async () => {
    const apps: Backup[] = [
      { namespace: "web" },
      { namespace: "test" },
      { namespace: "web", region: "eu" },
      { namespace: "web", job: "shop-scheduled" },
    ];
    const first = [];
    for (const app of apps) first.push(await made({ ...app, keep: 1 }));
    const path = ({ region = "global", namespace = "", job = "shop" }: Backup) => [region, namespace, job];
    for (const [index, app] of apps.entries()) expect(dumps(...path(app))).toEqual([first[index]]);
    const second = await made({ ...apps[0], keep: 1 });
    expect(dumps(...path(apps[0]))).toEqual([second]);
    for (const index of [1, 2, 3]) expect(dumps(...path(apps[index]))).toEqual([first[index]]);
    expect(archives(volume)).toHaveLength(4);
  });

  it("are found by `npm run db`, with the manifest that it checks", async () => {
    const name = await made();
    const found = chosenArchive(volume);
    expect(found).toBe(folder("global", "default", "shop", name));
    expect(await checkArchive(found)).toMatchObject({ stack: "prod", database: "postgres" });
  });

  it("are removed only where the same stack made them of the same database", async () => {
    await querySql(server, "create database other");
    const others = [await made({ stack: "staging" }), await made({ database: "other" })];
    const foreign = "shop-scheduled-20200101T000000Z.dump";
    writeFileSync(folder("global", "default", "shop", foreign), "put there by hand");
    const own = [await made({ keep: 1 }), await made({ keep: 1 })];
    expect(dumps("global", "default", "shop").sort()).toEqual([foreign, ...others, own[1]].sort());
  });

  it("of one kind do not count for the other", async () => {
    await made({ keep: 1 });
    const before = join("global", "default", "shop");
    const [kept] = dumps(before);
    const scripted = folder(before, kept.replace("scheduled", "before-migration"));
    writeFileSync(scripted, "");
    writeFileSync(`${scripted}.json`, readFileSync(folder(before, `${kept}.json`)));
    await made({ keep: 1 });
    expect(dumps(before)).toContain(basename(scripted));
  });

  it("that are still being written stay, and those that a killed run has left go", async () => {
    await querySql(server, "create database busy");
    await querySql(server, "create table held (id int)", { database: "busy" });
    const own = folder("global", "default", "shop");
    const holder = querySql(server, "begin; lock table held; select pg_sleep(600)", { database: "busy" });
    const cut = holder.catch((error: Error) => error.message);
    const slow = run({ database: "busy" });
    const partials = (): string[] => readdirSync(own).filter((name) => name.endsWith(".partial"));
    await waitUntil("the first dump has begun", async () => existsSync(own) && partials().length === 1);
    const [running] = partials();
    const left = "shop-scheduled-20200101T000000Z.dump.partial";
    writeFileSync(join(own, left), "");
    await made();
    expect(partials()).toEqual([running]);
    await querySql(
      server,
      "select pg_terminate_backend(pid) from pg_stat_activity where query ~ '^begin; lock'",
    );
    await cut;
    const { code, output } = await slow;
    expectShowing(code, output).toBe(0);
    expect(partials()).toEqual([]);
    expect(dumps("global", "default", "shop")).toHaveLength(2);
  });

  it("from before are moved beside the new ones, only to the stack and database that they name, and kept", async () => {
    const mine = ["shop-scheduled-20200101T000000Z", "shop-before-migration-20200102T000000Z"];
    for (const name of mine) old(name, "prod");
    old("shop-scheduled-20200103T000000Z", "staging");
    old("shop-scheduled-20200104T000000Z", "prod", "other");
    old("shop-scheduled-2-scheduled-20200105T000000Z", "prod");
    old("shop-20200106T000000Z", "prod");
    const unfinished = "shop-scheduled-20200107T000000Z.dump.partial";
    writeFileSync(folder(unfinished), "");
    const renaming = "shop-scheduled-20200108T000000Z";
    old(renaming, "prod");
    rmSync(folder(`${renaming}.dump`));
    const stay = readdirSync(volume).filter((name) => !mine.some((one) => name.startsWith(one)));
    for (let times = 0; times < 2; times++) await made({ keep: 1 });
    expect(readdirSync(volume).sort()).toEqual([...stay, "global"].sort());
    const earlier = folder("global", "default", "shop", "earlier");
    expect(readdirSync(earlier).sort()).toEqual(
      mine.flatMap((name) => [`${name}.dump`, `${name}.dump.json`]).sort(),
    );
    for (const name of mine) expect(readFileSync(join(earlier, `${name}.dump`), "utf8")).toBe(name);
    expect(dumps("global", "default", "shop")).toHaveLength(1);
  });

  it("of which only the manifest had not been moved yet are put together", async () => {
    const name = "shop-scheduled-20200101T000000Z";
    old(name, "prod");
    const earlier = folder("global", "default", "shop", "earlier");
    mkdirSync(earlier, { recursive: true });
    writeFileSync(join(earlier, `${name}.dump`), name);
    rmSync(folder(`${name}.dump`));
    await made();
    expect(readdirSync(earlier).sort()).toEqual([`${name}.dump`, `${name}.dump.json`]);
  });

  it.each(["../../x", ".", "a b", "$(touch /backups/canary)", "zażółć", "'\"\n"])(
    "stay inside the volume in a region called %j",
    async (region) => {
      await made({ region });
      const [only, ...more] = readdirSync(volume);
      expect(more).toEqual([]);
      expect(only).toBe(`=${Buffer.from(region).toString("hex")}`);
      expect(dumps(only, "default", "shop")).toHaveLength(1);
    },
  );

  it("that fail say why, and leave no file", async () => {
    const { code, output } = await run({ database: "not there" });
    expect(code).not.toBe(0);
    expect(output).toMatch(/backup: failed: .*database "not there" does not exist/);
    expect(dumps("global", "default", "shop")).toEqual([]);
    expect(readdirSync(folder("global", "default", "shop"))).toEqual([".lock"]);
  });
});
