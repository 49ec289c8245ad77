import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { dockerAddress } from "../../docker/address";
import { formatDuration, parseDuration } from "../../docker/container/duration";
import { containerFields } from "../../docker/container/fields";
import { uploadArchive } from "../../docker/container/upload";
import { withoutFrames } from "../../docker/container/wait";
import { withTag } from "../../docker/image";
import { RegistryAuth, registryOf } from "../../docker/registryAuth";
import { diffInputs } from "../../docker/schema/diff";
import { type Properties, Secret } from "../../host/types";
import { stubEnv, unstubAllEnvs } from "../../../test/support/stubEnv";

const folders: string[] = [];

function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "docker-plugin-")));
  return folders.at(-1) as string;
}

afterEach(() => {
  unstubAllEnvs();
  folders.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true }));
});

describe("what counts as a change of a container", () => {
  const diff = (olds: Properties, news: Properties) =>
    diffInputs(containerFields, { id: "id", urn: "", olds, oldInputs: {}, news, ignoreChanges: [] })
      .detailedDiff ?? {};

  it("is not the order of envs, labels or volumes, nor what Docker filled in", () => {
    const olds = {
      envs: ["A=1", "B=2"],
      labels: [
        { label: "a", value: "1" },
        { label: "b", value: "2" },
      ],
      volumes: [{ containerPath: "/data", volumeName: "v", fromContainer: "", hostPath: "", readOnly: null }],
      hostname: "0123456789ab",
      workingDir: "/code",
      ports: [{ internal: 80, external: 32768, ip: "0.0.0.0", protocol: "tcp" }],
    };
    const news = {
      envs: new Secret(["B=2", "A=1"]),
      labels: [
        { label: "b", value: "2", __defaults: [] },
        { label: "a", value: "1" },
      ],
      volumes: [{ containerPath: "/data", volumeName: "v" }],
      ports: [{ internal: 80, ip: "0.0.0.0", protocol: "tcp" }],
    };
    expect(diff(olds, news)).toEqual({});
  });

  it("is each element of a list, set or map, by its path", () => {
    const olds = { envs: ["A=1", "B=2"], command: ["run", "fast"], logOpts: { "max-size": "10m", tag: "x" } };
    const news = { envs: ["A=1", "B=3", "C=4"], command: ["run"], logOpts: { "max-size": "20m" } };
    expect(diff(olds, news)).toEqual({
      "envs[1]": { kind: "update-replace" },
      "envs[2]": { kind: "add-replace" },
      "command[1]": { kind: "delete-replace" },
      'logOpts["max-size"]': { kind: "update-replace" },
      "logOpts.tag": { kind: "delete-replace" },
    });
  });

  it("replaces the container where Docker can't change it: a healthcheck, or a limit that is taken away", () => {
    const healthcheck = { tests: ["CMD", "true"], interval: "1s" };
    expect(diff({ healthcheck }, { healthcheck: { ...healthcheck, interval: "2s" } })).toEqual({
      "healthcheck.interval": { kind: "update-replace" },
    });
    expect(diff({ memory: 64 }, { memory: 128 })).toEqual({ memory: { kind: "update" } });
    expect(diff({ memory: 64 }, {})).toEqual({ memory: { kind: "delete-replace" } });
  });
});

describe("where Docker is", () => {
  it("comes from the provider, else DOCKER_HOST, else the docker command's context, else the local socket", () => {
    stubEnv("DOCKER_CONFIG", folder());
    stubEnv("DOCKER_CONTEXT", undefined);
    stubEnv("DOCKER_HOST", undefined);
    expect(dockerAddress({})).toEqual({
      host: "unix:///var/run/docker.sock",
      socketPath: "/var/run/docker.sock",
    });
    stubEnv("DOCKER_HOST", "tcp://build:1234");
    expect(dockerAddress({})).toMatchObject({ hostname: "build", port: 1234, protocol: "http" });
    expect(dockerAddress({ host: "unix:///run/user/1/docker.sock" }).socketPath).toBe(
      "/run/user/1/docker.sock",
    );
    expect(() => dockerAddress({ context: "missing" })).toThrow(
      /docker:context is "missing".*docker context ls/,
    );
    expect(() => dockerAddress({ host: "somewhere" })).toThrow(/docker:host is somewhere.*tcp:\/\/HOST:PORT/);
  });
});

describe("credentials for a registry", () => {
  it("come from the provider for its own registry, and from docker login for others", async () => {
    const path = folder();
    stubEnv("DOCKER_CONFIG", path);
    const auth = Buffer.from("me:from:login").toString("base64");
    writeFileSync(join(path, "config.json"), JSON.stringify({ auths: { "other.example.org": { auth } } }));
    const registryAuth = JSON.stringify([{ address: "reg.example.org", username: "u", password: "p" }]);
    const found = new RegistryAuth({ registryAuth: new Secret(registryAuth) });
    expect(await found.forImage("reg.example.org/app:1")).toMatchObject({ username: "u", password: "p" });
    expect(await found.forImage("other.example.org/app:1")).toMatchObject({
      username: "me",
      password: "from:login",
    });
    expect(await found.forImage("postgres:15")).toBeUndefined();
  });

  it("are looked up by the registry in the image's name", () => {
    expect(registryOf("postgres:15")).toBe("https://index.docker.io/v1/");
    expect(registryOf("team/app")).toBe("https://index.docker.io/v1/");
    expect(registryOf("localhost:5000/app")).toBe("localhost:5000");
    expect(withTag("localhost:5000/app")).toBe("localhost:5000/app:latest");
    expect(withTag("app@sha256:00")).toBe("app@sha256:00");
  });
});

describe("the forms in which Docker takes and gives things", () => {
  it.each([
    ["500ms", 500e6],
    ["1m30s", 90e9],
    ["0s", 0],
    ["1h0m0s", 3600e9],
  ])("a duration of %s is %d ns", (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
    expect(formatDuration(nanoseconds)).toBe(text);
  });

  it("a text that is no duration is not taken for one", () => {
    expect(["", "5", "1 s", "-1s", "soon"].map(parseDuration)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("an upload is an archive that tar can read, with mode and content", () => {
    const path = folder();
    const file = `/${"deep/".repeat(25)}greeting.txt`;
    writeFileSync(join(path, "a.tar"), uploadArchive({ file, content: "héllo", permissions: "0640" }));
    const listing = execFileSync("tar", ["-tvf", join(path, "a.tar")], { encoding: "utf8" });
    expect(listing).toMatch(/^-rw-r----- 0\/0 +6 .* deep\/.*greeting\.txt$/m);
    expect(execFileSync("tar", ["-xOf", join(path, "a.tar")], { encoding: "utf8" })).toBe("héllo");
  });

  it("a log loses Docker's frames and nothing else", () => {
    const frame = (stream: number, text: string) => {
      const header = Buffer.alloc(8);
      header.writeUInt8(stream, 0);
      header.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    expect(withoutFrames(Buffer.concat([frame(1, "out\n"), frame(2, "é\n")]))).toBe("out\né\n");
  });
});
