/** What the log of a run that failed tells: whether it has changed anything, and whether Nomad refused its token. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusedCode } from "../exitCodes";

/** Pulumi's code for what it does not tell apart. */
const generalError = 1;

/** Operations that only look. */
const looks = ["same", "read", "read-replacement", "refresh", "discard", "discard-replaced"];

/** The part of an event that is read. What a step came to is of no use: a refresh calls drift an update. */
interface EngineEvent {
  resourcePreEvent?: { metadata?: { op?: string; type?: string }; planning?: boolean };
  diagnosticEvent?: { message?: string; severity?: string };
}

/** @param events Pulumi's log, one event a line. */
function parsed(events: string): EngineEvent[] {
  // A run that was killed leaves half a line.
  const whole = events.split("\n").slice(0, -1);
  return whole.map((line) => JSON.parse(line) as EngineEvent);
}

/** Not kept in the state alone, as the stack, providers, components and random values are. */
function isElsewhere(type: string): boolean {
  return /^(nomad|docker|postgresql):/.test(type);
}

/**
 * Whether the run came to a resource of the cluster or of a database, other than to look at it. A job that is as it
 * should be counts, too: what is red then is not the config, but what serves.
 */
function cameToResources(events: string): boolean {
  return parsed(events).some(({ resourcePreEvent: { metadata, planning } = {} }) => {
    const { op = "", type = "" } = metadata ?? {};
    if (planning || !isElsewhere(type)) return false;
    return !looks.includes(op) || (op === "same" && type === "nomad:index/job:Job");
  });
}

/**
 * The exit code of a verb, one of those in `commands/exitCodes.ts`.
 * @param code Pulumi's own.
 * @param events Pulumi's log of what it did, one event a line; empty when it began nothing.
 */
export function verdict(verb: string, code: number, events: string): number {
  if (code !== generalError) return code;
  return verb === "preview" || !cameToResources(events) ? refusedCode : code;
}

/**
 * Whether Nomad refused a provider, and nothing was said of the token: an expired one is to a provider a right that is
 * missing. The refresh comes first, before the program could look.
 */
export function isRefused(events: string): boolean {
  const errors = parsed(events).flatMap(({ diagnosticEvent: { message = "", severity } = {} }) =>
    severity === "error" ? [message] : [],
  );
  const says = (what: RegExp): boolean => errors.some((message) => what.test(message));
  return says(/Unexpected response code: 403|Permission denied|ACL token/) && !says(/Nomad token|this token/);
}

export interface EventLog {
  /** Arguments and environment with which Pulumi writes it. */
  args: string[];
  env: NodeJS.ProcessEnv;
  read(): string;
  remove(): void;
}

/** A log in a folder that only this user can enter. Pulumi means the flag for debugging, so it asks for a variable. */
export function eventLog(): EventLog {
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-events-"));
  const file = join(folder, "events.json");
  return {
    args: ["--event-log", file],
    env: { PULUMI_DEBUG_COMMANDS: "true" },
    read: () => (existsSync(file) ? readFileSync(file, "utf8") : ""),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
