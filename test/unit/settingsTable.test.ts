/**
 * What can't be used, and everything that is said about it: one table for a stack's config and for a program
 * that imports the component.
 */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems } from "../../components";
import { runProgram } from "../support/engine";
import { keys } from "../../components/arguments";
import { configProblems, readConfigOf, type Values } from "../support/stackConfig";

const known = Object.keys(keys);
const service = { serviceName: "shop" };
const password = { POSTGRES_PASSWORD: "x" };
const database = { host: "db.example.com", name: "shop", password: "x", migratePassword: "y" };

/** What is set beside `djangoImage: shop:1`, and every line that is said. */
const refused: [what: string, values: Values, ...expected: string[]][] = [
  // Keys
  [
    "an unknown key near a known one",
    { djangoimage: "x" },
    "djangoimage: is not a known key: did you mean djangoImage?",
  ],
  [
    "a misspelt key",
    { migratonTimeout: "5m" },
    "migratonTimeout: is not a known key: did you mean migrationTimeout?",
  ],
  ["a pack variable's own spelling", { env_vars: {} }, "env_vars: is not a known key: did you mean envVars?"],
  [
    "an unknown key near nothing",
    { colour: "red" },
    `colour: is not a known key: docs/config.md lists all ${known.length}`,
  ],
  [
    "an unknown key inside",
    { httpService: { ...service, checkPaht: "/" } },
    "httpService.checkPaht: is not a known key: did you mean checkPath?",
  ],
  [
    "an unknown key in a list",
    { constraints: [{ atribute: "${node.class}", value: "web" }] },
    "constraints[0].atribute: is not a known key: did you mean attribute?",
  ],
  [
    "a function, which no config can hold",
    { transform: "x" },
    `transform: is not a known key: docs/config.md lists all ${known.length}`,
  ],
  // Images
  ["no image", { djangoImage: undefined }, "djangoImage: is required"],
  [
    "an empty image",
    { djangoImage: "" },
    'djangoImage: "" is not an image reference such as registry.example.com/shop:1.4',
  ],
  [
    "an image with a space",
    { djangoImage: "shop :1" },
    'djangoImage: "shop :1" is not an image reference such as registry.example.com/shop:1.4',
  ],
  [
    "an image with capitals",
    { djangoImage: "registry.example.com/Shop/Web:1.4" },
    'djangoImage: "registry.example.com/Shop/Web:1.4" is not an image reference such as registry.example.com/shop:1.4: repositories are lower case, write registry.example.com/shop/web:1.4',
  ],
  [
    "an image with a scheme",
    { djangoImage: "https://registry.example.com/shop:1" },
    'djangoImage: "https://registry.example.com/shop:1" is not an image reference such as registry.example.com/shop:1.4: leave https:// out',
  ],
  [
    "a registry with a word for a port",
    { djangoImage: "registry.example.com:https/shop:1" },
    'djangoImage: "registry.example.com:https/shop:1" is not an image reference such as registry.example.com/shop:1.4: "registry.example.com:https" is not a host with a port',
  ],
  [
    "a digest cut short",
    { djangoImage: "shop@sha256:0123abcd" },
    'djangoImage: "shop@sha256:0123abcd" is not an image reference such as registry.example.com/shop:1.4: its digest must be sha256: and 64 hexadecimal digits',
  ],
  [
    "a digest of another kind",
    { djangoImage: "shop@md5:0123" },
    'djangoImage: "shop@md5:0123" is not an image reference such as registry.example.com/shop:1.4: its digest must be sha256: and 64 hexadecimal digits',
  ],
  [
    "an empty tag",
    { djangoImage: "registry.example.com:5000/shop:" },
    'djangoImage: "registry.example.com:5000/shop:" is not an image reference such as registry.example.com/shop:1.4: a tag has only letters, digits, _, . and -, unlike ""',
  ],
  [
    "a tag with a slash's cousin",
    { djangoImage: "shop:a+b" },
    'djangoImage: "shop:a+b" is not an image reference such as registry.example.com/shop:1.4: a tag has only letters, digits, _, . and -, unlike "a+b"',
  ],
  [
    "an image that ends with a slash",
    { djangoImage: "registry.example.com/shop/" },
    'djangoImage: "registry.example.com/shop/" is not an image reference such as registry.example.com/shop:1.4',
  ],
  [
    "a database image with capitals",
    { postgres: { image: "Postgres:16" }, secretEnvVars: password },
    'postgres.image: "Postgres:16" is not an image reference such as registry.example.com/shop:1.4: repositories are lower case, write postgres:16',
  ],
  // Numbers
  ["a word as count", { count: "two" }, 'count: "two" is not a whole number from 0 to 10000'],
  ["half an instance", { count: 1.5 }, 'count: "1.5" is not a whole number from 0 to 10000'],
  ["a negative count", { count: -1 }, 'count: "-1" is not a whole number from 0 to 10000'],
  ["a list as count", { count: [1] }, "count: [1] is not a whole number from 0 to 10000"],
  ["a port past the last", { port: 65536 }, 'port: "65536" is not a whole number from 1 to 65535'],
  ["port 0", { port: 0 }, 'port: "0" is not a whole number from 1 to 65535'],
  ["priority past the highest", { priority: 101 }, 'priority: "101" is not a whole number from 1 to 100'],
  ["priority 0", { priority: 0 }, 'priority: "0" is not a whole number from 1 to 100'],
  [
    "polls every hour and more",
    { migrationPollSeconds: 4000 },
    'migrationPollSeconds: "4000" is not a whole number from 1 to 3600',
  ],
  [
    "no looks at all",
    { migrationPollIters: 0 },
    'migrationPollIters: "0" is not a whole number from 1 to 100000',
  ],
  [
    "no wait for the database",
    { databaseWaitSeconds: 0 },
    'databaseWaitSeconds: "0" is not a whole number from 1 to 86400',
  ],
  // Memory and CPU
  [
    "less memory than Nomad takes",
    { serverResources: { memory: 5 } },
    "serverResources.memory: 5 is not a whole number from 10 to 10000000",
  ],
  [
    "memory with a unit",
    { migrateResources: { memory: "512MB" } },
    'migrateResources.memory: "512MB" is not a whole number from 10 to 10000000: it counts MB, write 512',
  ],
  [
    "memory with a small unit",
    { migrateResources: { memory: "512m" } },
    'migrateResources.memory: "512m" is not a whole number from 10 to 10000000: it counts MB, write 512',
  ],
  [
    "memory in gigabytes",
    { serverResources: { memory: "2GB" } },
    'serverResources.memory: "2GB" is not a whole number from 10 to 10000000: it counts MB, write 2048',
  ],
  [
    "CPU in shares of a core",
    { serverResources: { cpu: 0.5 } },
    "serverResources.cpu: 0.5 is not a whole number from 1 to 1000000",
  ],
  [
    "a database's memory with a unit",
    { postgres: { memory: "1g" }, secretEnvVars: password },
    'postgres.memory: "1g" is not a whole number from 64 to 1000000: it counts MB, write 1024',
  ],
  [
    "log files in kilobytes",
    { logs: { maxFileSize: "10240k" } },
    'logs.maxFileSize: "10240k" is not a whole number from 1 to 100000: it counts MB, write 10',
  ],
  // Lists and maps
  ["a text as a list", { datacenters: "dc1" }, 'datacenters: "dc1" is not a list'],
  [
    "an empty list of datacenters",
    { datacenters: [] },
    'datacenters: [] is not a list with at least one entry, such as ["*"]',
  ],
  [
    "a map inside a list",
    { datacenters: ["dc1", { a: 1 }] },
    'datacenters[1]: {"a":1} is not a datacenter: letters, digits, -, _ and ., and * for any of them',
  ],
  ["a list that is no JSON", { datacenters: '["dc1"' }, 'datacenters: "[\\"dc1\\"" is not a list'],
  ["a text as a map", { envVars: "DEBUG=off" }, "envVars: is a string and not a map of names to strings"],
  ["a list as a map", { envVars: ["DEBUG=off"] }, "envVars: is a list and not a map of names to strings"],
  ["a map as a value", { envVars: { A: { B: 1 } } }, "envVars.A: is not a string: write one value per name"],
  [
    "a text as an object",
    { httpService: "django" },
    "httpService: is a string and not a map with the keys serviceName, serviceTags, canaryTags, serviceProvider, checkEnabled, checkType, checkPath, checkInterval, checkTimeout, checkHeaders, upstreams",
  ],
  [
    "a text as a list of objects",
    { volumes: "media:/srv/media" },
    'volumes: "media:/srv/media" is not a list',
  ],
  [
    "a command in one text",
    { beforeMigrate: ["check --deploy"] },
    'beforeMigrate[0]: "check --deploy" is not a list of words: write ["check","--deploy"]',
  ],
  [
    "no database to migrate",
    { migrationDatabases: [] },
    'migrationDatabases: [] is not a list with at least one entry, such as ["default"]',
  ],
  [
    "an empty word in the manage command",
    { manageCommand: ["python", ""] },
    'manageCommand: is ["python",""] and must be a list of words, such as ["python", "manage.py"]',
  ],
  [
    "nothing that says how manage.py is run",
    { manageCommand: [], migrateEntrypoint: [] },
    "manageCommand: is [], and migrateEntrypoint is [] as well: nothing says how the image runs manage.py. Set one of the two",
  ],
  [
    "commands of a release where nothing is migrated",
    { migrations: "wait", releaseCommands: [["warm_caches"]] },
    "releaseCommands: is set, but migrations is wait and nothing is migrated here: use startCommands, which every instance runs",
  ],
  [
    "existing tables of a site without migrations",
    { migrations: "none", fakeInitial: true },
    "fakeInitial: is set, but migrations is none and nothing is migrated here: remove one of the two",
  ],
  [
    "more tries without a limit for one",
    { migrationLockRetries: 3 },
    "migrationLockRetries: is 3, but without migrationLockTimeout a migration waits for a table until the server ends it: set both",
  ],
  [
    "a leader by a lock that is not taken",
    { migrationLock: "none", migrationLeader: "first-to-lock" },
    'migrationLeader: is first-to-lock, but migrationLock is "none": leave migrationLeader out, and the instance with index 0 migrates',
  ],
  [
    "a rolling update without a lock",
    { migrationLock: "none", update: { strategy: "rolling" } },
    'update.strategy: is "rolling" with migrationLock "none": the instance with index 0 alone migrates, and others may start first and wait for it in vain. Use update.strategy "canary"',
  ],
  [
    "an empty word in a command",
    { afterMigrate: [["warm_caches", ""]] },
    'afterMigrate[0][1]: "" is not a non-empty string',
  ],
  [
    "an empty command",
    { afterMigrate: [[]] },
    'afterMigrate: is [[]] and must be a list of lists of words, such as [["check"]]',
  ],
  // Names
  [
    "a name with a dash",
    { envVars: { "MY-VAR": "x" } },
    'envVars.MY-VAR: "MY-VAR" is not a name for an environment variable: letters, digits and _, not a digit first',
  ],
  [
    "a name that begins with a digit",
    { migrateEnvVars: { "1ST": "x" } },
    'migrateEnvVars.1ST: "1ST" is not a name for an environment variable: letters, digits and _, not a digit first',
  ],
  [
    "a secret's name with a dot",
    { secretEnvVars: { "A.B": "x" } },
    'secretEnvVars.A.B: "A.B" is not a name for an environment variable: letters, digits and _, not a digit first',
  ],
  [
    "a job name with a slash",
    { jobName: "a/b" },
    'jobName: "a/b" is not a job id: letters, digits, -, _ and ., no spaces or slashes, not beginning with - or .',
  ],
  [
    "a job name with a space",
    { jobName: "my shop" },
    'jobName: "my shop" is not a job id: letters, digits, -, _ and ., no spaces or slashes, not beginning with - or .',
  ],
  [
    "a namespace with an underscore",
    { namespace: "team_web" },
    'namespace: "team_web" is not a namespace: letters, digits and -, at most 128',
  ],
  [
    "a node pool with a dot",
    { nodePool: "gpu.large" },
    'nodePool: "gpu.large" is not a node pool: letters, digits, - and _, at most 128',
  ],
  // What would mean something else to what reads it
  [
    "a header with a line break",
    { httpService: { ...service, checkHeaders: { Host: "a\r\nX-Injected: yes" } } },
    "httpService.checkHeaders.Host: is not a header's value: one line without control characters",
  ],
  [
    "a path that names another host",
    { httpService: { ...service, checkPath: "//example.com/" } },
    'httpService.checkPath: "//example.com/" is not a path that begins with one /',
  ],
  [
    "a tag that publishes a secret",
    { httpService: { ...service, serviceTags: ["key=${SECRET_KEY}"] }, secretEnvVars: { SECRET_KEY: "x" } },
    "httpService.serviceTags[0]: would publish the secret SECRET_KEY in the service catalog: remove it from the tag",
  ],
  [
    "a canary's tag that publishes a secret",
    { httpService: { ...service, canaryTags: ["key=${SECRET_KEY}"] }, secretEnvVars: { SECRET_KEY: "x" } },
    "httpService.canaryTags[0]: would publish the secret SECRET_KEY in the service catalog: remove it from the tag",
  ],
  [
    "a registry's user that is a secret",
    { registryAuth: { username: "${SECRET_KEY}", password: "x" } },
    'registryAuth.username: "${SECRET_KEY}" is not one line of text without ${ and %{',
  ],
  [
    "a lock that is another one on each node",
    { migrationLockKey: "${node.unique.id}" },
    'migrationLockKey: "${node.unique.id}" is not one line of text without ${ and %{',
  ],
  [
    "a job name that is a folder",
    { jobName: ".." },
    'jobName: ".." is not a job id: letters, digits, -, _ and ., no spaces or slashes, not beginning with - or .',
  ],
  [
    "a path that leads to Nomad's own",
    { volumes: [{ name: "a", destination: "/srv/../secrets" }] },
    'volumes[0].destination: "/srv/../secrets" is not an absolute path in the container, such as /srv/media',
  ],
  [
    "a database's name with a quote",
    { postgres: { database: 'a"b' }, secretEnvVars: password },
    'postgres.database: "a\\"b" is not a database name: at most 63 letters, digits, _, ., @, + and -, beginning with a letter, a digit or _',
  ],
  [
    "a variable that no environment can hold",
    { envVars: { A: "a\0b" } },
    "envVars.A: is not a string without NUL characters",
  ],
  [
    "an attribute with more behind it",
    { constraints: [{ attribute: "${node.class}x", value: "web" }] },
    'constraints[0].attribute: "${node.class}x" is not a node\'s attribute in ${ }: write ${node.class}',
  ],
  ["an empty region", { region: " " }, 'region: " " is not a region: letters, digits, -, _ and .'],
  [
    "a port label with a dash",
    { servicePortLabel: "my-port" },
    'servicePortLabel: "my-port" is not a port label: letters, digits and _',
  ],
  [
    "a network with a space",
    { dockerNetworkMode: "my net" },
    'dockerNetworkMode: "my net" is not a Docker network: host, bridge or a network\'s name',
  ],
  ["a service without a name", { httpService: { checkPath: "/" } }, "httpService.serviceName: is required"],
  [
    "a service name with a dot",
    { httpService: { serviceName: "a.b" } },
    'httpService.serviceName: "a.b" is not a service name: letters, digits and -, at most 63',
  ],
  [
    "a service name with an underscore",
    { httpService: { serviceName: "shop_web" } },
    'httpService.serviceName: "shop_web" is not a service name: letters, digits and -, at most 63',
  ],
  [
    "a service name that is too long",
    { httpService: { serviceName: "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" } },
    'httpService.serviceName: "ssssssssssssssssssssssssssssssssssssssssssssssssssssssss... is not a service name: letters, digits and -, at most 63',
  ],
  [
    "a header with a space",
    { httpService: { ...service, checkHeaders: { "X Host": "a" } } },
    'httpService.checkHeaders.X Host: "X Host" is not a header name',
  ],
  [
    "meta with a space",
    { meta: { "on call": "x" } },
    'meta.on call: "on call" is not a name for meta: letters, digits, _, - and .',
  ],
  [
    "an alias with a comma",
    { migrationDatabases: ["default,replica"] },
    'migrationDatabases[0]: "default,replica" is not an alias of DATABASES: no spaces and no commas',
  ],
  [
    "a Docker name with a slash",
    { postgres: { dataVolume: "/srv/rows" }, secretEnvVars: password },
    'postgres.dataVolume: "/srv/rows" is not a Docker name: letters, digits, _, . and -, at least two',
  ],
  // Words
  [
    "an unknown provider",
    { httpService: { ...service, serviceProvider: "etcd" } },
    'httpService.serviceProvider: "etcd" is not one of nomad, consul',
  ],
  [
    "an unknown check",
    { httpService: { ...service, checkType: "grpc" } },
    'httpService.checkType: "grpc" is not one of http, tcp',
  ],
  [
    "yes for true",
    { httpService: { ...service, checkEnabled: "yes" } },
    'httpService.checkEnabled: "yes" is not true or false',
  ],
  [
    "an unknown leader",
    { migrationLeader: "first" },
    'migrationLeader: "first" is not one of index-zero-first, index-zero, first-to-lock',
  ],
  [
    "an unknown strategy",
    { update: { strategy: "bluegreen" } },
    'update.strategy: "bluegreen" is not one of canary, rolling, blue-green, recreate',
  ],
  [
    "an unknown operator",
    { constraints: [{ attribute: "${node.class}", operator: "~", value: "x" }] },
    'constraints[0].operator: "~" is not one of =, !=, >, >=, <, <=, regexp, version, semver, set_contains, set_contains_any, is_set, is_not_set, distinct_hosts, distinct_property',
  ],
  [
    "an unknown kind of volume",
    { volumes: [{ name: "media", type: "nfs", destination: "/srv" }] },
    'volumes[0].type: "nfs" is not one of host, csi',
  ],
  [
    "an unknown task",
    { volumes: [{ name: "media", destination: "/srv", tasks: ["worker"] }] },
    'volumes[0].tasks[0]: "worker" is not one of migrate, server',
  ],
  [
    "an unknown restart mode",
    { restart: { mode: "always" } },
    'restart.mode: "always" is not one of fail, delay',
  ],
  [
    "an unknown delay function",
    { reschedule: { delayFunction: "linear" } },
    'reschedule.delayFunction: "linear" is not one of constant, exponential, fibonacci',
  ],
  [
    "a path without its slash",
    { httpService: { ...service, checkPath: "healthz" } },
    'httpService.checkPath: "healthz" is not a path that begins with one /',
  ],
  // Durations
  [
    "a duration without a unit",
    { httpService: { ...service, checkInterval: 10 } },
    "httpService.checkInterval: 10 is not a duration: it has no unit, write 10s for seconds or 10m for minutes",
  ],
  [
    "a duration without a unit, as text",
    { migrationTimeout: "600" },
    'migrationTimeout: "600" is not a duration: it has no unit, write 600s for seconds or 600m for minutes',
  ],
  [
    "a duration in words",
    { migrationTimeout: "ten minutes" },
    'migrationTimeout: "ten minutes" is not a duration: write a number with its unit, such as 90s or 10m',
  ],
  [
    "a duration in days",
    { update: { minHealthyTime: "1d" } },
    'update.minHealthyTime: "1d" is not a duration: write a number with its unit, such as 90s or 10m',
  ],
  [
    "a duration with a space",
    { killTimeout: "30 s" },
    'killTimeout: "30 s" is not a duration: write a number with its unit, such as 90s or 10m',
  ],
  [
    "a check faster than Nomad takes",
    { httpService: { ...service, checkInterval: "500ms" } },
    "httpService.checkInterval: is 500ms, but Nomad takes no less than 1s",
  ],
  ["no time to migrate", { migrationTimeout: "0s" }, "migrationTimeout: is 0s and must be 1s or more"],
  [
    "no time for a lock",
    { migrationLockTimeout: "0s" },
    "migrationLockTimeout: is 0s and must be 1ms or more",
  ],
  [
    "a reschedule at once",
    { reschedule: { delay: "1s" } },
    "reschedule.delay: is 1s, but Nomad takes no less than 5s",
  ],
  [
    "a restart interval too short for Nomad",
    { restart: { interval: "2s" } },
    "restart.interval: is 2s, but Nomad takes no less than 5s",
  ],
  [
    "a delay that is a number",
    { shutdownDelay: 5 },
    'shutdownDelay: "5" is not a duration: it has no unit, write 5s for seconds or 5m for minutes',
  ],
  // The ladder of timers
  [
    "a healthy deadline inside the migration",
    { update: { healthyDeadline: "5m" } },
    "update.healthyDeadline: is 5m, but an allocation may need 13m (databaseWaitSeconds 60 + migrationTimeout 10m + update.serverDeadline 2m): Nomad would give up while it still migrates. Leave update.healthyDeadline out, set it above 13m, or lower migrationTimeout",
  ],
  [
    "a progress deadline that comes first",
    { update: { progressDeadline: "1m" } },
    "update.progressDeadline: is 1m, but must be longer than update.healthyDeadline (15m): leave it out or raise it",
  ],
  [
    "a minimum longer than the room for it",
    { update: { minHealthyTime: "5m" } },
    "update.minHealthyTime: is 5m, but update.healthyDeadline (15m) leaves 2m after the longest migration and start: no instance could become healthy then. Lower it, or set update.healthyDeadline above 18m",
  ],
  [
    "a lock timeout longer than the migration",
    { migrationLockTimeout: "10m" },
    "migrationLockTimeout: is 10m, but migrationTimeout ends the migration after 10m: set it below that, or raise migrationTimeout",
  ],
  [
    "a statement timeout longer than the migration",
    { migrationTimeout: "1m", migrationStatementTimeout: "90s" },
    "migrationStatementTimeout: is 90s, but migrationTimeout ends the migration after 1m: set it below that, or raise migrationTimeout",
  ],
  [
    "followers that wait past the healthy deadline",
    { migrationPollIters: 1000, update: { healthyDeadline: "20m" } },
    "update.healthyDeadline: is 20m, but an allocation may need 1h26m20s (databaseWaitSeconds 60 + migrationPollSeconds * migrationPollIters 1h23m20s + update.serverDeadline 2m): Nomad would give up while it still migrates. Leave update.healthyDeadline out, set it above 1h26m20s, or lower migrationPollSeconds",
  ],
  // Strategies
  [
    "a strategy that can wait for ever",
    { update: { strategy: "rolling" }, migrationLeader: "index-zero" },
    'update.strategy: is "rolling" with migrationLeader "index-zero": when count and image change together Nomad may start other indexes first, which then wait for an index 0 that is never started. Use update.strategy "canary", or leave migrationLeader out',
  ],
  [
    "a few at a time, and all at once",
    { update: { strategy: "recreate", maxParallel: 2 } },
    'update.maxParallel: is 2, but update.strategy "recreate" replaces all instances at once: remove one of them',
  ],
  [
    "a volume for each instance with canaries",
    { volumes: [{ name: "rows", destination: "/srv", perAlloc: true }] },
    'volumes[0].perAlloc: can\'t be used with update.strategy "canary": a canary would need the old instance\'s volume. Use "recreate" or "rolling"',
  ],
  // Networks and upstreams
  [
    "a database and a network",
    { postgres: {}, secretEnvVars: password, dockerNetworkMode: "host" },
    "dockerNetworkMode: can't be set together with postgres, whose own network both tasks join: remove one of them",
  ],
  [
    "a broker without the database whose network it is on",
    { redis: {} },
    "redis: runs on the network of postgres, which is not set: set postgres too, or remove redis and name a server of yours in envVars",
  ],
  [
    "upstreams without Consul",
    { httpService: { ...service, upstreams: [{ name: "cache", port: 6379 }] } },
    'httpService.upstreams: needs httpService.serviceProvider "consul": Nomad\'s own services have no mesh',
  ],
  [
    "an upstream without a port",
    { httpService: { ...service, serviceProvider: "consul", upstreams: [{ name: "cache" }] } },
    "httpService.upstreams[0].port: is required",
  ],
  [
    "upstreams beside a database container",
    {
      postgres: {},
      secretEnvVars: password,
      httpService: { ...service, serviceProvider: "consul", upstreams: [{ name: "cache", port: 6379 }] },
    },
    "httpService.upstreams: puts the allocation into a network of its own: remove postgres and dockerNetworkMode",
  ],
  [
    "two upstreams on one port",
    {
      httpService: {
        ...service,
        serviceProvider: "consul",
        upstreams: [
          { name: "a", port: 6379 },
          { name: "b", port: 6379 },
        ],
      },
    },
    'httpService.upstreams[1].port: "6379" is already used by httpService.upstreams[0].port: give each its own',
  ],
  [
    "an upstream on the server's own port",
    { httpService: { ...service, serviceProvider: "consul", upstreams: [{ name: "a", port: 8000 }] } },
    "httpService.upstreams[0].port: is 8000, on which the web server itself listens (port): in the mesh they share one network, so change one of the ports",
  ],
  [
    "a TCP check in the mesh",
    {
      httpService: {
        ...service,
        serviceProvider: "consul",
        checkType: "tcp",
        upstreams: [{ name: "cache", port: 6379 }],
      },
    },
    'httpService.checkType: is "tcp", which Nomad refuses for a service with upstreams: use "http", whose path it opens through the proxy, or httpService.checkEnabled false',
  ],
  [
    "headers for a TCP check",
    { httpService: { ...service, checkType: "tcp", checkHeaders: { Host: "a" } } },
    'httpService.checkHeaders: are never sent: a check of httpService.checkType "tcp" has no headers. Remove them, or use "http"',
  ],
  // Environment and secrets
  [
    "a name of the gate's",
    { envVars: { DJANGO_NOMAD_GATE_LEADER: "first-to-lock" } },
    "envVars.DJANGO_NOMAD_GATE_LEADER: is reserved by this program: remove it and set its key instead, such as migrationTimeout",
  ],
  [
    "a name of Nomad's",
    { migrateEnvVars: { NOMAD_ALLOC_INDEX: "0" } },
    "migrateEnvVars.NOMAD_ALLOC_INDEX: is set by Nomad in every task: remove it, or give yours another name",
  ],
  [
    "a plain variable that is secret too",
    { envVars: { SECRET_KEY: "a" }, secretEnvVars: { SECRET_KEY: "b" } },
    "envVars.SECRET_KEY: is also in secretEnvVars, which overrides it in both tasks: remove it here",
  ],
  [
    "an override of a secret",
    { migrateEnvVars: { DATABASE_URL: "a" }, secretEnvVars: { DATABASE_URL: "b" } },
    "migrateEnvVars.DATABASE_URL: is also in secretEnvVars, which overrides it in both tasks: remove it from one of them",
  ],
  [
    "a password beside a database that has one",
    { postgres: { password: "x" }, envVars: { POSTGRES_PASSWORD: "y" } },
    "envVars.POSTGRES_PASSWORD: is already set by postgres, as a secret: remove it here",
  ],
  [
    "a database without a password",
    { postgres: {} },
    "postgres.password: is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value) sets it for server and application",
  ],
  [
    "a dotted job with secrets",
    { jobName: "shop.web", secretEnvVars: { A: "x" } },
    'jobName: is "shop.web", but the path of a Nomad variable, which carries the secrets, has no dots: use - instead',
  ],
  [
    "a job and a singleton whose names make a long path of its secrets",
    {
      jobName: "j".repeat(80),
      secretEnvVars: { A: "x" },
      processes: { ["p".repeat(40)]: { command: ["x"], singleton: true } },
    },
    `processes.${"p".repeat(40)}: needs the Nomad variable nomad/jobs/${"j".repeat(80)}-${"p".repeat(40)}, a path of 132 characters where Nomad takes at most 128, for its secrets: shorten jobName (80 characters) by 4, or choose a shorter name here`,
  ],
  [
    "a singleton with the migrations' own password, whose name is twice in a path",
    {
      jobName: "j".repeat(60),
      database,
      processes: { ["p".repeat(24)]: { command: ["x"], singleton: true } },
    },
    `processes.${"p".repeat(24)}: needs the Nomad variable nomad/jobs/${"j".repeat(60)}-${"p".repeat(24)}/${"p".repeat(24)}/migrate, a path of 129 characters where Nomad takes at most 128, for its secrets: shorten jobName (60 characters) by 1, or choose a shorter name here`,
  ],
  [
    "a long name of a schedule with secrets, and of a process with the migrations' own password",
    {
      jobName: "j".repeat(79),
      database,
      processes: { ["p".repeat(30)]: { command: ["x"] } },
      schedules: { ["s".repeat(38)]: { command: ["x"], cron: "@daily" } },
    },
    `processes.${"p".repeat(30)}: needs the Nomad variable nomad/jobs/${"j".repeat(79)}/${"p".repeat(30)}/migrate, a path of 129 characters where Nomad takes at most 128, for its secrets: shorten jobName (79 characters) by 1, or choose a shorter name here`,
    `schedules.${"s".repeat(38)}: needs the Nomad variable nomad/jobs/${"j".repeat(79)}-${"s".repeat(38)}, a path of 129 characters where Nomad takes at most 128, for its secrets: shorten jobName (79 characters) by 1, or choose a shorter name here`,
  ],
  [
    "a job that is too long for its secrets, whatever its processes are called",
    {
      jobName: "j".repeat(118),
      secretEnvVars: { A: "x" },
      manage: { enabled: false },
      processes: { beat: { command: ["x"], singleton: true } },
    },
    `jobName: has 118 characters, and the secrets need the Nomad variable nomad/jobs/${"j".repeat(118)}-beat, a path of 134 characters where Nomad takes at most 128: shorten it by 6`,
  ],
  [
    "a job that is too long for the secrets of one-off commands",
    { jobName: "j".repeat(97), database },
    `jobName: has 97 characters, and the secrets need the Nomad variable nomad/jobs/${"j".repeat(97)}-manage/manage/manage, a path of 129 characters where Nomad takes at most 128: shorten it by 1`,
  ],
  [
    "a registry without a password",
    { registryAuth: { username: "ci" } },
    "registryAuth.password: is required",
  ],
  [
    "a registry with a scheme and a space",
    { registryAuth: { username: "ci", password: "x", serverAddress: "my registry" } },
    'registryAuth.serverAddress: "my registry" is not a registry\'s host, such as registry.example.com',
  ],
  [
    "a name that Nomad sets, but not one that it reads",
    { envVars: { NOMAD_ADDR: "x", NOMAD_JOB_NAME: "y" } },
    "envVars.NOMAD_JOB_NAME: is set by Nomad in every task: remove it, or give yours another name",
  ],
  [
    "meta of this program's own",
    { meta: { secrets_fingerprint: "x" } },
    "meta.secrets_fingerprint: is reserved by this program, which uses it to replace instances: choose another name",
  ],
  // The database
  [
    "a database image whose tag tells no version",
    { postgres: { image: "postgis:latest" }, secretEnvVars: password },
    'postgres.version: is required: the tag of postgres.image "postgis:latest" does not show the major version, and the rows depend on it',
  ],
  [
    "a version that the image's tag contradicts",
    { postgres: { image: "postgres:16.4-bookworm", version: 15 }, secretEnvVars: password },
    'postgres.version: is 15, but the tag of postgres.image "postgres:16.4-bookworm" says 16: remove one of them',
  ],
  [
    "a version in words",
    { postgres: { version: "sixteen" }, secretEnvVars: password },
    'postgres.version: "sixteen" is not a whole number from 9 to 99',
  ],
  [
    "fewer sessions than a server needs",
    { postgres: { maxConnections: 5 }, secretEnvVars: password },
    "postgres.maxConnections: 5 is not a whole number from 10 to 10000",
  ],
  [
    "an address for a database that is not published",
    { postgres: { listenAddress: "10.0.0.5" }, secretEnvVars: password },
    "postgres.listenAddress: is 10.0.0.5, but without postgres.port the database is not published: set it, or remove this",
  ],
  [
    "a name for an address",
    { postgres: { port: 15432, listenAddress: "localhost" }, secretEnvVars: password },
    'postgres.listenAddress: "localhost" is not an IP address of this host',
  ],
  [
    "a container and a server at once",
    { postgres: {}, secretEnvVars: password, database },
    "database: can't be set together with postgres, which brings its own database: remove one of them",
  ],
  [
    "a second password for the application's role",
    { database, secretEnvVars: password },
    "secretEnvVars.POSTGRES_PASSWORD: would override database.password, the password of the application's role: pulumi config rm --path secretEnvVars.POSTGRES_PASSWORD, and use database.password",
  ],
  [
    "backups before migrations without a place for them",
    { backupBeforeMigrate: true },
    "backupBeforeMigrate: is true, but nothing says where dumps go: pulumi config set --path backups.volume NAME",
  ],
  [
    "a place for backups that nothing makes",
    { database, backups: { volume: "dumps", image: "postgres:16" } },
    "backups: would never run: set backupBeforeMigrate to true, backups.schedule, or both",
  ],
  [
    "backups of a database that nobody names",
    { backupBeforeMigrate: true, backups: { volume: "dumps", image: "postgres:16" } },
    "backups: can't reach the database: set postgres or database, or POSTGRES_HOST, POSTGRES_NAME, POSTGRES_USER in envVars",
    "backups: have no password for the database: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value)",
  ],
  [
    "backups of a server whose version nobody tells",
    { database, backupBeforeMigrate: true, backups: { volume: "dumps" } },
    "backups.image: is required: an image with pg_dump of the server's major version, such as postgres:16",
  ],
  [
    "backups by programs of another version",
    {
      postgres: { image: "postgres:16" },
      secretEnvVars: password,
      backupBeforeMigrate: true,
      backups: { volume: "dumps", image: "postgres:15" },
    },
    'backups.image: is "postgres:15", but the server is PostgreSQL 16: remove it, or use an image of that version',
  ],
  ...["61 * * * *", "* * * *", "0 3 * * sunday", "@reboot", "*/0 * * * *"].map(
    (schedule): [string, Values, string] => [
      `${schedule} as a schedule`,
      { database, backups: { volume: "dumps", image: "postgres:16", schedule } },
      `backups.schedule: "${schedule}" is not a time for cron: minute, hour, day of month, month and day of week, such as "30 3 * * *", or @daily`,
    ],
  ),
  [
    "a time zone that is not known",
    { database, backups: { volume: "dumps", image: "postgres:16", schedule: "@daily", timeZone: "Mars" } },
    'backups.timeZone: "Mars" is not a time zone, such as Europe/Paris or UTC',
  ],
  [
    "a time zone without a schedule",
    {
      database,
      backupBeforeMigrate: true,
      backups: { volume: "dumps", image: "postgres:16", timeZone: "Europe/Paris" },
    },
    'backups.timeZone: is "Europe/Paris", but there is no backups.schedule: set it, or remove this',
  ],
  [
    "a database without all that it needs",
    { database: {} },
    "database.host: is required",
    "database.name: is required",
  ],
  [
    "a host with a scheme",
    { database: { ...database, host: "postgres://db.example.com" } },
    'database.host: "postgres://db.example.com" is not a host name or an IP address',
  ],
  [
    "a role of PostgreSQL's own",
    { database: { ...database, user: "pg_shop" } },
    'database.user: "pg_shop" is not a role name: at most 63 letters, digits, _ and -, not beginning with pg_',
  ],
  [
    "an unknown transport",
    { database: { ...database, sslmode: "prefer" } },
    'database.sslmode: "prefer" is not one of verify-full, verify-ca, require, disable',
  ],
  [
    "a connection that is not verified",
    { database: { ...database, sslmode: "require" } },
    'database.sslmode: is "require", but db.example.com is not this machine: without verify-full anyone on the network path could read passwords and rows. Remove it, and name the server\'s authority in database.sslRootCert if it is your own',
  ],
  [
    "a certificate that is not there",
    { database: { ...database, sslRootCert: "/nowhere.pem" } },
    "database.sslRootCert: is \"/nowhere.pem\", which can't be read: it must be the path of a PEM file, from the program's folder",
  ],
  [
    "a key of one's own beside the generated one",
    { secretKeyVersion: 1, secretEnvVars: { SECRET_KEY: "own" }, envVars: { SECRET_KEY_FALLBACKS: "older" } },
    "envVars.SECRET_KEY_FALLBACKS: is a secret that secretKeyVersion adds to: move it to secretEnvVars",
    "secretEnvVars.SECRET_KEY: can't be set together with secretKeyVersion, which generates one: remove secretKeyVersion, or move this key to secretEnvVars.SECRET_KEY_FALLBACKS, so that its signatures stay valid beside the generated key",
  ],
  [
    "a version of the secret key that is none",
    { secretKeyVersion: 0 },
    'secretKeyVersion: "0" is not a whole number from 1 to 10000',
  ],
  [
    "one role with two passwords",
    { database: { ...database, roles: "single" } },
    'database.migratePassword: is set, but database.roles is "single": remove one of them',
  ],
  [
    "two roles of one name",
    { database: { ...database, migrateUser: "shop" } },
    'database.migrateUser: is "shop", which is the application\'s role too: give them different names, or set database.roles to "single"',
  ],
  [
    "the administrator as the application",
    { database: { ...database, user: "postgres" } },
    'database.user: is "postgres", which is database.adminUser: give the application another role',
  ],
  [
    "a pooler without a host",
    { database: { ...database, pooler: { port: 6432 } } },
    "database.pooler.host: is required",
  ],
  [
    "a password beside a server that has one",
    { database, envVars: { POSTGRES_PASSWORD: "y" } },
    "envVars.POSTGRES_PASSWORD: is already set by database, as a secret: remove it here",
  ],
  [
    "a dotted job with a database",
    { jobName: "shop.web", database },
    'jobName: is "shop.web", but the path of a Nomad variable, which carries the secrets, has no dots: use - instead',
  ],
  // Placement
  [
    "an attribute without its braces",
    { constraints: [{ attribute: "node.class", value: "web" }] },
    'constraints[0].attribute: "node.class" is not a node\'s attribute in ${ }: write ${node.class}',
  ],
  [
    "a constraint without an attribute",
    { constraints: [{ operator: "=", value: "web" }] },
    "constraints[0].attribute: is required with the operator =, such as ${node.class}",
  ],
  [
    "a comparison with nothing",
    { constraints: [{ attribute: "${node.class}" }] },
    "constraints[0].value: is required with the operator =",
  ],
  [
    "a value that is not looked at",
    { constraints: [{ attribute: "${meta.gpu}", operator: "is_set", value: "1" }] },
    "constraints[0].value: has no effect with the operator is_set: remove it",
  ],
  [
    "an attribute that is not looked at",
    { constraints: [{ operator: "distinct_hosts", attribute: "${node.class}" }] },
    "constraints[0].attribute: has no effect with the operator distinct_hosts: remove it",
  ],
  [
    "a share in words",
    { constraints: [{ attribute: "${meta.rack}", operator: "distinct_property", value: "two" }] },
    'constraints[0].value: "two" is not how many instances may share a value: write a whole number from 1',
  ],
  [
    "a broken expression",
    { constraints: [{ attribute: "${node.class}", operator: "regexp", value: "web(" }] },
    'constraints[0].value: "web(" is not a regular expression: check its brackets',
  ],
  [
    "an affinity of no weight",
    { affinities: [{ attribute: "${node.class}", value: "web", weight: 0 }] },
    "affinities[0].weight: 0 is not a whole number from -100 to 100, and not 0",
  ],
  [
    "an affinity without an attribute",
    { affinities: [{ value: "web" }] },
    "affinities[0].attribute: is required",
  ],
  [
    "an affinity that only a constraint can be",
    { affinities: [{ attribute: "${node.class}", operator: "distinct_hosts" }] },
    'affinities[0].operator: "distinct_hosts" is not one of =, !=, >, >=, <, <=, regexp, version, semver, set_contains, set_contains_any, is_set, is_not_set',
  ],
  [
    "a spread of more than all",
    {
      spreads: [
        {
          attribute: "${node.datacenter}",
          targets: [
            { value: "dc1", percent: 60 },
            { value: "dc2", percent: 60 },
          ],
        },
      ],
    },
    "spreads[0].targets: add up to 120 percent: 100 is the most",
  ],
  [
    "a spread that names a value twice",
    {
      spreads: [
        {
          attribute: "${node.datacenter}",
          targets: [
            { value: "dc1", percent: 10 },
            { value: "dc1", percent: 10 },
          ],
        },
      ],
    },
    'spreads[0].targets[1].value: "dc1" is already used by spreads[0].targets[0].value: give each its own',
  ],
  // Processes
  [
    "a process without a command",
    { processes: { worker: { count: 2 } } },
    "processes.worker.command: is required",
  ],
  [
    "a process with an empty command",
    { processes: { worker: { command: [] } } },
    'processes.worker.command: is [] and must be a list of words, such as ["celery", "-A", "config", "worker"]',
  ],
  [
    "a process whose name no task group takes",
    { processes: { "my worker": { command: ["x"] } } },
    'processes.my worker: "my worker" is not a name for a process: lowercase letters, digits and -, at most 40, beginning with a letter',
  ],
  [
    "a process named like the web server's group",
    { processes: { app: { command: ["x"] } } },
    "processes.app: is a name that this program or Nomad uses itself: choose another, such as worker",
  ],
  [
    "a number to begin with that an autoscaler may not set",
    { count: 1, scaling: { min: 2, max: 4 } },
    "count: is 1, but scaling allows 2 to 4: it is the number to begin with. Choose one of these, leave it out, or set 0, which parks the application",
  ],
  [
    "the same of a process",
    { processes: { worker: { command: ["x"], count: 9, scaling: { min: 0, max: 4 } } } },
    "processes.worker.count: is 9, but processes.worker.scaling allows 0 to 4: it is the number to begin with. Choose one of these, leave it out, or set 0, which stops the process",
  ],
  [
    "fewest instances that are more than the most",
    { scaling: { min: 5, max: 4 } },
    "scaling.min: is 5, more than scaling.max (4): lower it, or raise the other",
  ],
  [
    "a web server that may be scaled to nothing",
    { scaling: { min: 0, max: 4 } },
    "scaling.min: 0 is not a whole number from 1 to 10000",
  ],
  ["scaling without a limit", { scaling: { min: 2 } }, "scaling.max: is required"],
  [
    "a policy that is no map",
    { scaling: { max: 4, policy: ["cooldown"] } },
    'scaling.policy: ["cooldown"] is not a map',
  ],
  [
    "a singleton with scaling",
    { processes: { beat: { command: ["x"], singleton: true, scaling: { max: 4 } } } },
    "processes.beat.scaling: is set, but processes.beat.singleton is true, so it runs only once: remove one of them",
  ],
  [
    "afterRollout without a database",
    { migrations: "none", afterRollout: [["tidy"]] },
    'afterRollout: is set, but migrations is "none": a database has to record that its commands have run. Use startCommands, or remove one of the two',
  ],
  [
    "afterRollout without a record",
    { recordReleases: false, afterRollout: [["tidy"]] },
    "afterRollout: is set, but recordReleases is false: the database has to record that its commands have run. Remove one of the two",
  ],
  [
    "a process with the name of afterRollout's job",
    { processes: { "after-rollout": { command: ["x"] } } },
    "processes.after-rollout: is a name that this program or Nomad uses itself: choose another, such as worker",
  ],
  [
    "a singleton that is to run twice",
    { processes: { beat: { command: ["x"], singleton: true, count: 2 } } },
    "processes.beat.count: is 2, but processes.beat.singleton is true, so it runs only once: set count to 1, or to 0 to stop it",
  ],
  ...["manage", "backup", "server", "migrate", "app"].map((name): [string, Values, string] => [
    `a schedule called ${name}`,
    { schedules: { [name]: { command: ["x"], cron: "@daily" } } },
    `schedules.${name}: is a name that this program or Nomad uses itself: choose another, such as cleanup`,
  ]),
  [
    "a schedule with the name of a process",
    { processes: { beat: { command: ["x"] } }, schedules: { beat: { command: ["x"], cron: "@daily" } } },
    "schedules.beat: has the name of processes.beat: give it another, since each name is that of one job",
  ],
  [
    "a check whose service is the web server's",
    {
      jobName: "shop",
      httpService: { serviceName: "shop-sockets" },
      processes: { sockets: { command: ["x"], check: { port: 9000 } } },
    },
    'processes.sockets: would register the service "shop-sockets", which is that of httpService.serviceName: requests for one would reach the other. Give one of them another name',
  ],
  [
    "a check of a process whose service is another one's in the mesh",
    {
      jobName: "shop-eu",
      httpService: {
        serviceName: "shop",
        serviceProvider: "consul",
        upstreams: [{ name: "mail", port: 9001 }],
      },
      processes: { "eu-web": { command: ["x"] }, web: { command: ["x"], check: { port: 9000 } } },
    },
    'processes.web: would register the service "shop-eu-web", which is that of processes.eu-web: requests for one would reach the other. Give one of them another name',
  ],
  [
    "a schedule without a time",
    { schedules: { cleanup: { command: ["x"] } } },
    "schedules.cleanup.cron: is required",
  ],
  ...[
    "* * * *",
    "0 * * * * *",
    "60 * * * * * *",
    "* * * * * * 1969",
    "30-10 * * * *",
    "0 0 * * fri-mon",
    "@reboot",
    "*/0 * * * *",
    "0 0 32W * *",
    "*/60 * * * *",
    "0 0 * * */7",
  ].map((cron): [string, Values, string] => [
    `a schedule at ${cron}`,
    { schedules: { cleanup: { command: ["x"], cron } } },
    `schedules.cleanup.cron: "${cron}" is not a time for cron: minute, hour, day of month, month and day of week, such as "30 3 * * *", or @daily; ` +
      'with seconds it has seven fields, the last for years, such as "*/10 * * * * * *"',
  ]),
  // Nomad would start the first on no Sunday, and the second on every day.
  ...["0 0 * * 5-7", "0 0 * * 0-0", "0 0 0 * * 1,4-7/2 *"].map((cron): [string, Values, string] => [
    `a schedule at ${cron}`,
    { schedules: { cleanup: { command: ["x"], cron } } },
    `schedules.cleanup.cron: "${cron}" has a range of days that ends on a Sunday, which Nomad leaves out of it: ` +
      "name the days one by one, such as 5,6,0",
  ]),
  [
    "a schedule on another planet, with less than no time",
    { schedules: { cleanup: { command: ["x"], cron: "@daily", timeZone: "Mars", timeout: "0s" } } },
    'schedules.cleanup.timeZone: "Mars" is not a time zone, such as Europe/Paris or UTC',
    "schedules.cleanup.timeout: is 0s, but Nomad takes no less than 1s",
  ],
  [
    "a schedule's variable of this program's own",
    { schedules: { cleanup: { command: ["x"], cron: "@daily", envVars: { NOMAD_ALLOC_ID: "x" } } } },
    "schedules.cleanup.envVars.NOMAD_ALLOC_ID: is set by Nomad in every task: remove it, or give yours another name",
  ],
  ["a list of processes", { processes: ["worker"] }, "processes: is a list and not a map of names"],
  [
    "a misspelt key of a process",
    { processes: { worker: { command: ["x"], comand: ["y"] } } },
    "processes.worker.comand: is not a known key: did you mean command?",
  ],
  [
    "a process with less memory at most than reserved",
    { processes: { worker: { command: ["x"], resources: { memory: 400, memoryMax: 300 } } } },
    "processes.worker.resources.memoryMax: is 300, less than processes.worker.resources.memory (400), which is reserved: raise it, or leave it out",
  ],
  [
    "a process's check without a port",
    { processes: { worker: { command: ["x"], check: { path: "/" } } } },
    "processes.worker.check.port: is required",
  ],
  [
    "a process's variable of this program's own",
    { processes: { worker: { command: ["x"], envVars: { DJANGO_NOMAD_GATE_LEADER: "index-zero" } } } },
    "processes.worker.envVars.DJANGO_NOMAD_GATE_LEADER: is reserved by this program: remove it and set its key instead, such as migrationTimeout",
  ],
  [
    "a process's variable that is a secret already",
    { secretEnvVars: { TOKEN: "x" }, processes: { worker: { command: ["x"], envVars: { TOKEN: "y" } } } },
    "processes.worker.envVars.TOKEN: is also in secretEnvVars, which overrides it in every task: remove it here",
  ],
  [
    "a volume for one instance, and a process beside the web server",
    {
      processes: { worker: { command: ["x"] } },
      volumes: [
        {
          ...{ name: "media", type: "csi", destination: "/srv/media" },
          ...{ accessMode: "single-node-writer", attachmentMode: "file-system" },
        },
      ],
      update: { strategy: "recreate" },
    },
    'volumes[0].accessMode: is "single-node-writer", which only one instance can use, but with what runs beside there are 2: use a mode for several, or perAlloc',
  ],
  // Volumes, logs and policies
  ["a volume that goes nowhere", { volumes: [{ name: "media" }] }, "volumes[0].destination: is required"],
  [
    "a relative destination",
    { volumes: [{ name: "media", destination: "srv/media" }] },
    'volumes[0].destination: "srv/media" is not an absolute path in the container, such as /srv/media',
  ],
  [
    "a volume over Nomad's own folder",
    { volumes: [{ name: "media", destination: "/secrets/media" }] },
    'volumes[0].destination: "/secrets/media" is not an absolute path in the container, such as /srv/media: /alloc, /local and /secrets are Nomad\'s own',
  ],
  [
    "two volumes in one place",
    {
      volumes: [
        { name: "a", destination: "/srv" },
        { name: "b", destination: "/srv" },
      ],
    },
    'volumes[1].destination: "/srv" is already used by volumes[0].destination: give each its own',
  ],
  [
    "two volumes of one name",
    {
      volumes: [
        { name: "a", destination: "/a" },
        { name: "a", destination: "/b" },
      ],
    },
    'volumes[1].name: "a" is already used by volumes[0].name: give each its own',
  ],
  [
    "a csi volume without its modes",
    { volumes: [{ name: "media", type: "csi", destination: "/srv" }] },
    "volumes[0].accessMode: is required for a csi volume, such as single-node-multi-writer",
    "volumes[0].attachmentMode: is required for a csi volume: file-system or block-device",
  ],
  [
    "a host volume on many nodes",
    { volumes: [{ name: "media", destination: "/srv", accessMode: "multi-node-multi-writer" }] },
    'volumes[0].accessMode: is "multi-node-multi-writer", but a host volume is on one node: use single-node-multi-writer or another single-node mode',
  ],
  [
    "one writer for two instances",
    {
      count: 2,
      volumes: [
        {
          name: "media",
          type: "csi",
          destination: "/srv",
          accessMode: "single-node-writer",
          attachmentMode: "file-system",
        },
      ],
    },
    'volumes[0].accessMode: is "single-node-writer", which only one instance can use, but count is 2: use a mode for several, or perAlloc',
  ],
  [
    "logs larger than the disk",
    { logs: { maxFiles: 30 } },
    "logs: keep 30 files of 10 MB, 300 MB, but an allocation's disk has 300 MB and must be larger: lower maxFiles or maxFileSize",
  ],
  [
    "more restarts than fit",
    { restart: { attempts: 10, interval: "1m" } },
    "restart.interval: is 1m, but 10 restarts 15s apart take 2m30s: raise it, or lower attempts or delay",
  ],
  [
    "attempts without limit",
    { reschedule: { attempts: 3, interval: "1h", unlimited: true } },
    "reschedule.attempts: is 3, but reschedule.unlimited is true: remove one of them",
  ],
  [
    "a limit of nothing",
    { reschedule: { unlimited: false } },
    "reschedule.attempts: is required with reschedule.unlimited false; 0 means never",
  ],
  [
    "attempts without their interval",
    { reschedule: { attempts: 3 } },
    "reschedule.interval: is required with reschedule.attempts: the time in which 3 attempts are allowed, such as 1h",
  ],
  [
    "a longest delay below the first",
    { reschedule: { delay: "2m", maxDelay: "1m" } },
    "reschedule.maxDelay: is 1m, less than reschedule.delay (2m): raise it",
  ],
  // Several at once
  [
    "values that are wrong and others that do not fit together",
    {
      count: -2,
      update: { strategy: "rolling" },
      migrationLeader: "index-zero",
      dockerNetworkMode: "host",
      postgres: { prot: 5432 },
      httpService: { ...service, checkType: "grpc" },
    },
    'count: "-2" is not a whole number from 0 to 10000',
    'httpService.checkType: "grpc" is not one of http, tcp',
    "postgres.prot: is not a known key: did you mean port?",
    'update.strategy: is "rolling" with migrationLeader "index-zero": when count and image change together Nomad may start other indexes first, which then wait for an index 0 that is never started. Use update.strategy "canary", or leave migrationLeader out',
    "dockerNetworkMode: can't be set together with postgres, whose own network both tasks join: remove one of them",
    "postgres.password: is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value) sets it for server and application",
  ],
];

