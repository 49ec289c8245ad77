import { describe, expect, it } from "vitest";
import { missingPluginsError, type Plugin } from "../../local/publishedPlugins";

const nomad: Plugin = { kind: "resource", name: "nomad", version: "2.6.1" };
const random: Plugin = { kind: "resource", name: "random", version: "4.21.2" };
const host: Plugin = { kind: "language", name: "nodejs", version: "1.0.0" };

describe("a stack of one's own on a machine without its plugins", () => {
  it("is told which are missing, the command for each, and the way without them", () => {
    const { message } = missingPluginsError("staging", [nomad, random, host], "pulumi");
    expect(message).toContain("this machine lacks nomad 2.6.1, random 4.21.2, the Node.js language host.");
    expect(message).toContain("\n  pulumi plugin install resource nomad 2.6.1\n");
    expect(message).toContain("\n  pulumi plugin install resource random 4.21.2\n");
    expect(message).toContain("a full installation of Pulumi, https://www.pulumi.com/docs/install/");
    expect(message).toContain("DJANGO_NOMAD_OFFLINE=1");
    expect(message).toContain("Nothing was changed");
  });

  it("is told nothing of what it has", () => {
    expect(missingPluginsError("staging", [nomad], "pulumi").message).not.toContain("language host");
    expect(missingPluginsError("staging", [host], "pulumi").message).not.toContain("plugin install");
  });
});
