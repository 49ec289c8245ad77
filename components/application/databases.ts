/** The database of an application, and every secret that both lead to. */
import { PostgresContainer, connectionsFor } from "../database/postgresContainer";
import { PostgresDatabase } from "../database/postgresDatabase";
import { mostInstances } from "../arguments/processCounts";
import { secretKeys } from "../secrets/generatedSecrets";
import type { Application } from "./application";
import { type AppSecrets, appSecrets } from "./djangoAppSecrets";

/** The container beside the application; undefined when none is asked for. */
export function createPostgres({
  name,
  args,
  child,
  transforms,
}: Application): PostgresContainer | undefined {
  const { postgres } = args;
  if (!postgres) return undefined;
  const instances = Object.values(mostInstances(args)).reduce((sum, one) => sum + one, 0);
  const maxConnections = postgres.maxConnections ?? connectionsFor(instances);
  const own = { ...postgres, maxConnections, transform: transforms.postgres };
  return new PostgresContainer(`${name}-postgres`, own, child);
}

/** What is made on an existing server; undefined when none is named. */
export function createDatabase({ name, args, child, transforms }: Application): PostgresDatabase | undefined {
  const { database } = args;
  if (!database) return undefined;
  return new PostgresDatabase(`${name}-database`, { ...database, transform: transforms.database }, child);
}

/** Every secret, those that nobody has to think of included. */
export function createSecrets(
  { name, args, child }: Application,
  database: PostgresDatabase | undefined,
): AppSecrets {
  const { secretKeyVersion } = args;
  const keys = secretKeyVersion === undefined ? undefined : secretKeys(name, secretKeyVersion, child);
  return appSecrets(args, { database, keys });
}