/** Said of a config alone: a program that imports the component is told by its types, or has no such text. */
const ofConfigAlone = ["a list that is no JSON", "a database without a password"];

describe("a config that can't be used", () => {
  it.each(refused)("%s is refused, with the way out", async (_what, values, ...expected) => {
    expect(await configProblems(values)).toEqual(expected);
  });

  it.each<[string, Values]>([
    ["without secrets", { jobName: "j".repeat(128), processes: { ["p".repeat(40)]: { command: ["x"] } } }],
    [
      "whose longest path is as long as Nomad takes it",
      {
        jobName: "j".repeat(77),
        secretEnvVars: { A: "x" },
        processes: {
          ["p".repeat(39)]: { command: ["x"], singleton: true },
          ["q".repeat(40)]: { command: ["x"] },
        },
      },
    ],
  ])("is not one with the long names of a job %s", async (_what, values) => {
    expect(djangoAppProblems(await readConfigOf(values))).toEqual([]);
  });

  it("has at least eighty ways to be wrong that are told here", () => {
    expect(new Set(refused.map(([what]) => what)).size).toBe(refused.length);
    expect(refused.length).toBeGreaterThanOrEqual(80);
  });
});

describe.each([
  ["preview", true],
  ["up", false],
])("%s of a program that imports the component", (_verb, preview) => {
  const ofPrograms = refused.filter(
    ([what]) => !ofConfigAlone.includes(what) && what !== "a function, which no config can hold",
  );

  it.each(ofPrograms)(
    "registers nothing for %s, and names the same keys",
    async (_what, values, ...expected) => {
      const args = { djangoImage: "shop:1", ...values } as unknown as DjangoAppArgs;
      let said = "";
      const { resources } = await runProgram(
        () => {
          try {
            new DjangoApp("web", args);
          } catch (error) {
            if (!(error instanceof pulumi.RunError)) throw error;
            said = error.message;
          }
        },
        { preview },
      );
      const [first, ...lines] = said.split("\n");
      expect(first).toBe('The arguments of DjangoApp "web" are wrong:');
      const key = (line: string): string => line.trim().split(": ")[0];
      // Of a database's password only the config knows that it has two homes.
      const ofArguments = expected.filter((line) => !line.startsWith("postgres.password: is required"));
      expect(lines.map(key)).toEqual(ofArguments.map(key));
      expect(resources).toEqual([]);
    },
  );
});

