/** What the sample images promise to the stacks and tests that run them. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ensureDocker } from "../../local/docker";
import { type Images, ensureImages } from "../../local/images";
import { presentImages } from "../../local/images/docker";
import { siteVersions } from "../../local/images/site";
import { run } from "../../commands/base/run";

const id = `images-${randomBytes(4).toString("hex")}`;
const password = `p'w"${id}`;
const postgresEnv = ["POSTGRES_USER=walter", `POSTGRES_PASSWORD=${password}`, 'POSTGRES_DB=a "name"'];
const siteEnv = [
  `POSTGRES_HOST=${id}-site-db`,
  "POSTGRES_USER=walter",
  `POSTGRES_PASSWORD=${password}`,
  'POSTGRES_NAME=a "name"',
  "DEBUG=off",
  "SLOW_MIGRATION_SECONDS=2",
];
let images: Images;

interface Ended {
  code: number | null;
  output: string;
}

async function docker(...args: string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

/** For commands that may fail: how they ended is what is asked. */
function dockerEnd(...args: string[]): Promise<Ended> {
  return run("docker", args).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { exitCode: number | null; stdout: string; stderr: string }) => ({
      code: error.exitCode,
      output: error.stdout + error.stderr,
    }),
  );
}

function options(name: string, env: string[]): string[] {
  const variables = env.flatMap((variable) => ["--env", variable]);
  return ["--name", `${id}-${name}`, "--label", `test=${id}`, "--network", id, ...variables];
}

async function until(what: string, seconds: number, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(100);
  }
}

async function startPostgres(name: string, ...command: string[]): Promise<void> {
  const volume = ["--volume", `${id}-${name}:/var/lib/postgresql/data`];
  await docker("run", "--detach", ...volume, ...options(name, postgresEnv), images.postgres, ...command);
  const ready = ["exec", `${id}-${name}`, "pg_isready", "--host=127.0.0.1"];
  await until(`${name} accepts connections`, 30, async () => (await dockerEnd(...ready)).code === 0);
}

/** Over the network, as clients come in: the password counts. */
function sql(server: string, statement: string, pass = password): Promise<Ended> {
  const psql = ["psql", "--host", `${id}-${server}`, "--user=walter", '--dbname=a "name"', "-Atc", statement];
  return dockerEnd(
    ...["run", "--rm", "--network", id, "--env", `PGPASSWORD=${pass}`, images.postgres],
    ...psql,
  );
}

function manage(image: string, ...args: string[]): Promise<Ended> {
  const name = `manage-${randomBytes(3).toString("hex")}`;
  return dockerEnd("run", "--rm", ...options(name, siteEnv), image, "./manage.py", ...args);
}

/** The address of a site's container, once it answers there. */
async function siteUrl(name: string): Promise<string> {
  const url = `http://${await docker("port", `${id}-${name}`, "8000/tcp")}`;
  // A connection that Docker takes before the site listens may never be answered.
  const healthy = (): Promise<boolean> =>
    fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) }).then(
      async (response) => (await response.text()) === "ok\n",
      () => false,
    );
  await until(`${name} answers`, 30, healthy);
  return url;
}

beforeAll(async () => {
  await ensureDocker();
  images = await ensureImages();
  await docker("network", "create", "--label", `test=${id}`, id);
}, 600_000);

afterAll(async () => {
  const containers = await docker("ps", "--all", "--quiet", "--filter", `label=test=${id}`);
  if (containers) await docker("rm", "--force", "--volumes", ...containers.split("\n"));
  const volumes = await docker("volume", "ls", "--quiet", "--filter", `name=${id}`);
  if (volumes) await docker("volume", "rm", ...volumes.split("\n"));
  await docker("network", "rm", id);
}, 60_000);

describe("making the images", () => {
  it("changes nothing and takes no time when their sources are unchanged", async () => {
    const names = [...Object.values(images.django), images.postgres];
    const identify = (): Promise<string> => docker("image", "inspect", "--format", "{{.Id}}", ...names);
    const before = await identify();
    const said: string[] = [];
    const begin = Date.now();
    expect(await ensureImages({ log: (line) => said.push(line) })).toEqual(images);
    expect(Date.now() - begin).toBeLessThan(1000);
    expect(said).toEqual([]);
    expect(await identify()).toBe(before);
  });

  it("gives every image a fixed tag, since Nomad pulls :latest even when it is present", () => {
    for (const image of [...Object.values(images.django), images.postgres]) {
      expect(image).toMatch(/:(?!latest$)[\w.-]+$/);
    }
  });
});

