import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { waitUntil } from "../../../test/support/waiting";
import { OwnAgent, triedJob } from "./support/ownAgent";
import { probeImage } from "../../../test/contract/support/probeImage";

interface Allocation {
  ClientStatus: string;
  TaskStates: Record<string, { Events: { DisplayMessage: string }[] }> | null;
}

const device = { type: "none", o: "bind", device: "/etc" };
const bindVolume = { driver_config: [{ name: "local", options: [device] }] };

/** What a job may ask Docker for, and what Nomad says to it. */
const refused: [name: string, what: string, config: object, reason: string][] = [
  ["volume", "a folder of the machine as a volume", { volumes: ["/etc:/host"] }, "volumes are not enabled"],
  [
    "above",
    "a folder above the allocation's",
    { volumes: ["../../../../../../../../../../etc:/host"] },
    "volumes are not enabled",
  ],
  [
    "mount",
    "a folder of the machine as a mount",
    { mount: [{ type: "bind", source: "/etc", target: "/host" }] },
    "volumes are not enabled",
  ],
  [
    "named",
    "a Docker volume that leads to a folder of the machine",
    { mount: [{ type: "volume", source: "etc", target: "/host", volume_options: [bindVolume] }] },
    "volumes are not enabled",
  ],
  ["privileged", "privileges", { privileged: true }, "privileged mode is disabled"],
  ["admin", "an administrator's capabilities", { cap_add: ["SYS_ADMIN"] }, "does not allow the following"],
];

describe("a job on the Nomad agent that npm start runs", () => {
  let own: OwnAgent;
  let image: Awaited<ReturnType<typeof probeImage>>;

  const register = (name: string, driver: string, config: object) =>
    own.clone.nomadRequest<{ EvalID: string }>("PUT", "/v1/jobs", triedJob(name, driver, config));
  const exits = (config: object) => ({ ...config, image: image.name, command: "exit", args: ["0", "0"] });
  const allocations = (name: string) => own.clone.nomadGet<Allocation[]>(`/v1/job/${name}/allocations`);

  /** How a task ends, and all that Nomad says of it. */
  const end = async (name: string): Promise<[status: string, events: string]> => {
    let last: Allocation | undefined;
    await waitUntil(`${name} has ended`, async () => {
      [last] = await allocations(name);
      return last !== undefined && ["complete", "failed"].includes(last.ClientStatus);
    });
    const events = last?.TaskStates?.tried?.Events.map(({ DisplayMessage }) => DisplayMessage) ?? [];
    return [last?.ClientStatus ?? "", events.join("\n")];
  };

  beforeAll(async () => {
    image = await probeImage();
    own = await OwnAgent.prepare();
    await own.ensure();
    // All at once: Nomad takes seconds to be sure that one has failed.
    await register("plain", "docker", exits({}));
    for (const [name, , config] of refused) await register(name, "docker", exits(config));
  });
  afterAll(async () => {
    await own.clone.remove();
    await image.remove();
  });

  it("runs in a container", async () => {
    expect(await end("plain")).toEqual(["complete", expect.stringContaining("Exit Code: 0")]);
  });

  it.each(refused)("fails (%s) when it asks for %s", async (name, _what, _config, reason) => {
    expect(await end(name)).toEqual(["failed", expect.stringContaining(reason)]);
  });

  it("is not placed when it wants to run a command of the machine", async () => {
    const { EvalID } = await register("command", "raw_exec", { command: "/bin/true" });
    await waitUntil("Nomad has looked for a place", async () => {
      const { Status } = await own.clone.nomadGet<{ Status: string }>(`/v1/evaluation/${EvalID}`);
      return Status === "complete";
    });
    expect(await allocations("command")).toEqual([]);
  });

  it("finds a node that offers Docker alone", async () => {
    const nodes = await own.clone.nomadGet<{ Drivers: object }[]>("/v1/nodes");
    expect(nodes.map(({ Drivers }) => Object.keys(Drivers))).toEqual([["docker"]]);
  });
});