/** Said of what is allowed and most likely not meant; the config is read all the same. */
const doubtful: [what: string, values: Values, ...expected: string[]][] = [
  [
    "an image without a tag",
    { djangoImage: "registry.example.com:5000/shop" },
    'djangoImage: "registry.example.com:5000/shop" has no tag: Nomad pulls it again at each start, so instances may differ and a rollback restores nothing. Give each release its own tag',
  ],
  [
    "an image that is the latest",
    { djangoImage: "shop:latest" },
    'djangoImage: "shop:latest" has the tag latest: Nomad pulls it again at each start, so instances may differ and a rollback restores nothing. Give each release its own tag',
  ],
  [
    "a password in the open",
    { envVars: { POSTGRES_PASSWORD: "x" } },
    "envVars.POSTGRES_PASSWORD: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value)",
  ],
  [
    "a key in the open",
    { envVars: { SECRET_KEY: "x", AWS_ACCESS_KEY_ID: "y" } },
    "envVars.SECRET_KEY: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars: pulumi config set --secret --path secretEnvVars.SECRET_KEY (it asks for the value)",
  ],
  [
    "a process's password in the open",
    { processes: { worker: { command: ["x"], envVars: { BROKER_PASSWORD: "x" } } } },
    "processes.worker.envVars.BROKER_PASSWORD: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars: pulumi config set --secret --path secretEnvVars.BROKER_PASSWORD (it asks for the value)",
  ],
  [
    "a path that no TCP check of a process asks for",
    { processes: { worker: { command: ["x"], check: { port: 9000, type: "tcp", path: "/healthz" } } } },
    'processes.worker.check.path: is "/healthz", but a check of type "tcp" requests no path: remove it, or use "http"',
  ],
  [
    "a token in the open, in small letters",
    { migrateEnvVars: { api_token: "x" } },
    "migrateEnvVars.api_token: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars: pulumi config set --secret --path secretEnvVars.api_token (it asks for the value)",
  ],
  [
    "a URL with a password",
    { envVars: { DATABASE_URL: "postgres://shop:x@db:5432/shop" } },
    "envVars.DATABASE_URL: looks like a secret, and everyone who can read the job can read it. Use secretEnvVars: pulumi config set --secret --path secretEnvVars.DATABASE_URL (it asks for the value)",
  ],
  [
    "a secret among the job's texts",
    { meta: { deploy_token: "x" } },
    "meta.deploy_token: looks like a secret, and everyone who can read the job can read it. Remove it, or use secretEnvVars: pulumi config set --secret --path secretEnvVars.deploy_token (it asks for the value)",
  ],
  [
    "a path that no TCP check asks for",
    { httpService: { ...service, checkType: "tcp", checkPath: "/healthz" } },
    'httpService.checkPath: is "/healthz", but a check of httpService.checkType "tcp" requests no path: remove it, or use "http"',
  ],
  [
    "headers of a check that is off",
    { httpService: { ...service, checkEnabled: false, checkHeaders: { Host: "a" } } },
    "httpService.checkHeaders: are never sent, because httpService.checkEnabled is false: remove them, or set it to true",
  ],
  [
    "a check slower than its interval",
    { httpService: { ...service, checkInterval: "5s", checkTimeout: "20s" } },
    "httpService.checkTimeout: is 20s, longer than httpService.checkInterval (5s): the next check is due before the last has ended. Lower it, or raise the interval",
  ],
  [
    "a volume that a canary can't have",
    { volumes: [{ name: "media", destination: "/srv", accessMode: "single-node-single-writer" }] },
    'volumes[0].accessMode: is "single-node-single-writer": no new instance can be placed while an old one holds the volume. Use single-node-multi-writer, or update.strategy "recreate"',
  ],
  [
    "a service on the host's network",
    { dockerNetworkMode: "host", httpService: service },
    `dockerNetworkMode: is "host", where Docker publishes no ports: requests arrive only if the server listens on the port that Nomad picked, instead of on port. Pass it in the variable that your server reads: pulumi config set --path envVars.PORT '\${NOMAD_HOST_PORT_http}'`,
  ],
  [
    "a password for another registry",
    {
      djangoImage: "registry.example.com/shop:1",
      registryAuth: { username: "ci", password: "x", serverAddress: "other.example.com" },
    },
    'registryAuth.serverAddress: is "other.example.com", but djangoImage is pulled from registry.example.com, which gets the password anyway: use one registry for both',
  ],
  [
    "a database whose administrator has no password",
    { database: { host: "db.example.com", name: "shop" } },
    "database.adminPassword: is not set, and this environment has no PGPASSWORD: `up` can log in to the server only if it asks for no password. Set it: pulumi config set --secret --path database.adminPassword",
  ],
];

