/** npm keeps command lines in its logs, shells in their history, and every process list shows them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";

/** A word that could be a secret: no comment, no option, no end of a quotation, no variable's value. */
const value = String.raw`(?![-#<>|&;(\`"'$\\)])[^\s\`"')]+`;
const secretName = String.raw`[A-Z_]*(?:PASSWORD|PASSPHRASE|PASSWD|TOKEN|SECRET_ID|SECRET_KEY|API_KEY|DATABASE_URL)`;

/** What puts a secret on a command line. */
const leaks: [kind: string, pattern: RegExp][] = [
  [
    "config set --secret with a value",
    new RegExp(
      String.raw`config set[^\n\`"']*--secret(?: --path)? (?!--)[^\s\`"']+ (?:--stack \S+ )?${value}`,
    ),
  ],
  [
    "config set PATH VALUE --secret",
    new RegExp(String.raw`config set (?:--path )?(?!--)\S+ ${value} [^\n\`]*--secret\b`),
  ],
  [
    "a variable with its value",
    new RegExp(String.raw`(?:^|export |env |-e |--env[= ])(?:${secretName})=${value}`, "m"),
  ],
  [
    "a token or a password as an option",
    /(?<![\w-])--?(?:login-token|token|password|passphrase|secret-id)[= ](?![-#<>|&;(`"'$\\)])[A-Za-z0-9._]+/,
  ],
  ["docker login -p", /docker login[^\n`]* -p \S/],
  ["curl -u user:password", /curl [^\n`]*(?:-u|--user) \S+:\S/],
];

/** `scheme://user:password@host` behind a command. */
const inAddress = /(?:pulumi|psql|pg_dump|curl|nomad|docker|npm)[ -][^\n`]*[a-z]+:\/\/[^\s:/@]+:[^\s/@]+@/;

function kinds(text: string): string[] {
  const found = leaks.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind);
  return inAddress.test(text) ? [...found, "an address with a password"] : found;
}

function files(path: string, kept: RegExp): string[] {
  const whole = join(repoRoot, path);
  if (statSync(whole).isFile()) return [path];
  return readdirSync(whole, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => kept.test(name) && !name.includes("node_modules"));
}

const texts = [
  ...[
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "Pulumi.yaml",
    "settings.ts",
    "index.ts",
  ],
  ...["Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"],
  ...["docs", "components", "commands", "local", "offline", "examples", "sdks", "bench"]
    .filter((folder) => existsSync(join(repoRoot, folder)))
    .flatMap((folder) => files(folder, /\.(md|ts|cjs|yaml)$/)),
];

describe("no secret goes on a command line", () => {
  it.each(texts)("in %s", (file) => {
    const lines = readFileSync(join(repoRoot, file), "utf8").split("\n");
    const found = lines.flatMap((line, index) =>
      kinds(line).map((kind) => `${index + 1}: ${kind}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    "npm run pulumi -- config set --secret --path secretEnvVars.DATABASE_URL postgres://... --stack shop",
    "`pulumi config set --secret nomad:secretId VALUE`",
    "pulumi config set --secret --path registryAuth.password VALUE",
    "pulumi config set --path database.password hunter2 --secret",
    "export PULUMI_CONFIG_PASSPHRASE=...",
    "NOMAD_TOKEN=0a1b2c npm run up",
    "docker run -e POSTGRES_PASSWORD=password postgres",
    "nomad login -method NAME -login-token JWT",
    "nomad job run -token 0a1b2c job.hcl",
    "docker login -u ci -p hunter2 registry.example.com",
    "curl -u ci:hunter2 https://registry.example.com",
    "psql postgres://shop:hunter2@db/shop",
  ])("and this is found: %s", (line) => {
    expect(kinds(line)).not.toEqual([]);
  });

  it.each([
    "pulumi config set --secret --path secretEnvVars.NAME --stack shop     # asks for the value",
    "`pulumi config set --secret --path secretEnvVars.NAME`, then `pulumi up`",
    "pulumi config set --secret --path secretEnvVars.NAME (it asks for the value)",
    "read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE",
    "export PULUMI_CONFIG_PASSPHRASE_FILE=...",
    "npm run pulumi -- config set --secret --path secretEnvVars.NAME --stack prod <file",
  ])("and this is not: %s", (line) => {
    expect(kinds(line)).toEqual([]);
  });
});
