/** Reads the stack's config once. Nothing else in the program asks for config. */
import * as pulumi from "@pulumi/pulumi";
import { type DjangoAppArgs, djangoAppProblems } from "./components";
import type { Problem } from "./settings/readers";
import { readConfig, secretKeys } from "./settings/schema";

/** A config that can't be used; the message names every problem at once. */
export class SettingsError extends pulumi.RunError {}

/** The raw values of this project's keys: texts, or what their JSON holds. */
function rawConfig(project: string, config: Record<string, string>): Record<string, unknown> {
  const prefix = `${project}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parsed(value)]));
}

function parsed(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // A text that only looks like JSON: the reader of its key says what it should have been.
    return value;
  }
}

/** True for keys stored with `--secret`. The SDK has this question too, but does not declare its type. */
const isConfigSecret = (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret;

/** Keys of `database` that hold secrets. */
const databaseSecrets = ["adminPassword", "password", "migratePassword"] as const;

function plainSecrets(project: string, raw: Record<string, unknown>): Problem[] {
  const plain = (key: string, path: string): Problem => ({
    key,
    message:
      "is stored in plain text. Store it encrypted: " +
      `pulumi config set --secret --path ${path} VALUE, and remove the plain one`,
  });
  const isPlain = (key: string): boolean => !isConfigSecret(`${project}:${key}`);
  const { postgres, database } = raw as Record<string, Record<string, unknown> | undefined>;
  return [
    ...secretKeys
      .filter((key) => hasContent(raw[key]) && isPlain(key))
      .map((key) => plain(key, `${key}.NAME`)),
    ...(postgres?.password !== undefined && isPlain("postgres")
      ? [plain("postgres.password", "postgres.password")]
      : []),
    ...databaseSecrets
      .map((key) => `database.${key}`)
      .filter((_, index) => database?.[databaseSecrets[index]] !== undefined && isPlain("database"))
      .map((path) => plain(path, path)),
  ];
}

/** The secrets among them, marked as such. */
function markedSecret<K extends (typeof databaseSecrets)[number]>(
  database: Partial<Record<K, string>>,
): Record<K, pulumi.Output<string>> {
  const given = databaseSecrets.filter(
    (key) => (database as Record<string, unknown>)[key] !== undefined,
  ) as K[];
  return Object.fromEntries(given.map((key) => [key, pulumi.secret(database[key] ?? "")])) as Record<
    K,
    pulumi.Output<string>
  >;
}

/** False for what is unset and for an empty map, which holds no secret. */
function hasContent(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== "{}";
}

function describe(problems: Problem[]): string {
  const stack = pulumi.getStack();
  const lines = problems.map(({ key, message }) => `  ${key}: ${message}`);
  return (
    `The config of stack ${stack} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; ` +
    `nothing was changed.\n${lines.join("\n")}\n` +
    `Mend Pulumi.${stack}.yaml or use \`pulumi config set KEY VALUE\`; README.md lists every key.`
  );
}

/**
 * @returns what {@link DjangoAppArgs} needs, defaults left to the component.
 * @throws {SettingsError} that names every key that is missing, unknown or wrong.
 */
export function readSettings(): DjangoAppArgs {
  const project = pulumi.getProject();
  const raw = rawConfig(project, pulumi.runtime.allConfig());
  const problems: Problem[] = [];
  const config = readConfig(raw, "", problems);
  problems.push(...plainSecrets(project, raw));
  if (!config) throw new SettingsError(describe(problems));

  const { postgres, database, secretEnvVars, ...rest } = config;
  const password = postgres?.password ?? secretEnvVars?.POSTGRES_PASSWORD;
  const settings: DjangoAppArgs = {
    ...rest,
    ...(secretEnvVars && hasContent(secretEnvVars) ? { secretEnvVars: pulumi.secret(secretEnvVars) } : {}),
    ...(postgres
      ? {
          postgres: {
            ...postgres,
            namePrefix: postgres.namePrefix ?? dockerNamePrefix(),
            password: pulumi.secret(password ?? ""),
          },
        }
      : {}),
    ...(database ? { database: { ...database, ...markedSecret(database) } } : {}),
  };
  if (postgres && password === undefined) {
    problems.push({
      key: "postgres.password",
      message:
        "is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD VALUE serves both",
    });
  }
  problems.push(...djangoAppProblems(settings));
  if (problems.length > 0) throw new SettingsError(describe(problems));
  return settings;
}

/**
 * `<project>-<stack>`, and what DJANGO_NOMAD_INSTANCE says: it tells two checkouts apart that keep the
 * same stack on one Docker host, where the second would otherwise find its names taken.
 */
function dockerNamePrefix(): string {
  const instance = process.env.DJANGO_NOMAD_INSTANCE;
  return [pulumi.getProject(), pulumi.getStack(), ...(instance ? [instance] : [])].join("-");
}