/** What each of these warnings advises, followed. */
const followed: Record<string, Values[]> = {
  "a database whose administrator has no password": [
    { database: { host: "db.example.com", name: "shop", adminPassword: "x" } },
  ],
  "an image without a tag": [{ djangoImage: "registry.example.com:5000/shop:1.4" }],
  "an image that is the latest": [
    { djangoImage: "shop:1" },
    { djangoImage: `shop@sha256:${"0".repeat(64)}` },
  ],
  "a password in the open": [{ secretEnvVars: { POSTGRES_PASSWORD: "x" } }],
  "a key in the open": [{ secretEnvVars: { SECRET_KEY: "x" }, envVars: { AWS_ACCESS_KEY_ID: "y" } }],
  "a process's password in the open": [{ secretEnvVars: { BROKER_PASSWORD: "x" } }],
  "a path that no TCP check of a process asks for": [
    { processes: { worker: { command: ["x"], check: { port: 9000, type: "tcp" } } } },
    { processes: { worker: { command: ["x"], check: { port: 9000, path: "/healthz" } } } },
  ],
  "a token in the open, in small letters": [{ secretEnvVars: { api_token: "x" } }],
  "a URL with a password": [{ secretEnvVars: { DATABASE_URL: "postgres://shop:x@db:5432/shop" } }],
  "a secret among the job's texts": [{ meta: {} }, { secretEnvVars: { deploy_token: "x" } }],
  "a path that no TCP check asks for": [
    { httpService: { ...service, checkType: "tcp" } },
    { httpService: { ...service, checkType: "http", checkPath: "/healthz" } },
  ],
  "headers of a check that is off": [
    { httpService: { ...service, checkEnabled: false } },
    { httpService: { ...service, checkEnabled: true, checkHeaders: { Host: "a" } } },
  ],
  "a check slower than its interval": [
    { httpService: { ...service, checkInterval: "5s", checkTimeout: "5s" } },
    { httpService: { ...service, checkInterval: "20s", checkTimeout: "20s" } },
  ],
  "a volume that a canary can't have": [
    { volumes: [{ name: "media", destination: "/srv", accessMode: "single-node-multi-writer" }] },
    {
      volumes: [{ name: "media", destination: "/srv", accessMode: "single-node-single-writer" }],
      update: { strategy: "recreate" },
    },
  ],
  "a service on the host's network": [
    { dockerNetworkMode: "host", httpService: service, envVars: { PORT: "${NOMAD_HOST_PORT_http}" } },
    {
      dockerNetworkMode: "host",
      httpService: service,
      servicePortLabel: "web",
      envVars: { GUNICORN_CMD_ARGS: "--bind 0.0.0.0:${NOMAD_HOST_PORT_web} --workers 2" },
    },
    { dockerNetworkMode: "host", httpService: service, envVars: { BIND: "${NOMAD_ADDR_http}" } },
  ],
  "a password for another registry": [
    {
      djangoImage: "registry.example.com/shop:1",
      registryAuth: { username: "ci", password: "x", serverAddress: "https://registry.example.com" },
    },
    {
      djangoImage: "docker.io/example/shop:1",
      registryAuth: { username: "ci", password: "x", serverAddress: "https://index.docker.io/v1/" },
    },
  ],
};

