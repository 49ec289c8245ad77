import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone } from "../support/clone";
import { containersWith, dockerNames } from "../support/docker";
import { repetitions } from "../support/soak";
import { cloneId, waitUntil } from "../support/waiting";

/** Where `npm start` is killed: what it has printed by then. */
const allMoments: [when: string, printed: RegExp][] = [
  ["the database container is being created", /docker:index:Container \S+ creating/],
  ["the first migration runs", /allocation \d \(\w+\): migrate/],
  ["the agent is being started", /Images: /],
  ["the servers wait for their checks", /server started, waiting for its check/],
];
const moments = allMoments.slice(0, repetitions(allMoments.length, 2));

describe("npm start that was killed", () => {
  let clone: Clone;
  beforeAll(() => {
    clone = Clone.create();
  });
  afterAll(() => clone.remove());

  it.each(moments)("can be killed when %s, and started again", async (_, printed) => {
    const first = clone.start(["start"]);
    let over = false;
    void first.finished.finally(() => (over = true));
    await waitUntil(`the output holds ${printed}`, async () => over || printed.test(first.output()), 180_000);
    expect(first.output()).toMatch(printed);
    first.kill();
    await first.finished;

    const { code, output } = await clone.npm(["start"]);
    expect(output).toMatch(/Ready: 2 instances/);
    expect(code).toBe(0);
    const stopped = await clone.npm(["run", "--silent", "stop", "--", "--purge"]);
    expect(stopped.output).toContain("Everything is removed");
    expect(stopped.code).toBe(0);
  });
});

describe("two clones on one machine", () => {
  const clones: Clone[] = [];
  beforeAll(() => {
    clones.push(Clone.create(), Clone.create());
  });
  afterAll(async () => {
    for (const clone of clones) await clone.remove();
  });

  it("start side by side, each with an agent, a database and a site of its own", async () => {
    const started = await Promise.all(clones.map((clone) => clone.npm(["start"])));
    for (const { code, output } of started) {
      expect(output).toMatch(/Ready: 2 instances/);
      expect(code).toBe(0);
    }
    expect(clones[0].nomad).not.toBe(clones[1].nomad);
    const ports = await Promise.all(
      clones.map(async (clone) => (await clone.registrations("django")).map(({ Port }) => Port)),
    );
    expect(new Set(ports.flat()).size).toBe(4);
  });

  it("stopping one leaves the other alone", async () => {
    const { code } = await clones[0].npm(["run", "--silent", "stop"]);
    expect(code).toBe(0);
    const preview = await clones[1].verb("preview", "--expect-no-changes");
    expect(preview.code).toBe(0);
    expect(await clones[1].registrations("django")).toHaveLength(2);
  });

  it("a clone whose agent was killed is still taken down as a whole", async () => {
    const id = cloneId(clones[1].folder);
    const tasks = (): string[] => containersWith(`com.hashicorp.nomad.node_name=django-nomad-${id}`);
    // Two servers, and the proxy in front of them.
    expect(tasks()).toHaveLength(3);
    const { pid } = JSON.parse(clones[1].read(".local/run/nomad.json")) as { pid: number };
    process.kill(pid, "SIGKILL");
    expect(clones[1].processes(/logmon/)).not.toEqual([]);

    const { code, output } = await clones[1].npm(["run", "--silent", "stop"]);
    expect(output).toContain("Stopped");
    expect(code).toBe(0);
    expect(tasks()).toEqual([]);
    // Nomad has a process for each task's log, which outlives the agent.
    expect(clones[1].processes()).toEqual([]);
    expect(dockerNames("container", id)).toEqual([]);
    expect(dockerNames("network", id)).toEqual([]);
    expect(dockerNames("volume", id)).toHaveLength(1);
  });

  it("a stack on another cluster is left as it is, its state too when the rest is purged", async () => {
    const [clone] = clones;
    const address = "http://127.0.0.1:9";
    clone.write("Pulumi.elsewhere.yaml", `config:\n  nomad:address: ${address}\n`);
    const created = await clone.verb("pulumi", "stack", "init", "elsewhere");
    expect(created.code).toBe(0);

    const { code, output } = await clone.npm(["run", "--silent", "stop", "--", "--purge"]);
    expect(output).toContain(`Stack elsewhere runs on ${address}; left as it is`);
    expect(output).toContain("State of stack dev removed");
    expect(code).toBe(0);
    const { output: left } = await clone.verb("pulumi", "stack", "ls", "--stack", "elsewhere");
    expect(left).toContain("elsewhere");
    expect(left).not.toContain("dev");
    expect(dockerNames("volume", cloneId(clone.folder))).toEqual([]);
  });
});
