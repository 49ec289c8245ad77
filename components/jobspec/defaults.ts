/**
 * Every default in one place: what the README and `Pulumi.yaml` show is checked against this object.
 * The pack's own defaults are kept unless a comment says why not.
 */
export const defaults = {
  datacenters: ["*"],
  adopt: false,
  protect: false,
  immutableTags: false,
  count: 1,
  /** The port the web server listens on in its container. */
  port: 8000,
  servicePortLabel: "http",
  envVars: {},
  secretEnvVars: {},
  migrateEnvVars: {},
  manageCommand: ["./manage.py"],
  /** MHz and MB. */
  serverResources: { cpu: 100, memory: 300 },
  /** MHz and MB. */
  migrateResources: { cpu: 100, memory: 300 },
  processes: {
    count: 1,
    /** MHz and MB. */
    resources: { cpu: 100, memory: 300 },
    check: { type: "http", path: "/", interval: "10s", timeout: "5s", headers: {} },
  },
  migrationLeader: "index-zero-first",
  recordReleases: true,
  migrationTimeout: "10m",
  /** Seconds between two looks of an allocation that waits for index 0. */
  migrationPollSeconds: 5,
  /** Looks before a waiting allocation fails. */
  migrationPollIters: 5, // At least: unset, as many as migrationTimeout needs.
  databaseWaitSeconds: 60,
  httpService: {
    serviceTags: [],
    serviceProvider: "nomad",
    checkEnabled: true,
    checkType: "http",
    checkPath: "/",
    checkInterval: "10s",
    checkTimeout: "5s",
    checkHeaders: {},
    upstreams: [],
  },
  update: {
    strategy: "canary",
    maxParallel: 1,
    autoRevert: true,
    minHealthyTime: "10s",
    /** How long a server may take from its start to its first passed check. */
    serverDeadline: "2m",
  },
  /** Nomad's own. */
  priority: 50,
  constraints: { operator: "=" },
  /** Weight from -100 to 100. */
  affinities: { operator: "=", weight: 50 },
  /** Weight from 1 to 100. */
  spreads: { weight: 50 },
  volumes: { type: "host", readOnly: false, tasks: ["migrate", "server"] },
  /** Files of each stream of each task, and MB of each file: Nomad's own. */
  logs: { maxFiles: 10, maxFileSize: 10 },
  /** Nomad's own. */
  killTimeout: "5s",
  /** Callers forget the address in it; without a service there are none, and the default is 0s. */
  shutdownDelay: "5s",
  restart: { attempts: 2, delay: "15s", interval: "30m", mode: "fail" },
  /** Nomad's own for services. */
  reschedule: { delay: "30s", delayFunction: "exponential", maxDelay: "1h", unlimited: true },
  migrationDatabases: ["default"],
  beforeMigrate: [],
  afterMigrate: [],
  meta: {},
  backupBeforeMigrate: false,
  backups: {
    /** Files of each kind. */
    keep: 7,
    timeZone: "UTC",
    /** MHz and MB. */
    cpu: 100,
    memory: 128,
  },
  postgres: {
    image: "postgres:16",
    user: "postgres",
    database: "django",
    /** MB. */
    memory: 512,
    listenAddress: "127.0.0.1",
    maxConnections: 100,
    keepData: true,
  },
  database: {
    port: 5432,
    adminUser: "postgres",
    sslmode: "verify-full",
    extensions: [],
    roles: "separate",
    keepData: true,
  },
} as const;
