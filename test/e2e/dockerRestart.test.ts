import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stringify } from "yaml";
import { ensurePostgres } from "../../local/images";
import { Clone, type Finished } from "../support/clone";
import { DockerDaemon } from "../support/dockerDaemon";
import { soak } from "../support/soak";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

/** The machine's own daemon belongs to others too: this one is the test's. */
(soak ? describe : describe.skip)("the Docker daemon, restarted", () => {
  const daemon = new DockerDaemon();
  const container = "restarted-postgres";
  let clone: Clone;

  const verb = (name: string, ...args: string[]): Promise<Finished> =>
    clone.npm(["run", "--silent", name, "--", ...args, "--stack", "restarted"], { DOCKER_HOST: daemon.host });
  const sql = (statement: string): string =>
    daemon.docker("exec", container, "psql", "-U", "postgres", "-d", "django", "-Atc", statement);

  beforeAll(async () => {
    const postgres = await ensurePostgres(15);
    await daemon.start();
    execFileSync("sh", ["-c", `docker save ${postgres} | docker --host ${daemon.host} load`], {
      stdio: "pipe",
    });
    clone = Clone.create();
    clone.write(
      "index.ts",
      'import { PostgresContainer } from "./components";\n' +
        `new PostgresContainer("db", { namePrefix: "restarted", password: "x", image: "${postgres}" });\n`,
    );
    clone.write("Pulumi.restarted.yaml", stringify({ config: { "nomad:address": "http://127.0.0.1:9" } }));
    const { code, output } = await verb("up", "--yes", "--skip-preview");
    if (code !== 0) throw new Error(output);
  });
  afterAll(async () => {
    await daemon.stop();
    clone?.discard();
  });

  it("brings the database back by itself with every row, and the next up finds nothing to do", async () => {
    sql("create table kept as select generate_series(1, 1000) n");
    await daemon.restart();
    await waitUntil("the database answers again", async () => {
      try {
        return sql("select 1") === "1";
      } catch {
        return false;
      }
    });
    expect(sql("select count(*) from kept")).toBe("1000");
    const { code, output } = await verb("up", "--yes", "--skip-preview", "--expect-no-changes");
    expectShowing(code, output).toBe(0);
  });
});
