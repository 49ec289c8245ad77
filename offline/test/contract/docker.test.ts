import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { DeleteRequest } from "@pulumi/pulumi/proto/provider_pb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { ensureDocker } from "../../../local/docker";
import { dockerProvider } from "../../docker/provider";
import { ProviderService } from "../../host/service";
import { type Properties, Secret, Unknown } from "../../host/types";
import { compareShapes, compareValues, DifferenceTable } from "./support/compare";
import { FAILING, PASSING, probeImage } from "../../../test/contract/support/probeImage";
import { type Exchange, readRecording } from "./support/recording";
import { replay, replayTests } from "./support/replay";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";
const TIMEOUT = { timeout: 60_000 };

const run = `dntest-${randomBytes(4).toString("hex")}`;
const signal = new AbortController().signal;
let image = "";
let removeImage: () => Promise<void> = async () => undefined;

replayTests("docker", dockerProvider());

beforeAll(async () => {
  await ensureDocker();
  ({ name: image, remove: removeImage } = await probeImage());
}, 180_000);

afterEach(() => {
  const ids = docker("ps", "--all", "--quiet", "--filter", `name=${run}`).split("\n").filter(Boolean);
  if (ids.length > 0) docker("rm", "--force", "--volumes", ...ids);
});

afterAll(async () => {
  for (const kind of ["network", "volume"]) {
    const names = docker(kind, "ls", "--quiet", "--filter", `name=${run}`).split("\n").filter(Boolean);
    if (names.length > 0) docker(kind, "rm", ...names);
  }
  await removeImage();
});

describe("the offline docker plugin on a real Docker", () => {
  const service = new ProviderService(dockerProvider(), () => undefined);
  const table = new DifferenceTable("docker");
  const ids: Record<string, string> = {};

  it(
    "creates, reads and deletes with answers of the recorded shape",
    async () => {
      const port = await freePort();
      const recorded = readRecording("docker").filter(
        ({ method, step, request, errors }) =>
          request.preview !== true &&
          errors === undefined &&
          !["Check", "Diff"].includes(method) &&
          ["2-create", "5-update", "6-refresh-after-loss"].includes(step),
      );
      for (const exchange of recorded) {
        const mine = onThisDocker(exchange, port);
        const ours = await replay(service, { ...mine, request: withId(mine.request, ids) });
        if (mine.method === "Create") ids[mine.request.name] = ours.id as string;
        // The recorded container had been removed by hand when it was read.
        if (mine.method === "Create" && mine.step === "5-update") docker("rm", "--force", ours.id as string);
        expect(
          table.unlisted(mine.method, mine.request.type, compareShapes(exchange.response, ours)),
        ).toEqual([]);
      }
      expect(recorded.map(({ method }) => method)).toEqual(
        expect.arrayContaining(["Create", "Read", "Delete"]),
      );
      expect(table.unused(["Create", "Read", "Delete"])).toEqual([]);
      for (const type of [NETWORK, VOLUME]) {
        const name = type === NETWORK ? "net" : "pgdata";
        await service.delete(deletion(type, name, ids[name]), signal);
      }
      expect(docker("network", "ls", "--quiet", "--filter", `name=${run}`)).toBe("");
      expect(docker("volume", "ls", "--quiet", "--filter", `name=${run}`)).toBe("");
    },
    TIMEOUT.timeout,
  );

  it("fails to update a container that was removed by hand, as recorded, and says what to do", async () => {
    const exchange = readRecording("docker").find(({ errors }) => errors !== undefined) as Exchange;
    const ours = await replay(service, exchange).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(ours).toMatch(/No such container: c272c32c.*Run "pulumi refresh", then "pulumi up"/s);
    const found = compareValues({ error: exchange.errors?.[0] }, { error: ours });
    expect(table.unlisted("Update", CONTAINER, found)).toEqual([]);
    expect(table.unused(["Update"])).toEqual([]);
  });
});

