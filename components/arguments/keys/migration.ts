/** Keys about the migration gate. */
import { commands } from "../commands";
import { countdown, databaseAlias, fixedLine } from "../names";
import { bool, filledList, integer, oneOf } from "../readers";
import type { Rows } from "../row";

export const migration = {
  migrations: {
    type: oneOf("Migrations", "run", "wait", "none"),
    default: "run",
    says:
      "Who applies the migrations. `run`: the migrate task. `wait`: something else, such as another pipeline; every instance " +
      "waits until none is pending. `none`: nobody, and no database is asked; for a site without one.",
    change: "release",
    gate: "MIGRATIONS",
  },
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
    plain: "wait",
    says: "Longest time that the migrations may take, with the wait for the lock and the commands around them.",
    example: "30m",
    change: "release",
    gate: "TIMEOUT_SECONDS",
    isAlwaysSent: true,
  },
  migrationPollSeconds: {
    type: integer(1, 3600),
    default: 5,
    plain: "wait",
    says: "Seconds between checks by a waiting instance.",
    change: "release",
    gate: "POLL_SECONDS",
    isAlwaysSent: true,
  },
  migrationPollIters: {
    type: integer(1, 100_000),
    default: 5,
    plain: "wait",
    says: "Checks after which a waiting instance fails. If you leave it unset, it grows with `migrationTimeout`.",
    change: "release",
    gate: "POLL_ITERS",
    isAlwaysSent: true,
  },
  databaseWaitSeconds: {
    type: integer(1, 86_400),
    default: 60,
    plain: "wait",
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
  migrationLock: {
    type: oneOf("MigrationLock", "database", "none"),
    default: "database",
    says:
      "The lock around the migrations. `database`: PostgreSQL's advisory lock or MySQL's GET_LOCK. `none`, for servers and " +
      "roles without one: the instance with index 0 alone migrates. Not with `first-to-lock` or `rolling`.",
    change: "release",
    gate: "LOCK",
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
  migrationLockRetries: {
    type: integer(0, 1000),
    default: 0,
    says:
      "More tries for a migration that gave up waiting for a table. They come after `migrationLockTimeout`, with growing " +
      "pauses, within `migrationTimeout`. Only on PostgreSQL, and only for a migration that was rolled back as a whole: never " +
      "for one with `atomic = False`.",
    example: 20,
    change: "release",
    gate: "LOCK_RETRIES",
  },
  fakeInitial: {
    type: bool,
    default: false,
    says:
      "Marks an app's first migration as applied if all of its tables exist already. For a database whose tables are older " +
      "than the project's migrations, as `migrate --fake-initial` does.",
    change: "release",
    gate: "FAKE_INITIAL",
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
  releaseCommands: {
    type: commands,
    default: [],
    says:
      "Management commands to run once in each release, after the migrations. They run after `afterMigrate`, under the same " +
      "lock, whether or not something was pending. No server of the release starts before they are done. When one fails, applied migrations " +
      "stay, and the next release runs it again. Without `recordReleases` the instance that migrates runs them each time it " +
      "starts, and the others don't wait for them.",
    example: [["collectstatic", "--noinput"]],
    change: "release",
    gate: "RELEASE_COMMANDS",
  },
  afterRollout: {
    type: commands,
    default: [],
    plain: "decides",
    says:
      "Management commands to run once in each release, when the new version serves and the last old instance is gone. They run " +
      "in a job of their own, `JOB-after-rollout`, as the migrate task does, and have a `migrationTimeout` of their own. When one fails, `up` " +
      "is red, the new version still serves, and the next `up` runs them again. Needs `recordReleases`.",
    example: [["drop_old_columns"]],
    change: "next release",
  },
  startCommands: {
    type: commands,
    default: [],
    plain: "wait",
    says:
      "Management commands to run in every instance before its server. They run once the release is migrated, and have " +
      "a `migrationTimeout` of their own. For what each client needs of its own, such as static files on a host volume.",
    example: [["collectstatic", "--noinput"]],
    change: "release",
    gate: "START_COMMANDS",
  },
} as const satisfies Rows;
