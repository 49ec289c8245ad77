import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { failingMigration, slowMigration, steeringMigration } from "../../support/djangoProject";
import { type LoopResult, lowestCapacity } from "../../support/requests";
import type { Deployment } from "../../../components/nomad/models";
import type { Finished, Running } from "../../support/clone";
import { type App, TestBed, type Timed } from "../../support/testBed";
import { expectShowing } from "../../support/expectShowing";
import { waitUntil } from "../../support/waiting";

describe("a release whose migration fails", () => {
  let bed: TestBed;
  let app: App;
  let fails: string;
  let mended: string;
  let roomless: Promise<Timed>;
  let volumeless: Promise<Timed>;
  let short: App;
  let shorthanded: Promise<Timed>;

  beforeAll(async () => {
    bed = await TestBed.prepare();
    app = bed.app("shop");
    fails = bed.images.build({ version: "fails", migrations: [failingMigration("0002_slugs")] });
    mended = bed.images.build({ version: "mended", migrations: [slowMigration("0002_slugs", 1)] });
    // Room may come: `up` waits a minute for it, meanwhile the other tests run.
    const memory = 100_000;
    roomless = bed.app("roomless", { count: 1, serverResources: { cpu: 100, memory } }).up();
    const volumes = [{ name: "uploads", destination: "/uploads" }];
    volumeless = bed.app("volumeless", { count: 1, volumes }).up();
    const { code, output } = await app.up();
    if (code !== 0) throw new Error(output);
    // Instances get a minute to come back, meanwhile the other tests run.
    short = bed.app("short", { constraints: [{ attribute: "${meta.red}", value: "yes" }] });
    shorthanded = loseOne();
    // Its own test awaits it, much later: until then nobody handles a failure.
    shorthanded.catch(() => undefined);
  });

  /** Deploys on the one node that it fits on, then has an instance stop that can't come back. */
  const loseOne = async (): Promise<Timed> => {
    const [{ ID }] = await bed.cluster.nodes();
    await bed.cluster.setMeta(ID, "red", "yes");
    const { code, output } = await short.up();
    if (code !== 0) throw new Error(output);
    await bed.cluster.setMeta(ID, "red", null);
    const [lost] = await short.running();
    await bed.cluster.request("PUT", `/v1/allocation/${lost.ID}/stop`);
    await waitUntil("one instance is left", async () => (await short.running()).length === 1);
    return short.up();
  };
  afterAll(() => bed?.stop());

  describe("deployed twice", () => {
    let first: Timed;
    let second: Timed;
    let requests: LoopResult;
    beforeAll(async () => {
      const loop = app.requests();
      first = await app.up({ djangoImage: fails });
      second = await app.up();
      requests = await loop.stop();
    });

    it("ends up with an error and the traceback, soon after the migration", () => {
      expect(first.output).toMatch(
        /\.\.\. \d+ frames? of django left out\n +File ".*0002_slugs\.py", line \d+/,
      );
      expect(first.output).toContain("ValueError: two posts have the same slug");
      expect(first.output).toContain("The previous version still serves: 2 running.");
      expect(first.code).not.toBe(0);
      expect(first.seconds).toBeLessThan(60);
    });

    it("is not green the second time either", () => {
      expect(second.output).toContain("ValueError: two posts have the same slug");
      expect(second.code).not.toBe(0);
    });

    it("has the old version answer throughout: no request is lost at 50 a second", () => {
      expect(requests.lost).toEqual([]);
      expect(requests.answers).toEqual({ v1: requests.sent });
      expect(requests.sent).toBeGreaterThan(200);
      expect(lowestCapacity(requests)).toBeGreaterThanOrEqual(2);
    });

    it("leaves no trace in the database", async () => {
      expect(await bed.applied()).toEqual(["0001_initial"]);
      expect(await bed.sql("SELECT 1 FROM pg_tables WHERE tablename = 'made_by_0002_slugs'")).toEqual([]);
    });
  });

  describe("an image that does not run what it is given", () => {
    const deploy = async (version: string, entrypoint: string[]): Promise<Timed> =>
      app.up({ djangoImage: bed.images.build({ version, migrations: [], entrypoint }) });

    it("whose ENTRYPOINT ends with 0 is red, names it, and shows what ran instead", async () => {
      const { code, output, seconds } = await deploy("server", ["gunicorn", "config.wsgi"]);
      expect(output).toContain("manage.py never ran");
      expect(output).toContain("ENTRYPOINT is the likely cause");
      expect(output).toMatch(/gunicorn \(version \d/);
      expect(output).toContain("The previous version still serves: 2 running.");
      expectShowing(code, output).not.toBe(0);
      expect(seconds).toBeLessThan(60);
    });

    it("is red at the next up, too", async () => {
      const { code, output } = await app.up();
      expect(output).toContain("manage.py never ran");
      expectShowing(code, output).not.toBe(0);
    });

    it("that says nothing at all is told so", async () => {
      const knowsWeb = 'case "$1" in web) exec gunicorn config.wsgi;; esac';
      const { code, output } = await deploy("silent", ["sh", "-c", knowsWeb, "sh"]);
      expect(output).toContain("It printed nothing at all.");
      expectShowing(code, output).not.toBe(0);
    });
  });

  it("a migration that leaves the process with 0 is red, and its release stays without a server", async () => {
    const leaves = {
      name: "0002_leaves",
      body: "def work(apps, editor):\n    import os\n    os._exit(0)\n",
      operations: ["migrations.RunPython(work)"],
    };
    const djangoImage = bed.images.build({ version: "leaves", migrations: [leaves] });
    const { code, output } = await app.up({ djangoImage });
    expect(output).toContain("left the process");
    expect(output).toContain("The previous version still serves: 2 running.");
    expectShowing(code, output).not.toBe(0);
    expect(await bed.applied()).toEqual(["0001_initial"]);
  });

  it("a migration that prints thousands of lines, colour markup and control sequences fails with a report", async () => {
    const djangoImage = bed.images.build({
      version: "steers",
      migrations: [steeringMigration("0002_slugs")],
    });
    const { code, output } = await app.up({ djangoImage });
    expectShowing(code, output).not.toBe(0);
    expect(output).not.toMatch(/panic|goroutine/);
    expect(output).not.toMatch(/[\u202e\u009b\u0007]|\u001b\[2J|\u001b\]/);
    expect(output).toContain("migrate: step 0 \\x1b[2J\\x1b]52;c;cm0=\\x07 <\\{% if x %}>\\u202e");
    expect(output).toMatch(/\(\d+ lines left out\) migrate: /);
    expect(output.split("\n").length).toBeLessThan(600);
    expect(output).toContain("ValueError: unclosed tag <\\{% if x %}> \\x1b[2J\\x9b2J\\rall is well");
    expect(output).toMatch(/The previous version still serves: 2 running/);
  });

  it("the fix deploys at the first try, together with a changed count", async () => {
    const { code, output } = await app.up({ djangoImage: mended, count: 3 });
    expect(output).toContain("healthy 3/3");
    expect(code).toBe(0);
    expect(await app.served()).toEqual(Array(3).fill("mended"));
    expect(await bed.applied()).toEqual(["0001_initial", "0002_slugs"]);
  });

  it("a rollback to the older image serves: nothing is unapplied", async () => {
    const { code, output } = await app.up({ djangoImage: "django-testing:v1", count: 2 });
    expectShowing(code, output).toBe(0);
    expect(await app.served()).toEqual(["v1", "v1"]);
    expect(await bed.applied()).toEqual(["0001_initial", "0002_slugs"]);
  });

  describe("what can't start is explained", () => {
    it("no room on the cluster", async () => {
      const { code, output } = await roomless;
      expect(output).toContain("No room: 3 nodes: memory exhausted on 3");
      expect(code).not.toBe(0);
    });

    it("a volume that no client has", async () => {
      const { code, output } = await volumeless;
      expect(output).toContain('No room: 3 nodes: constraint "missing compatible host volumes" filtered 3');
      expect(code).not.toBe(0);
    });

    it("a Docker network that no client has", async () => {
      const { code, output } = await bed.app("netless", { count: 1, dockerNetworkMode: "nowhere" }).up();
      expect(output).toMatch(/task migrate could not be started: .*network nowhere not found/);
      expect(output).toContain("Check that the Docker network exists");
      expect(code).not.toBe(0);
    });

    it("a Nomad variable that is missing under its name, while the old version serves on", async () => {
      const before = await app.served();
      await bed.cluster.request("DELETE", "/v1/var/nomad/jobs/shop");
      // With a refresh `up` would just write it again.
      const deploying = app.start(
        {
          djangoImage: "django-testing:v1",
          serverResources: { cpu: 1000, memory: 300 },
          envVars: { ROUND: "secretless" },
        },
        "--refresh=false",
      );
      let forEver = false;
      const patience = setTimeout(() => {
        forEver = true;
        deploying.kill();
      }, 120_000);
      const { code, output } = await deploying.finished;
      clearTimeout(patience);
      expect(output).toContain("Nomad variable nomad/jobs/shop");
      expectShowing(forEver, output).toBe(false);
      expect(code).not.toBe(0);
      expect(await app.served()).toEqual(before);
    });
  });

  describe("an up that changes nothing is red, within a second of what it finds", () => {
    /** Begins an `up` and waits until it waits for the instance that is missing. */
    const waiting = async (): Promise<Running> => {
      const up = short.start();
      await waitUntil("it waits", async () => /\d of 2 instances serve, waiting/.test(up.output()));
      return up;
    };
    const expectRed = ({ code, output }: Finished, message: RegExp): void => {
      expect(output).toMatch(message);
      expect(output).toMatch(/\d unchanged/);
      expect(output).not.toMatch(/^ +at .+:\d+/m);
      expectShowing(code, output).not.toBe(0);
    };

    it("when instances can't come back", async () => {
      expectRed(await shorthanded, /error: Only 1 of 2 instances of short serve, 60 s after/);
    });

    it("when Nomad hangs before it has said that all is well", async () => {
      const up = await waiting();
      const thaw = bed.cluster.freezeServer();
      const begin = Date.now();
      const finished = await up.finished.finally(thaw);
      expectRed(finished, /error: Can't ask Nomad whether short serves: Nomad at .* no answer within 10 s/);
      expect((Date.now() - begin) / 1000).toBeLessThan(40);
      await bed.cluster.untilReady();
    });

    it("when somebody stops the job meanwhile; the next one starts it again", async () => {
      const up = await waiting();
      await bed.cluster.request("DELETE", "/v1/job/short");
      const begin = Date.now();
      expectRed(await up.finished, /error: Job short was stopped by another user or tool/);
      expect((Date.now() - begin) / 1000).toBeLessThan(10);
      const [{ ID }] = await bed.cluster.nodes();
      await bed.cluster.setMeta(ID, "red", "yes");
      const again = await short.up();
      expect(again.output).toContain("healthy 2/2");
      expect(again.code).toBe(0);
    });

    it("when the rollout of an up that was killed is paused", async () => {
      const killed = short.start({ envVars: { ROUND: "paused" } });
      const running = async (): Promise<Deployment | undefined> =>
        (await bed.cluster.deployments("short")).find(({ Status }) => Status === "running");
      await waitUntil("its rollout runs", async () => (await running()) !== undefined);
      const DeploymentID = (await running())?.ID;
      await bed.cluster.request("PUT", `/v1/deployment/pause/${DeploymentID}`, { DeploymentID, Pause: true });
      killed.kill();
      await killed.finished;
      await waitUntil("its program has ended", async () => bed.clone.programs().length === 0);
      await bed.clone.verb("pulumi", "cancel", "--yes", "--stack", "short");
      expectRed(
        await short.up(),
        /error: The rollout of short version \d+ is paused: `nomad deployment resume/,
      );
    });
  });
});
