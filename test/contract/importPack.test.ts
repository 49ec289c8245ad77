import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { Clone, type Finished } from "../support/clone";

const walkthrough = "test/contract/pack-renders/02-walkthrough.variables.hcl";

describe("npm run import-pack, on a fresh clone without a Nomad agent", () => {
  let clone: Clone;
  const importPack = (...args: string[]): Promise<Finished> =>
    clone.npm(["run", "--silent", "import-pack", "--", ...args]);
  const config = (): Record<string, unknown> =>
    (parse(clone.read("Pulumi.shop.yaml")) as { config: Record<string, unknown> }).config;

  beforeAll(() => {
    clone = Clone.create();
  });
  afterAll(() => clone.remove());

  it("--dry-run shows every value, hides the secret, and writes nothing", async () => {
    const { code, output } = await importPack(walkthrough, "--stack", "shop", "--dry-run");
    expect(output).toContain("+ count: 2");
    expect(output).toContain('+ envVars.POSTGRES_PORT: "5432"');
    expect(output).toContain(
      "+ secretEnvVars.POSTGRES_PASSWORD: [secret] (encrypted: its name says PASSWORD)",
    );
    expect(output).toContain("Dry run: 18 values would be written.");
    expect(code).toBe(0);
    expect(existsSync(join(clone.folder, "Pulumi.shop.yaml"))).toBe(false);
  });

  it("makes the stack, writes its config and encrypts the secret", async () => {
    const { code, output } = await importPack(walkthrough, "--stack", "shop");
    expect(output).toContain("Stack shop is new.");
    expect(output).toContain("18 values written to Pulumi.shop.yaml.");
    expect(output).toContain("npm run preview -- --stack shop");
    expect(code).toBe(0);
    expect(config()).toEqual({
      "django-nomad:djangoImage": "django-testing:v1",
      "django-nomad:jobName": "django",
      "django-nomad:count": "2",
      "django-nomad:dockerNetworkMode": "host",
      "django-nomad:httpService": {
        serviceName: "django",
        serviceProvider: "nomad",
        serviceTags: [],
        checkEnabled: true,
        checkType: "http",
        checkPath: "/",
        checkInterval: "10s",
        checkTimeout: "5s",
      },
      "django-nomad:envVars": {
        DEBUG: "off",
        POSTGRES_NAME: "django_pack_postgres",
        POSTGRES_USER: "postgres",
        POSTGRES_HOST: "127.0.0.1",
        POSTGRES_PORT: "5432",
      },
      "django-nomad:secretEnvVars": {
        POSTGRES_PASSWORD: { secure: expect.stringMatching(/^v1:/) },
      },
    });
    const { output: stored } = await clone.verb(
      "pulumi",
      "config",
      "get",
      "--stack",
      "shop",
      "--path",
      "secretEnvVars.POSTGRES_PASSWORD",
    );
    expect(stored.trim().split("\n").at(-1)).toBe("password");
  });

  it("run again finds nothing to write", async () => {
    const before = clone.read("Pulumi.shop.yaml");
    const { code, output } = await importPack(walkthrough, "--stack", "shop");
    expect(output).toContain("Nothing to write: the stack has every value.");
    expect(code).toBe(0);
    expect(clone.read("Pulumi.shop.yaml")).toBe(before);
  });

  it("does not overwrite a value that differs, plain or secret, until it is told to", async () => {
    const changed = clone
      .read(walkthrough)
      .replace("count = 2", "count = 3")
      .replace('"password"', '"another horse"')
      .replace("DEBUG ", 'NOTE = <<EOT\ntwo\nlines\nEOT\n  EMPTY = "",\n  DEBUG ');
    clone.write("changed.hcl", changed);
    const before = clone.read("Pulumi.shop.yaml");
    const refused = await importPack("changed.hcl", "--stack", "shop");
    expect(refused.output).toContain('~ count: "2" -> 3');
    expect(refused.output).toContain(
      "Stack shop has other values for count, secretEnvVars.POSTGRES_PASSWORD; nothing was written.",
    );
    expect(refused.output).toContain("--force");
    expect(refused.code).toBe(1);
    expect(clone.read("Pulumi.shop.yaml")).toBe(before);

    const forced = await importPack("changed.hcl", "--stack", "shop", "--force");
    expect(forced.output).toContain("4 values written");
    expect(forced.code).toBe(0);
    expect(config()).toMatchObject({
      "django-nomad:count": "3",
      "django-nomad:envVars": { NOTE: "two\nlines\n", EMPTY: "", DEBUG: "off" },
    });
    for (const text of [refused.output, forced.output, clone.read("Pulumi.shop.yaml")]) {
      expect(text).not.toContain("another horse");
    }
    const again = await importPack("changed.hcl", "--stack", "shop");
    expect(again.output).toContain("Nothing to write");
  });

  it("moves a secret that the stack has in plain only when it is told to", async () => {
    await clone.verb("pulumi", "config", "set", "--stack", "shop", "--path", "envVars.API_KEY", "hunter2");
    clone.write("key.hcl", 'env_vars = { API_KEY = "hunter2" }\n');
    const refused = await importPack("key.hcl", "--stack", "shop");
    expect(refused.output).toContain("~ secretEnvVars.API_KEY: (in plain) -> [secret]");
    expect(refused.code).toBe(1);
    const forced = await importPack("key.hcl", "--stack", "shop", "--force");
    expect(forced.code).toBe(0);
    expect(clone.read("Pulumi.shop.yaml")).not.toContain("hunter2");
  });

  it("a later file wins, what it unsets stays unset, and --var wins over all", async () => {
    clone.write("one.hcl", 'django_image = "a:1"\ncount = 2\nregion = "eu"\n');
    clone.write("two.hcl", 'django.django_image = "b:2"\nregion = null\n');
    const args = ["one.hcl", "two.hcl", "--stack", "two-files", "--var", "count=4", "--dry-run"];
    const { code, output } = await importPack(...args);
    expect(output).toContain('+ djangoImage: "b:2"');
    expect(output).toContain("+ count: 4");
    expect(output).not.toContain("region");
    expect(code).toBe(0);
  });

  it("names every unknown variable and wrong value at once, and writes nothing", async () => {
    clone.write("wrong.hcl", 'django_image = "a:1"\ncuont = 2\nport = "http"\ncolour = "red"\n');
    const { code, output } = await importPack("wrong.hcl", "--stack", "wrong");
    expect(output).toContain("cuont is not a variable of the Django pack: did you mean count?");
    expect(output).toContain("colour is not a variable of the Django pack");
    expect(output).toContain("port is a string and must be a number");
    expect(output).toContain("nothing was written");
    expect(output).not.toContain("    at ");
    expect(code).toBe(1);
    expect(existsSync(join(clone.folder, "Pulumi.wrong.yaml"))).toBe(false);
  });

  it("says how it is used when a file or the stack is missing", async () => {
    for (const args of [[walkthrough], ["--stack", "shop"], [walkthrough, "--stack", "shop", "--fast"]]) {
      const { code, output } = await importPack(...args);
      expect(output).toContain("Usage: npm run import-pack -- FILE.variables.hcl");
      expect(code).toBe(1);
    }
  });
});
