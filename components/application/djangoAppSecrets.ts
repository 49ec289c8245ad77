/** Every secret of an application, and what the job shows of them. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import type { KnownArgs } from "../arguments";
import { imageNames, type NamedSecret } from "../secrets/openSecrets";
import { randomHex, type SecretKeys } from "../secrets/generatedSecrets";
import { migrateSecretsPath, registryPasswordName, type SecretsSpec, secretsPath } from "../jobspec";
import { environment, migrateEnvironment } from "./djangoAppSpec";
import { fail } from "../messages/failure";
import { isSeparate } from "../arguments/databaseRoles";
import type { PostgresDatabase } from "../database/postgresDatabase";

/** Name and value of each; all of it is one Nomad variable. */
export type SecretValues = pulumi.Output<Record<string, string>>;

/** What the tasks get; undefined without any. */
export interface AppSecrets {
  /** Of both tasks. */
  common?: SecretValues;
  /** Of the migrate task alone, in place of common ones of the same name. */
  migrate?: SecretValues;
}

/** What an application's secrets come from besides its arguments. */
export interface MadeSecrets {
  database?: Pick<PostgresDatabase, "password" | "migratePassword">;
  keys?: SecretKeys;
}

/** Every secret of an application. */
export function appSecrets(args: DjangoAppArgs, made: MadeSecrets): AppSecrets {
  return { common: secretValues(args, made), migrate: migrateSecretValues(args, made) };
}

/** The user's values win over the values of the database and the registry. */
function secretValues(args: DjangoAppArgs, { database, keys }: MadeSecrets): SecretValues | undefined {
  const { postgres, registryAuth, secretEnvVars } = args;
  const password = postgres?.password ?? database?.password;
  if (secretEnvVars === undefined && password === undefined && !registryAuth && !keys) return undefined;
  const ours: Record<string, pulumi.Input<string>> = {
    ...(password === undefined ? {} : { POSTGRES_PASSWORD: password }),
    ...(registryAuth ? { [registryPasswordName]: registryAuth.password } : {}),
    ...keys,
  };
  return pulumi.secret(
    pulumi
      .all([ours, secretEnvVars ?? {}])
      .apply(([all, own]) => filled({ ...all, ...own, ...fallbacks(all, own) })),
  );
}

/** Nomad takes no variable without items, and would refuse it when half of the stack is made. */
export function filled<T extends object>(values: T): T {
  if (Object.keys(values).length > 0) return values;
  return fail(
    "secretEnvVars: is an output of an empty map, and a Nomad variable can't be empty: leave the argument out, or give at least one secret",
  );
}

/** Keys that are still valid: the generated one before, then the user's. */
function fallbacks(ours: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const name = "SECRET_KEY_FALLBACKS" satisfies keyof SecretKeys;
  const keys = [ours[name], own[name]].filter(Boolean);
  return keys.length > 0 ? { [name]: keys.join(",") } : {};
}

/** The password of the role that owns the schema. */
function migrateSecretValues(args: DjangoAppArgs, { database }: MadeSecrets): SecretValues | undefined {
  if (!database || !args.database || !isSeparate(args.database)) return undefined;
  return pulumi.secret(
    database.migratePassword.apply((password): Record<string, string> => ({ POSTGRES_PASSWORD: password })),
  );
}

/** Every value with the argument that it comes from, for what must not show them. */
export function namedSecrets(
  args: DjangoAppArgs,
  { common, migrate }: AppSecrets,
): pulumi.Output<NamedSecret[]> {
  const made: Record<string, string> = {
    POSTGRES_PASSWORD: args.postgres ? "postgres.password" : "database.password",
    [registryPasswordName]: "registryAuth.password",
  };
  return pulumi
    .all([common ?? {}, migrate ?? {}, pulumi.output(args.secretEnvVars ?? {})])
    .apply(([all, own, given]) => [
      ...Object.entries(all).map(([name, value]) => ({
        key: name in given ? `secretEnvVars.${name}` : (made[name] ?? `secretKeyVersion (${name})`),
        value,
      })),
      ...Object.values(own).map((value) => ({ key: "database.migratePassword", value })),
    ]);
}

/** What the job shows in the open: its names, its image, plain variables. */
export function openNames({
  known,
  jobName,
}: {
  known: pulumi.Output<KnownArgs>;
  jobName: string;
}): pulumi.Output<string[]> {
  return known.apply((args) => {
    const { djangoImage, namespace = "default", httpService, meta = {} } = args;
    const given = [jobName, namespace, httpService?.serviceName].filter((name) => name !== undefined);
    const plain = [
      ...[environment(args), migrateEnvironment(args), meta],
      ...Object.values({ ...args.processes, ...args.schedules }).map(({ envVars = {} }) => envVars),
    ];
    return [
      ...given,
      ...imageNames(djangoImage),
      ...plain.flatMap((values) => Object.values(values).map(String)),
    ];
  });
}

/** Names and fingerprint are not secret; only they leave the secret behind. */
export function secretsSpec(
  name: string,
  jobName: string,
  { common, migrate }: AppSecrets,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<SecretsSpec | undefined> {
  if (!common) return pulumi.output(undefined);
  const all = pulumi.all([common, migrate]).apply(([plain, own]) => ({ plain, own }));
  const fingerprint = randomHex(
    `${name}-secrets-fingerprint`,
    {
      bytes: 4,
      changesWith: all.apply(({ plain, own }) =>
        JSON.stringify(sorted({ ...withoutRegistryPassword(plain), ...prefixed("migrate/", own ?? {}) })),
      ),
    },
    opts,
  );
  return pulumi.unsecret(
    pulumi.all([all, fingerprint]).apply(([{ plain, own }, digits]): SecretsSpec => ({
      path: secretsPath(jobName),
      names: Object.keys(plain).sort(),
      fingerprint: digits,
      ...(own ? { migrate: { path: migrateSecretsPath(jobName), names: Object.keys(own).sort() } } : {}),
    })),
  );
}

function sorted(values: Record<string, string>): [string, string][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** It counts when an image is pulled, and not for an instance that runs: a new one is no rollout. */
function withoutRegistryPassword({
  [registryPasswordName]: _,
  ...rest
}: Record<string, string>): Record<string, string> {
  return rest;
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
