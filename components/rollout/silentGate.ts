/** A migrate task in which the gate said nothing: the image ran something else, or Django could not load. Pure. */
import { formatSeconds } from "../jobspec";
import type { Allocation, TaskState } from "../nomad/models";
import type { TaskFailure } from "./taskFailure";
import type { LogTail } from "./taskLog";

/** Default time from the migrate container's start to the gate's first line. */
export const defaultStartSeconds = 90;

/** The last part of that time is for ending the rollout, so that `up` is over when it is. */
const patience = 0.95;

/** What the image must do, and the keys that do without a new image. */
export const adviceForEntrypoint =
  'An ENTRYPOINT must run the arguments that it gets, such as `exec "$@"` at the end of a script. For an image that has to ' +
  "stay as it is: `migrateEntrypoint: []` leaves it out in the migrate task alone, `entrypoint` replaces it in every task, " +
  "and `manageCommand` says how the image runs manage.py.";

/** Codes that say what happened whatever the image ran: the gate's own, Docker's, a signal's or a crash's. */
const isTelling = (code: number): boolean => (code >= 10 && code < 100) || (code >= 125 && code < 160);

/**
 * The words for an exit code without a line of the gate's. The code is then another program's, and the table of the
 * gate's codes may blame the wrong thing.
 * @returns undefined where the table is right.
 */
export function describeEndWithoutGate(
  code: number,
  { lines, gateSpoke }: Pick<LogTail, "lines" | "gateSpoke">,
): TaskFailure | undefined {
  if (gateSpoke !== false || isTelling(code)) return undefined;
  const unknown = lines.map((line) => /Unknown command: (\S+)/.exec(line)?.[1]).find(Boolean);
  if (unknown !== undefined) {
    return {
      what:
        `manage.py took its own name for a subcommand (Unknown command: ${unknown}): the image's ENTRYPOINT is manage.py ` +
        `already (exit code ${code})`,
      whatToDo:
        "Set `manageCommand: []`: the words of the migrate task then begin with the subcommand. Or leave the ENTRYPOINT out " +
        "in this task with `migrateEntrypoint: []` (`entrypoint` replaces it in every task).",
    };
  }
  if (lines.some((line) => /^\s*(Running migrations:$|Applying [\w.]+\.\.\.)/.test(line))) {
    return {
      what: `the image's ENTRYPOINT runs \`migrate\` itself, before the gate, and it failed (exit code ${code})`,
      whatToDo:
        "Every task with that ENTRYPOINT migrates, several of them at once and without a lock. Take `migrate` out of it, or set " +
        "`migrateEntrypoint: []`: then the gate migrates first, and the ENTRYPOINT of the other tasks finds nothing to do.",
    };
  }
  const isPythons = lines.some((line) =>
    /^Traceback \(most recent|^\S*python\S*: |^usage: manage\.py/.test(line),
  );
  if (isPythons) return undefined;
  return {
    what:
      `the migrate task ended with exit code ${code} before Django had loaded, without a line from the gate` +
      (lines.length === 0 ? ". It printed nothing at all" : ""),
    whatToDo:
      "Either the image's ENTRYPOINT runs another program, or code of the project ended the process while Django loaded. " +
      adviceForEntrypoint,
  };
}

/** Whether a migrate task has run for so long without a word of the gate's that waiting longer is no use. */
export function isSilentTooLong(state: TaskState | undefined, limitSeconds: number, now: number): boolean {
  const started = Date.parse(state?.StartedAt ?? "");
  const ended = Date.parse(state?.FinishedAt ?? "");
  // NaN, and never too long, while it has not started.
  return (state?.State === "running" ? now : ended) - started >= limitSeconds * patience * 1000;
}

/** The words for one that ran on, after `up` or Nomad has ended it. */
export function describeSilence(
  { TaskStates }: Pick<Allocation, "TaskStates">,
  { lines, gateSpoke }: Pick<LogTail, "lines" | "gateSpoke">,
  limitSeconds: number,
  now: number,
): TaskFailure | undefined {
  const migrate = TaskStates?.migrate;
  // By the event and not by the time alone: the client's clock may be another one than Nomad's.
  const wasEnded = (migrate?.Events ?? []).some(({ Type }) => Type === "Signaling");
  if (gateSpoke !== false || !(wasEnded || isSilentTooLong(migrate, limitSeconds, now))) return undefined;
  const silent = lines.length === 0 ? " It printed nothing at all." : "";
  return {
    what:
      `Django never loaded: the migrate task ran for ${formatSeconds(Math.round(limitSeconds * patience))} without a line ` +
      `from the gate.${silent}`,
    whatToDo:
      "Either the image's ENTRYPOINT ignores what it is told and starts the site, or the project's settings and imports take " +
      `that long. ${adviceForEntrypoint} For slow imports raise update.migrateStartDeadline or migrateResources.cpu. What the ` +
      "ENTRYPOINT itself has done, such as a migrate of its own, stays.",
  };
}
