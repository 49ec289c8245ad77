import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../messages/failure";
import { defaults } from "../arguments/keys";
import type { PostgresContainerArgs } from "../arguments/configArgs";
import { applied, type PostgresTransforms } from "../arguments/transforms";
import { whenKnown } from "../arguments/asOutputs";
import {
  majorLabel,
  postgresImage,
  postgresMajor,
  type PostgresVersionArgs,
  versionRefusal,
} from "../arguments/postgresVersion";

/** How containers on the network reach the database. */
export const postgresHost = "postgres";
/** Port of the server inside the network. */
export const postgresPort = 5432;

/**
 * Sessions for that many instances: old and new ones during a rollout, ten threads each, and 20 for people
 * and backups. In steps of 100, so that scaling seldom restarts the database.
 */
export function connectionsFor(count: number): number {
  return Math.ceil((2 * count * 10 + 20) / 100) * 100;
}

/**
 * One PostgreSQL server in a Docker container, for one machine: a network, a volume that outlives
 * `pulumi destroy`, and a container that counts as created once the server answers.
 *
 * @example
 * ```ts
 * const database = new PostgresContainer("postgres", { namePrefix: "shop-dev", password });
 * export const network = database.networkName;
 * ```
 * @throws {Failure} when the image is of another major version than the volume's rows; nothing is touched then.
 */
export class PostgresContainer extends pulumi.ComponentResource {
  /** The user-defined network on which the server answers at `postgres:5432`. */
  readonly networkName: pulumi.Output<string>;
  /** Docker's id of the network, which changes when the network is recreated. */
  readonly networkId: pulumi.Output<string>;
  /** Name of the data volume. */
  readonly volumeName: pulumi.Output<string>;
  /** Name of the container. */
  readonly containerName: pulumi.Output<string>;

  constructor(
    name: string,
    args: PostgresContainerArgs & { transform?: PostgresTransforms },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("django-nomad:index:PostgresContainer", name, {}, opts);
    const settings = { ...defaults.postgres, ...withoutUndefined<PostgresContainerArgs>(args) };
    const { database, user, memory, maxConnections, keepData } = settings;

    const quarter = whenKnown(memory, (known: number) => Math.ceil(known / 4));

    const { transform = {} } = args;
    const own = { parent: this };
    const network = new docker.Network(
      ...applied(transform.network, `${name}-network`, { name: args.namePrefix }, own),
    );
    const volume = createVolume(name, args, keepData, this, transform.volume);
    const server: docker.ContainerArgs = {
      name: `${args.namePrefix}-postgres`,
      image: imageFor(volume, args),
      command: [
        "postgres",
        ...["-c", line`max_connections=${maxConnections}`],
        ...["-c", line`shared_buffers=${quarter}MB`],
      ],
      envs: [
        line`POSTGRES_USER=${user}`,
        line`POSTGRES_PASSWORD=${pulumi.secret(args.password)}`,
        line`POSTGRES_DB=${database}`,
      ],
      // By id: when the network was made anew, a container that is still on the old one must be, too.
      networksAdvanced: [{ name: network.id, aliases: [postgresHost] }],
      ports:
        args.port === undefined
          ? []
          : [{ internal: postgresPort, external: args.port, ip: settings.listenAddress }],
      volumes: [{ volumeName: volume.name, containerPath: "/var/lib/postgresql/data" }],
      memory,
      // Without it the provider shows a change on every preview: Docker sets it to twice the memory.
      memorySwap: whenKnown(memory, (known: number) => known * 2),
      shmSize: quarter,
      restart: "unless-stopped",
      destroyGraceSeconds: 30,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      healthcheck: {
        // Over TCP: while the volume is initialised the server listens on its Unix socket alone.
        tests: [
          "CMD",
          "pg_isready",
          "--host=127.0.0.1",
          line`--username=${user}`,
          line`--dbname=${database}`,
        ],
        // Each check starts a process in the container, for as long as the stack lives.
        interval: "2s",
        timeout: "3s",
        retries: 30,
      },
      wait: true,
      waitTimeout: 90,
    };
    const container = new docker.Container(
      ...applied(transform.container, `${name}-server`, server, {
        parent: this,
        // Two servers must never share the volume, and the name is taken while the old one is there.
        deleteBeforeReplace: true,
        // Earlier versions checked each second. A new interval needs a new container, and is not worth one.
        ignoreChanges: ["healthcheck.interval", "healthcheck.retries"],
        dependsOn: [volume],
      }),
    );

    this.networkName = network.name;
    this.networkId = network.id;
    this.volumeName = volume.name;
    this.containerName = container.name;
    this.registerOutputs({
      networkName: this.networkName,
      networkId: this.networkId,
      volumeName: this.volumeName,
      containerName: this.containerName,
    });
  }
}

/** Each volume is a resource of its own: another `dataVolume` never replaces, and so never endangers, the one before. */
function createVolume(
  name: string,
  args: PostgresContainerArgs,
  keepData: boolean,
  parent: pulumi.Resource,
  transform: PostgresTransforms["volume"],
): docker.Volume {
  const labels = whenKnown(versionOf(args), (known: PostgresVersionArgs) => {
    const major = postgresMajor(known);
    return major === undefined ? undefined : [{ label: majorLabel, value: String(major) }];
  });
  const volume: docker.VolumeArgs = {
    name: args.dataVolume ?? `${args.namePrefix}-pgdata`,
    ...(labels === undefined ? {} : { labels }),
  };
  // The rows are worth more than a tidy destroy: only `npm run stop -- --purge` or a person removes them.
  // The label tells what the volume was made with; a newer program must not change it.
  const opts = { parent, protect: keepData, retainOnDelete: keepData, ignoreChanges: ["labels"] };
  const resource = args.dataVolume === undefined ? `${name}-data` : `${name}-data-${args.dataVolume}`;
  return new docker.Volume(...applied(transform, resource, volume, opts));
}

/** The image, once its version is known to fit the volume's: Docker answers with the labels of a volume that exists already. */
function imageFor(volume: docker.Volume, args: PostgresContainerArgs): pulumi.Output<string> {
  return pulumi.all([versionOf(args), volume.name, volume.labels]).apply(([version, name, labels]) => {
    const refusal = versionRefusal(version, { name, labels });
    return refusal === undefined ? postgresImage(version) : fail(refusal);
  });
}

function versionOf({
  image,
  version,
}: PostgresContainerArgs): Pick<PostgresContainerArgs, "image" | "version"> {
  return { image, version };
}

/** A template literal of inputs: plain when all of them are. */
function line(texts: TemplateStringsArray, ...values: pulumi.Input<string | number>[]): pulumi.Input<string> {
  return whenKnown(values, (known: (string | number)[]) => String.raw({ raw: texts }, ...known));
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
