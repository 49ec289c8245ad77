import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems } from "../../components";
import { runProgram } from "../support/engine";
import { configProblems, type Values } from "../support/stackConfig";

const secretEnvVars = { SECRET_KEY: "of the site" };
const deploy = (args: Partial<DjangoAppArgs>) =>
  runProgram(() => new DjangoApp("web", { djangoImage: "shop:1", secretEnvVars, ...args }));

describe("a stack that is protected", () => {
  it("has its job and its secrets protected, and its job never purged", async () => {
    const { resource } = await deploy({ protect: true });
    expect(resource("web-job").options.protect).toBe(true);
    expect(resource("web-secrets").options.protect).toBe(true);
    expect(resource("web-job").inputs.purgeOnDestroy).toBe(false);
  });

  it("lets update.strategy recreate replace the job, which is how it releases", async () => {
    const { resource } = await deploy({ protect: true, update: { strategy: "recreate" } });
    expect(resource("web-job").options).not.toHaveProperty("protect");
    expect(resource("web-secrets").options.protect).toBe(true);
  });

  it("protects nothing that it does not say", async () => {
    const { resource } = await deploy({});
    for (const name of ["web-job", "web-secrets"]) {
      expect(resource(name).options).not.toHaveProperty("protect");
    }
    expect(resource("web-job").inputs.purgeOnDestroy).toBe(true);
  });

  const database = { host: "db", name: "shop", password: "x", migratePassword: "y" };

  it.each<[string, Values, string]>([
    [
      "the latest image",
      { djangoImage: "shop:latest" },
      'djangoImage: protect is true: "shop:latest" has the tag latest',
    ],
    ["an image without a tag", { djangoImage: "shop" }, 'djangoImage: protect is true: "shop" has no tag'],
    [
      "a secret in a plain variable",
      { envVars: { STRIPE_SECRET: "hunter2" } },
      "envVars.STRIPE_SECRET: protect is true: looks like a secret, and whoever can read the job can read it. Use secretEnvVars",
    ],
    [
      "a database that a destroy would drop",
      { database: { ...database, keepData: false } },
      "database.keepData: protect is true: is false, with which a destroy deletes every row: remove it",
    ],
    [
      "a volume that a destroy would delete",
      { postgres: { keepData: false }, secretEnvVars: { POSTGRES_PASSWORD: "x" } },
      "postgres.keepData: protect is true: is false, with which a destroy deletes every row: remove it",
    ],
    [
      "a Nomad elsewhere over plain http",
      { "nomad:address": "http://nomad.example.com:4646" },
      'nomad:address: protect is true: is "http://nomad.example.com:4646", over which the token and every secret would travel in the clear. Use https://',
    ],
  ])("refuses %s", async (_what, values, problem) => {
    const [found, ...more] = await configProblems({ protect: true, ...values });
    expect(found).toContain(problem);
    expect(found).not.toContain("hunter2");
    expect(more).toEqual([]);
    // Without it, each is a warning at most.
    await expect(configProblems(values)).rejects.toThrow("no SettingsError");
  });

  it.each([
    "https://nomad.example.com:4646",
    "http://127.0.0.1:4646",
    "http://[::1]:4646",
    "http://localhost:1",
  ])("takes a Nomad at %s", async (address) => {
    await expect(configProblems({ protect: true, "nomad:address": address })).rejects.toThrow(
      "no SettingsError",
    );
  });

  it("is refused the same in a program of one's own", async () => {
    const args: DjangoAppArgs = { djangoImage: "shop:latest", protect: true };
    const config = { "nomad:address": "http://nomad.example.com:4646" };
    const { result } = await runProgram(() => djangoAppProblems(args), { config });
    expect(result.map(({ key }) => key)).toEqual(["djangoImage", "nomad:address"]);
  });
});

describe("a token of Nomad in a stack's file", () => {
  const values = { "nomad:secretId": "0a1b2c3d-hunter2" };

  it("is refused in plain text, with the ways to give it, and is not shown", async () => {
    const [problem] = await configProblems(values);
    expect(problem).toBe(
      "nomad:secretId: is stored in plain text. Give it as NOMAD_TOKEN and remove it here; one that never expires may be stored encrypted: pulumi config set --secret nomad:secretId VALUE",
    );
  });

  it("may be there encrypted", async () => {
    await expect(configProblems(values, { secretKeys: ["nomad:secretId"] })).rejects.toThrow(
      "no SettingsError",
    );
  });
});