describe("a container", () => {
  const name = `${run}-box`;
  const handler = dockerProvider().resources[CONTAINER];
  const urn = `urn:pulumi:test::${run}::${CONTAINER}::box`;

  const check = async (news: Properties) => {
    const checked = await handler.check({
      urn,
      name: "box",
      type: CONTAINER,
      olds: {},
      news,
      randomSeed: Buffer.alloc(32),
    });
    return { inputs: checked.inputs, failures: checked.failures ?? [] };
  };
  const inputsFor = async (news: Properties) => {
    const { inputs, failures } = await check({ image, name, command: ["sleep"], ...news });
    expect(failures).toEqual([]);
    return inputs;
  };
  const create = (properties: Properties) =>
    handler.create({ urn, name: "box", properties, timeoutSeconds: 0, preview: false, signal });
  const diff = (id: string, olds: Properties, news: Properties) =>
    handler.diff({ id, urn, olds, oldInputs: news, news, ignoreChanges: [] });
  const update = (id: string, olds: Properties, properties: Properties) =>
    handler.update({
      id,
      urn,
      name: "box",
      properties,
      olds,
      oldInputs: properties,
      timeoutSeconds: 0,
      preview: false,
      signal,
    });

  it(
    "is ready when create returns, and shows no change afterwards",
    async () => {
      const inputs = await inputsFor({
        wait: true,
        healthcheck: { tests: PASSING, interval: "1s" },
        envs: ["B=2", "A=1"],
        ports: [{ internal: 80 }, { internal: 70, ip: "127.0.0.1" }],
        labels: [{ label: "purpose", value: "test" }],
        logDriver: "json-file",
        logOpts: { "max-size": "10m" },
        uploads: [{ file: "/etc/greeting", content: "hello", permissions: "0600" }],
      });
      const { id, properties } = await create(inputs);
      expect(docker("inspect", "--format", "{{.State.Health.Status}}", name)).toBe("healthy");
      expect((await diff(id, properties, inputs)).detailedDiff ?? {}).toEqual({});
      const read = await handler.read({ id, urn, properties, inputs });
      expect(read?.properties).toEqual(properties);
      expect(read?.inputs).toEqual(inputs);
    },
    TIMEOUT.timeout,
  );

  it(
    "takes every kind of input, and shows no change afterwards",
    async () => {
      const volume = `${run}-mounted`;
      const inputs = await inputsFor({
        capabilities: { adds: ["NET_ADMIN"], drops: ["MKNOD"] },
        cgroupnsMode: "host",
        cpuPeriod: 100_000,
        cpuQuota: 50_000,
        cpuSet: "0",
        cpuShares: 512,
        destroyGraceSeconds: 1,
        devices: [{ hostPath: "/dev/null", containerPath: "/dev/nothing", permissions: "r" }],
        dns: ["127.0.0.1"],
        dnsOpts: ["ndots:1"],
        dnsSearches: ["example.org"],
        domainname: "example.org",
        entrypoints: ["/probe"],
        groupAdds: ["10", "9"],
        hostname: "box",
        hosts: [{ host: "elsewhere", ip: "127.0.0.2" }],
        init: false,
        ipcMode: "private",
        labels: [
          { label: "b", value: "2" },
          { label: "a", value: "1" },
        ],
        memory: 64,
        memoryReservation: 32,
        memorySwap: 64,
        mounts: [
          { type: "volume", source: volume, target: "/mounted", volumeOptions: { noCopy: true } },
          { type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 1_048_576 } },
        ],
        maxRetryCount: 2,
        pidMode: "host",
        privileged: false,
        readOnly: true,
        restart: "on-failure",
        securityOpts: ["no-new-privileges"],
        shmSize: 16,
        stopSignal: "SIGINT",
        stopTimeout: 3,
        sysctls: { "net.ipv4.ip_unprivileged_port_start": "80" },
        tmpfs: { "/run": "rw" },
        ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
        user: "0:0",
        volumes: [
          { hostPath: "/dev", containerPath: "/host-dev", readOnly: true },
          { containerPath: "/anonymous" },
        ],
        workingDir: "/scratch",
      });
      const { id, properties } = await create(inputs);
      expect((await diff(id, properties, inputs)).detailedDiff ?? {}).toEqual({});
      const read = await handler.read({ id, urn, properties, inputs });
      expect(read?.properties).toEqual(properties);
      const [actual] = JSON.parse(docker("inspect", name)) as [{ HostConfig: object; Config: object }];
      expect(actual.HostConfig).toMatchObject({
        CapAdd: ["NET_ADMIN"],
        CpuQuota: 50_000,
        CpusetCpus: "0",
        Devices: [{ PathInContainer: "/dev/nothing", CgroupPermissions: "r" }],
        Dns: ["127.0.0.1"],
        ExtraHosts: ["elsewhere:127.0.0.2"],
        Memory: 64 * 1024 * 1024,
        PidMode: "host",
        ReadonlyRootfs: true,
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 },
        SecurityOpt: expect.arrayContaining(["no-new-privileges"]) as unknown,
        ShmSize: 16 * 1024 * 1024,
        Tmpfs: { "/run": "rw" },
        Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 2048 }],
      });
      expect(actual.Config).toMatchObject({
        Hostname: "box",
        StopSignal: "SIGINT",
        User: "0:0",
        WorkingDir: "/scratch",
      });
      await handler.delete({ id, urn, properties, timeoutSeconds: 0, signal });
    },
    TIMEOUT.timeout,
  );

  it(
    "that exits is removed, and the error has its exit code and last lines",
    async () => {
      const inputs = await inputsFor({
        command: ["exit", "3", "400"],
        wait: true,
        healthcheck: { tests: PASSING, interval: "30s" },
      });
      await expect(create(inputs)).rejects.toThrow(
        /exited with code 3 before it was healthy.*about to exit/s,
      );
      expect(docker("ps", "--all", "--quiet", "--filter", `name=${name}`)).toBe("");
    },
    TIMEOUT.timeout,
  );

  it(
    "that turns unhealthy, or takes too long, is reported with its health and last lines",
    async () => {
      const healthcheck = { tests: FAILING, interval: "500ms", retries: 1 };
      await expect(create(await inputsFor({ wait: true, healthcheck }))).rejects.toThrow(
        /is unhealthy\. The healthcheck's last answer: about to exit \(exit code 1\).*sleeping/s,
      );
      const slow = await inputsFor({
        wait: true,
        waitTimeout: 1,
        healthcheck: { ...healthcheck, retries: 50 },
      });
      await expect(create(slow)).rejects.toThrow(/was not healthy within 1 s \(waitTimeout\).*sleeping/s);
    },
    TIMEOUT.timeout,
  );

  it(
    "that exits at once is an error unless mustRun is false",
    async () => {
      const command = ["exit", "4", "0"];
      await expect(create(await inputsFor({ command }))).rejects.toThrow(/exited immediately with code 4/);
      const { properties } = await create(
        await inputsFor({ command, mustRun: false, attach: true, logs: true }),
      );
      expect(properties).toMatchObject({ exitCode: 4, containerLogs: "about to exit" });
    },
    TIMEOUT.timeout,
  );

  it(
    "keeps its id when its restart policy or memory change, and is replaced when its image or envs do",
    async () => {
      const inputs = await inputsFor({ memory: 32, memorySwap: 64 });
      const { id, properties } = await create(inputs);
      const changed = { ...inputs, restart: "always", memory: 128, memorySwap: 256 };
      expect(await diff(id, properties, changed)).toMatchObject({
        diffs: ["memory", "memorySwap", "restart"],
      });
      expect((await diff(id, properties, changed)).replaces).toBeUndefined();
      const updated = await update(id, properties, changed);
      expect(updated.properties).toMatchObject({ restart: "always", memory: 128, memorySwap: 256 });
      const format = "{{.Id}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.Memory}}";
      expect(docker("inspect", "--format", format, name)).toBe(`${id} always ${128 * 1024 * 1024}`);
      const replacing = { ...inputs, envs: ["A=1"], image: "other:1" };
      expect(await diff(id, properties, replacing)).toMatchObject({
        replaces: ["envs", "image"],
        deleteBeforeReplace: true,
      });
    },
    TIMEOUT.timeout,
  );

  it(
    "that was stopped shows as drift and is started again",
    async () => {
      const inputs = await inputsFor({});
      const { id, properties } = await create(inputs);
      docker("kill", name);
      const read = await handler.read({ id, urn, properties, inputs });
      expect(read?.properties).toMatchObject({ mustRun: false, exitCode: 137 });
      expect(await diff(id, read?.properties ?? {}, inputs)).toMatchObject({ diffs: ["mustRun"] });
      await update(id, read?.properties ?? {}, inputs);
      expect(docker("inspect", "--format", "{{.State.Running}}", name)).toBe("true");
    },
    TIMEOUT.timeout,
  );

  it(
    "that is gone reads as gone, and deleting it is no error",
    async () => {
      const { id, properties } = await create(await inputsFor({}));
      docker("rm", "--force", name);
      expect(await handler.read({ id, urn, properties, inputs: properties })).toBeUndefined();
      await handler.delete({ id, urn, properties, timeoutSeconds: 0, signal });
    },
    TIMEOUT.timeout,
  );

  it(
    "can be imported by name, after which the same program changes nothing",
    async () => {
      const inputs = await inputsFor({
        envs: ["A=1"],
        memory: 64,
        memorySwap: 64,
        restart: "unless-stopped",
      });
      const { id } = await create(inputs);
      const imported = await handler.read({ id: name, urn, properties: {}, inputs: {} });
      expect(imported?.id).toBe(id);
      expect(imported?.inputs).toMatchObject({ image, name, envs: ["A=1"], command: ["sleep"], memory: 64 });
      expect((await diff(id, imported?.properties ?? {}, inputs)).detailedDiff ?? {}).toEqual({});
    },
    TIMEOUT.timeout,
  );

  it(
    "left behind by a run that was killed does not block the next one; anybody else's does",
    async () => {
      const inputs = await inputsFor({});
      const { id } = await create(inputs);
      const again = await create(inputs);
      expect(again.id).not.toBe(id);
      docker("rm", "--force", name);
      docker("run", "--detach", "--name", name, image);
      await expect(create(inputs)).rejects.toThrow(/already in use.*docker rm -f/s);
    },
    TIMEOUT.timeout,
  );

  it(
    "answers under its alias on the networks that it names, and on no other",
    async () => {
      const network = `${run}-aliases`;
      docker("network", "create", network);
      const { properties } = await create(
        await inputsFor({ networksAdvanced: [{ name: network, aliases: ["db"] }] }),
      );
      expect(properties.networkDatas).toMatchObject([{ networkName: network }]);
      const format = `{{json (index .NetworkSettings.Networks "${network}").Aliases}}`;
      expect(docker("inspect", "--format", format, name)).toContain('"db"');
    },
    TIMEOUT.timeout,
  );

  it(
    "keeps secret envs secret in inputs, outputs, previews and messages",
    async () => {
      const inputs = await inputsFor({ envs: ["A=1", new Secret("PASSWORD=hunter2")] });
      const { properties } = await create(inputs);
      expect(properties.envs).toEqual(new Secret(["A=1", "PASSWORD=hunter2"]));
      const preview = { urn, name: "box", properties: inputs, timeoutSeconds: 0, preview: true, signal };
      expect((await handler.create(preview)).properties.envs).toBeInstanceOf(Secret);
      const { failures } = await check({ image, name, envs: [new Secret("hunter2")], user: new Secret({}) });
      expect(failures).toHaveLength(2);
      expect(JSON.stringify(failures)).not.toContain("hunter2");
    },
    TIMEOUT.timeout,
  );

  it("is planned while some of its inputs are not known yet", async () => {
    const unknown = Unknown.instance;
    const inputs = await inputsFor({
      envs: ["A=1", unknown],
      networksAdvanced: [{ name: unknown }],
      image: unknown,
    });
    const preview = { urn, name: "box", properties: inputs, timeoutSeconds: 0, preview: true, signal };
    const { properties } = await handler.create(preview);
    expect(properties).toMatchObject({ name, envs: ["A=1", unknown], image: unknown, ipcMode: unknown });
    const olds = { ...properties, envs: ["A=1"], networksAdvanced: [{ name: "net" }], image };
    expect((await diff("an-id", olds, inputs)).detailedDiff).toEqual({
      "envs[1]": { kind: "add-replace" },
      "networksAdvanced[0]": { kind: "update-replace" },
      image: { kind: "update-replace" },
    });
  });

  it(
    "with an image that is nowhere to be had is refused with the name of the image",
    async () => {
      const inputs = await inputsFor({ image: `127.0.0.1:9/${run}:none` });
      await expect(create(inputs)).rejects.toThrow(
        `Image "127.0.0.1:9/${run}:none" is not on the Docker host`,
      );
    },
    TIMEOUT.timeout,
  );

  it("with inputs that Docker would ignore or refuse is refused in the plan, all errors at once", async () => {
    const { failures } = await check({
      image,
      memory: "much",
      restart: "often",
      volume: [],
      exitCode: 3,
      ports: [{}],
      healthcheck: { tests: PASSING, interval: "soon" },
    });
    expect(Object.fromEntries(failures.map(({ property, reason }) => [property, reason]))).toEqual({
      memory: "must be a number, was the string much",
      restart: 'must be one of no, on-failure, always, unless-stopped, was "often"',
      volume: "is not known. Did you mean volumes?",
      exitCode: "is read from Docker and can't be set. Remove it",
      "ports[0].internal": "is required but was not given",
      "healthcheck.interval": 'must be a duration such as "500ms", "10s" or "1m30s", was "soon"',
    });
  });
});

