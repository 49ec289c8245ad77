import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Clone } from "../support/clone";
import { dockerNames, sql } from "../support/docker";
import { cloneId, waitUntil } from "../support/waiting";

const database = "django_pack_postgres";
const docker = (...args: string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();

describe("the database container", () => {
  let clone: Clone;
  let container: string;
  let network: string;
  let stackFile: string;

  const containerId = (): string => docker("inspect", "--format={{.Id}}", container);
  const rows = (): string =>
    sql(container, database, "select count(*), md5(string_agg(text, ',' order by text)) from kept");
  const up = async (): Promise<string> => {
    const { code, output } = await clone.verb("up", "--yes", "--skip-preview");
    if (code !== 0) throw new Error(output);
    return output;
  };
  const expectSite = async (): Promise<void> => {
    const registrations = await clone.registrations("django");
    expect(registrations).toHaveLength(1);
    for (const { Address, Port } of registrations) {
      expect((await fetch(`http://${Address}:${Port}/`)).status).toBe(200);
    }
  };
  let before: string;

  beforeAll(async () => {
    clone = Clone.create();
    network = `django-nomad-dev-${cloneId(clone.folder)}`;
    container = `${network}-postgres`;
    stackFile = clone
      .read("Pulumi.dev.yaml")
      .replace("count: 2", "count: 1\n  django-nomad:update:\n    minHealthyTime: 1s")
      .replace("checkInterval: 10s", "checkInterval: 1s")
      .replace("checkTimeout: 5s", "checkTimeout: 1s");
    clone.write("Pulumi.dev.yaml", stackFile);
    const { code, output } = await clone.npm(["start"]);
    if (code !== 0) throw new Error(output);
    sql(
      container,
      database,
      "create table kept as select md5(n::text) as text from generate_series(1, 1000) n",
    );
    before = rows();
  });
  afterAll(() => clone.remove());

  it.each(["preview", "up"])(
    "of another major version is refused by %s before anything is touched",
    async (verb) => {
      const id = containerId();
      clone.write(
        "Pulumi.dev.yaml",
        stackFile.replace("image: django-nomad/postgres:15", "image: postgres:16"),
      );
      const { code, output } = await clone.verb(verb, ...(verb === "up" ? ["--yes", "--skip-preview"] : []));
      clone.write("Pulumi.dev.yaml", stackFile);
      expect(code).not.toBe(0);
      expect(output).toContain(
        `postgres.image is "postgres:16", which is PostgreSQL 16, but the volume ${network}-pgdata holds rows of PostgreSQL 15`,
      );
      expect(output).toContain("docs/database.md");
      expect(containerId()).toBe(id);
    },
  );

  it("is replaced when its settings change, keeps every row, and a release in the same run waits for it", async () => {
    const id = containerId();
    stackFile = stackFile
      .replace("user: postgres\n", "user: postgres\n    memory: 600\n    maxConnections: 50\n")
      .replace('DEBUG: "off"', 'DEBUG: "off"\n    RELEASE: "2"');
    expect(stackFile).toContain("memory: 600");
    clone.write("Pulumi.dev.yaml", stackFile);
    const output = await up();
    expect(output).toContain("healthy 1/1");
    expect(containerId()).not.toBe(id);
    expect(sql(container, database, "show max_connections")).toBe("50");
    expect(sql(container, database, "show shared_buffers")).toBe("150MB");
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("shows no change in a preview when there is none", async () => {
    const { code, output } = await clone.verb("preview", "--expect-no-changes");
    expect(output).toMatch(/Resources:\s+\d+ unchanged/);
    expect(code).toBe(0);
  });

  it("that was removed by hand is back with every row after one up", async () => {
    docker("rm", "--force", container);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("that was stopped runs again with every row after one up", async () => {
    docker("stop", container);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("whose name a half-made container holds is back with every row after the one command that up names", async () => {
    docker("rm", "--force", container);
    docker("create", `--name=${container}`, "django-nomad/postgres:15");
    const { code, output } = await clone.verb("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    const command = `docker rm -f ${container}`;
    expect(output).toContain(command);
    execFileSync("sh", ["-c", command]);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("is back with every row after one up when job, container and network are all gone", async () => {
    await fetch(`${clone.nomad}/v1/job/django`, { method: "DELETE" });
    await waitUntil(
      "the job's containers have left the network",
      async () => {
        const attached = docker(
          "network",
          "inspect",
          "--format={{range .Containers}}{{.Name}} {{end}}",
          network,
        );
        return attached.trim() === container;
      },
      120_000,
    );
    docker("rm", "--force", container);
    docker("network", "rm", network);
    expect(dockerNames("network", network)).toEqual([]);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
    const { code } = await clone.verb("preview", "--expect-no-changes");
    expect(code).toBe(0);
  });
});
