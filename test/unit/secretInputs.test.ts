import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { type DjangoAppArgs, djangoAppProblems } from "../../components";
import { misplacedSecrets } from "../../components/secrets/secretInputs";
import { runProgram } from "../support/engine";
import { configProblems } from "../support/stackConfig";

const hidden = "hunter2hunter2";
const secret = (): pulumi.Output<string> => pulumi.secret(hidden);

/** The same with secrets in place of {@link secret}. */
function made(value: unknown): unknown {
  if (value === secret) return secret();
  if (Array.isArray(value)) return value.map(made);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, made(one)]));
}

describe("a Pulumi secret in a program, given as a plain value", () => {
  const found = async (args: () => Partial<DjangoAppArgs>): Promise<string[]> => {
    const { result } = await runProgram(() => misplacedSecrets({ djangoImage: "shop:1", ...args() }));
    return result.map(({ key, message }) => `${key}: ${message}`);
  };
  const reason =
    "is a Pulumi secret, and everyone who can read the job could read it. Give it in secretEnvVars";

  it.each<[string, () => Partial<DjangoAppArgs>, string]>([
    ["a variable", () => ({ envVars: { PLAIN: "x", DSN: secret() } }), `envVars.DSN: ${reason}.DSN`],
    [
      "a text around it",
      () => ({ envVars: { DSN: pulumi.interpolate`postgres://shop:${secret()}@db/shop` } }),
      `envVars.DSN: ${reason}.DSN`,
    ],
    [
      "what was computed from it",
      () => ({ envVars: { LENGTH: secret().apply(({ length }) => String(length)) } }),
      `envVars.LENGTH: ${reason}.LENGTH`,
    ],
    [
      "a variable of the migrate task",
      () => ({ migrateEnvVars: { PGPASSWORD: secret() } }),
      `migrateEnvVars.PGPASSWORD: ${reason}.PGPASSWORD, which both tasks have, or in database.migratePassword`,
    ],
    [
      "a variable of a process",
      () => ({ processes: { worker: { command: ["x"], envVars: { DSN: secret() } } } }),
      `processes.worker.envVars.DSN: ${reason}.DSN`,
    ],
    [
      "all variables of a process",
      () => ({ processes: { worker: { command: ["x"], envVars: secret().apply((DSN) => ({ DSN })) } } }),
      `processes.worker.envVars: ${reason};`,
    ],
    [
      "a config's secret",
      () => ({ envVars: { KEY: new pulumi.Config().requireSecret("key") } }),
      `envVars.KEY: ${reason}.KEY`,
    ],
    ["an entry of meta", () => ({ meta: { team: secret() } }), `meta.team: ${reason}.team`],
    ["the image", () => ({ djangoImage: secret() }), "djangoImage: is a Pulumi secret"],
  ])("is refused with the key to use: %s", async (_what, args, expected) => {
    const { result } = await runProgram(() => misplacedSecrets({ djangoImage: "shop:1", ...args() }), {
      config: { "shop:key": hidden },
      secretKeys: ["shop:key"],
    });
    expect(result).toHaveLength(1);
    const [line] = result.map(({ key, message }) => `${key}: ${message}`);
    expect(line).toContain(expected);
    expect(line).not.toContain(hidden);
  });

  it("is refused as several at once, and outputs that are no secrets are not", async () => {
    const lines = await found(() => ({
      envVars: { A: secret(), HOST: pulumi.output("db"), OPEN: pulumi.unsecret(secret()) },
      migrateEnvVars: { B: secret() },
      secretEnvVars: pulumi.secret({ C: hidden }),
    }));
    expect(lines.map((line) => line.split(":")[0])).toEqual(["envVars.A", "migrateEnvVars.B"]);
  });

  it.each<[string, object]>([
    ["namespace", { namespace: secret }],
    ["update.strategy", { update: { strategy: secret } }],
    ["startCommands[0]", { startCommands: [secret] }],
    ["processes", { processes: secret }],
    ["processes.worker", { processes: { worker: secret } }],
    ["processes.worker.count", { processes: { worker: { command: ["x"], count: secret } } }],
  ])("is refused where no output can be: %s", async (key, given) => {
    const { result } = await runProgram(() =>
      djangoAppProblems({ djangoImage: "shop:1", ...(made(given) as object) }),
    );
    expect(result.map((problem) => problem.key)).toContain(key);
    const { message } = result.find((problem) => problem.key === key) ?? { message: "" };
    expect(message).toContain("is a Pulumi output, not ");
    expect(message).toContain("Secrets belong in secretEnvVars");
  });

  it.each<[string, object]>([
    [
      "httpService.checkHeaders.Authorization",
      { httpService: { serviceName: "s", checkHeaders: { Authorization: secret } } },
    ],
    ["registryAuth.username", { registryAuth: { username: secret, password: "x" } }],
    ["manageCommand[0]", { manageCommand: [secret] }],
    ["serverCommand[1]", { serverCommand: ["x", secret] }],
    ["processes.worker.command[1]", { processes: { worker: { command: ["x", secret] } } }],
    [
      "processes.web.check.headers.Authorization",
      { processes: { web: { command: ["x"], check: { port: 9000, headers: { Authorization: secret } } } } },
    ],
    ["postgres.user", { postgres: { password: "x", user: secret } }],
    ["database.host", { database: { host: secret, name: "shop", password: "x", migratePassword: "y" } }],
  ])("is refused where the job would show it: %s", async (key, given) => {
    const { result } = await runProgram(() =>
      misplacedSecrets({ djangoImage: "shop:1", ...(made(given) as object) }),
    );
    expect(result.map((problem) => problem.key)).toEqual([key]);
    expect(result[0].message).toContain(
      "is a Pulumi secret, and everyone who can read the job could read it",
    );
    expect(result[0].message).toContain("Secrets belong in secretEnvVars");
  });
});

describe("a secret of a stack's config, stored under a plain key", () => {
  it.each<[string, unknown]>([
    ["envVars", { DSN: hidden }],
    ["migrateEnvVars", { DSN: hidden }],
    ["meta", { team: hidden }],
    ["jobName", hidden],
    ["count", hidden],
    ["httpService", { serviceName: hidden, checkPath: hidden }],
    ["djangoImage", `shop:${hidden}`],
    ["unknownKey", hidden],
  ])("is refused with the key to use, and not shown: %s", async (key, value) => {
    const problems = await configProblems({ [key]: value }, { secretKeys: [`shop:${key}`] });
    expect(problems).toEqual([
      `${key}: is stored encrypted, but would not stay secret: everyone who can read the job can read it. Move secrets to ` +
        "secretEnvVars: pulumi config set --secret --path secretEnvVars.NAME (it asks for the value), then " +
        `pulumi config rm ${key}; set plain values without --secret`,
    ]);
    expect(problems.join("\n")).not.toContain(hidden);
  });
});
