import { execFileSync } from "node:child_process";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type PostgresServer, startPostgres } from "../support/postgres";
import { soak } from "../support/soak";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

/** Each is one row of docs/faults.md: what the user sees, that no row is lost, and the way back. */
describe("damage to what runs", () => {
  let bed: TestBed;
  let app: App;
  let small: PostgresServer | undefined;

  const inside = (container: string, ...command: string[]): void => {
    execFileSync("docker", ["exec", container, ...command], { stdio: "pipe" });
  };
  /** Past the password, as the server's operator. */
  const asOperator = (statement: string): void =>
    inside(bed.database.container, "psql", "--username=postgres", `--command=${statement}`);
  const visits = async (): Promise<number> => {
    const [{ count }] = await bed.sql("select count(*)::int as count from visits_visit");
    return count as number;
  };
  /** One `up` heals: it serves, with every row from before. */
  const expectHealed = async (before: number, changes = {}): Promise<void> => {
    const { code, output } = await app.up(changes);
    expectShowing(code, output).toBe(0);
    expect(await app.served()).toEqual(["v1"]);
    expect(await visits()).toBeGreaterThan(before);
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    app = bed.app("shop", { count: 1, databaseWaitSeconds: 3 });
    const { code, output } = await app.up();
    if (code !== 0) throw new Error(output);
    await app.served();
  });
  afterAll(async () => {
    await small?.stop();
    await bed?.stop();
  });

  it("the Nomad variable with the secrets was deleted: the next up writes it again", async () => {
    const before = await visits();
    await bed.cluster.request("DELETE", "/v1/var/nomad/jobs/shop");
    expect(await app.served()).toEqual(["v1"]);
    await expectHealed(before);
    const { Items } = await bed.cluster.get<{ Items: object }>("/v1/var/nomad/jobs/shop");
    expect(Object.keys(Items).sort()).toEqual(["POSTGRES_PASSWORD", "SECRET_KEY"]);
  });

  (soak ? it : it.skip)(
    "the password was changed on the server: a release is refused with that reason, and goes through when it fits again",
    async () => {
      const before = await visits();
      asOperator("alter role postgres password 'another one'");
      const { code, output } = await app.up({ envVars: { RELEASE: "2" } });
      asOperator("alter role postgres password 'password'");
      expect(code).not.toBe(0);
      // The word itself is masked: it is this stack's password.
      expect(output).toMatch(
        /the database answers but refuses the user, .* or the database's name \(exit code 19\)/,
      );
      expect(output).toContain('authentication failed for user "postgres"');
      expect(await app.served()).toEqual(["v1"]);
      await expectHealed(before);
    },
  );

  it("PostgreSQL is out of connections: a release is refused with that reason, and goes through when there are some", async () => {
    const before = await visits();
    const { host, port, user, password, database } = bed.database;
    const sessions: Client[] = [];
    for (let full = false; !full;) {
      const session = new Client({ host, port, user, password, database });
      session.on("error", () => undefined);
      full = await session.connect().then(
        () => false,
        (error: Error) => /too many clients/.test(error.message),
      );
      if (!full) sessions.push(session);
    }
    const { code, output } = await app.up({ envVars: { RELEASE: "3" } });
    await Promise.all(sessions.map((session) => session.end()));
    expect(code).not.toBe(0);
    expect(output).toContain("the database could not be reached within databaseWaitSeconds");
    expect(output).toContain("too many clients already");
    await waitUntil("the site answers", async () => (await app.served()).join() === "v1");
    await expectHealed(before);
  });

  (soak ? it : it.skip)(
    "the disk of the database is full: the migration is rolled back with that reason, and goes through when there is room",
    async () => {
      const { network, database } = bed;
      small = await startPostgres({ network, alias: "small", password: database.password, megabytes: 160 });
      const { container } = small;
      const narrow = bed.app("narrow", { count: 1, envVars: { POSTGRES_HOST: "small" } });
      expect((await narrow.up()).code).toBe(0);
      expect(await narrow.served()).toEqual(["v1"]);
      const filler = "/var/lib/postgresql/data/filler";
      // All but a few MB, so that the server itself lives on.
      inside(
        container,
        "sh",
        "-c",
        `head -c $(($(df -P -B1 /var/lib/postgresql/data | awk 'END { print $4 }') - 4000000)) /dev/zero >${filler}`,
      );
      const operations = [
        `migrations.RunSQL("create table large as select repeat('x', 1000) from generate_series(1, 20000)")`,
      ];
      const large = bed.images.build({ version: "large", migrations: [{ name: "0002_large", operations }] });
      const failed = await narrow.up({ djangoImage: large });
      expect(failed.code).not.toBe(0);
      expect(failed.output).toContain("No space left on device");
      expect(failed.output).toContain("0002_large was rolled back");
      expect(failed.output).toContain("The previous version still serves: 1 running.");
      inside(container, "rm", filler);
      const healed = await narrow.up();
      expectShowing(healed.code, healed.output).toBe(0);
      expect(await narrow.served()).toEqual(["large"]);
    },
  );
});
