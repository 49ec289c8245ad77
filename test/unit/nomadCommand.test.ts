import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { cliEnvironment } from "../../commands/app/nomadCli";
import { nomadOptions } from "../../commands/nomad";
import { repoRoot } from "../../commands/base/paths";
import { nomadConnection } from "../../components/nomad/connection";

const address = "https://nomad.example.com:4646";

describe("npm run nomad", () => {
  it("takes a stack first, and leaves everything else to Nomad's CLI", () => {
    expect(nomadOptions(["job", "status", "-s", "x"])).toEqual({
      stack: "dev",
      words: ["job", "status", "-s", "x"],
    });
    for (const option of [["--stack", "prod"], ["-s", "prod"], ["--stack=prod"]]) {
      expect(nomadOptions([...option, "job", "--stack", "x", ""])).toEqual({
        ...{ stack: "prod", words: ["job", "--stack", "x", ""] },
      });
    }
    expect(() => nomadOptions(["--stack"])).toThrow("--stack needs a value.");
    for (const nothing of [[], ["--stack", "prod"]]) {
      expect(() => nomadOptions(nothing)).toThrow("Usage: npm run --silent nomad --");
    }
  });

  const environment = (settings: Record<string, string>, env: NodeJS.ProcessEnv, namespace?: string) => {
    const setting = (name: string): string | undefined => settings[name];
    return cliEnvironment({ namespace, cli: { connection: nomadConnection(setting, env), env, setting } });
  };

  it("has the CLI ask where the stack does, with what the stack says before what the shell says", () => {
    const settings = {
      address,
      region: "eu",
      secretId: "t",
      caFile: "README.md",
      httpAuth: "ann:x",
      skipVerify: "true",
    };
    const shell = {
      PATH: "/bin",
      NOMAD_ADDR: "http://elsewhere",
      NOMAD_TOKEN: "shell",
      NOMAD_NAMESPACE: "other",
    };
    expect(environment(settings, shell, "web").env).toMatchObject({
      ...{ PATH: "/bin", NOMAD_ADDR: address, NOMAD_TOKEN: "t", NOMAD_REGION: "eu", NOMAD_NAMESPACE: "web" },
      ...{ NOMAD_CACERT: `${repoRoot}/README.md`, NOMAD_HTTP_AUTH: "ann:x", NOMAD_SKIP_VERIFY: "true" },
    });
  });

  it("writes certificates that are texts into files of this user alone, and removes them", () => {
    const { env, remove } = environment({ address, caPem: "CA", keyPem: "KEY" }, {});
    const [ca, key] = [env.NOMAD_CACERT ?? "", env.NOMAD_CLIENT_KEY ?? ""];
    expect([readFileSync(ca, "utf8"), readFileSync(key, "utf8")]).toEqual(["CA", "KEY"]);
    expect([statSync(key).mode & 0o777, statSync(dirname(key)).mode & 0o777]).toEqual([0o600, 0o700]);
    remove();
    expect(existsSync(dirname(key))).toBe(false);
  });

  it("says which setting the CLI can't be told", () => {
    expect(() => environment({ address, headers: '[{"name":"a","value":"b"}]' }, {})).toThrow(
      "nomad:headers",
    );
    expect(() => environment({ address, caFile: "nowhere.pem" }, {})).toThrow(
      'nomad:caFile (or NOMAD_CACERT) names "nowhere.pem"',
    );
  });
});

describe("a command that has this terminal to itself", () => {
  /** Runs a shell's script through a process of ours. */
  function through(script: string): ReturnType<typeof spawn> {
    const ours =
      'const { passThrough, signalCode } = require("./commands/base/passThrough");' +
      'passThrough("sh", ["-c", process.argv[1]], process.env, "/").then(' +
      "({ code, signal }) => { process.exitCode = code ?? signalCode(signal); });";
    return spawn(process.execPath, ["--require", "./commands/typescript.cjs", "-e", ours, script], {
      cwd: repoRoot,
      stdio: ["pipe", "pipe", "inherit"],
    });
  }

  it("reads our input, writes our output, and ends us with its exit code", async () => {
    const child = through("cat; exit 7");
    child.stdin?.end("payload");
    let said = "";
    child.stdout?.on("data", (data) => (said += String(data)));
    expect(await once(child, "close")).toEqual([7, null]);
    expect(said).toBe("payload");
  });

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "gets a %s that we get, and decides on its own end",
    async (signal) => {
      const child = through(
        `trap 'exit 5' ${signal.slice(3)}; echo ready; for i in $(seq 60); do sleep 0.05; done`,
      );
      await once(child.stdout ?? child, "data");
      child.kill(signal);
      expect(await once(child, "close")).toEqual([5, null]);
    },
  );

  it("ends us as a shell would when a signal ended it", async () => {
    const child = through("kill -KILL $$");
    expect(await once(child, "close")).toEqual([137, null]);
  });
});
