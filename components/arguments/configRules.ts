/** Rules about a stack's config as a whole: which keys are stored encrypted, and which ones belong to another place. */
import { keys, secretPaths } from "./keys";
import type { Problem } from "./problem";
import type { Rows } from "./row";

/** A stack's config as it is stored. */
export interface StackConfig {
  /** Values of this project's keys, by key: texts, or what their JSON holds. */
  raw: Record<string, unknown>;
  /** Whether a key of this project is stored with `--secret`. */
  isSecret(key: string): boolean;
}

/** Keys that hold secrets, or others that do. */
const homes = [...new Set(secretPaths.map((path) => path.split(".")[0]))];

/** The value at a path such as `postgres.password`. */
function inside(raw: Record<string, unknown>, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined | null)?.[key], raw);
}

/** False for what is unset and for an empty map, which holds no secret. */
export function hasContent(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== "{}";
}

function plainSecrets({ raw, isSecret }: StackConfig): Problem[] {
  return secretPaths
    .filter((path) => hasContent(inside(raw, path)) && !isSecret(path.split(".")[0]))
    .map((path) => ({
      key: path,
      message:
        "is stored in plain text. Store it encrypted: pulumi config set --secret --path " +
        `${isMap(path) ? `${path}.NAME` : path} (it asks for the value), and remove the plain one`,
    }));
}

/** Whether the values of a key's map are secret, and not the one value of the key. */
function isMap(path: string): boolean {
  return (keys as Rows)[path]?.type.shape.kind === "map";
}

/** Keys that are stored encrypted, and whose values go where everybody who can read the job can read them. */
function misplacedSecrets({ raw, isSecret }: StackConfig): Problem[] {
  return Object.keys(raw)
    .filter((key) => !homes.includes(key) && isSecret(key))
    .map((key) => ({
      key,
      message:
        "is stored encrypted, but would not stay secret: everyone who can read the job can read it. Move secrets to " +
        "secretEnvVars: pulumi config set --secret --path secretEnvVars.NAME (it asks for the value), then " +
        `pulumi config rm ${key}; set plain values without --secret`,
    }));
}

/** The database's password has two homes in a config, and must have one. */
function passwordless({ raw }: StackConfig): Problem[] {
  if (raw.postgres === undefined || inside(raw, "postgres.password") !== undefined) return [];
  if (inside(raw, "secretEnvVars.POSTGRES_PASSWORD") !== undefined) return [];
  return [
    {
      key: "postgres.password",
      message:
        "is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value) sets it for server and application",
    },
  ];
}

export interface ConfigProblems {
  misplaced: Problem[];
  others: Problem[];
  /** The values that may be read: no message about a misplaced secret may show it. */
  readable: Record<string, unknown>;
}

export function configProblems(config: StackConfig): ConfigProblems {
  const misplaced = misplacedSecrets(config);
  const isMisplaced = (name: string): boolean => misplaced.some(({ key }) => key === name);
  return {
    misplaced,
    others: [...plainSecrets(config), ...passwordless(config)],
    readable: Object.fromEntries(Object.entries(config.raw).filter(([name]) => !isMisplaced(name))),
  };
}
