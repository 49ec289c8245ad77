/** Rules about environment variables: names that are taken, and names that are given twice. */
import { defaults, ownerMetaKey } from "../jobspec";
import { retryMetaKey } from "../rollout/registered";
import type { Problem } from "./problem";
import { isLater } from "./readers";
import { type Given, type Rule, when } from "./rule";

const plainKeys = ["envVars", "migrateEnvVars"] as const;
const allKeys = [...plainKeys, "secretEnvVars"] as const;

/** Set by Nomad in every task, and read by the gate or by Nomad itself. */
const nomadsOwn =
  /^NOMAD_(ALLOC|TASK|GROUP|JOB|SHORT_ALLOC|DC$|REGION$|NAMESPACE$|ADDR_|IP_|PORT_|HOST_|META_|UPSTREAM_|CPU|MEMORY|SECRETS_DIR|PARENT_)/;

/** Names of secrets that are known before anything runs. */
export function secretNames({ secretEnvVars, postgres, database }: Given): string[] {
  const own = secretEnvVars && !isLater(secretEnvVars) ? Object.keys(secretEnvVars) : [];
  return [...new Set([...own, ...(postgres || database ? ["POSTGRES_PASSWORD"] : [])])];
}

function names(given: Given, key: (typeof allKeys)[number]): string[] {
  const entries = given[key];
  return entries === undefined || isLater(entries) ? [] : Object.keys(entries);
}

function taken(given: Given): Problem[] {
  return allKeys.flatMap((key) =>
    names(given, key).flatMap((name) => [
      ...when(
        name.startsWith("DJANGO_NOMAD_"),
        `${key}.${name}`,
        "is a name of this program's own: remove it, and use the key that sets it, such as migrationTimeout",
      ),
      ...when(
        nomadsOwn.test(name),
        `${key}.${name}`,
        "is set by Nomad in every task: remove it, or give yours another name",
      ),
    ]),
  );
}

function twice(given: Given): Problem[] {
  const secrets = secretNames(given);
  const database = given.postgres ? "postgres" : given.database ? "database" : undefined;
  const isOurs = database !== undefined && !names(given, "secretEnvVars").includes("POSTGRES_PASSWORD");
  return plainKeys.flatMap((key) =>
    names(given, key)
      .filter((name) => secrets.includes(name))
      .map((name) => ({
        key: `${key}.${name}`,
        message:
          isOurs && name === "POSTGRES_PASSWORD"
            ? `is already set by ${database}, as a secret: remove it here`
            : `is also in secretEnvVars, whose value would win in both tasks: remove it ${key === "envVars" ? "here" : "from one of them"}`,
      })),
  );
}

export const environmentRules: Rule[] = [
  { keys: [], problems: taken },
  { keys: [], problems: twice },
  {
    keys: ["jobName", "secretEnvVars", "postgres", "database", "registryAuth"],
    problems: ({ jobName, secretEnvVars, postgres, database, registryAuth }) =>
      when(
        Boolean(secretEnvVars || postgres || database || registryAuth) && Boolean(jobName?.includes(".")),
        "jobName",
        `is "${jobName}", but Nomad variables, which carry the secrets, take no dots in their path: use - instead`,
      ),
  },
  {
    keys: ["meta"],
    problems: ({ meta = defaults.meta }) =>
      Object.keys(meta)
        .filter((name) => ["secrets_fingerprint", retryMetaKey, ownerMetaKey].includes(name))
        .map((name) => ({
          key: `meta.${name}`,
          message: "is a name of this program's own, which says when instances are replaced: use another",
        })),
  },
];
