import { afterEach, describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems, djangoAppWarnings } from "../../components";
import { nomadConnection } from "../../components/nomad/connection";
import { runProgram } from "../support/engine";
import { configProblems, type Values } from "../support/stackConfig";
import { stubEnv, unstubAllEnvs } from "../support/stubEnv";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const pinned = `shop@${digest}`;
const secretEnvVars = { SECRET_KEY: "of the site" };
const deploy = (args: Partial<DjangoAppArgs>) =>
  runProgram(() => new DjangoApp("web", { djangoImage: pinned, secretEnvVars, ...args }));

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

  it("has one protected resource that depends on every job, so that Pulumi deletes none of them", async () => {
    const everything: Partial<DjangoAppArgs> = {
      processes: { beat: { command: ["celery", "beat"], singleton: true } },
      schedules: { cleanup: { command: ["./manage.py", "clearsessions"], cron: "@daily" } },
      afterRollout: [["./manage.py", "warm"]],
    };
    for (const strategy of ["canary", "recreate"] as const) {
      const { resource, resources } = await deploy({ ...everything, update: { strategy }, protect: true });
      const jobs = resources.filter(({ type }) => type === "nomad:index/job:Job").map(({ name }) => name);
      expect(jobs).toHaveLength(5);
      expect(resource("web-protection").options.protect).toBe(true);
      expect(resource("web-protection").dependsOn).toEqual(jobs.sort());
    }
  });

  it("leaves a removed schedule to `up`", async () => {
    const schedules = { cleanup: { command: ["./manage.py", "clearsessions"], cron: "@daily" } };
    const { resource } = await deploy({ schedules, protect: true });
    expect(resource("web-cleanup").options).not.toHaveProperty("protect");
  });

  it("protects nothing that it does not say", async () => {
    const { resource } = await deploy({});
    for (const name of ["web-job", "web-secrets", "web-protection"]) {
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
      "envVars.STRIPE_SECRET: protect is true: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars",
    ],
    ...[
      ["PGPASSWORD", "hunter2"],
      ["MYSQL_PWD", "hunter2"],
      ["AUTHTOKEN", "hunter2"],
      ["SECRETKEY", "hunter2"],
      ["VAULT_SECRET_ID", "hunter2"],
      ["DATABASE_URL", "postgres://shop:p/w@db/shop"],
      ["DATABASE_URL", "postgres://db/shop?user=shop&password=hunter2"],
      ["DSN", "host=db password=hunter2"],
      ["UPSTREAM_AUTH", "Bearer hunter2"],
      ["GITHUB", "ghp_hunter2hunter2hunter2"],
      ["SIGNED_BY", "-----BEGIN EC PRIVATE KEY-----\nMHc"],
    ].map(([name, value]): [string, Values, string] => [
      `a secret in the plain variable ${name}=${value.slice(0, 30)}`,
      { envVars: { [name]: value } },
      `envVars.${name}: protect is true: looks like a secret, and everyone who can read the job can read it`,
    ]),
    [
      "a database that a destroy would drop",
      { database: { ...database, keepData: false } },
      "database.keepData: protect is true: is false, so a destroy would delete every row: remove it",
    ],
    [
      "a volume that a destroy would delete",
      {
        postgres: { keepData: false, image: `postgres:16@${digest}` },
        secretEnvVars: { POSTGRES_PASSWORD: "x" },
      },
      "postgres.keepData: protect is true: is false, so a destroy would delete every row: remove it",
    ],
    [
      "a Nomad elsewhere over plain http",
      { "nomad:address": "http://nomad.example.com:4646" },
      'nomad:address: protect is true: is "http://nomad.example.com:4646": the token and every secret would travel unencrypted. Use https://',
    ],
    [
      "an image that a tag pins which the registry may move",
      { djangoImage: "shop:1" },
      'djangoImage: protect is true: "shop:1" is pinned by a tag, which a registry may move to another image. Pin it by its digest, shop@sha256:... (docker buildx imagetools inspect shop:1 shows it), or set immutableTags to true if the registry never moves a tag',
    ],
    [
      "a database's image that only a tag pins, also the default one",
      { postgres: {}, secretEnvVars: { POSTGRES_PASSWORD: "x" } },
      'postgres.image: protect is true: "postgres:16" is pinned by a tag',
    ],
    [
      "an image for backups that only a tag pins",
      { backups: { volume: "dumps", image: "r.example.com:5000/postgres:16", schedule: "@daily" }, database },
      "Pin it by its digest, r.example.com:5000/postgres@sha256:...",
    ],
    [
      "the latest image of a registry with immutable tags",
      { immutableTags: true, djangoImage: "shop:latest" },
      'djangoImage: protect is true: "shop:latest" has the tag latest',
    ],
    ...["1", "t", "T", "true", "True", "TRUE", true, 1].map((value): [string, Values, string] => [
      `an unchecked certificate of Nomad (${JSON.stringify(value)})`,
      { "nomad:skipVerify": value },
      `nomad:skipVerify: protect is true: is "${value}": the token and every secret would go to any server that answers. Remove it`,
    ]),
    [
      "a registry over plain http",
      { registryAuth: { username: "ci", password: "x", serverAddress: "http://r.example.com" } },
      `registryAuth.serverAddress: protect is true: is "http://r.example.com": the registry's password would travel unencrypted`,
    ],
  ])("refuses %s", async (_what, values, problem) => {
    const [found, ...more] = await configProblems({ protect: true, djangoImage: pinned, ...values });
    expect(found).toContain(problem);
    expect(found).not.toContain("hunter2");
    expect(more).toEqual([]);
    // Without it, each is a warning at most.
    await expect(configProblems(values)).rejects.toThrow("no SettingsError");
  });

  describe("with a variable of the environment", () => {
    afterEach(() => unstubAllEnvs());

    it.each(["1", "t", "T", "true", "True", "TRUE"])(
      "refuses NOMAD_SKIP_VERIFY=%s, and warns elsewhere",
      async (value) => {
        stubEnv("NOMAD_SKIP_VERIFY", value);
        expect(await configProblems({ protect: true, djangoImage: pinned })).toEqual([
          `NOMAD_SKIP_VERIFY: protect is true: is "${value}": the token and every secret would go to any server that answers. ` +
            "Remove it, and name the authority of the server's certificate in nomad:caFile (or NOMAD_CACERT)",
        ]);
        const { result } = await runProgram(() => djangoAppWarnings({ djangoImage: pinned }));
        expect(result.map(({ key }) => key)).toEqual(["NOMAD_SKIP_VERIFY"]);
        expect(nomadConnection(() => undefined).skipVerify).toBe(true);
      },
    );

    it.each(["0", "f", "false", "FALSE", ""])("takes NOMAD_SKIP_VERIFY=%s", async (value) => {
      stubEnv("NOMAD_SKIP_VERIFY", value);
      await expect(configProblems({ protect: true, djangoImage: pinned })).rejects.toThrow(
        "no SettingsError",
      );
      expect(nomadConnection(() => undefined).skipVerify).toBe(false);
    });
  });

  it.each<[string, Partial<DjangoAppArgs>]>([
    ["a digest", { djangoImage: pinned }],
    ["a tag and a digest", { djangoImage: `r.example.com:5000/team/shop:1@${digest}` }],
    ["a tag of a registry that never moves one", { djangoImage: "shop:1", immutableTags: true }],
  ])("takes an image that is pinned by %s", async (_how, image) => {
    await expect(configProblems({ protect: true, ...image })).rejects.toThrow("no SettingsError");
  });

  it("warns of a way in the clear where nothing is protected", async () => {
    const config = { "nomad:address": "http://nomad.example.com:4646" };
    const registryAuth = { username: "ci", password: "x", serverAddress: "http://r.example.com" };
    const djangoImage = `r.example.com/${pinned}`;
    const { result } = await runProgram(() => djangoAppWarnings({ djangoImage, registryAuth }), { config });
    expect(result.map(({ key }) => key)).toEqual(["nomad:address", "registryAuth.serverAddress"]);
    for (const { message } of result) expect(message).toContain("would travel unencrypted");
  });

  it.each([
    "https://nomad.example.com:4646",
    "http://127.0.0.1:4646",
    "http://[::1]:4646",
    "http://localhost:1",
  ])("takes a Nomad at %s", async (address) => {
    const values = { protect: true, djangoImage: pinned, "nomad:address": address };
    await expect(configProblems(values)).rejects.toThrow("no SettingsError");
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
      "nomad:secretId: is stored in plain text. Pass it in NOMAD_TOKEN and remove it here; a token that never expires may be stored encrypted: pulumi config set --secret nomad:secretId (it asks for the value)",
    );
  });

  it("may be there encrypted", async () => {
    await expect(configProblems(values, { secretKeys: ["nomad:secretId"] })).rejects.toThrow(
      "no SettingsError",
    );
  });
});
