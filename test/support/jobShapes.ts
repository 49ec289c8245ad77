/** Jobs that together have every field that the renderer can write. */
import type { AppSpec, ProcessSpec, ScheduleSpec } from "../../components/jobspec";
import { migrationGate } from "../../components/arguments";
import { service, walkthrough } from "./appSpecs";

const least: AppSpec = {
  ...walkthrough,
  jobName: "shop",
  service: undefined,
  networkMode: undefined,
  env: {},
  secrets: undefined,
};

const mesh: AppSpec["service"] = {
  ...service,
  serviceName: "shop",
  serviceProvider: "consul",
  checkPath: "/healthz",
  upstreams: [
    { name: "postgres", port: 5432 },
    { name: "redis", port: 6379 },
  ],
};

export const backup: NonNullable<AppSpec["backup"]> = {
  image: "postgres:16",
  script: "echo dump\n",
  volume: "dumps",
  keep: 7,
  resources: { cpu: 100, memory: 128 },
  beforeMigrate: true,
  schedule: "30 3 * * *",
  timeZone: "Europe/Paris",
};

export const worker: ProcessSpec = {
  name: "worker",
  command: ["celery", "-A", "config.celery", "worker"],
  count: 3,
  env: { QUEUES: "fast,slow" },
  resources: { cpu: 200, memory: 400, memoryMax: 800 },
  killTimeout: "5m",
  gate: { command: "./manage.py", args: ["shell", "-c", "gate"], env: { GATE_LEADER: "never" } },
};

export const checked: ProcessSpec & Required<Pick<ProcessSpec, "check">> = {
  ...worker,
  name: "sockets",
  command: ["daphne"],
  count: 1,
  killTimeout: undefined,
  check: {
    type: "http",
    port: 9000,
    path: "/healthz",
    interval: "5s",
    timeout: "2s",
    headers: { Host: "shop.example.com" },
    serviceName: "busy-sockets",
    serviceProvider: "nomad",
  },
};

export const beat: ProcessSpec = { ...worker, name: "beat", command: ["celery", "beat"], count: 1 };

export const cleanup: ScheduleSpec = {
  name: "cleanup",
  command: ["./manage.py", "clearsessions"],
  cron: "30 3 * * *",
  timeZone: "Europe/Paris",
  overlap: false,
  env: { BATCH: "500" },
  resources: { cpu: 100, memory: 300 },
};