describe("networks and volumes", () => {
  const { resources } = dockerProvider();

  it(
    "a network that is still in use is deleted as soon as the last container has left",
    async () => {
      const handler = resources[NETWORK];
      const urn = `urn:pulumi:test::${run}::${NETWORK}::busy`;
      const properties = { name: `${run}-busy` };
      const { id } = await handler.create({
        urn,
        name: "busy",
        properties,
        timeoutSeconds: 0,
        preview: false,
        signal,
      });
      docker("run", "--detach", "--name", `${run}-user`, "--network", id, image);
      const request = { id, urn, properties, signal };
      await expect(handler.delete({ ...request, timeoutSeconds: 1 })).rejects.toThrow(
        `still used by ${run}-user`,
      );
      const deleting = handler.delete({ ...request, timeoutSeconds: 30 });
      docker("rm", "--force", `${run}-user`);
      await deleting;
      expect(docker("network", "ls", "--quiet", "--filter", `name=${run}-busy`)).toBe("");
    },
    TIMEOUT.timeout,
  );

  it(
    "a network with a subnet and options of its own shows no change afterwards",
    async () => {
      const handler = resources[NETWORK];
      const urn = `urn:pulumi:test::${run}::${NETWORK}::own`;
      const news = {
        name: `${run}-own`,
        ipamConfigs: [{ subnet: "10.213.77.0/24" }],
        internal: true,
        options: { "com.docker.network.bridge.enable_icc": "true" },
        labels: [{ label: "purpose", value: "test" }],
      };
      const request = { urn, name: "own", type: NETWORK, olds: {}, news, randomSeed: Buffer.alloc(32) };
      const { inputs } = await handler.check(request);
      const created = { urn, name: "own", properties: inputs, timeoutSeconds: 0, preview: false, signal };
      const { id, properties } = await handler.create(created);
      expect(properties).toMatchObject({ internal: true, labels: news.labels, options: news.options });
      const diff = { id, urn, olds: properties, oldInputs: inputs, news: inputs, ignoreChanges: [] };
      expect((await handler.diff(diff)).detailedDiff ?? {}).toEqual({});
      const moved = { ...inputs, ipamConfigs: [{ subnet: "10.213.78.0/24" }] };
      expect(await handler.diff({ ...diff, news: moved })).toMatchObject({ replaces: ["ipamConfigs"] });
      const again = await handler.create(created);
      expect(again.id).not.toBe(id);
      await handler.delete({ id: again.id, urn, properties, timeoutSeconds: 0, signal });
    },
    TIMEOUT.timeout,
  );

  it(
    "a volume that exists is taken over with its data, and one in use is not deleted",
    async () => {
      const handler = resources[VOLUME];
      const urn = `urn:pulumi:test::${run}::${VOLUME}::data`;
      const name = `${run}-data`;
      docker("volume", "create", "--label", "older=yes", name);
      const properties = { name };
      const { id } = await handler.create({
        urn,
        name: "data",
        properties,
        timeoutSeconds: 0,
        preview: false,
        signal,
      });
      expect(docker("volume", "inspect", "--format", "{{.Labels.older}}", id)).toBe("yes");
      docker("run", "--detach", "--name", `${run}-reader`, "--volume", `${name}:/data`, image);
      const request = { id, urn, properties, timeoutSeconds: 1, signal };
      await expect(handler.delete(request)).rejects.toThrow(`still used by ${run}-reader`);
    },
    TIMEOUT.timeout,
  );

  it("get a name of their own when the program gives none, and keep it", async () => {
    const handler = resources[VOLUME];
    const request = { urn: `urn:pulumi:test::${run}::${VOLUME}::data`, name: "data", type: VOLUME, news: {} };
    const first = await handler.check({ ...request, olds: {}, randomSeed: Buffer.alloc(32, 1) });
    expect(first.inputs.name).toMatch(/^data-[0-9a-f]{7}$/);
    const second = await handler.check({ ...request, olds: first.inputs, randomSeed: Buffer.alloc(32, 2) });
    expect(second.inputs).toEqual(first.inputs);
  });
});

