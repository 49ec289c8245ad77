/** Rules about environment variables: names that are taken, and names that are given twice. */
import { ownerIdMetaKey, ownerMetaKey, servedMetaKey } from "../jobspec";
import type { Problem } from "./problem";
import { entriesNow, isLater } from "./later";
import { type Given, type Rule, when } from "./rule";
import { plainVariables } from "./variableSets";

/** Set by Nomad in every task, and read by the gate or by Nomad itself. */
const nomadsOwn =
  /^NOMAD_(ALLOC|TASK|GROUP|JOB|SHORT_ALLOC|DC$|REGION$|NAMESPACE$|ADDR_|IP_|PORT_|HOST_|META_|UPSTREAM_|CPU|MEMORY|SECRETS_DIR|PARENT_)/;

/** What decides whether there are secrets: which of it is there. */
type SecretArgs = Partial<
  Record<"secretEnvVars" | "secretKeyVersion" | "postgres" | "database" | "registryAuth", unknown>
>;

/** Whether anything is to be kept secret, so that there is a Nomad variable for both tasks. */
export function hasSecrets(given: SecretArgs): boolean {
  const { secretEnvVars, secretKeyVersion, postgres, database, registryAuth } = given;
  return [secretEnvVars, secretKeyVersion, postgres, database, registryAuth].some((one) => one !== undefined);
}

/** Names of secrets that are known before anything runs. */
export function secretNames({
  secretEnvVars,
  postgres,
  database,
  secretKeyVersion = 0,
}: SecretArgs & { secretEnvVars?: object; secretKeyVersion?: number }): string[] {
  const own = secretEnvVars && !isLater(secretEnvVars) ? Object.keys(secretEnvVars) : [];
  const made = [
    ...(postgres || database ? ["POSTGRES_PASSWORD"] : []),
    ...(secretKeyVersion > 0 ? ["SECRET_KEY"] : []),
    ...(secretKeyVersion > 1 ? ["SECRET_KEY_FALLBACKS"] : []),
  ];
  return [...new Set([...own, ...made])];
}

/** Whether the database's password is an ordinary variable: a secret one of that name is refused beside it. */
export function hasPlainPassword({
  envVars = {},
  migrateEnvVars = {},
}: Pick<Given, "envVars" | "migrateEnvVars">): boolean {
  return [envVars, migrateEnvVars].some((vars) => !isLater(vars) && "POSTGRES_PASSWORD" in vars);
}

/** Whether the job of scheduled backups has anything to keep secret. */
export function hasScheduledSecrets(
  given: Pick<Given, "envVars" | "migrateEnvVars"> & {
    backups?: { schedule?: string };
    registryAuth?: unknown;
  },
): boolean {
  if (given.backups?.schedule === undefined) return false;
  return given.registryAuth !== undefined || !hasPlainPassword(given);
}

/** Names of all variables, each under the key that gives it. */
function allNames(given: Given): { key: string; name: string }[] {
  const sets = [...plainVariables(given), { key: "secretEnvVars", variables: given.secretEnvVars }];
  return sets.flatMap(({ key, variables }) => entriesNow(variables).map(([name]) => ({ key, name })));
}

function taken(given: Given): Problem[] {
  return allNames(given).flatMap(({ key, name }) => [
    ...when(
      name.startsWith("DJANGO_NOMAD_"),
      `${key}.${name}`,
      "is reserved by this program: remove it and set its key instead, such as migrationTimeout",
    ),
    ...when(
      nomadsOwn.test(name),
      `${key}.${name}`,
      "is set by Nomad in every task: remove it, or give yours another name",
    ),
  ]);
}

function twice(given: Given): Problem[] {
  const secrets = secretNames(given);
  const database = given.postgres ? "postgres" : given.database ? "database" : undefined;
  const all = allNames(given);
  const isGiven = (name: string): boolean =>
    all.some((one) => one.key === "secretEnvVars" && one.name === name);
  const isOurs = database !== undefined && !isGiven("POSTGRES_PASSWORD");
  return all
    .filter(({ key, name }) => key !== "secretEnvVars" && secrets.includes(name))
    .filter(({ name }) => !(given.secretKeyVersion && name.startsWith("SECRET_KEY")))
    .map(({ key, name }) => ({
      key: `${key}.${name}`,
      message:
        isOurs && name === "POSTGRES_PASSWORD"
          ? `is already set by ${database}, as a secret: remove it here`
          : `is also in secretEnvVars, which overrides it in ${/^(processes|schedules)\./.test(key) ? "every task" : "both tasks"}: ` +
            `remove it ${key === "migrateEnvVars" ? "from one of them" : "here"}`,
    }));
}

/** A key of one's own beside the generated one: two truths, of which instances would get one. */
function ownSecretKey(given: Given): Problem[] {
  if (given.secretKeyVersion === undefined) return [];
  return allNames(given)
    .filter(
      ({ key, name }) =>
        name === "SECRET_KEY" || (name === "SECRET_KEY_FALLBACKS" && key !== "secretEnvVars"),
    )
    .map(({ key, name }) => ({
      key: `${key}.${name}`,
      message:
        name === "SECRET_KEY"
          ? "can't be set together with secretKeyVersion, which generates one: remove secretKeyVersion, or move this key to " +
            "secretEnvVars.SECRET_KEY_FALLBACKS, so that its signatures stay valid beside the generated key"
          : "is a secret that secretKeyVersion adds to: move it to secretEnvVars",
    }));
}

export const environmentRules: Rule[] = [
  { keys: ["secretKeyVersion"], problems: ownSecretKey },
  { keys: [], problems: taken },
  { keys: [], problems: twice },
  {
    keys: ["jobName", "secretEnvVars", "secretKeyVersion", "postgres", "database", "registryAuth"],
    problems: (given) =>
      when(
        hasSecrets(given) && Boolean(given.jobName?.includes(".")),
        "jobName",
        `is "${given.jobName}", but the path of a Nomad variable, which carries the secrets, has no dots: use - instead`,
      ),
  },
  {
    keys: ["meta"],
    problems: ({ meta }) =>
      entriesNow(meta)
        .map(([name]) => name)
        .filter((name) => ["secrets_fingerprint", ownerMetaKey, ownerIdMetaKey, servedMetaKey].includes(name))
        .map((name) => ({
          key: `meta.${name}`,
          message: "is reserved by this program, which uses it to replace instances: choose another name",
        })),
  },
];
