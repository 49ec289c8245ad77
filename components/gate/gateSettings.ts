/** Which allocation migrates. */
export type MigrationLeader = "index-zero-first" | "index-zero" | "first-to-lock";

/** What the migrate task needs to know. Durations are in seconds. */
export interface GateSettings {
  /**
   * How the image runs manage.py: the program first, then its arguments. Every word is one argument; no
   * shell is involved.
   * @default ["./manage.py"]
   */
  manageCommand?: string[];
  /**
   * `index-zero-first`: the allocation with index 0 migrates, the others poll, as in the pack. When nobody migrates
   * although something is left to do, another one leads after some 10 seconds. `index-zero`: never another one.
   * `first-to-lock`: whichever gets the database's lock first migrates, the others wait for up to
   * `migrationTimeoutSeconds`. Without a lock, as with SQLite, index 0 alone migrates.
   * @default "index-zero-first"
   */
  migrationLeader?: MigrationLeader;
  /**
   * Seconds between a follower's checks, at least 0.1 (pack: migration_poll_seconds).
   * @default 5
   */
  migrationPollSeconds?: number;
  /**
   * Checks after the first one before a follower fails (pack: migration_poll_iters). The budget is
   * `migrationPollSeconds * migrationPollIters`.
   * @default 5
   */
  migrationPollIters?: number;
  /**
   * Seconds to wait for a database that is down, for leaders and followers, anew for each outage. Waiting
   * for it uses up none of a follower's checks.
   * @default 60
   */
  databaseWaitSeconds?: number;
  /**
   * Seconds for the lock, the commands and all migrations together.
   * @default 600
   */
  migrationTimeoutSeconds?: number;
  /**
   * Database aliases to migrate, in this order.
   * @default ["default"]
   */
  migrationDatabases?: string[];
  /**
   * Fails when the project's routers send models to a database that `migrationDatabases` leaves out and that lacks
   * their migrations, instead of a warning.
   * @default false
   */
  strictDatabases?: boolean;
  /**
   * Text from which the lock is derived. Two programs that migrate one database need the same.
   * @default the database's name
   */
  migrationLockKey?: string;
  /**
   * PostgreSQL's lock_timeout in seconds, for the migrations alone: how long one statement may wait for a
   * table that the running version is using.
   * @default the server's own
   */
  migrationLockTimeoutSeconds?: number;
  /**
   * PostgreSQL's statement_timeout in seconds, for the migrations alone.
   * @default the server's own
   */
  migrationStatementTimeoutSeconds?: number;
  /**
   * Management commands to run before the migrations, under the same lock and only when something is
   * pending. Each is a list of words: `[["backup", "--fast"]]`.
   * @default []
   */
  beforeMigrate?: string[][];
  /**
   * Management commands to run after the migrations, under the same lock and only when something was
   * pending. When one fails the migrations stay, and the next deploy does not run it again.
   * @default []
   */
  afterMigrate?: string[][];
  /**
   * Asks the allocation's task `backup` for a dump before the first migration; without one nothing is migrated.
   * @default false
   */
  backupBeforeMigrate?: boolean;
  /** Number of the release, higher than that of every release before it. Without one nothing is recorded. */
  release?: number;
  /**
   * Whether a table of the first database keeps which release is the newest, and whether it runs, failed or is done.
   * Without it the gate goes by what is pending alone, as the pack does.
   * @default true
   */
  recordReleases?: boolean;
  /**
   * Leaves the writing of Django's table of migrations, and of the table of releases, to the role that migrates.
   * @default false
   */
  protectHistory?: boolean;
  /** Whose release it is: two applications on one database each have a record. */
  application?: string;
}

/** What holds unless the settings say otherwise. */
export const GATE_DEFAULTS = {
  manageCommand: ["./manage.py"],
  migrationLeader: "index-zero-first",
  migrationPollSeconds: 5,
  migrationPollIters: 5,
  databaseWaitSeconds: 60,
  migrationTimeoutSeconds: 600,
  migrationDatabases: ["default"],
} as const satisfies GateSettings;

/**
 * Everything that is wrong with the settings, as sentences; empty when they are right.
 */
export function gateSettingsErrors(settings: GateSettings): string[] {
  const errors: string[] = [];
  const expect = (key: keyof GateSettings, right: (value: never) => boolean, allowed: string): void => {
    const value = settings[key];
    if (value !== undefined && !right(value as never)) {
      errors.push(`${key} is ${JSON.stringify(value)} and must be ${allowed}`);
    }
  };
  const from = (low: number) => (value: number) => Number.isFinite(value) && value >= low && value <= 1e6;
  const words = (value: string[]): boolean =>
    Array.isArray(value) && value.length > 0 && value.every(Boolean);
  const commands = (value: string[][]): boolean => Array.isArray(value) && value.every(words);

  expect("manageCommand", words, 'a list of words, such as ["python", "manage.py"]');
  expect(
    "migrationLeader",
    (value: string) => ["index-zero-first", "index-zero", "first-to-lock"].includes(value),
    '"index-zero-first", "index-zero" or "first-to-lock"',
  );
  expect("migrationPollSeconds", from(0.1), "a number of seconds from 0.1");
  expect(
    "migrationPollIters",
    (value: number) => Number.isInteger(value) && from(1)(value),
    "a whole number from 1",
  );
  expect("databaseWaitSeconds", from(0), "a number of seconds from 0");
  expect("migrationTimeoutSeconds", from(1), "a number of seconds from 1");
  expect(
    "migrationDatabases",
    (value: string[]) => words(value) && !value.some((alias) => alias.includes(",")),
    'a list of aliases of DATABASES, such as ["default"]',
  );
  expect("migrationLockTimeoutSeconds", from(0.001), "a number of seconds from 0.001");
  expect("migrationStatementTimeoutSeconds", from(0.001), "a number of seconds from 0.001");
  expect("release", (value: number) => Number.isSafeInteger(value) && value > 0, "a whole number from 1");
  expect("beforeMigrate", commands, 'a list of lists of words, such as [["check"]]');
  expect("afterMigrate", commands, 'a list of lists of words, such as [["check"]]');
  return errors;
}