describe("a config that is doubtful", () => {
  it.each(doubtful)("%s: the warning falls silent once its advice is followed", async (what) => {
    expect(followed[what] ?? []).not.toHaveLength(0);
    for (const values of followed[what]) {
      const args = await readConfigOf(values);
      expect(djangoAppProblems(args)).toEqual([]);
      const warned: string[] = [];
      await runProgram(() => new DjangoApp("web", args), { warned: (line) => warned.push(line) });
      expect(warned).toEqual([]);
    }
  });

  it.each<[string, Values]>([
    ["another port's name", { PORT: "${NOMAD_HOST_PORT_https}" }],
    ["the port inside, which nothing translates there", { PORT: "${NOMAD_PORT_http}" }],
    ["a number", { PORT: "8000" }],
  ])("on the host's network the server is not told by %s", async (_what, envVars) => {
    const args = await readConfigOf({ dockerNetworkMode: "host", httpService: service, envVars });
    const warned: string[] = [];
    await runProgram(() => new DjangoApp("web", args), { warned: (line) => warned.push(line) });
    expect(warned).toHaveLength(1);
  });

  it.each(doubtful)("%s is warned about, and used", async (_what, values, ...expected) => {
    const args = await readConfigOf(values);
    expect(djangoAppProblems(args)).toEqual([]);
    const warned: string[] = [];
    await runProgram(() => new DjangoApp("web", args), { warned: (line) => warned.push(line) });
    expect(warned).toEqual(expected);
  });

  it.each<[string, Values]>([
    ["a file's path", { envVars: { POSTGRES_PASSWORD_FILE: "/run/secrets/db" } }],
    ["a word that only holds another", { envVars: { MONKEY: "x", KEYBOARD: "de", TOKENIZER: "a" } }],
    ["a URL without a password", { envVars: { DATABASE_URL: "postgres://shop@db:5432/shop" } }],
    ["a public key", { envVars: { STRIPE_PUBLIC_KEY: "pk_live" } }],
    ["an empty value", { envVars: { SECRET_KEY: "" } }],
    ["an image with a digest", { djangoImage: `shop@sha256:${"0".repeat(64)}` }],
    ["a registry's port", { djangoImage: "registry.example.com:5000/shop:1" }],
  ])("%s is nothing to warn about", async (_what, values) => {
    const warned: string[] = [];
    const args = await readConfigOf(values);
    await runProgram(() => new DjangoApp("web", args), { warned: (line) => warned.push(line) });
    expect(warned).toEqual([]);
  });

  it("never shows the value that looks secret", async () => {
    const warned: string[] = [];
    const hidden = "hunter2hunter2";
    const args = await readConfigOf({
      envVars: { API_TOKEN: hidden, CACHE_URL: `redis://:${hidden}@cache:6379/0` },
      migrateEnvVars: { POSTGRES_PASSWORD: hidden },
    });
    await runProgram(() => new DjangoApp("web", args), { warned: (line) => warned.push(line) });
    expect(warned).toHaveLength(3);
    expect(warned.join("\n")).not.toContain(hidden);
  });
});
