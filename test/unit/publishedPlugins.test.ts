import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CommandError } from "../../commands/base/run";
import { downloadFailed } from "../../commands/pulumi/installPlugins";
import { missingPlugins, missingPluginsError, type Plugin } from "../../commands/pulumi/publishedPlugins";

const nomad: Plugin = { kind: "resource", name: "nomad", version: "2.6.1" };
const random: Plugin = { kind: "resource", name: "random", version: "4.21.2" };
const host: Plugin = { kind: "language", name: "nodejs", version: "1.0.0" };

describe("a stack of one's own on a machine without its plugins", () => {
  it("is told which are missing, the command for each, and the way without them", () => {
    const { message } = missingPluginsError("staging", [nomad, random, host], "pulumi", true);
    expect(message).toContain("this machine lacks nomad 2.6.1, random 4.21.2, the Node.js language host.");
    expect(message).toContain("\n  pulumi plugin install resource nomad 2.6.1\n");
    expect(message).toContain("\n  pulumi plugin install resource random 4.21.2\n");
    expect(message).toContain("a full installation of Pulumi, https://www.pulumi.com/docs/install/");
    expect(message).toContain("DJANGO_NOMAD_OFFLINE=1");
    expect(message).toContain("Nothing was changed");
  });

  it("is told the way without downloads when one fails, where there is such a way", () => {
    const error = new CommandError("pulumi plugin install", 1, "", "no route to host", "exited with code 1");
    const { message } = downloadFailed("nomad 2.6.1", error, true);
    expect(message).toMatch(/It needs nomad 2\.6\.1\.\n.*no route to host\n.*DJANGO_NOMAD_OFFLINE=1/s);
    expect(downloadFailed("nomad 2.6.1", error, false).message).not.toContain("DJANGO_NOMAD_OFFLINE");
  });

  it("is told nothing of what it has", () => {
    expect(missingPluginsError("staging", [nomad], "pulumi", true).message).not.toContain("language host");
    expect(missingPluginsError("staging", [host], "pulumi", true).message).not.toContain("plugin install");
  });
});

describe("the published plugins that a machine has", () => {
  let folder: string;
  let pulumi: string;
  const before = { home: process.env.PULUMI_HOME, path: process.env.PATH };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-plugins-"));
    pulumi = put("cli", "pulumi");
    process.env.PULUMI_HOME = join(folder, "home");
    process.env.PATH = join(folder, "on-path");
  });
  afterEach(() => {
    if (before.home === undefined) delete process.env.PULUMI_HOME;
    else process.env.PULUMI_HOME = before.home;
    process.env.PATH = before.path;
    rmSync(folder, { recursive: true });
  });

  function put(where: string, name: string): string {
    mkdirSync(join(folder, where), { recursive: true });
    writeFileSync(join(folder, where, name), "", { mode: 0o755 });
    return join(folder, where, name);
  }
  const missing = (cli = pulumi): string[] => missingPlugins(cli).map(({ name }) => name);
  const cached = (name: string): string => {
    const found = missingPlugins(pulumi).find((plugin) => plugin.name === name) as Plugin;
    return `home/plugins/${found.kind}-${found.name}-v${found.version}`;
  };

  it("are none on an empty one", () => {
    expect(missing()).toEqual(["nomad", "docker", "postgresql", "random", "nodejs"]);
  });

  it("are those of the plugin cache, in the version that the program asks for, and those on PATH", () => {
    put(cached("nomad"), "pulumi-resource-nomad");
    put("home/plugins/resource-docker-v1.0.0", "pulumi-resource-docker");
    put("on-path", "pulumi-resource-random");
    expect(missing()).toEqual(["docker", "postgresql", "nodejs"]);
  });

  it("are not those whose installation was cut off", () => {
    const partial = `${cached("docker")}.partial`;
    put(cached("docker"), "pulumi-resource-docker");
    writeFileSync(join(folder, partial), "");
    expect(missing()).toContain("docker");
  });

  it.each(["cli", "home/bin", "home/versions/3.265.0", "home/plugins/language-nodejs-v3.259.0", "on-path"])(
    "have the language host in %s",
    (place) => {
      put(place, "pulumi-language-nodejs");
      expect(missing()).not.toContain("nodejs");
    },
  );

  it("have the language host beside the CLI that a link leads to", () => {
    put("cli", "pulumi-language-nodejs");
    symlinkSync(pulumi, join(folder, "link"));
    expect(missing(join(folder, "link"))).not.toContain("nodejs");
  });
});
