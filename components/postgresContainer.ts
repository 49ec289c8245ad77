import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "./jobspec";

/** Inputs of {@link PostgresContainer}. */
export interface PostgresContainerArgs {
  /**
   * First part of the names of the network, the volume and the container. Two databases on one Docker
   * host need two of them.
   */
  namePrefix: string;
  /** Password of the superuser. PostgreSQL keeps the one that the volume was first initialised with. */
  password: pulumi.Input<string>;
  /** Image reference. One that is present on the Docker host is not pulled. @default "postgres:16" */
  image?: string;
  /** Database that is made when the volume is new. @default "django" */
  database?: string;
  /** Superuser that is made when the volume is new. @default "postgres" */
  user?: string;
  /** Port on the host's loopback address under which the database is published. @default not published */
  port?: number;
  /** Name of the data volume. @default "<namePrefix>-pgdata" */
  dataVolume?: string;
  /** Memory limit in MB. A change restarts the database. @default 512 */
  memory?: number;
}

/** How containers on the network reach the database. */
export const postgresHost = "postgres";
/** Port of the server inside the network. */
export const postgresPort = 5432;

/**
 * One PostgreSQL server in a Docker container, for one machine: a network, a volume that outlives
 * `pulumi destroy`, and a container that counts as created once the server answers.
 *
 * @example
 * ```ts
 * const database = new PostgresContainer("postgres", { namePrefix: "shop-dev", password });
 * export const network = database.networkName;
 * ```
 */
export class PostgresContainer extends pulumi.ComponentResource {
  /** The user-defined network on which the server answers at `postgres:5432`. */
  readonly networkName: pulumi.Output<string>;
  readonly volumeName: pulumi.Output<string>;
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: PostgresContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("django-nomad:index:PostgresContainer", name, {}, opts);
    const { image, database, user, memory } = { ...defaults.postgres, ...withoutUndefined(args) };

    const network = new docker.Network(`${name}-network`, { name: args.namePrefix }, { parent: this });
    const volume = new docker.Volume(
      `${name}-data`,
      { name: args.dataVolume ?? `${args.namePrefix}-pgdata` },
      // The rows are worth more than a tidy destroy: only `npm run stop -- --purge` or a person removes them.
      { parent: this, protect: true, retainOnDelete: true },
    );
    const container = new docker.Container(
      `${name}-server`,
      {
        name: `${args.namePrefix}-postgres`,
        image,
        envs: [
          `POSTGRES_USER=${user}`,
          pulumi.interpolate`POSTGRES_PASSWORD=${pulumi.secret(args.password)}`,
          `POSTGRES_DB=${database}`,
        ],
        networksAdvanced: [{ name: network.name, aliases: [postgresHost] }],
        ports:
          args.port === undefined ? [] : [{ internal: postgresPort, external: args.port, ip: "127.0.0.1" }],
        volumes: [{ volumeName: volume.name, containerPath: "/var/lib/postgresql/data" }],
        memory,
        // Without it the provider shows a change on every preview: Docker sets it to twice the memory.
        memorySwap: memory * 2,
        shmSize: Math.ceil(memory / 4),
        restart: "unless-stopped",
        destroyGraceSeconds: 30,
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        healthcheck: {
          // Over TCP: while the volume is initialised the server listens on its Unix socket alone.
          tests: ["CMD", "pg_isready", "--host=127.0.0.1", `--username=${user}`, `--dbname=${database}`],
          interval: "1s",
          timeout: "3s",
          retries: 60,
        },
        wait: true,
        waitTimeout: 90,
      },
      // Two servers must never share the volume, and the name is taken while the old one is there.
      { parent: this, deleteBeforeReplace: true, dependsOn: [volume] },
    );

    this.networkName = network.name;
    this.volumeName = volume.name;
    this.containerName = container.name;
    this.registerOutputs({
      networkName: this.networkName,
      volumeName: this.volumeName,
      containerName: this.containerName,
    });
  }
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
