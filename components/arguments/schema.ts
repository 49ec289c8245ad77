/** The shape of every argument. Descriptions and defaults are in `Pulumi.yaml` and `components/jobspec/defaults.ts`. */
import { backups } from "./backupSchema";
import { database, postgres } from "./databaseSchema";
import { image } from "./image";
import {
  atLeast,
  count,
  databaseAlias,
  datacenter,
  dockerNetwork,
  duration,
  envName,
  fixedLine,
  filledText,
  headerName,
  headerValue,
  jobId,
  line,
  megabytes,
  metaName,
  namespace,
  nodePool,
  port,
  portLabel,
  processName,
  region,
  serviceName,
} from "./names";
import {
  affinities,
  constraints,
  logs,
  registryAuth,
  reschedule,
  restart,
  spreads,
  volumes,
} from "./placementSchema";
import { anyText, bool, filledList, input, integer, list, map, mapOf, object, oneOf, text } from "./readers";

/** MHz and MB; 10 MB is the least that Nomad takes. */
const resources = object({ cpu: integer(1, 1_000_000), memory: megabytes(10, 10_000_000) });

const commands = list(list(filledText));

const httpService = object(
  {
    serviceName,
    serviceTags: list(line),
    serviceProvider: oneOf("nomad", "consul"),
    checkEnabled: bool,
    checkType: oneOf("http", "tcp"),
    checkPath: text("a path that begins with one /", /^\/(?!\/)[^\s\p{Cc}]*$/u),
    checkInterval: atLeast(1),
    checkTimeout: atLeast(1),
    checkHeaders: map(headerName, headerValue),
    upstreams: list(object({ name: serviceName, port }, ["name", "port"])),
  },
  ["serviceName"],
);

const update = object({
  strategy: oneOf("canary", "rolling", "blue-green", "recreate"),
  maxParallel: integer(1, 10_000),
  autoRevert: bool,
  minHealthyTime: duration,
  serverDeadline: duration,
  healthyDeadline: duration,
  progressDeadline: duration,
});

const process = object(
  {
    command: filledList(filledText, '["celery", "-A", "config", "worker"]'),
    count,
    envVars: map(envName, anyText, true),
    resources: object({
      cpu: integer(1, 1_000_000),
      memory: megabytes(10, 10_000_000),
      memoryMax: megabytes(10, 10_000_000),
    }),
    killTimeout: duration,
    check: object(
      {
        port,
        type: oneOf("http", "tcp"),
        path: text("a path that begins with one /", /^\/(?!\/)[^\s\p{Cc}]*$/u),
        interval: atLeast(1),
        timeout: atLeast(1),
        headers: map(headerName, headerValue),
      },
      ["port"],
    ),
  },
  ["command"],
);

/** Reads all arguments of an application, of a stack's config or of a program. */
export const readConfig = object(
  {
    djangoImage: input(image),
    jobName: jobId,
    adopt: bool,
    protect: bool,
    immutableTags: bool,
    namespace,
    region,
    datacenters: filledList(datacenter, '["*"]'),
    nodePool,
    constraints,
    affinities,
    spreads,
    priority: integer(1, 100),
    count,
    port,
    servicePortLabel: portLabel,
    httpService,
    envVars: map(envName, anyText, true),
    secretEnvVars: input(map(envName, anyText, true)),
    secretKeyVersion: integer(1, 10_000),
    migrateEnvVars: map(envName, anyText, true),
    meta: map(metaName),
    dockerNetworkMode: dockerNetwork,
    registryAuth,
    volumes,
    logs,
    manageCommand: list(text()),
    serverCommand: filledList(filledText, '["gunicorn", "config.wsgi"]'),
    processes: mapOf(processName, process),
    serverResources: resources,
    migrateResources: resources,
    killTimeout: duration,
    shutdownDelay: duration,
    restart,
    reschedule,
    migrationLeader: oneOf("index-zero-first", "index-zero", "first-to-lock"),
    recordReleases: bool,
    migrationTimeout: duration,
    migrationPollSeconds: integer(1, 3600),
    migrationPollIters: integer(1, 100_000),
    databaseWaitSeconds: integer(1, 86_400),
    migrationDatabases: filledList(databaseAlias, '["default"]'),
    migrationLockKey: fixedLine,
    migrationLockTimeout: duration,
    migrationStatementTimeout: duration,
    beforeMigrate: commands,
    afterMigrate: commands,
    backupBeforeMigrate: bool,
    backups,
    update,
    postgres,
    database,
  },
  ["djangoImage"],
);

/** Keys that hold secrets and must be stored with `--secret`. */
export const secretKeys = ["secretEnvVars"] as const;

/** Keys inside others that must be stored with `--secret`. */
export const secretPaths = [
  "postgres.password",
  "database.adminPassword",
  "database.password",
  "database.migratePassword",
  "registryAuth.password",
] as const;
