/** Which PostgreSQL an image holds, and whether it can read the rows of a volume. */
import { defaults } from "./keys";

/** What tells the version of a server that is to run. */
export interface PostgresVersionArgs {
  image?: string;
  version?: number;
}

/** On the data volume: the major version that its rows were made with. */
export const majorLabel = "django-nomad.postgres-major";

/** The image that runs: the one given, or the official one of the version given. */
export function postgresImage({ image, version }: PostgresVersionArgs): string {
  return image ?? (version === undefined ? defaults.postgres.image : `postgres:${version}`);
}

/** Major version in an image's tag (`postgres:16.4-bookworm`, `timescaledb:2.17-pg16`); undefined when it tells none. */
export function majorOfTag(image: string): number | undefined {
  const tag = /:([^:/]+)$/.exec(image.split("@")[0])?.[1] ?? "";
  const found = /(?:^|-)pg(\d{1,2})(?!\d)/.exec(tag) ?? /^(\d{1,2})(?!\d)/.exec(tag);
  return found ? Number(found[1]) : undefined;
}

/** The major version that will run; undefined when neither setting tells. */
export function postgresMajor(args: PostgresVersionArgs): number | undefined {
  return args.version ?? majorOfTag(postgresImage(args));
}

/** Why the server must not be started on this volume; undefined when it may. */
export function versionRefusal(
  args: PostgresVersionArgs,
  volume: { name: string; labels?: readonly { label: string; value: string }[] },
): string | undefined {
  const held = volume.labels?.find(({ label }) => label === majorLabel)?.value;
  const wanted = postgresMajor(args);
  // A volume that was made elsewhere has no label: PostgreSQL itself refuses what it can't read.
  if (held === undefined || wanted === undefined || held === String(wanted)) return undefined;
  return (
    `postgres.image is "${postgresImage(args)}", which is PostgreSQL ${wanted}, but the volume ${volume.name} was made ` +
    `for PostgreSQL ${held}, whose rows it can't read. The database was not touched. Go back to an image of version ${held}, or move ` +
    'the rows: docs/database.md, "A new major version". If no server has ever started on it, remove it: ' +
    `docker volume rm ${volume.name}`
  );
}
