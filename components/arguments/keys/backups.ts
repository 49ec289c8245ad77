/** Keys about dumps of the database. */
import { image } from "../image";
import { megabytes, volumeSource } from "../names";
import { bool, integer, object } from "../readers";
import type { Rows } from "../row";
import { cron, timeZone } from "../times";

const dumps = object(
  "BackupsArgs",
  "Where dumps of the database go, how many are kept, and when they are made.",
  {
    volume: {
      type: volumeSource,
      required: true,
      says: "Name of a host volume, static or dynamic. With `backupBeforeMigrate` instances run only on nodes that have it.",
      example: "dumps",
    },
    image: {
      type: image,
      unset: "the image of `postgres`",
      says: "Image with pg_dump and psql of the server's major version.",
      example: "postgres:16",
    },
    keep: {
      type: integer(1, 10_000),
      default: 7,
      says: "Dumps to keep of each kind: before migrations, and scheduled.",
    },
    schedule: {
      type: cron,
      unset: "no scheduled dumps",
      plain: "decides",
      says: "When a job of its own dumps the database, as cron's five fields or a word such as `@daily`.",
      example: "30 3 * * *",
    },
    timeZone: { type: timeZone, default: "UTC", says: "Time zone of the schedule.", example: "Europe/Paris" },
    cpu: { type: integer(1, 1_000_000, "MHz"), default: 100, says: "CPU of the task that dumps." },
    memory: {
      type: megabytes(10, 10_000_000),
      default: 128,
      says: "Memory of the task that dumps. A schema of thousands of tables needs more.",
    },
  } as const,
);

export const backups = {
  backupBeforeMigrate: {
    type: bool,
    default: false,
    plain: "decides",
    says:
      "Dumps the database before each migration, under the gate's lock. When the dump fails nothing is migrated. Its time " +
      "counts towards `migrationTimeout`. Needs `backups`.",
    change: "release",
    gate: "BACKUP",
  },
  backups: {
    type: dumps,
    unset: "no backups",
    plain: "decides",
    says: "Where dumps of the database go, and when they are made.",
    example: { volume: "dumps", schedule: "@daily" },
    change: "backups",
  },
} as const satisfies Rows;
