import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { generatedPassword } from "../secrets/generatedSecrets";
import { defaults } from "../jobspec";
import { closeToOthers, grantRows } from "./postgresGrants";
import { type SeparationArgs, separationHooks } from "./separation";

/** Inputs of {@link PostgresDatabase}. */
export interface PostgresDatabaseArgs {
  /** Host name or address of the server itself: Pulumi and the migrate task connect to it. */
  host: string;
  /** @default 5432 */
  port?: number;
  /** Database to make. */
  name: string;
  /** Role that may create roles and databases; it needs no superuser. @default "postgres" */
  adminUser?: string;
  /** @default PGPASSWORD of the environment in which Pulumi runs */
  adminPassword?: pulumi.Input<string>;
  /**
   * `verify-full` checks the server's certificate and its host name, `verify-ca` only the certificate, `require`
   * encrypts, `disable` does not. Anything but `verify-full` is refused unless `host` is this machine.
   * @default "verify-full"
   */
  sslmode?: "verify-full" | "verify-ca" | "require" | "disable";
  /** PEM file of the authority that signed the server's certificate. @default the system's own authorities */
  sslRootCert?: string;
  /** Extensions to make in the database. @default [] */
  extensions?: string[];
  /**
   * `separate`: a migrator owns the schema, and the application's role can read and write rows but not alter a
   * table. `single`: one role for both.
   * @default "separate"
   */
  roles?: "separate" | "single";
  /**
   * Role of the application. Another name is another role, made before the instances are replaced; the one
   * before is dropped after them. With a new password this is a rotation that no request notices.
   * @default the database's name
   */
  user?: string;
  /** Password of the application's role. @default one that is generated for each `user` and kept in the state */
  password?: pulumi.Input<string>;
  /** Role of the migrations, with separate roles. @default "<name>_migrator" */
  migrateUser?: string;
  /** Password of `migrateUser`. @default as for `password` */
  migratePassword?: pulumi.Input<string>;
  /** A pooler through which the application connects; migrations go to `host`. @default none */
  pooler?: { host: string; port?: number };
  /** Refuses to drop the database, and leaves it on the server when the stack is destroyed. @default true */
  keepData?: boolean;
}

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
  readonly databaseName: pulumi.Output<string>;
  /** Secret: password of the application's role. */
  readonly password: pulumi.Output<string>;
  /** Secret: password of the role that migrates; the application's with a single role. */
  readonly migratePassword: pulumi.Output<string>;
  /** For whatever starts migrations: with separate roles they stop it where the roles are not separate. */
  readonly separation: pulumi.ResourceHook[];

  constructor(name: string, args: PostgresDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
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
    const owner = createRole(name, migrateUser(args), this.migratePassword, kept);
    const member = adminIsMember(name, args, owner.name, { ...own, retainOnDelete: keepData });
    const database = new postgresql.Database(
      `${name}-database`,
      { name: args.name, owner: owner.name },
      { ...kept, dependsOn: [member] },
    );
    this.databaseName = database.name;
    for (const extension of args.extensions ?? defaults.database.extensions) {
      new postgresql.Extension(
        `${name}-extension-${extension}`,
        { name: extension, database: database.name },
        { ...own, retainOnDelete: keepData },
      );
    }
    const closed = closeToOthers(name, database.name, owner.name, { ...own, retainOnDelete: keepData });
    this.separation = isSeparate(args) ? separationHooks(name, separationArgs(args)) : [];
    if (isSeparate(args)) {
      const app = createRole(name, appUser(args), this.password, own);
      // Asked before the application may connect, and once everything about schemas is done.
      const asked = { beforeCreate: this.separation, beforeUpdate: this.separation };
      const opts = { ...own, dependsOn: [...closed, app] };
      grantRows(name, database.name, owner.name, app.name, appUser(args), asked, opts);
    }
    this.registerOutputs({ databaseName: this.databaseName });
  }
}

function separationArgs(args: PostgresDatabaseArgs): SeparationArgs {
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
): postgresql.Role {
  return new postgresql.Role(`${name}-role-${role}`, { name: role, login: true, password }, opts);
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
    // From PostgreSQL 16 on whoever made a role may administer it, by a membership of its own beside this one.
    { ...opts, ignoreChanges: ["withAdminOption"] },
  );
}