describe("the Postgres image", () => {
  beforeAll(() => startPostgres("db", "postgres", "-c", "max_connections=37"), 60_000);

  it("makes the role and the UTF-8 database that POSTGRES_* ask for, and passes options on", async () => {
    const asked = "SELECT current_user, current_database(), getdatabaseencoding()";
    expect(await sql("db", asked)).toEqual({ code: 0, output: 'walter|a "name"|UTF8\n' });
    expect((await sql("db", "SHOW max_connections")).output).toBe("37\n");
  });

  it("lets nobody in with a wrong password", async () => {
    const { code, output } = await sql("db", "SELECT 1", "wrong");
    expect(code).not.toBe(0);
    expect(output).toContain("password authentication failed");
  });

  it("refuses to start without a password, and says which variable to set", async () => {
    const { code, output } = await dockerEnd("run", "--rm", ...options("open", []), images.postgres);
    expect(code).not.toBe(0);
    expect(output).toContain("POSTGRES_PASSWORD");
  });

  it("stops cleanly on SIGTERM within seconds while a client is connected", async () => {
    // The official image takes SIGTERM for "wait until every client has left", and tells Docker to send SIGINT.
    const official = (await presentImages([images.postgres])).get(images.postgres) === "";
    const client = sql("db", "SELECT pg_sleep(60)");
    const sleeping =
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state='active'";
    await until("the client is connected", 10, async () => (await sql("db", sleeping)).output === "1\n");
    const begin = Date.now();
    await docker("kill", `--signal=${official ? "INT" : "TERM"}`, `${id}-db`);
    expect(await docker("wait", `${id}-db`)).toBe("0");
    expect(Date.now() - begin).toBeLessThan(5000);
    expect((await client).code).not.toBe(0);
    expect((await dockerEnd("logs", `${id}-db`)).output).toContain("database system is shut down");
    await docker("start", `${id}-db`);
    await until("it starts again", 20, async () => (await sql("db", "SELECT 1")).code === 0);
  });

  it("keeps its data when another container takes over the volume", async () => {
    await sql("db", "CREATE TABLE kept AS SELECT 'Grüße' AS text");
    await docker("stop", `${id}-db`);
    await docker("rm", `${id}-db`);
    await startPostgres("db");
    expect((await sql("db", "SELECT text FROM kept")).output).toBe("Grüße\n");
  });

  it("starts over when a first start was killed in the middle", async () => {
    const volume = ["--volume", `${id}-killed:/var/lib/postgresql/data`];
    await docker("run", "--detach", ...volume, ...options("killed", postgresEnv), images.postgres);
    const log = async (): Promise<string> => (await dockerEnd("logs", `${id}-killed`)).output;
    await until("initialisation began", 20, async () => (await log()).includes("creating subdirectories"));
    await docker("rm", "--force", `${id}-killed`);
    await startPostgres("killed");
    expect((await sql("killed", "SELECT 1")).output).toBe("1\n");
  });

  it("refuses data of another major version and leaves it alone", async () => {
    const data = `${id}-old:/var/lib/postgresql/data`;
    const make = ["run", "--rm", "--volume", data, "--entrypoint=sh", images.postgres, "-c"];
    await docker(...make, "echo 9.6 >/var/lib/postgresql/data/PG_VERSION");
    const old = ["run", "--rm", "--volume", data, ...options("old", postgresEnv), images.postgres];
    const { code, output } = await dockerEnd(...old);
    expect(code).not.toBe(0);
    expect(output).toContain("9.6");
    expect(await docker(...make, "ls -A /var/lib/postgresql/data")).toBe("PG_VERSION");
  });
});

describe("the sample site", () => {
  beforeAll(() => startPostgres("site-db"), 60_000);

  it("starts ./manage.py as a user that is not root, in every version", async () => {
    for (const version of siteVersions) {
      const command = "id -u && ./manage.py version && cat VERSION";
      const { code, output } = await dockerEnd("run", "--rm", images.django[version], "sh", "-c", command);
      expect({ code, output }).toEqual({ code: 0, output: `10001\n5.2.19\n${version}\n` });
    }
  });

  it("goes from v1 to v4: v2 migrates slowly, v3 fails and leaves no trace, v4 mends it", async () => {
    expect(await manage(images.django.v1, "migrate")).toMatchObject({ code: 0 });
    const begin = Date.now();
    expect(await manage(images.django.v2, "migrate")).toMatchObject({ code: 0 });
    expect(Date.now() - begin).toBeGreaterThan(2000);

    const failed = await manage(images.django.v3, "migrate");
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('relation "visits_by_time" already exists');
    const indexes = "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'visits_by%' ORDER BY 1";
    expect((await sql("site-db", indexes)).output).toBe("");

    expect(await manage(images.django.v4, "migrate")).toMatchObject({ code: 0 });
    expect((await sql("site-db", indexes)).output).toBe("visits_by_instance\nvisits_by_time\n");
    const upToDate = await manage(images.django.v4, "makemigrations", "--check", "--dry-run");
    expect(upToDate).toMatchObject({ code: 0 });
  }, 120_000);

  it("serves a page from the database, in every version, and stops within seconds", async () => {
    await manage(images.django.v4, "migrate");
    for (const version of siteVersions) {
      const name = `site-${version}`;
      const publish = ["--publish", "127.0.0.1::8000"];
      await docker("run", "--detach", ...publish, ...options(name, siteEnv), images.django[version]);
      const url = await siteUrl(name);
      const visits = async (): Promise<number> => {
        const page = await (await fetch(`${url}/`)).text();
        expect(page).toContain(`django-testing <span>${version}</span>`);
        return Number(/id="visits">(\d+)</.exec(page)?.[1]);
      };
      expect((await visits()) + 1).toBe(await visits());
      expect(await (await fetch(`${url}/version`)).text()).toBe(`${version}\n`);
      const begin = Date.now();
      await docker("stop", `${id}-${name}`);
      expect(Date.now() - begin).toBeLessThan(5000);
    }
  }, 120_000);

  it("tells a missing database from a missing process", async () => {
    const publish = ["--publish", "127.0.0.1::8000"];
    const env = [...siteEnv, "POSTGRES_HOST=127.0.0.1"];
    await docker("run", "--detach", ...publish, ...options("site-alone", env), images.django.v1);
    const url = await siteUrl("site-alone");
    expect((await fetch(`${url}/`)).status).toBe(500);
  }, 30_000);
});
