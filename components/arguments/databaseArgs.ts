/** Arguments about the database, and the roles that they lead to. */
import type * as pulumi from "@pulumi/pulumi";
import { defaults } from "../jobspec";

/** Inputs of `PostgresContainer`. */
export interface PostgresContainerArgs {
  /**
   * First part of the names of the network, the volume and the container. Two databases on one Docker
   * host need two of them.
   */
  namePrefix: string;
  /** Password of the superuser. PostgreSQL keeps the one that the volume was first initialised with. */
  password: pulumi.Input<string>;
  /**
   * Image reference. One that is present on the Docker host is not pulled. A change restarts the database; a
   * change to another major version is refused, since its server can't read the rows.
   * @default "postgres:16"
   */
  image?: string;
  /** Major version that the image holds, where its tag does not tell. @default from the image's tag */
  version?: number;
  /** Database that is made when the volume is new. @default "django" */
  database?: string;
  /** Superuser that is made when the volume is new. @default "postgres" */
  user?: string;
  /** Port of the host under which the database is published. @default not published */
  port?: number;
  /** Address of the host on which `port` is published. @default "127.0.0.1" */
  listenAddress?: string;
  /** Name of the data volume. Another name is another, empty volume. @default "<namePrefix>-pgdata" */
  dataVolume?: string;
  /**
   * Protects the volume, and leaves it on the Docker host when the stack is destroyed. With false `pulumi
   * destroy` deletes the rows, once an `up` has recorded it. @default true
   */
  keepData?: boolean;
  /** Memory limit in MB, a quarter of it for PostgreSQL's shared buffers. A change restarts the database. @default 512 */
  memory?: number;
  /** Sessions that the server takes. A change restarts the database. @default 100; a DjangoApp needs more from 5 instances on */
  maxConnections?: number;
}

/** Inputs of `PostgresDatabase`. */
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
