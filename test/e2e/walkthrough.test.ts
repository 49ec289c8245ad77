import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { cloneId as idOf, waitUntil } from "../support/waiting";
import { Clone, type Finished } from "../support/clone";
import { dockerNames, sql, tagImage, untagImage } from "../support/docker";
import { expectShowing } from "../support/expectShowing";
import { requestLoop, type LoopResult } from "../support/requests";
import type { PhaseSeconds, ReleaseSummary } from "../../components/rollout";
import { writtenFiles } from "../support/writtenFiles";

interface Allocation {
  ID: string;
  Name: string;
  ClientStatus: string;
  JobVersion: number;
  TaskStates: Record<
    string,
    { State: string; Failed: boolean; StartedAt: string; FinishedAt: string }
  > | null;
}

const database = "django_pack_postgres";

describe("the pack's walkthrough, through npm, on a fresh clone", () => {
  let clone: Clone;
  let container: string;
  let volume: string;
  let started: string;
  let site: string;

  const allocations = (): Promise<Allocation[]> => clone.nomadGet<Allocation[]>("/v1/job/django/allocations");
  const instances = async (): Promise<string[]> =>
    (await clone.registrations("django")).map(({ Address, Port }) => `http://${Address}:${Port}/`);
  const pages = async (): Promise<string[]> =>
    Promise.all((await instances()).map(async (url) => (await fetch(url)).text()));

  beforeAll(() => {
    clone = Clone.create({ tasks: true });
    container = `django-nomad-dev-${idOf(clone.folder)}-postgres`;
    volume = `django-nomad-dev-${idOf(clone.folder)}-pgdata`;
  });
  afterAll(() => clone.remove());

  it("npm start ends with one URL, behind which two instances answer from their database", async () => {
    const { code, output } = await clone.npm(["start"]);
    started = output;
    expect(output).toMatch(/Ready: 2 instances of django-testing:v1/);
    const urls = output.match(/http:\/\/127\.0\.0\.1:\d+\/(?= answers 200 OK)/g) ?? [];
    expect(urls).toHaveLength(1);
    site = urls[0] ?? "";
    expect(await instances()).toHaveLength(2);
    expect(output).toContain("npm run stop");
    expect(code).toBe(0);
    expect(sql(container, database, "select count(*) from django_migrations")).not.toBe("0");
  });

  it("every URL that npm start prints can be opened; Nomad's own page is the one of the job", async () => {
    const urls = [...new Set(started.match(/https?:\/\/[^\s"')]+/g))];
    const ofNomad = `${clone.nomad}/ui/jobs/django@default`;
    expect(urls).toEqual(expect.arrayContaining([clone.nomad, ofNomad, site]));
    for (const url of urls) {
      const response = await fetch(url);
      const page = await response.text();
      expect([url, response.status, page.includes("</html>")]).toEqual([url, 200, true]);
      expect(page).not.toContain("not available in this binary");
      if (url.startsWith(clone.nomad)) expect(page).toContain("nomad-ui");
    }
  });

  it("npm start again changes nothing and says so", async () => {
    const before = await allocations();
    const { code, output } = await clone.npm(["start"]);
    expect(output).toMatch(/Resources:\s+\d+ unchanged/);
    expect(output).toContain("Nothing changed: the stack already matched its config");
    expect(output).not.toMatch(
      /to (create|update|replace|delete)|[+~-] \d+ (created|updated|replaced|deleted)/,
    );
    expect(code).toBe(0);
    expect((await allocations()).map(({ ID }) => ID).sort()).toEqual(before.map(({ ID }) => ID).sort());
  });

  it("preview of an unchanged stack shows no change", async () => {
    const { code, output } = await clone.verb("preview", "--expect-no-changes");
    expect(output).toMatch(/Resources:\s+\d+ unchanged/);
    expect(code).toBe(0);
  });

  it("no secret shows in the job, in its diff or in the output of a command", async () => {
    const job = JSON.stringify(await clone.nomadGet("/v1/job/django"));
    const { output } = await clone.verb("pulumi", "stack", "export", "--stack", "dev");
    const { output: secret } = await clone.verb("pulumi", "config", "get", "secretEnvVars", "--stack", "dev");
    const { SECRET_KEY } = JSON.parse(secret.slice(secret.indexOf("{"))) as { SECRET_KEY: string };
    expect(SECRET_KEY).toHaveLength(50);
    for (const text of [job, output]) expect(text).not.toContain(SECRET_KEY);
    expect(job).not.toContain("POSTGRES_PASSWORD=password");
    expect(job).not.toContain('"POSTGRES_PASSWORD":"password"');
  });

  it("the token of the agent is in no output, state or config: a message says where its owner finds it", () => {
    const { nomadToken } = clone;
    expect(started).toContain(".local/nomad/token");
    const files = writtenFiles(clone);
    expect(files.some((file) => file.includes(join(".local", "state")))).toBe(true);
    const holders = files.filter((file) => readFileSync(file, "latin1").includes(nomadToken));
    expect(holders).toEqual([join(clone.folder, ".local", "nomad", "token")]);
    expect(started).not.toContain(nomadToken);
  });

  describe("a release with a migration of 15 s", () => {
    let finished: Finished;
    let requests: LoopResult;
    let gateSeconds: number;
    let release: Allocation[];

    beforeAll(async () => {
      const loop = requestLoop({ instances: () => Promise.resolve([site]), perSecond: 10 });
      finished = await clone.verb("up", "--yes", "-c", "djangoImage=django-testing:v2");
      requests = await loop.stop();
      const all = await allocations();
      const newest = Math.max(...all.map(({ JobVersion }) => JobVersion));
      release = all.filter(({ JobVersion, Name }) => JobVersion === newest && Name.startsWith("django.app["));
      const leader = release.find(({ Name }) => Name.endsWith("[0]"));
      const { StartedAt, FinishedAt } = leader?.TaskStates?.migrate ?? { StartedAt: "", FinishedAt: "" };
      gateSeconds = (Date.parse(FinishedAt) - Date.parse(StartedAt)) / 1000;
    });

    it("is green once both instances serve the new version", async () => {
      expect(finished.output).toContain("django-testing:v2");
      expect(finished.code).toBe(0);
      for (const page of await pages()) expect(page).toContain("v2");
      expect(await pages()).toHaveLength(2);
    });

    it("lets index 0 migrate, and starts no other server of that version before it is done", () => {
      const leader = release.find(({ Name }) => Name.endsWith("[0]"));
      expect(gateSeconds).toBeGreaterThanOrEqual(15);
      for (const { TaskStates } of release) {
        expect(TaskStates?.migrate.Failed).toBe(false);
        expect(Date.parse(TaskStates?.server.StartedAt ?? "")).toBeGreaterThanOrEqual(
          Date.parse(leader?.TaskStates?.migrate.FinishedAt ?? ""),
        );
      }
    });

    it("answers every request at the one URL meanwhile", () => {
      expect(requests.sent).toBeGreaterThan(150);
      expect(requests.lost).toEqual([]);
    });

    it("tells what the gate does while it does it", () => {
      expect(finished.output).toMatch(/allocation 0 \([0-9a-f]{8}\): migrate: /);
      expect(finished.output).toContain("healthy 3/3");
    });

    it("the page shows that beat and worker run the new version, and that the schedule has run", async () => {
      const row = "done, last at \\S+ \\S+ UTC by\\s+";
      for (const what of [`tick: [1-9]\\d* ${row}v2,`, `tidy: [1-9]\\d* ${row}v[12],`]) {
        const shown = async (): Promise<boolean> =>
          (await pages()).every((page) => new RegExp(what).test(page));
        await waitUntil(`the page shows ${what}`, shown, 90_000);
      }
    });

    it("ends with what serves, what was migrated and what it took, for people and for programs", async () => {
      expect(finished.output).toMatch(
        /django version \d+ serves django-testing:v2: 2 instances at 127\.0\.0\.1:/,
      );
      expect(finished.output).toMatch(/ {2}1 migration applied in 1\d(\.\d)? s: visits\.0002_take_a_while\n/);
      expect(finished.output).toMatch(/ {2}rolled out in \d+ s: \d+ s in migrate tasks, /);
      const { output } = await clone.verb("pulumi", "stack", "output", "release", "--json", "--stack", "dev");
      const { image, migrations, seconds } = JSON.parse(output) as ReleaseSummary;
      expect([image, migrations?.applied]).toEqual(["django-testing:v2", 1]);
      expect(migrations?.names).toEqual(["visits.0002_take_a_while"]);
      const { total, migration, image: prepared, checks, waiting } = seconds as PhaseSeconds;
      expect(migration + prepared + checks + waiting).toBe(total);
      expect(migration).toBeGreaterThanOrEqual(15);
    });

    it("leaves a preview without changes", async () => {
      const { code } = await clone.verb("preview", "--expect-no-changes");
      expect(code).toBe(0);
    });
  });

  it("destroy leaves no job, container, network or service; the volume stays", async () => {
    const { code, output } = await clone.verb("destroy", "--yes");
    expect(output).not.toContain("error:");
    expect(code).toBe(0);
    // The URL stays for what comes next.
    const jobs = await clone.nomadGet<{ ID: string; Status: string }[]>("/v1/jobs");
    // Nomad keeps the ended runs of a schedule until it tidies up.
    expect(jobs.filter(({ Status }) => Status !== "dead")).toMatchObject([{ ID: "ingress" }]);
    expect(await clone.nomadGet("/v1/services")).toMatchObject([{ Services: [{ ServiceName: "ingress" }] }]);
    expect((await fetch(site)).status).toBe(503);
    expect(dockerNames("container", idOf(clone.folder))).toEqual([]);
    expect(dockerNames("network", idOf(clone.folder))).toEqual([]);
    expect(dockerNames("volume", idOf(clone.folder))).toEqual([volume]);
    await waitUntil("Nomad's containers are gone", async () =>
      (await allocations()).every(
        ({ ClientStatus }) => ClientStatus === "complete" || ClientStatus === "failed",
      ),
    );
  });

  it("up after destroy serves again with the rows from before", async () => {
    const { code } = await clone.verb("up", "--yes");
    expect(code).toBe(0);
    expect(
      sql(container, database, "select count(*) from django_migrations where name like '%take_a_while'"),
    ).not.toBe("0");
    expect(await pages()).toHaveLength(2);
    await waitUntil("the one URL answers again", async () => (await fetch(site)).ok);
  });

  describe("npm run walkthrough", () => {
    const published = (version: string): string => `jamiebeverley/django-testing:${version}`;
    const versions = ["v1", "v2"];

    // As on a machine that could pull them: there under their names, which neither Docker nor Nomad looks for again.
    beforeAll(() => {
      for (const version of versions) tagImage(`django-testing:${version}`, published(version));
    });
    afterAll(() => {
      for (const version of versions) untagImage(published(version));
    });

    it("goes through the releases of the pack's README with its images, and says that it used them", async () => {
      const { code, output } = await clone.npm(["run", "--silent", "walkthrough"]);
      expect(output).toContain("This run uses the published images jamiebeverley/django-testing:v1 and v2");
      expect(output).toContain("v1, on two instances");
      expect(output.trimEnd().split("\n").at(-1)).toContain(
        "This run used the published images jamiebeverley/django-testing:v1 and v2",
      );
      expectShowing(code, output).toBe(0);
      for (const page of await pages()) expect(page).toContain("v2");
      const { TaskGroups } = await clone.nomadGet<{
        TaskGroups: { Tasks: { Config: { image: string } }[] }[];
      }>("/v1/job/django");
      expect(TaskGroups.flatMap(({ Tasks }) => Tasks.map(({ Config }) => Config.image))).toEqual(
        Array(2).fill(published("v2")),
      );
    });
  });
});
