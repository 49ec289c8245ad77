/** Creates an application's database, its broker and its secrets. */
import type * as docker from "@pulumi/docker";
import { PostgresContainer, connectionsFor } from "../database/postgresContainer";
import { PostgresDatabase } from "../database/postgresDatabase";
import { redisContainer } from "../database/redisContainer";
import { mostAtOnce } from "../arguments/processCounts";
import { secretKeys } from "../secrets/generatedSecrets";
import type { Application } from "./application";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretsSpec } from "../jobspec";
import { type AppSecrets, appSecrets, secretsSpec } from "./djangoAppSecrets";

/** The container beside the application; undefined when none is asked for. */
export function createPostgres({
  name,
  args,
  child,
  transforms,
}: Application): PostgresContainer | undefined {
  const { postgres } = args;
  if (!postgres) return undefined;
  const maxConnections = postgres.maxConnections ?? connectionsFor(mostAtOnce(args));
  const own = { ...postgres, maxConnections, transform: transforms.postgres };
  return new PostgresContainer(`${name}-postgres`, own, child);
}

/** The broker beside the database; undefined when none is asked for. */
export function createRedis(
  { name, args, child, transforms }: Application,
  database: PostgresContainer | undefined,
): docker.Container | undefined {
  const { redis, postgres } = args;
  if (!redis || !postgres || !database) return undefined;
  const own = { ...redis, namePrefix: postgres.namePrefix, transform: transforms.redis };
  return redisContainer(name, own, database, child);
}

/** What is made on an existing server; undefined when none is named. */
export function createDatabase({ name, args, child, transforms }: Application): PostgresDatabase | undefined {
  const { database } = args;
  if (!database) return undefined;
  return new PostgresDatabase(`${name}-database`, { ...database, transform: transforms.database }, child);
}

/** Every secret, including the generated ones. */
export function createSecrets(
  { name, args, child }: Application,
  database: PostgresDatabase | undefined,
): AppSecrets {
  const { secretKeyVersion } = args;
  const keys = secretKeyVersion === undefined ? undefined : secretKeys(name, secretKeyVersion, child);
  return appSecrets(args, { database, keys });
}

/** What a job shows of them: their names, and a fingerprint that changes with their values. */
export function createSecretNames(
  { name, jobName, child }: Application,
  secrets: AppSecrets,
): pulumi.Output<SecretsSpec | undefined> {
  return secretsSpec(name, jobName, secrets, child);
}
