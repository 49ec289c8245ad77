import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { appUser, isSeparate, migrateUser } from "../arguments/databaseRoles";
import type { PostgresDatabaseArgs } from "../arguments/configArgs";
import { applied, type DatabaseTransforms } from "../arguments/transforms";
import { generatedPassword } from "../secrets/generatedSecrets";
import { defaults } from "../arguments/keys";
import { closeToOthers, grantRows } from "./postgresGrants";
import { runtimeRightsHooks } from "./runtimeRights";
import { separationHooks, type SeparationInputs } from "./separation";

/**
 * Roles, a database, extensions and grants on a PostgreSQL server that is already there. With separate roles the
 * application can't alter what migrations made, and gets its privileges on each table that a later one makes.
 *
 * @example
 * ```ts
 * new PostgresDatabase("shop", { host: "db.example.com", name: "shop", adminPassword });
 * ```
 */
export class PostgresDatabase extends pulumi.ComponentResource {
  /** Name of the database. */
  readonly databaseName: pulumi.Output<string>;
  /** Secret: password of the application's role. */
  readonly password: pulumi.Output<string>;
  /** Secret: password of the role that migrates; the application's with a single role. */
  readonly migratePassword: pulumi.Output<string>;
  /** Hooks for resources that start migrations: they fail when the roles should be separate and are not. */
  readonly separation: pulumi.ResourceHook[];

  constructor(
    name: string,
    args: PostgresDatabaseArgs & { transform?: DatabaseTransforms },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("django-nomad:index:PostgresDatabase", name, {}, opts);
    const keepData = args.keepData ?? defaults.database.keepData;
    const server = createProvider(name, args, this);
    const own = { parent: this, provider: server };
    // The owner of rows that stay stays with them.
    const kept = { ...own, protect: keepData, retainOnDelete: keepData };

    this.password = rolePassword(name, appUser(args), args.password, this);
    this.migratePassword = isSeparate(args)
      ? rolePassword(name, migrateUser(args), args.migratePassword, this)
      : this.password;
    const { transform = {} } = args;
    const owner = createRole(name, migrateUser(args), this.migratePassword, kept, transform.role);
    const member = adminIsMember(name, args, owner.name, { ...own, retainOnDelete: keepData });
    const rows = { name: args.name, owner: owner.name };
    const database = new postgresql.Database(
      ...applied(transform.database, `${name}-database`, rows, { ...kept, dependsOn: [member] }),
    );
    this.databaseName = database.name;
    for (const extension of args.extensions ?? defaults.database.extensions) {
      const made = { name: extension, database: database.name };
      const opts = { ...own, retainOnDelete: keepData };
      new postgresql.Extension(...applied(transform.extension, `${name}-extension-${extension}`, made, opts));
    }
    const closed = closeToOthers(name, database.name, owner.name, { ...own, retainOnDelete: keepData });
    this.separation = isSeparate(args) ? separationHooks(name, separationArgs(args)) : [];
    if (isSeparate(args)) {
      const app = createRole(name, appUser(args), this.password, own, transform.role);
      // Asked before the application may connect, and once everything about schemas is done.
      const told = runtimeRightsHooks(name, appUser(args));
      const asked = { beforeCreate: [...told, ...this.separation], beforeUpdate: this.separation };
      const opts = { ...own, dependsOn: [...closed, app] };
      grantRows(name, database.name, owner.name, app.name, appUser(args), asked, opts);
    }
    this.registerOutputs({ databaseName: this.databaseName });
  }
}

function separationArgs(args: PostgresDatabaseArgs): SeparationInputs {
  return {
    host: args.host,
    port: args.port ?? defaults.database.port,
    database: args.name,
    adminUser: args.adminUser ?? defaults.database.adminUser,
    adminPassword: args.adminPassword,
    sslmode: args.sslmode ?? defaults.database.sslmode,
    sslRootCert: args.sslRootCert,
    appUser: appUser(args),
    migrateUser: migrateUser(args),
  };
}

/** By the role's name, so that another role gets another password. */
function rolePassword(
  name: string,
  role: string,
  given: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return pulumi.secret(given ?? generatedPassword(`${name}-password-${role}`, { parent }));
}

function createProvider(
  name: string,
  args: PostgresDatabaseArgs,
  parent: pulumi.Resource,
): postgresql.Provider {
  return new postgresql.Provider(
    `${name}-server`,
    {
      host: args.host,
      port: args.port ?? defaults.database.port,
      username: args.adminUser ?? defaults.database.adminUser,
      ...(args.adminPassword === undefined ? {} : { password: pulumi.secret(args.adminPassword) }),
      sslmode: args.sslmode ?? defaults.database.sslmode,
      ...(args.sslRootCert === undefined ? {} : { sslrootcert: args.sslRootCert }),
      // Managed servers give nobody a superuser.
      superuser: false,
      connectTimeout: 15,
    },
    { parent },
  );
}

function createRole(
  name: string,
  role: string,
  password: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
  transform: DatabaseTransforms["role"],
): postgresql.Role {
  const args = { name: role, login: true, password };
  return new postgresql.Role(...applied(transform, `${name}-role-${role}`, args, opts));
}

/** So that an administrator who is no superuser may act on what the owner has. */
function adminIsMember(
  name: string,
  args: PostgresDatabaseArgs,
  owner: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): postgresql.GrantRole {
  const role = args.adminUser ?? defaults.database.adminUser;
  return new postgresql.GrantRole(
    `${name}-admin`,
    { role, grantRole: owner },
    // From PostgreSQL 16 on the user that makes a role may administer it, through a second membership.
    { ...opts, ignoreChanges: ["withAdminOption"] },
  );
}
