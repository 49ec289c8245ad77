/** Keys about the two tasks of an instance: storage, resources, and what happens when one ends. */
import { words } from "../commands";
import { atLeast, duration, killSignal, megabytes, mountPath, volumeSource } from "../names";
import { bool, filledList, integer, list, object, oneOf, text } from "../readers";
import type { Rows } from "../row";

const volume = object("VolumeArgs", "A volume of the cluster, mounted into the tasks.", {
  name: {
    type: text("a volume's name: letters, digits, _, - and .", /^[A-Za-z0-9_.-]{1,128}$/),
    required: true,
    says: "Name of the volume within the job.",
    example: "media",
  },
  type: {
    type: oneOf("VolumeType", "host", "csi"),
    default: "host",
    says: "`host`: a static or dynamic host volume of Nomad's clients. `csi`: a CSI volume.",
  },
  source: {
    type: volumeSource,
    unset: "the same as `name`",
    says: "Name of the host volume, or id of the CSI volume.",
  },
  destination: { type: mountPath, required: true, says: "Path in the container.", example: "/srv/media" },
  readOnly: { type: bool, default: false, says: "Mounts the volume read-only." },
  accessMode: {
    type: oneOf(
      "AccessMode",
      "single-node-reader-only",
      "single-node-single-writer",
      "single-node-multi-writer",
      "single-node-writer",
      "multi-node-reader-only",
      "multi-node-single-writer",
      "multi-node-multi-writer",
    ),
    says: "Access mode. Required for a CSI volume; optional for a dynamic host volume.",
  },
  attachmentMode: {
    type: oneOf("AttachmentMode", "file-system", "block-device"),
    says: "Attachment mode. Required for a CSI volume; optional for a dynamic host volume.",
  },
  perAlloc: {
    type: bool,
    unset: "one volume for all instances",
    says: "Gives each instance a volume of its own, `source[index]`. Not with canaries.",
  },
  tasks: {
    type: filledList(oneOf("TaskName", "migrate", "server"), '["server"]'),
    default: ["migrate", "server"],
    says: "Tasks that mount the volume.",
  },
} as const);

/** 10 MB is the least that Nomad takes. */
const resources = object("Resources", "Resources of a task.", {
  cpu: { type: integer(1, 1_000_000, "MHz"), default: 100, says: "CPU." },
  memory: {
    type: megabytes(10, 10_000_000),
    default: 300,
    says: "Memory. Real projects need 130 to 430 MB to migrate.",
  },
} as const);

const logs = object("LogsArgs", "Logs that Nomad keeps on the client.", {
  maxFiles: { type: integer(1, 1000), default: 10, says: "Files of each stream of each task." },
  maxFileSize: { type: megabytes(1, 100_000), default: 10, says: "Size of each file." },
} as const);

const restart = object("RestartArgs", "Restarts of a server on its node (Nomad's `restart` block).", {
  attempts: { type: integer(0, 1000), default: 2, says: "Restarts within one interval." },
  delay: { type: duration, default: "15s", says: "Delay before each restart." },
  interval: { type: atLeast(5), default: "30m", says: "Interval in which restarts are counted." },
  mode: {
    type: oneOf("RestartMode", "fail", "delay"),
    default: "fail",
    says: "What follows the last restart. `fail` reschedules the instance; `delay` waits for the next interval.",
  },
} as const);

const reschedule = object(
  "RescheduleArgs",
  "Replacements of failed instances (Nomad's `reschedule` block).",
  {
    attempts: {
      type: integer(0, 1000),
      unset: "no limit",
      says: "Replacements within one interval; 0 means never.",
    },
    interval: {
      type: duration,
      says: "Interval in which replacements are counted. Required with `attempts`.",
      example: "1h",
    },
    delay: { type: atLeast(5), default: "30s", says: "Delay before the first replacement." },
    delayFunction: {
      type: oneOf("DelayFunction", "constant", "exponential", "fibonacci"),
      default: "exponential",
      says: "How the delay grows with each replacement.",
    },
    maxDelay: { type: duration, default: "1h", says: "Longest delay." },
    unlimited: {
      type: bool,
      default: true,
      says: "Never stops replacing. False as soon as `attempts` is set.",
    },
  } as const,
);

export const tasks = {
  volumes: {
    type: list(volume),
    unset: "none",
    says: "Volumes of the cluster to mount into the tasks.",
    example: [{ name: "media", destination: "/srv/media" }],
    change: "release",
  },
  logs: {
    type: logs,
    says: "Logs that Nomad keeps of each task on its client. Together less than 300 MB.",
    change: "release",
  },
  manageCommand: {
    type: words('["python", "manage.py"]', 0),
    default: ["./manage.py"],
    says:
      "How the image runs manage.py, one word per item. No shell is involved. `[]` for an image whose ENTRYPOINT is manage.py " +
      "already.",
    example: ["python", "manage.py"],
    change: "release",
  },
  migrateEntrypoint: {
    type: words('["python", "manage.py"]', 0),
    unset: "`entrypoint`, or the image's own",
    says:
      "Replaces the image's ENTRYPOINT where this program starts manage.py, one word per item: in the migrate tasks, in " +
      "one-off commands, in `afterRollout` and in schedules with a `timeout`. With `[]` there is no ENTRYPOINT: " +
      "`manageCommand` is the program. For an image whose ENTRYPOINT starts the web server and does not run what it is " +
      "given, or runs `migrate` itself.",
    example: [],
    change: "release",
  },
  entrypoint: {
    type: words('["/app/entry.sh"]'),
    unset: "the image's own",
    says:
      "Replaces the image's ENTRYPOINT in every task, one word per item. The migrate task appends `manageCommand`. Docker " +
      "then ignores the image's CMD, so the server runs these words alone.",
    example: ["/app/entry.sh"],
    change: "release",
  },
  serverResources: { type: resources, says: "Resources of the web server.", change: "release" },
  migrateResources: { type: resources, says: "Resources of the migrate task.", change: "release" },
  killTimeout: {
    type: duration,
    default: "5s",
    says:
      "Time between the stop signal and the kill of a server. A Nomad client waits no longer than its own " +
      "`max_kill_timeout`, 30s unless its config says more; a preview warns when yours is longer. An instance keeps the one " +
      "that it started with.",
    change: "in place",
  },
  killSignal: {
    type: killSignal,
    unset: "the image's STOPSIGNAL, or SIGTERM",
    says:
      "Signal that asks a server to stop. For a server that shuts down gracefully on another signal than SIGTERM, such as " +
      "uWSGI without `die-on-term`. An instance keeps the one that it started with.",
    example: "SIGINT",
    change: "in place",
  },
  shutdownDelay: {
    type: duration,
    default: "5s",
    says: "Delay between deregistering a server and stopping it, in which callers forget its address. Without `httpService` the default is 0s.",
    change: "in place",
  },
  restart: {
    type: restart,
    says: "Restarts of a server on its node. The migrate task is never restarted.",
    change: "in place",
  },
  reschedule: {
    type: reschedule,
    unset: "Nomad's own: without limit, after 30s at first and 1h at most",
    says: "How failed instances are replaced.",
    example: { attempts: 3, interval: "1h" },
    change: "in place",
  },
} as const satisfies Rows;
