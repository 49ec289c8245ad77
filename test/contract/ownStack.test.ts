import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../support/clone";

const nothingSet = { DJANGO_NOMAD_OFFLINE: undefined, PULUMI_CONFIG_PASSPHRASE: undefined };
const change = ["stack", "change-secrets-provider", "passphrase"];

describe("a stack of one's own, on a fresh clone without a Nomad agent", () => {
  let clone: Clone;
  const pulumi = (args: string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<Finished> =>
    clone.npm(["run", "--silent", "pulumi", "--", ...args], { ...nothingSet, ...env }, input);
  const ours = { PULUMI_CONFIG_PASSPHRASE: "ours" };

  beforeAll(() => {
    clone = Clone.create();
  });
  afterAll(() => clone.remove());

  it.each([
    [["stack", "init", "own"]],
    [["config", "set", "--secret", "--path", "secretEnvVars.TOKEN", "value", "--stack", "own"]],
    [["up", "--stack", "own"]],
    [[...change, "--stack", "own"]],
  ])("is not made without a passphrase: %j", async (args) => {
    const { code, output } = await pulumi(args);
    expect(code).toBe(2);
    expect(output).toContain("Stack own needs a passphrase");
    expect(output).toContain("read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE");
    expect(output).not.toMatch(/^\s+at /m);
    expect(existsSync(join(clone.folder, ".local/state/.pulumi/stacks/django-nomad/own.json"))).toBe(false);
  });

  it("keeps its secrets with the passphrase that its owner gives", async () => {
    expect(await pulumi(["stack", "init", "own"], ours)).toMatchObject({ code: 0 });
    const set = ["config", "set", "--secret", "--path", "secretEnvVars.TOKEN", "a secret"];
    expect(await pulumi(set, ours)).toMatchObject({ code: 0 });
    expect(await pulumi(["config", "set", "djangoImage", "shop:1"], ours)).toMatchObject({ code: 0 });
    expect(clone.read("Pulumi.own.yaml")).not.toContain("a secret");
    const { output } = await pulumi(["config", "get", "--path", "secretEnvVars.TOKEN"], ours);
    expect(output.trim()).toBe("a secret");
  });

  it("names a wrong passphrase in one message, without a JavaScript stack", async () => {
    for (const args of [["config"], ["stack", "export"], ["preview"]]) {
      const { code, output } = await pulumi([...args, "--stack", "own"], {
        PULUMI_CONFIG_PASSPHRASE: "theirs",
      });
      expect(code).toBe(2);
      expect(output.match(/incorrect passphrase/g)).toHaveLength(1);
      expect(output).toContain("PULUMI_CONFIG_PASSPHRASE does not open the secrets of stack own");
      expect(output).not.toMatch(/^\s+at /m);
    }
  });

  it("names every plugin that this machine lacks and the command that gets it; DJANGO_NOMAD_OFFLINE=1 does without", async () => {
    await pulumi(["config", "set", "nomad:address", "http://127.0.0.1:9", "--stack", "own"], ours);
    const withoutPlugins = { ...ours, PULUMI_HOME: join(clone.folder, "empty") };
    const refused = await pulumi(["up", "--yes", "--stack", "own"], withoutPlugins);
    expect(refused.code).toBe(2);
    expect(refused.output).toContain("Stack own runs on Pulumi's published plugins, and this machine lacks");
    for (const name of ["nomad", "docker", "postgresql", "random"])
      expect(refused.output).toMatch(new RegExp(`pulumi plugin install resource ${name} \\d+\\.\\d+\\.\\d+`));

    const allowed = await pulumi(["preview", "--stack", "own"], {
      ...withoutPlugins,
      DJANGO_NOMAD_OFFLINE: "1",
    });
    expect(allowed.output).toMatch(/Plugins: offline stand-ins for nomad, docker, postgresql, random/);
    expect(allowed.output).not.toContain("this machine lacks");
  });

  it("installs plugins for the user, not beside the clone's stand-ins", async () => {
    const { output } = await pulumi(["plugin", "ls", "--json"], { PULUMI_HOME: join(clone.folder, "empty") });
    expect(JSON.parse(output)).toEqual([]);
  });

  it("that was made with the passphrase of local development gets one of its own by one command", async () => {
    const wellKnown = { PULUMI_CONFIG_PASSPHRASE: "local-development-only" };
    await pulumi(["stack", "init", "old"], wellKnown);
    await pulumi(["config", "set", "--secret", "--path", "secretEnvVars.TOKEN", "kept"], wellKnown);

    for (const env of [{}, ours]) {
      const { code, output } = await pulumi(["preview", "--stack", "old"], env);
      expect(code).toBe(2);
      expect(output).toContain("npm run pulumi -- stack change-secrets-provider passphrase --stack old");
    }
    const changed = await pulumi([...change, "--stack", "old"], {}, "ours\n");
    expect(changed.output).toContain("Now enter a new one");
    expect(changed.code).toBe(0);
    expect(
      (
        await pulumi(["config", "get", "--path", "secretEnvVars.TOKEN", "--stack", "old"], ours)
      ).output.trim(),
    ).toBe("kept");
    expect((await pulumi(["config", "--stack", "old"], wellKnown)).output).toContain("incorrect passphrase");
  });

  it("is not given an empty passphrase by a change that nobody answers", async () => {
    const { code, output } = await pulumi([...change, "--stack", "old"], ours, "");
    expect(code).toBe(1);
    expect(output).toContain("Stack old now has a public passphrase");
    expect(await pulumi([...change, "--stack", "old"], {}, "ours\n")).toMatchObject({ code: 0 });
  });

  it("leaves state, and what is exported from it, for its owner's eyes only", async () => {
    const mode = (...path: string[]): string =>
      (statSync(join(clone.folder, ...path)).mode & 0o777).toString(8);
    expect(mode(".local", "state")).toBe("700");
    await pulumi(["stack", "export", "--file", "exported.json", "--stack", "own"], ours);
    expect(mode("exported.json")).toBe("600");
  });

  it("is not in the way of the dev stack, which opens its secrets whatever is set", async () => {
    for (const env of [
      { PULUMI_CONFIG_PASSPHRASE: "theirs" },
      { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" },
    ]) {
      const args = ["config", "get", "--path", "secretEnvVars.POSTGRES_PASSWORD", "--stack", "dev"];
      const { code, output } = await pulumi(args, env);
      expect(output).toContain("password");
      expect(code).toBe(0);
    }
  });
});
