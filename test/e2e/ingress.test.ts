import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone } from "../support/clone";
import type { PlacedAllocation } from "../support/cluster";
import { expectShowing } from "../support/expectShowing";
import { type Ingress, startIngress } from "../support/ingress";
import { requestLoop } from "../support/requests";
import { slowSiteCommand } from "../support/slowSite";
import { slowMigration } from "../support/djangoProject";
import { soak } from "../support/soak";
import { TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

interface Called {
  sent: number;
  slow: number;
  lost: string[];
}

/**
 * 50 requests a second, half of them POST, and beside them some that take 6 s: callers that try once.
 * @param proxies taken in turn, asked anew twice a second.
 */
function callers(proxies: () => Promise<string[]>): { stop: () => Promise<Called> } {
  const to = (path: string) => async (): Promise<string[]> => (await proxies()).map((url) => `${url}${path}`);
  const options = { methods: ["GET", "POST"], tries: 1 };
  const quick = requestLoop({ ...options, instances: to("version"), perSecond: 50 });
  const slow = requestLoop({ ...options, instances: to("slow"), perSecond: 0.5 });
  return {
    stop: async () => {
      const [short, long] = await Promise.all([quick.stop(), slow.stop()]);
      return { sent: short.sent, slow: long.sent, lost: [...short.lost, ...long.lost] };
    },
  };
}

/** At least that many were sent; the first of those that were lost are shown. */
function expectNoneLost({ sent, slow, lost }: Called, least: number): void {
  console.log(`${sent} requests, ${slow} slow ones, ${lost.length} lost`);
  expect({ lost: lost.length, first: lost.slice(0, 20) }).toEqual({ lost: 0, first: [] });
  expect(sent).toBeGreaterThan(least);
  expect(slow).toBeGreaterThan(least / 100);
}

describe("the dev stack's one URL", () => {
  let clone: Clone;
  let url: string;
  const up = (...changes: string[]) => clone.verb("up", "--yes", "--skip-preview", ...changes);

  beforeAll(async () => {
    clone = Clone.create();
    const lines = [
      "  django-nomad:update:\n    minHealthyTime: 1s\n",
      `  django-nomad:serverCommand: ${JSON.stringify(slowSiteCommand)}\n`,
    ];
    clone.write("Pulumi.dev.yaml", `${clone.checkEverySecond()}${lines.join("")}`);
    const { code, output } = await clone.npm(["start"]);
    if (code !== 0) throw new Error(output);
    url = /(http:\S+) answers 200 OK, and stays through every release/.exec(output)?.[1] ?? output;
  });
  afterAll(() => clone?.remove());

  it("loses no request through a release that migrates for 15 s, a failed one, more and fewer instances and a rotated secret", async () => {
    const loop = callers(() => Promise.resolve([url]));
    const release = await up("-c", "djangoImage=django-testing:v2");
    const failed = await up("-c", "djangoImage=django-testing:v3");
    const more = await up("-c", "djangoImage=django-testing:v2", "-c", "count=3");
    const fewer = await up("-c", "count=2");
    const secret = ["config", "set", "--secret", "--path", "secretEnvVars.SECRET_KEY", "--stack", "dev"];
    const set = await clone.verb("pulumi", ...secret, randomBytes(30).toString("hex"));
    const rotated = await up();
    const called = await loop.stop();
    for (const { code, output } of [release, more, fewer, set, rotated]) expectShowing(code, output).toBe(0);
    expectShowing(failed.code, failed.output).not.toBe(0);
    expect(release.output).toContain("applied visits.0002_take_a_while in 15.");
    expect(await (await fetch(`${url}version`)).text()).toBe("v2\n");
    expectNoneLost(called, 1500);
  });

  it("is the same after the next npm start, and a port that another program has is named with the way out", async () => {
    const again = await clone.npm(["start"]);
    expect(again.output).toContain(`${url} answers 200 OK`);
    expectShowing(again.code, again.output).toBe(0);
    const { port } = new URL(clone.nomad);
    const taken = await clone.npm(["start"], { DJANGO_NOMAD_PORT: port });
    expect(taken.output).toContain(`Port ${port} of 127.0.0.1, where the site answers, is taken`);
    expect(taken.output).toContain("DJANGO_NOMAD_PORT=");
    expect(taken.code).not.toBe(0);
    expect((await fetch(url)).status).toBe(200);
  });
});

(soak ? describe : describe.skip)("two ingresses of examples/ingress on a cluster", () => {
  let bed: TestBed;
  let ingress: Ingress | undefined;

  beforeAll(async () => {
    bed = await TestBed.prepare();
  });
  afterAll(async () => {
    await bed?.stop();
    await ingress?.release();
  });

  it("lose no request of a load balancer that checks them, through releases, a failed one, scaling, drains of application and ingress and a change of the environment", async () => {
    const app = bed.app("shop", { serverCommand: slowSiteCommand });
    const first = await app.up();
    expectShowing(first.code, first.output).toBe(0);
    const { ready } = (ingress = await startIngress(bed.cluster, "shop"));
    const loop = callers(ready);
    const image = (version: string, ...seconds: number[]): string => {
      const migrations = seconds.map((one, index) => slowMigration(`000${index + 2}_slow`, one));
      return bed.images.build({ version, migrations });
    };
    const green = [
      await app.up({ djangoImage: image("v2", 15) }),
      await app.up({ count: 4 }),
      await app.up({ count: 2 }),
      await app.up({ djangoImage: image("v3", 15, 5), count: 3 }),
    ];
    const red = await app.up({ serverCommand: ["false"] });
    green.push(await app.up({ serverCommand: slowSiteCommand, envVars: { ROTATED: "1" } }));
    for (const { ID } of await bed.cluster.nodes()) {
      const isEmpty = async (): Promise<boolean> => {
        const all = await bed.cluster.get<PlacedAllocation[]>(`/v1/node/${ID}/allocations`);
        return all.every(({ ClientStatus }) => ClientStatus !== "running");
      };
      await bed.cluster.drain(ID);
      await waitUntil("the node is empty", isEmpty, 120_000);
      await waitUntil("all instances run", async () => (await app.running()).length === 3, 120_000);
      await bed.cluster.undrain(ID);
      await waitUntil("both ingresses are ready", async () => (await ready()).length === 2, 120_000);
    }
    const called = await loop.stop();
    for (const { code, output } of green) expectShowing(code, output).toBe(0);
    expect(red.code).not.toBe(0);
    expectNoneLost(called, 6000);
  }, 1_200_000);
});
