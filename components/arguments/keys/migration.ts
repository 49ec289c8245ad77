/** Keys about the migration gate. */
import { commands } from "../commands";
import { countdown, databaseAlias, fixedLine } from "../names";
import { bool, filledList, integer, oneOf } from "../readers";
import type { Rows } from "../row";

export const migration = {
  migrationLeader: {
    type: oneOf("MigrationLeader", "index-zero-first", "index-zero", "first-to-lock"),
    default: "index-zero-first",
    says:
      "Which instance migrates. `index-zero-first`: the one with index 0, as in the pack; another one when it has not begun " +
      "after about 10 seconds. `index-zero`: only the one with index 0. `first-to-lock`: the first that gets the database's lock.",
    change: "release",
    gate: "LEADER",
    isAlwaysSent: true,
  },
  recordReleases: {
    type: bool,
    default: true,
    says:
      "Records releases in the database. The table `django_nomad_release` of the first of `migrationDatabases` holds, for " +
      "each application, the newest release, and whether it runs, failed or is done. A release then runs `migrate` even when nothing is pending, " +
      "a failed one stays failed until it is fixed, and an older one never migrates. Without it the gate looks only at " +
      "pending migrations, as the pack does.",
    change: "release",
    gate: "RECORD",
  },
  migrationTimeout: {
    type: countdown(1),
    default: "10m",
    says: "Longest time that the migrations may take, with the wait for the lock and the commands around them.",
    example: "30m",
    change: "release",
    gate: "TIMEOUT_SECONDS",
    isAlwaysSent: true,
  },
  migrationPollSeconds: {
    type: integer(1, 3600),
    default: 5,
    says: "Seconds between checks by a waiting instance.",
    change: "release",
    gate: "POLL_SECONDS",
    isAlwaysSent: true,
  },
  migrationPollIters: {
    type: integer(1, 100_000),
    default: 5,
    says: "Checks after which a waiting instance fails. Unset, there are as many more as `migrationTimeout` needs.",
    change: "release",
    gate: "POLL_ITERS",
    isAlwaysSent: true,
  },
  databaseWaitSeconds: {
    type: integer(1, 86_400),
    default: 60,
    says: "Seconds to wait for a database that does not answer, counted anew for each outage.",
    change: "release",
    gate: "DATABASE_WAIT_SECONDS",
    isAlwaysSent: true,
  },
  migrationDatabases: {
    type: filledList(databaseAlias, '["default"]'),
    default: ["default"],
    says: "Aliases of DATABASES to migrate, in this order.",
    example: ["default", "archive"],
    change: "release",
    gate: "DATABASES",
    isAlwaysSent: true,
  },
  migrationLockKey: {
    type: fixedLine,
    unset: "the database's name",
    says: "Text from which the database's lock is derived. Programs that migrate the same database need the same text.",
    example: "shop",
    change: "release",
    gate: "LOCK_KEY",
  },
  migrationLockTimeout: {
    type: countdown(0.001),
    unset: "the server's own",
    says: "PostgreSQL's lock_timeout during migrations. It limits how long a statement may wait for a table that the running version uses.",
    example: "3s",
    change: "release",
    gate: "LOCK_TIMEOUT_SECONDS",
  },
  migrationStatementTimeout: {
    type: countdown(0.001),
    unset: "the server's own",
    says: "PostgreSQL's statement_timeout during migrations.",
    example: "5m",
    change: "release",
    gate: "STATEMENT_TIMEOUT_SECONDS",
  },
  beforeMigrate: {
    type: commands,
    default: [],
    says:
      "Management commands to run before the migrations, under the same lock and only when something is pending. Each is a " +
      "list of words.",
    example: [["check", "--deploy"]],
    change: "release",
    gate: "BEFORE_MIGRATE",
  },
  afterMigrate: {
    type: commands,
    default: [],
    says:
      "Management commands to run after the migrations, in the same way. When one fails the migrations stay, and the next " +
      "release does not run it again.",
    example: [["warm_caches"]],
    change: "release",
    gate: "AFTER_MIGRATE",
  },
} as const satisfies Rows;
