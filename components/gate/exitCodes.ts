/** What an exit code of the migrate task says. */
export interface GateExitCode {
  /** Stable name, as in the gate's own table. */
  name: string;
  /** What happened, as the end of a sentence that begins with "the migrate task failed:". */
  meaning: string;
  /** What a person does next. */
  whatToDo: string;
  /** Whether `whatToDo` is about what the task's log says. */
  readsLog?: true;
}

/** Every exit code of the migrate task: the gate's own (1 and 10 to 25), Docker's, Python's and the kernel's. */
export const GATE_EXIT_CODES: Readonly<Record<number, GateExitCode>> = {
  0: {
    name: "passed",
    meaning: "nothing is pending",
    whatToDo: "Nothing.",
  },
  1: {
    name: "django-cannot-start",
    meaning: "Django could not start: settings or an import failed",
    whatToDo: "Read the traceback in the migrate task's log; often an environment variable is missing.",
    readsLog: true,
  },
  2: {
    name: "manage-not-found",
    meaning: "Python found no manage.py, or manage.py did not understand its arguments",
    whatToDo: "Check manageCommand against the image's working directory.",
  },
  10: {
    name: "database-unreachable",
    meaning: "the database could not be reached within databaseWaitSeconds",
    whatToDo: "Start the database, or correct its host and port in the task's environment.",
  },
  11: {
    name: "migration-failed",
    meaning: "a migration failed",
    whatToDo: "Read the traceback in the migrate task's log, fix the migration and deploy again.",
    readsLog: true,
  },
  12: {
    name: "still-pending",
    meaning: "migrations were still pending when the budget for waiting was used up",
    whatToDo:
      "Look at the migrate log of the allocation that migrates; if it only needs longer, raise migrationPollIters.",
  },
  13: {
    name: "bad-settings",
    meaning: "the settings of the gate or of a database are wrong",
    whatToDo: "Correct what the last line of the migrate task's log names.",
    readsLog: true,
  },
  14: {
    name: "timed-out",
    meaning: "the migrations did not finish within migrationTimeout",
    whatToDo: "Raise migrationTimeout, or make the migrations smaller.",
  },
  15: {
    name: "stopped",
    meaning: "it was told to stop (SIGTERM or SIGINT) before it was done",
    whatToDo: "Deploy again; look at the allocation's events for who stopped it.",
  },
  16: {
    name: "migrations-unreadable",
    meaning: "the migrations in the image can't be loaded, conflict, or contradict the database's history",
    whatToDo: "Do what the last line of the migrate task's log says and build the image again.",
    readsLog: true,
  },
  17: {
    name: "database-lost",
    meaning: "the database went away during a migration",
    whatToDo: "Bring the database back and deploy again.",
  },
  18: {
    name: "command-failed",
    meaning: "a command of beforeMigrate, afterMigrate, releaseCommands or startCommands failed",
    whatToDo: "Fix the command; the last line of the migrate task's log names it, and says what stays.",
    readsLog: true,
  },
  19: {
    name: "database-refused",
    meaning:
      "the database answers but refuses the user, the password or the database's name, or is too old for this Django",
    whatToDo:
      "Check name, user, password and grants in the task's environment. A server that is too old needs an upgrade, or the image an older Django.",
  },
  20: {
    name: "gate-defect",
    meaning: "the gate itself failed",
    whatToDo: "Report it with the traceback in the migrate task's log.",
    readsLog: true,
  },
  21: {
    name: "backup-failed",
    meaning: "the backup before the migrations failed, and nothing was migrated",
    whatToDo:
      "Fix what the last line of the migrate task's log names, such as the room on backups.volume, and deploy again.",
    readsLog: true,
  },
  22: {
    name: "release-failed",
    meaning: "this release had already failed, in an earlier allocation",
    whatToDo: "Fix the cause that the last line of its log quotes, then run `pulumi up`, which tries again.",
  },
  23: {
    name: "superseded",
    meaning:
      "a newer release of this application has migrated the database, and this one has something pending",
    whatToDo: "Deploy again: the next release gets a higher number.",
  },
  24: {
    name: "no-proof",
    meaning: "the gate could not write to the allocation's directory, without which no server may start",
    whatToDo: "Do what the last line of the migrate task's log says.",
    readsLog: true,
  },
  25: {
    name: "no-lock",
    meaning: "the database has no lock for the migrations, or none for its user, and nothing was migrated",
    whatToDo: 'Set migrationLock to "none": allocation 0 alone then migrates, without a lock.',
  },
  125: {
    name: "container-not-started",
    meaning: "Docker could not start the container",
    whatToDo: "Read Docker's reason in the allocation's events.",
  },
  126: {
    name: "manage-not-executable",
    meaning: "the image holds the program of manageCommand, but it can't be executed",
    whatToDo: 'Run chmod +x manage.py in the image, or set manageCommand to ["python", "manage.py"].',
  },
  127: {
    name: "manage-not-found",
    meaning: "the image does not hold the program of manageCommand, or the interpreter of its first line",
    whatToDo: "Check manageCommand against the image's working directory and PATH.",
  },
  137: {
    name: "killed",
    meaning:
      "it was killed from outside (SIGKILL), and not for memory: Nomad recorded no out-of-memory event",
    whatToDo:
      "Find out on that client what killed it: a person (docker kill), a restart of Docker, or the kernel if the whole machine ran out of memory (journalctl -k). Then run `pulumi up` again.",
  },
  139: {
    name: "crashed",
    meaning: "Python or a driver crashed (segmentation fault)",
    whatToDo: "Check that the image's compiled packages, such as the database driver, fit its base image.",
  },
  143: {
    name: "terminated",
    meaning: "it was stopped before the gate began",
    whatToDo: "Deploy again; look at the allocation's events for who stopped it.",
  },
};

/** The end of a migrate task that Nomad calls out of memory, whatever its exit code. */
export const OUT_OF_MEMORY: GateExitCode = {
  name: "out-of-memory",
  meaning: "it used more memory than migrateResources allows: the kernel killed it, or a process of it",
  whatToDo: "Raise migrateResources.memory; large projects need 130 to 430 MB to migrate.",
};

/** Of an allocation that came after its release had failed: the cause is another one's. */
export const RELEASE_FAILED = 22;

/** The meaning of an exit code of the migrate task, also of one that is in no table. */
export function explainExitCode(code: number): GateExitCode {
  return (
    GATE_EXIT_CODES[code] ?? {
      name: "unknown",
      meaning: `it ended with exit code ${code}, which is not one of the gate's`,
      whatToDo: "Read the migrate task's log: the image's entrypoint or manage.py ended it.",
      readsLog: true,
    }
  );
}