describe("a Docker that can't be reached", () => {
  it("is named in the error, and neither needed for checks nor for previews", async () => {
    const provider = dockerProvider();
    await provider.configure({ host: "tcp://127.0.0.1:1" }, () => undefined);
    const handler = provider.resources[VOLUME];
    const request = { urn: `urn:pulumi:test::${run}::${VOLUME}::x`, name: "x", timeoutSeconds: 0, signal };
    const properties = { name: "x" };
    expect((await handler.create({ ...request, properties, preview: true })).properties.name).toBe("x");
    await expect(handler.create({ ...request, properties, preview: false })).rejects.toThrow(
      /Docker is not reachable at tcp:\/\/127\.0\.0\.1:1: is the daemon running\?/,
    );
    const checked = await provider.checkConfig?.({ host: "ssh://somewhere" });
    expect(checked?.failures).toMatchObject([{ property: "host" }]);
  });
});

/** A recorded exchange with names, image, port and healthcheck that this Docker can have. */
function onThisDocker(exchange: Exchange, port: number): Exchange {
  const text = JSON.stringify(exchange)
    .replaceAll("rec-", `${run}-`)
    .replaceAll("postgres:12", image)
    .replaceAll("15432", String(port))
    .replaceAll(/\["CMD-SHELL",[^\]]*\]/g, JSON.stringify(PASSING));
  return JSON.parse(text) as Exchange;
}

function withId(request: Exchange["request"], ids: Record<string, string>): Exchange["request"] {
  return request.id === undefined ? request : { ...request, id: ids[request.name] ?? request.id };
}

function deletion(type: string, name: string, id: string): Parameters<ProviderService["delete"]>[0] {
  const request = new DeleteRequest();
  request.setId(id);
  request.setUrn(`urn:pulumi:dev::pr::${type}::${name}`);
  return request;
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
