/** Reads the stack's config once. Nothing else in the program asks for config. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs, PostgresDatabaseArgs } from "./components";
import { Failure } from "./components/messages/failure";
import {
  checkArguments,
  nomadTransport,
  openTransport,
  type Problem,
  refusedUnderProtect,
  secretKeys,
  secretPaths,
} from "./components/arguments";

/** A config that can't be used; the message names every problem at once. */
export class SettingsError extends Failure {}

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

function plainSecrets(project: string, raw: Record<string, unknown>): Problem[] {
  const plain = (key: string, path: string): Problem => ({
    key,
    message:
      "is stored in plain text. Store it encrypted: " +
      `pulumi config set --secret --path ${path} (it asks for the value), and remove the plain one`,
  });
  const isPlain = (key: string): boolean => !isConfigSecret(`${project}:${key}`);
  return [
    ...secretKeys
      .filter((key) => hasContent(raw[key]) && isPlain(key))
      .map((key) => plain(key, `${key}.NAME`)),
    ...secretPaths
      .filter((path) => hasContent(inside(raw, path)) && isPlain(path.split(".")[0]))
      .map((path) => plain(path, path)),
  ];
}

/** Keys that are stored encrypted, and whose values go where everybody who can read the job can read them. */
function misplacedSecrets(project: string, raw: Record<string, unknown>): Problem[] {
  const homes: string[] = [...secretKeys, ...secretPaths.map((path) => path.split(".")[0])];
  return Object.keys(raw)
    .filter((key) => !homes.includes(key) && isConfigSecret(`${project}:${key}`))
    .map((key) => ({
      key,
      message:
        "is stored encrypted, but takes no secret: whoever can read the job can read it there. Move what is secret to " +
        "secretEnvVars: pulumi config set --secret --path secretEnvVars.NAME (it asks for the value), then " +
        `pulumi config rm ${key}; what is not secret is set without --secret`,
    }));
}

function without(raw: Record<string, unknown>, misplaced: Problem[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw).filter(([name]) => !misplaced.some(({ key }) => key === name)),
  );
}

/** The token of Nomad has a secret place in a stack's config, and a plain one that everybody who has the file can read. */
function plainToken(): Problem[] {
  const key = "nomad:secretId";
  if (pulumi.runtime.allConfig()[key] === undefined || isConfigSecret(key)) return [];
  return [
    {
      key,
      message: `is stored in plain text. Give it as NOMAD_TOKEN and remove it here; one that never expires may be stored encrypted: pulumi config set --secret ${key} (it asks for the value)`,
    },
  ];
}

/** The value at a path such as `postgres.password`. */
function inside(raw: Record<string, unknown>, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined | null)?.[key], raw);
}

/** The database's password has two homes in a config, and must have one. */
function passwordless(raw: Record<string, unknown>): Problem[] {
  if (raw.postgres === undefined || inside(raw, "postgres.password") !== undefined) return [];
  if (inside(raw, "secretEnvVars.POSTGRES_PASSWORD") !== undefined) return [];
  return [
    {
      key: "postgres.password",
      message:
        "is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value) serves both",
    },
  ];
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
    `Mend Pulumi.${stack}.yaml or use \`pulumi config set KEY VALUE\`; docs/config.md lists every key.`
  );
}

/**
 * @returns what {@link DjangoAppArgs} needs, defaults left to the component.
 * @throws {SettingsError} that names every key that is missing, unknown or wrong.
 */
export function readSettings(): DjangoAppArgs {
  const project = pulumi.getProject();
  const raw = rawConfig(project, pulumi.runtime.allConfig());
  const misplaced = misplacedSecrets(project, raw);
  // Their values are left out: no message about them may show one.
  const { values, problems } = checkArguments({ jobName: project, ...without(raw, misplaced) });
  const nomad = new pulumi.Config("nomad");
  const open = openTransport(
    values ?? {},
    nomadTransport((name) => nomad.get(name)),
  );
  const all = [
    ...misplaced,
    ...problems.filter(({ key }) => !misplaced.some((one) => one.key === key)),
    ...plainSecrets(project, raw),
    ...passwordless(raw),
    ...plainToken(),
    ...refusedUnderProtect(values ?? {}, open),
  ];
  if (!values || all.length > 0) throw new SettingsError(describe(all));

  const { jobName: _, postgres, database, registryAuth, secretEnvVars, ...rest } = values;
  return {
    ...rest,
    ...(raw.jobName === undefined ? {} : { jobName: values.jobName }),
    ...(secretEnvVars && hasContent(secretEnvVars) ? { secretEnvVars: pulumi.secret(secretEnvVars) } : {}),
    ...(registryAuth
      ? { registryAuth: { ...registryAuth, password: pulumi.secret(registryAuth.password) } }
      : {}),
    ...(postgres
      ? {
          postgres: {
            ...postgres,
            namePrefix: postgres.namePrefix ?? dockerNamePrefix(),
            password: pulumi.secret(
              postgres.password ?? (secretEnvVars as Record<string, string>).POSTGRES_PASSWORD,
            ),
          },
        }
      : {}),
    ...(database ? { database: withSecrets(database) } : {}),
  };
}

/** The passwords among them marked, so that no state or log shows them. */
function withSecrets(database: PostgresDatabaseArgs): PostgresDatabaseArgs {
  const { adminPassword, password, migratePassword } = database;
  return {
    ...database,
    ...(password === undefined ? {} : { password: pulumi.secret(password) }),
    ...(adminPassword === undefined ? {} : { adminPassword: pulumi.secret(adminPassword) }),
    ...(migratePassword === undefined ? {} : { migratePassword: pulumi.secret(migratePassword) }),
  };
}

/**
 * `<project>-<stack>`, and what DJANGO_NOMAD_INSTANCE says: it tells two checkouts apart that keep the
 * same stack on one Docker host, where the second would otherwise find its names taken.
 */
function dockerNamePrefix(): string {
  const instance = process.env.DJANGO_NOMAD_INSTANCE;
  return [pulumi.getProject(), pulumi.getStack(), ...(instance ? [instance] : [])].join("-");
}
