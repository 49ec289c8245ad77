import { readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zlibSync } from "fflate";

import { GATE_DEFAULTS, type GateSettings, gateSettingsErrors } from "./gateSettings";

/** The gate as a Nomad task runs it. */
export interface RenderedGate {
  /** The program to run, found by the image's own PATH and working directory. */
  command: string;
  /** Its arguments; the last one is the gate program. */
  args: string[];
  /** Environment variables that the migrate task needs besides the application's own. */
  env: Record<string, string>;
}

/** Every line that the gate writes begins with this, the last one always. */
export const GATE_LINE_PREFIX = "migrate: ";

const ENV_PREFIX = "DJANGO_NOMAD_GATE_";
/** Environment variable of the migrate task that holds the release's number. */
export const releaseVariable = `${ENV_PREFIX}RELEASE`;
const PACKAGE = "django_nomad_gate";
/** In the order in which they import each other. */
const MODULES = [
  "native",
  "masking",
  "speech",
  "asked",
  "settings",
  "proof",
  "progress",
  "interrupts",
  "locks",
  "tenants",
  "database",
  "release",
  "backup",
  "privileges",
  "transactions",
  "routing",
  "migrating",
  "gate",
];
const PROGRAM = bundle(
  MODULES.map((name) => [name, readFileSync(join(__dirname, PACKAGE, `${name}.py`), "utf8")]),
);

/**
 * Renders the command, the arguments and the environment of the migrate task.
 *
 * The program travels as an argument and not as a file, so that it needs no shell, no writable
 * directory, no mount and no particular user in the image.
 *
 * @example
 * const gate = renderGate({ manageCommand: ["python", "manage.py"], migrationLeader: "first-to-lock" });
 * @throws Error that names every wrong setting.
 */
export function renderGate(settings: GateSettings): RenderedGate {
  const errors = gateSettingsErrors(settings);
  if (errors.length > 0) {
    throw new Error(errors.join("; "));
  }
  const [command, ...rest] = settings.manageCommand ?? GATE_DEFAULTS.manageCommand;
  return {
    command,
    // Verbosity 0: from Django 5.2 on the shell begins by listing the models it imported. The last -c is the one
    // that counts; the first one is for settings and apps that ask whether "migrate" is in sys.argv.
    args: [...rest, "shell", "-v", "0", "-c", "migrate", "-c", PROGRAM],
    env: gateEnv(settings),
  };
}

function gateEnv(settings: GateSettings): Record<string, string> {
  const merged = { ...GATE_DEFAULTS, ...withoutUndefined(settings) };
  const env: Record<string, string> = {
    LEADER: merged.migrationLeader,
    DATABASES: merged.migrationDatabases.join(","),
    POLL_SECONDS: String(merged.migrationPollSeconds),
    POLL_ITERS: String(merged.migrationPollIters),
    DATABASE_WAIT_SECONDS: String(merged.databaseWaitSeconds),
    TIMEOUT_SECONDS: String(merged.migrationTimeoutSeconds),
  };
  const optional: Record<string, string | undefined> = {
    STRICT_DATABASES: settings.strictDatabases ? "yes" : undefined,
    LOCK_KEY: settings.migrationLockKey,
    LOCK_TIMEOUT_SECONDS: settings.migrationLockTimeoutSeconds?.toString(),
    STATEMENT_TIMEOUT_SECONDS: settings.migrationStatementTimeoutSeconds?.toString(),
    RELEASE: settings.release?.toString(),
    APPLICATION: settings.application,
    RECORD: settings.recordReleases === false ? "no" : undefined,
    PROTECT_HISTORY: settings.protectHistory ? "yes" : undefined,
    BEFORE_MIGRATE: settings.beforeMigrate?.length ? JSON.stringify(settings.beforeMigrate) : undefined,
    BACKUP: settings.backupBeforeMigrate ? "yes" : undefined,
    AFTER_MIGRATE: settings.afterMigrate?.length ? JSON.stringify(settings.afterMigrate) : undefined,
  };
  const all = { ...env, ...withoutUndefined(optional) };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [ENV_PREFIX + name, value]));
}

/**
 * Puts the modules into one program. Each keeps a namespace of its own: from Django 5.2 on the shell first
 * imports every model by name, and a model called Exception would take the place of Python's own. A JSON
 * string is the same string in Python.
 *
 * The modules travel compressed: a job is stored, sent and compared with each of its versions. fflate is JavaScript
 * throughout, so every machine makes the same text of them; Node's own zlib does not on every processor, and another
 * text would be another version of the job.
 */
function bundle(modules: [name: string, source: string][]): string {
  const packed = Buffer.from(zlibSync(strToU8(JSON.stringify(modules)), { level: 9, mem: 12 })).toString(
    "base64",
  );
  const program = [
    "import base64, json, sys, types, zlib",
    `for name, source in json.loads(zlib.decompress(base64.b64decode("${packed}")).decode()):`,
    `    name = "${PACKAGE}." + name`,
    "    module = sys.modules[name] = types.ModuleType(name)",
    '    exec(compile(source, "<%s>" % name, "exec"), module.__dict__)',
    `sys.modules["${PACKAGE}.gate"].main()`,
  ].join("\n");
  if (/[$%]\{/.test(program)) {
    throw new Error('the gate program contains "${" or "%{", which Nomad would expand: write it differently');
  }
  return program;
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
