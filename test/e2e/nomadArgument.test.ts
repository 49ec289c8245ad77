import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Finished } from "../support/clone";
import { Cluster } from "../support/cluster";
import { expectShowing } from "../support/expectShowing";
import { failingMigration } from "../support/djangoProject";
import { TestBed } from "../support/testBed";

const password = "password";

describe("one program with an application on each of two clusters", () => {
  let bed: TestBed;
  let eu: Cluster;
  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    eu = await Cluster.start({ clients: 1, region: "eu" });
    await bed.createDatabase("second");
    // What the stack's config says is no Nomad at all.
    bed.clone.write("Pulumi.shop.yaml", "config:\n  nomad:address: http://127.0.0.1:9\n");
  });
  afterAll(async () => {
    await eu?.stop();
    await bed?.stop();
  });

  /** Both have one job id; the second has the image. */
  const deploy = (image: string): Promise<Finished> => {
    const shared = {
      jobName: "shop",
      dockerNetworkMode: bed.network,
      httpService: { serviceName: "shop", checkPath: "/healthz", checkInterval: "1s", checkTimeout: "1s" },
      serverResources: { cpu: 1000, memory: 300 },
      migrateResources: { cpu: 1000, memory: 300 },
      update: { minHealthyTime: "1s" },
      secretEnvVars: { POSTGRES_PASSWORD: password, SECRET_KEY: "battery staple of tests" },
    };
    const [first, second] = [bed.databaseEnv, { ...bed.databaseEnv, POSTGRES_NAME: "second" }];
    bed.clone.write(
      "index.ts",
      `import * as pulumi from "@pulumi/pulumi";
import { DjangoApp, type DjangoAppArgs } from "./components";
const shared = ${JSON.stringify(shared)} as unknown as DjangoAppArgs;
const address = pulumi.output(Promise.resolve("${eu.address}"));
export const first = new DjangoApp("first", {
  ...shared, djangoImage: "django-testing:v1", envVars: ${JSON.stringify(first)}, nomad: { address: "${bed.cluster.address}" },
}).jobName;
const app = new DjangoApp("second", {
  ...shared, djangoImage: "${image}", envVars: ${JSON.stringify(second)}, nomad: { address, region: "eu" },
});
export const next = app.stackOutputs.then((outputs) => outputs.next);
`,
    );
    return bed.clone.verb("up", "--stack", "shop", "--skip-preview");
  };

  it("deploys to both, follows both, and is green when both serve", async () => {
    const { code, output } = await deploy("django-testing:v1");
    expectShowing(code, output).toBe(0);
    for (const cluster of [bed.cluster, eu]) {
      const [deployment] = await cluster.deployments("shop");
      expect(deployment.Status).toBe("successful");
    }
    const { Region } = await eu.get<{ Region: string }>("/v1/job/shop");
    expect(Region).toBe("eu");
    expect(output).toContain("nomad job status -region eu shop");
  });

  it("changes nothing when it is run again", async () => {
    const { code, output } = await deploy("django-testing:v1");
    expectShowing(code, output).toBe(0);
    expect(output).toMatch(/\d+ unchanged/);
    expect(output).not.toMatch(/\d+ (updated|replaced|created)/);
  });

  it("is red for the one that fails, with commands for its region, and leaves the other alone", async () => {
    const broken = bed.images.build({ version: "broken", migrations: [failingMigration("0002_broken")] });
    const { code, output } = await deploy(broken);
    expectShowing(code, output).not.toBe(0);
    expectShowing(output, output).toMatch(/`nomad alloc logs -region eu .*` shows more/);
    expect(await bed.cluster.deployments("shop")).toHaveLength(1);
  });
});
