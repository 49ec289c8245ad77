/** Which roles the arguments about an existing server mean. */
import type { PostgresDatabaseArgs } from "./configArgs";
import { defaults } from "./keys";

/** What decides on the roles: plain values. */
type RoleArgs = Pick<PostgresDatabaseArgs, "migrateUser" | "name" | "roles" | "user">;

/** The role that migrates, and owns the database. */
export function migrateUser(args: RoleArgs): string {
  return isSeparate(args) ? (args.migrateUser ?? `${args.name}_migrator`) : appUser(args);
}

/** The role of the application. */
export function appUser(args: RoleArgs): string {
  return args.user ?? args.name;
}

export function isSeparate(args: RoleArgs): boolean {
  return (args.roles ?? defaults.database.roles) === "separate";
}
