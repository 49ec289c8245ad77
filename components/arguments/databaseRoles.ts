/** Which roles the arguments about an existing server mean. */
import type { PostgresDatabaseArgs } from "./configArgs";
import { defaults } from "./keys";

/** The role that migrates, and owns the database. */
export function migrateUser(args: PostgresDatabaseArgs): string {
  return isSeparate(args) ? (args.migrateUser ?? `${args.name}_migrator`) : appUser(args);
}

/** The role of the application. */
export function appUser(args: PostgresDatabaseArgs): string {
  return args.user ?? args.name;
}

export function isSeparate(args: PostgresDatabaseArgs): boolean {
  return (args.roles ?? defaults.database.roles) === "separate";
}
