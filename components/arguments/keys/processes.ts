/** Keys about what runs: the web server's command, and the processes beside it. */
import { words } from "../commands";
import {
  atLeast,
  checkPath,
  duration,
  envName,
  headerName,
  headerValue,
  killSignal,
  megabytes,
  port,
  processName,
} from "../names";
import { anyText, bool, integer, map, mapOf, object, oneOf } from "../readers";
import type { Rows } from "../row";
import { processScaling } from "./scaling";

const check = object("ProcessCheckArgs", "A check of a port on which a process listens.", {
  port: {
    type: port,
    required: true,
    says: "Port on which the process listens in its container.",
    example: 9000,
  },
  type: {
    type: oneOf("CheckType", "http", "tcp"),
    default: "http",
    says: "`http` requests a path, `tcp` only opens a connection.",
  },
  path: {
    type: checkPath,
    default: "/",
    says: "Path that an HTTP check requests.",
    example: "/healthz",
  },
  interval: { type: atLeast(1), default: "10s", says: "Time from one check to the next." },
  timeout: { type: atLeast(1), default: "5s", says: "Time after which a check without an answer fails." },
  headers: {
    type: map(headerName, headerValue),
    default: {},
    says: "Headers of an HTTP check, for example a Host that ALLOWED_HOSTS allows.",
    example: { Host: "shop.example.com" },
  },
} as const);

export const resources = object("ProcessResources", "Resources of a process.", {
  cpu: { type: integer(1, 1_000_000, "MHz"), default: 100, says: "CPU." },
  memory: { type: megabytes(10, 10_000_000), default: 300, says: "Memory that is reserved." },
  memoryMax: {
    type: megabytes(10, 10_000_000),
    unset: "the same as `memory`",
    says: "Memory that the process may use where its node has it to spare. Needs memory oversubscription in the cluster's scheduler.",
  },
} as const);

const process = object("ProcessArgs", "A process beside the web server, such as a worker.", {
  command: {
    type: words('["celery", "-A", "config", "worker"]'),
    required: true,
    says: "What the process runs in place of the image's CMD, one word per item. No shell is involved. An ENTRYPOINT gets these words as its arguments.",
    example: ["celery", "-A", "config", "worker"],
  },
  count: {
    type: integer(0, 10_000),
    default: 1,
    plain: "decides",
    says: "Number of instances. A change starts or stops instances of this process; all others run on.",
    example: 2,
  },
  scaling: {
    type: processScaling,
    unset: "none: the number is always `count`",
    plain: "wait",
    says: "Leaves the number of instances to an autoscaler. `count` is then the number to begin with, and `count` 0 stops the process.",
    example: { min: 0, max: 20 },
  },
  singleton: {
    type: bool,
    default: false,
    plain: "decides",
    says:
      "Runs the process only once, in a job of its own, `JOB-NAME`: the old one ends before the new one begins, and a release " +
      "replaces it once the new version serves. For a scheduler such as celery beat. `count` is 1, or 0.",
  },
  envVars: {
    type: map(envName, anyText),
    default: {},
    says: "Environment variables of this process alone, on top of the application's `envVars`.",
    example: { CONCURRENCY: "4" },
  },
  resources: { type: resources, says: "Resources of the process." },
  killTimeout: {
    type: duration,
    default: "5s",
    says:
      "Time between the stop signal and the kill: as long as a task in hand may take. A Nomad client waits no longer than " +
      "its own `max_kill_timeout`, 30s unless its config says more; a preview warns when yours is longer. A change restarts " +
      "nothing: an instance keeps the one that it started with.",
  },
  killSignal: {
    type: killSignal,
    unset: "the image's STOPSIGNAL, or SIGTERM",
    says:
      "Signal that asks an instance to stop. For a program that shuts down gracefully on another signal than SIGTERM, such as huey's " +
      "consumer, or that ignores SIGTERM. A change restarts nothing: an instance keeps the one that it started with.",
    example: "SIGINT",
  },
  check: {
    type: check,
    unset: "none: an instance is healthy once it has run for `update.minHealthyTime`",
    says: "Check that says when an instance is healthy.",
    example: { port: 9000, path: "/healthz" },
  },
} as const);

export const processes = {
  serverCommand: {
    type: words('["gunicorn", "config.wsgi"]'),
    unset: "the image's CMD",
    says: "What the web server's task runs in place of the image's CMD, one word per item. No shell is involved.",
    example: ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"],
    change: "release",
  },
  processes: {
    type: mapOf(processName, process),
    unset: "none",
    plain: "decides",
    says:
      "Processes beside the web server, by name: workers, consumers, a second server. Each is a task group of the job, behind " +
      "the migrations of each release. With the application's `count` 0 none of them runs.",
    example: { worker: { command: ["celery", "-A", "config", "worker"], count: 2 } },
    change: "release",
  },
} as const satisfies Rows;