export const shapes: Record<string, AppSpec> = {
  "the least": least,
  "the walkthrough": { ...walkthrough, jobName: "walkthrough" },
  "the real gate with all its settings": {
    ...walkthrough,
    jobName: "gated",
    gate: {
      ...migrationGate({
        manageCommand: ["python", "manage.py"],
        migrationLeader: "first-to-lock",
        migrationDatabases: ["default", "reports"],
        migrationLockKey: 'shop "one"',
        migrationLockTimeout: "0.5s",
        migrationStatementTimeout: "60s",
        beforeMigrate: [["check", "--deploy"]],
        afterMigrate: [["createcachetable"]],
      }),
      files: [{ path: "local/gate.txt", content: "a file of the gate's" }],
    },
    migrateEnv: { POSTGRES_HOST: "direct" },
  },
  "a database with two roles and a certificate": {
    ...walkthrough,
    jobName: "two-roles",
    secrets: {
      path: "nomad/jobs/two-roles",
      names: ["POSTGRES_PASSWORD", "SECRET_KEY"],
      fingerprint: "01234567",
      migrate: { path: "nomad/jobs/two-roles/app/migrate", names: ["POSTGRES_PASSWORD"] },
    },
    files: [
      { path: "local/database-ca.pem", content: "a certificate\n" },
      { path: "local/odd", content: '{{ env "PATH" }}' },
    ],
  },
  "backups before migrations": { ...walkthrough, jobName: "backed-up", backup },
  "every placement": {
    ...least,
    jobName: "placed",
    namespace: "web",
    region: "global",
    datacenters: ["dc1", "dc2"],
    nodePool: "web",
    priority: 70,
    constraints: [
      { attribute: "${attr.kernel.name}", operator: "=", value: "linux" },
      { attribute: "${node.class}", operator: "regexp", value: "^web" },
      { attribute: "${meta.rack}", operator: "distinct_property", value: "2" },
      { attribute: "${meta.ssd}", operator: "is_set" },
      { operator: "distinct_hosts" },
    ],
    affinities: [{ attribute: "${node.class}", operator: "set_contains_any", value: "a,b", weight: -30 }],
    spreads: [
      { attribute: "${node.datacenter}", weight: 80, targets: [{ value: "dc1", percent: 60 }] },
      { attribute: "${meta.rack}", weight: 20, targets: [] },
    ],
    jobMeta: { team: "web", "on.call": "yes" },
    owner: "shop/prod",
    ownerId: "0123456789abcdef",
  },
  "volumes, logs, policies and a private registry": {
    ...walkthrough,
    jobName: "kept",
    update: { ...walkthrough.update, strategy: "recreate" },
    registryAuth: { username: "ci", serverAddress: "registry.example.com" },
    volumes: [
      {
        name: "media",
        type: "host",
        source: "shop-media",
        destination: "/srv/media",
        readOnly: false,
        accessMode: "single-node-multi-writer",
        attachmentMode: "file-system",
        perAlloc: true,
        tasks: ["migrate", "server"],
      },
      {
        name: "shared",
        type: "csi",
        source: "shared",
        destination: "/srv/shared",
        readOnly: true,
        accessMode: "multi-node-reader-only",
        attachmentMode: "file-system",
        tasks: ["server"],
      },
    ],
    logs: { maxFiles: 4, maxFileSize: 25 },
    killTimeout: "25s",
    shutdownDelay: "7s",
    restart: { attempts: 3, delay: "5s", interval: "10m", mode: "delay" },
    reschedule: {
      attempts: 4,
      interval: "2h",
      delay: "10s",
      delayFunction: "fibonacci",
      maxDelay: "5m",
      unlimited: false,
    },
  },
  "a reschedule without limit": {
    ...least,
    jobName: "rescheduled",
    reschedule: { delay: "30s", delayFunction: "exponential", maxDelay: "1h", unlimited: true },
  },
  "a service of Consul's with an HTTP check": {
    ...least,
    jobName: "consul-http",
    service: {
      ...service,
      serviceProvider: "consul",
      serviceTags: ["blue", "urlprefix-/shop"],
      checkHeaders: { Host: "shop.example.com", "X-Forwarded-Proto": "https" },
    },
    shutdownDelay: "0s",
  },
  "a service with a TCP check": { ...least, jobName: "tcp", service: { ...service, checkType: "tcp" } },
  "a service without a check": {
    ...least,
    jobName: "unchecked",
    service: { ...service, checkEnabled: false },
  },
  "a mesh member": {
    ...least,
    jobName: "mesh",
    service: mesh,
    env: { REDIS_URL: "redis://${NOMAD_UPSTREAM_ADDR_redis}/0" },
  },
  "a mesh member without a check": {
    ...least,
    jobName: "mesh-unchecked",
    service: mesh && { ...mesh, checkEnabled: false },
  },
  "processes beside the web server": {
    ...walkthrough,
    jobName: "busy",
    serverCommand: ["gunicorn", "--threads", "4", "config.asgi"],
    secrets: {
      path: "nomad/jobs/busy",
      names: ["POSTGRES_PASSWORD", "SECRET_KEY"],
      fingerprint: "01234567",
      migrate: { path: "nomad/jobs/busy/app/migrate", names: ["POSTGRES_PASSWORD"] },
    },
    processes: [worker, checked],
  },
  "processes in a mesh": {
    ...least,
    jobName: "mesh-busy",
    service: mesh,
    processes: [worker, { ...checked, check: { ...checked.check, serviceProvider: "consul" } }],
  },
  "blue-green": { ...least, jobName: "blue-green", update: { ...least.update, strategy: "blue-green" } },
  "rolling without a way back": {
    ...least,
    jobName: "rolling",
    update: { ...least.update, strategy: "rolling", maxParallel: 2, autoRevert: false },
  },
};
