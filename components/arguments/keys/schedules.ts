/** Keys about periodic jobs. */
import { words } from "../commands";
import { atLeast, envName, processName } from "../names";
import { anyText, bool, map, mapOf, object } from "../readers";
import type { Rows } from "../row";
import { scheduleCron, timeZone } from "../times";
import { resources } from "./processes";

const schedule = object("ScheduleArgs", "A command that runs on a schedule, such as clearsessions.", {
  command: {
    type: words('["./manage.py", "clearsessions"]'),
    required: true,
    says: "What a run starts in place of the image's CMD, one word per item. No shell is involved. An ENTRYPOINT gets these words as its arguments.",
    example: ["./manage.py", "clearsessions"],
  },
  cron: {
    type: scheduleCron,
    required: true,
    says: "When it runs: cron's five fields, seven with seconds first and years last, or a word such as `@daily`.",
    example: "30 3 * * *",
  },
  timeZone: { type: timeZone, default: "UTC", says: "Time zone of `cron`.", example: "Europe/Paris" },
  overlap: {
    type: bool,
    default: false,
    says: "Whether a run begins while the one before it still runs. If not, Nomad leaves the run out.",
  },
  timeout: {
    type: atLeast(1),
    unset: "no limit",
    says:
      "Longest time of a run. A run that takes longer gets SIGTERM, 10 seconds later SIGKILL, and ends with exit code 124. " +
      "The image's Python, started through `manageCommand`, enforces the limit.",
    example: "10m",
  },
  envVars: {
    type: map(envName, anyText),
    default: {},
    says: "Environment variables of this schedule alone, on top of the application's `envVars`.",
    example: { BATCH: "500" },
  },
  resources: { type: resources, says: "Resources of a run." },
} as const);

export const schedules = {
  schedules: {
    type: mapOf(processName, schedule),
    unset: "none",
    plain: "decides",
    says:
      "Commands that run on a schedule, by name. Each is a periodic job of its own, `JOB-NAME`, which a release updates once the " +
      "new version serves. With the application's `count` 0 none of them runs.",
    example: { cleanup: { command: ["./manage.py", "clearsessions"], cron: "@daily" } },
    change: "companion",
  },
} as const satisfies Rows;
