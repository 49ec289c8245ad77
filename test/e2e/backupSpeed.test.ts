import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { backup, restore } from "../../commands/db/backup";
import { Client } from "../../commands/db/client";
import { ensurePostgres } from "../../local/images";
import { soak } from "../support/soak";
import { waitUntil } from "../support/waiting";

jest.setTimeout(1_800_000);

/** 1 GB: two tables with a foreign key and six indexes. */
const gigabyte = `
create table customers (id serial primary key, name text not null, email varchar(254) unique, joined timestamptz not null);
insert into customers (name, email, joined)
  select 'Customer ' || n, md5(n::text) || '@example.com', '2020-01-01'::timestamptz + n * interval '7 minutes' from generate_series(1, 300000) n;
create table orders (id bigserial primary key, customer_id int not null references customers, placed timestamptz not null,
  total numeric(12, 2) not null, note text not null, details jsonb not null);
insert into orders (customer_id, placed, total, note, details)
  select 1 + n % 300000, '2020-01-01'::timestamptz + n * interval '11 seconds', (n % 100000) / 7.0, repeat(md5(n::text), 1 + n % 4),
    jsonb_build_object('items', n % 9, 'code', md5((n * 3)::text), 'tags', jsonb_build_array('a', n % 11)) from generate_series(1, 3200000) n;
create index on orders (customer_id); create index on orders (placed); vacuum analyze;`;

const rounds = 3;
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

(soak ? describe : describe.skip)("backing up and restoring 1 GB", () => {
  const name = `django-nomad-test-${randomBytes(4).toString("hex")}`;
  const owner = { user: "postgres" };
  const target = (database: string) => ({ stack: "speed", database, owner, admin: owner, container: name });
  const inside = (script: string, input = ""): void => {
    execFileSync("docker", ["exec", "--interactive", name, "sh", "-c", script], { input, stdio: "pipe" });
  };
  let folder: string;

  const seconds = async (work: () => unknown): Promise<number> => {
    const begin = Date.now();
    await work();
    return (Date.now() - begin) / 1000;
  };

  beforeAll(async () => {
    const postgres = await ensurePostgres(15);
    folder = mkdtempSync(join(tmpdir(), "django-nomad-speed-"));
    const volume = `--volume=${name}:/var/lib/postgresql/data`;
    const labels = "--label=django-nomad.test=postgres";
    const options = ["--detach", `--name=${name}`, labels, volume, "--shm-size=128m"];
    execFileSync("docker", ["run", ...options, "--env=POSTGRES_PASSWORD=x", postgres]);
    await waitUntil("PostgreSQL answers", async () => {
      try {
        // Over TCP: while the volume is initialised the server listens on its Unix socket alone.
        inside("pg_isready -h 127.0.0.1");
        return true;
      } catch {
        return false;
      }
    });
    inside(
      "psql -U postgres -c 'create database given' -c 'create database plain' -c 'create database ours'",
    );
    inside("psql -U postgres -v ON_ERROR_STOP=1 given", gigabyte);
  });
  afterAll(() => {
    execFileSync("docker", ["rm", "--force", name]);
    execFileSync("docker", ["volume", "rm", name]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("takes at most 1.5 times as long as pg_dump and pg_restore alone", async () => {
    const [given, empty] = [await Client.open(target("given")), await Client.open(target("ours"))];
    const ratios = { backup: [] as number[], restore: [] as number[] };
    for (let round = 1; round <= rounds; round++) {
      inside(
        "for name in plain ours; do psql -U postgres -c drop\\ database\\ $name -c create\\ database\\ $name; done",
      );
      let archive = "";
      const plainDump = await seconds(() => inside("pg_dump -U postgres -Fc given >/tmp/plain.dump"));
      const ourDump = await seconds(async () => {
        archive = await backup(given, target("given"), folder);
      });
      const plainRestore = await seconds(() => inside("pg_restore -U postgres -d plain /tmp/plain.dump"));
      const ourRestore = await seconds(() => restore(empty, target("ours"), archive, false));
      ratios.backup.push(ourDump / plainDump);
      ratios.restore.push(ourRestore / plainRestore);
      process.stdout.write(
        `round ${round}: pg_dump ${plainDump.toFixed(1)} s, backup ${ourDump.toFixed(1)} s; ` +
          `pg_restore ${plainRestore.toFixed(1)} s, restore ${ourRestore.toFixed(1)} s\n`,
      );
    }
    await Promise.all([given.close(), empty.close()]);
    expect(median(ratios.backup)).toBeLessThan(1.5);
    expect(median(ratios.restore)).toBeLessThan(1.5);
  });
});
