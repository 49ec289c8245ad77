import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../support/clone";
import { type NomadAgent, startNomadAgent } from "../contract/support/nomadAgent";
import { bridgeAddress } from "../support/docker";
import { PackCluster, walkthroughJob } from "../support/packJob";
import { startPostgres, startTimeout, type PostgresServer } from "../support/postgres";
import { requestLoop, type LoopResult } from "../support/requests";

interface RegisteredJob {
  JobModifyIndex: number;
  Version: number;
  Stop: boolean;
  Meta: Record<string, string> | null;
}

describe("a job that the pack deployed", () => {
  let clone: Clone;
  let cluster: NomadAgent;
  let nomad: PackCluster;
  let postgres: PostgresServer;

  const job = (): Promise<RegisteredJob> => nomad.get<RegisteredJob>("/v1/job/django");
  const pulumi = (...args: string[]): Promise<Finished> => clone.verb("pulumi", ...args, "--stack", "shop");
  const shop = (verb: string, ...args: string[]): Promise<Finished> =>
    clone.verb(verb, ...args, "--stack", "shop");

  /** The move as docs/coming-from-the-pack.md describes it. */
  const importConfig = async (): Promise<void> => {
    const variables = clone
      .read("test/contract/pack-renders/02-walkthrough.variables.hcl")
      .replace('"127.0.0.1"', `"${bridgeAddress(postgres.container)}"`)
      .replace('"password"', `"${postgres.password}"`);
    clone.write("shop.variables.hcl", variables);
    const imported = await clone.npm([
      "run",
      "--silent",
      "import-pack",
      "--",
      "shop.variables.hcl",
      "--stack",
      "shop",
    ]);
    if (imported.code !== 0) throw new Error(imported.output);
    for (const args of [
      ["set", "nomad:address", nomad.address],
      ["rm", "dockerNetworkMode"],
    ]) {
      const { code, output } = await pulumi("config", ...args);
      if (code !== 0) throw new Error(output);
    }
  };

  beforeAll(async () => {
    [cluster, postgres] = await Promise.all([
      startNomadAgent(),
      startPostgres({ database: "django_pack_postgres" }),
    ]);
    nomad = new PackCluster(cluster.address);
    await nomad.register(
      walkthroughJob({ address: bridgeAddress(postgres.container), password: postgres.password }),
    );
    clone = Clone.create();
    await importConfig();
    await nomad.untilServing("django", 2);
  }, startTimeout);
  afterAll(async () => {
    await clone?.remove();
    await cluster?.stop();
    await postgres?.stop();
  });

  it.each(["preview", "up"])(
    "is left alone by %s, which says whose it is and how to adopt it",
    async (verb) => {
      const before = await job();
      const { code, output } = await shop(verb);
      expect(output).toContain(
        "Job django belongs to another owner: nomad-pack deployed it (pack django) (running, 2 instances)",
      );
      expect(output).toContain("Nothing was changed.");
      expect(output).toContain("pulumi config set adopt true");
      expect(output).not.toContain("    at ");
      expect(code).not.toBe(0);
      expect((await job()).JobModifyIndex).toBe(before.JobModifyIndex);
      expect(await nomad.has("/v1/var/nomad/jobs/django")).toBe(false);
    },
  );

  describe("with adopt", () => {
    let finished: Finished;
    let requests: LoopResult;

    beforeAll(async () => {
      await pulumi("config", "set", "adopt", "true");
      // A page that asks no database: what counts is who answers, not how much a busy machine can serve.
      const loop = requestLoop({ instances: () => nomad.urls("django", "version"), perSecond: 10 });
      finished = await shop("up", "-c", "djangoImage=django-testing:v2");
      requests = await loop.stop();
    });

    it("is rolled over to the new version", async () => {
      expect(finished.output).toContain("healthy 2/2");
      expect(finished.code).toBe(0);
      const urls = await nomad.urls("django");
      expect(urls).toHaveLength(2);
      for (const url of urls) expect(await (await fetch(url)).text()).toContain("v2");
      expect((await job()).Meta).toEqual({
        pulumi_stack: "django-nomad/shop",
        pulumi_stack_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
    });

    it("starts two new instances, and restarts none of the old ones to make them leave gently", async () => {
      const all = await nomad.get<{ ClientStatus: string }[]>("/v1/job/django/allocations");
      expect(all.map(({ ClientStatus }) => ClientStatus).sort()).toEqual([
        ...["complete", "complete"],
        ...["running", "running"],
      ]);
    });

    it("answers every request meanwhile", () => {
      expect(requests.sent).toBeGreaterThan(150);
      expect(requests.lost).toEqual([]);
    });

    it("shows no change afterwards, whether adopt stays or goes", async () => {
      expect((await shop("preview", "--expect-no-changes")).code).toBe(0);
      await pulumi("config", "rm", "adopt");
      expect((await shop("preview", "--expect-no-changes")).code).toBe(0);
    });

    it("is refused to another stack, which is told the name of this one", async () => {
      clone.write("Pulumi.other.yaml", clone.read("Pulumi.shop.yaml"));
      const before = await job();
      const { code, output } = await clone.verb("up", "--stack", "other");
      expect(output).toContain("Job django belongs to another owner: stack django-nomad/shop deploys it");
      expect(code).not.toBe(0);
      expect((await job()).JobModifyIndex).toBe(before.JobModifyIndex);
    });
  });
});
