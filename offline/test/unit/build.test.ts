import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildPlugins } from "../../build";

describe("the offline plugins, built", () => {
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-plugins-"));
  beforeAll(() => buildPlugins(folder), 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are not built again when nothing changed", async () => {
    const modified = () => readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs);
    const before = modified();
    expect(await buildPlugins(folder)).toBe(folder);
    expect(modified()).toEqual(before);
  });

  it.each(["nomad", "docker", "postgresql", "random"])(
    "%s answers on the port that it prints, and ends with the engine",
    async (name) => {
      const plugin = spawn(join(folder, `pulumi-resource-${name}`), [], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const exited = once(plugin, "exit");
      try {
        const [port] = (await once(plugin.stdout, "data")) as [Buffer];
        const client = new ResourceProviderClient(
          `127.0.0.1:${String(port).trim()}`,
          credentials.createInsecure(),
        );
        const info = await new Promise<PluginInfo>((resolve, reject) =>
          client.getPluginInfo(new Empty(), (error, answer) => (error ? reject(error) : resolve(answer))),
        );
        expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
        client.close();
        // The engine's end of the pipe closes when the engine is killed, too.
        plugin.stdin.end();
        expect(await exited).toEqual([0, null]);
      } finally {
        plugin.kill();
      }
    },
  );
});
