import { readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zlibSync } from "fflate";
import { unexpanded } from "./unexpanded";

/** The gate as a Nomad task runs it. */
export interface RenderedGate {
  /** The program to run, found by the image's own PATH and working directory; empty where its ENTRYPOINT is manage.py. */
  command: string;
  /** Its arguments; the last one is the gate program. */
  args: string[];
  /** Environment variables that the migrate task needs besides the application's own. */
  env: Record<string, string>;
}

/** Every line that the gate writes begins with this, the last one always. */
export const GATE_LINE_PREFIX = "migrate: ";

/** The first of them: Django has loaded. */
export const GATE_FIRST_LINE = `${GATE_LINE_PREFIX}started with Django `;

/** Of every variable that the gate reads. */
export const ENV_PREFIX = "DJANGO_NOMAD_GATE_";
/** Environment variable of the migrate task that holds the release's number. */
export const releaseVariable = `${ENV_PREFIX}RELEASE`;
const PACKAGE = "django_nomad_gate";
/** In the order in which they import each other. */
export const MODULES = [
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
  "lockless",
  "retries",
  "existing",
  "elsewhere",
  "release",
  "backup",
  "privileges",
  "maintenance",
  "transactions",
  "routing",
  "migrating",
  "gate",
];
const PROGRAM = bundle(MODULES);

/**
 * Renders the command, the arguments and the environment of the migrate task.
 *
 * The program travels as an argument and not as a file, so that it needs no shell, no writable
 * directory, no mount and no particular user in the image.
 *
 * @param manageCommand how the image runs manage.py, one word per item.
 * @param settings variables of settings.py, without their prefix.
 */
export function renderGate(
  [command = "", ...rest]: readonly string[],
  settings: Readonly<Record<string, string>>,
): RenderedGate {
  return {
    command,
    // Verbosity 0: from Django 5.2 on the shell begins by listing the models it imported. The last -c is the one
    // that counts; the first one is for settings and apps that ask whether "migrate" is in sys.argv.
    args: [...rest, "shell", "-v", "0", "-c", "migrate", "-c", PROGRAM],
    env: Object.fromEntries(Object.entries(settings).map(([name, value]) => [ENV_PREFIX + name, value])),
  };
}

/**
 * Puts the modules into one program, which is the last one's `main`. Each keeps a namespace of its own: from Django 5.2 on the shell first
 * imports every model by name, and a model called Exception would take the place of Python's own. A JSON
 * string is the same string in Python.
 *
 * The modules travel compressed: a job is stored, sent and compared with each of its versions. fflate is JavaScript
 * throughout, so every machine makes the same text of them; Node's own zlib does not on every processor, and another
 * text would be another version of the job.
 */
export function bundle(names: readonly string[]): string {
  const modules = names.map((name) => [name, readFileSync(join(__dirname, PACKAGE, `${name}.py`), "utf8")]);
  const packed = Buffer.from(zlibSync(strToU8(JSON.stringify(modules)), { level: 9, mem: 12 })).toString(
    "base64",
  );
  const program = [
    "import base64, json, sys, types, zlib",
    `for name, source in json.loads(zlib.decompress(base64.b64decode("${packed}")).decode()):`,
    `    name = "${PACKAGE}." + name`,
    "    module = sys.modules[name] = types.ModuleType(name)",
    '    exec(compile(source, "<%s>" % name, "exec"), module.__dict__)',
    `sys.modules["${PACKAGE}.${names.at(-1)}"].main()`,
  ].join("\n");
  return unexpanded(program, "the gate program");
}
