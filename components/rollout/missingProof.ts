/** An allocation whose migrate task ended without the gate's proof: Nomad did not start its server. Pure. */
import { proofName } from "../jobspec";
import { type Allocation, exitCodeOf, mainState, mainTask } from "../nomad/models";
import { adviceForEntrypoint } from "./silentGate";
import type { TaskFailure } from "./taskFailure";
import type { LogTail } from "./taskLog";

export function lacksProof(allocation: Pick<Allocation, "Name" | "TaskStates">): boolean {
  return (mainState(allocation)?.Events ?? []).some(
    ({ DisplayMessage }) =>
      /failed to read template/.test(DisplayMessage) && DisplayMessage.includes(proofName),
  );
}

/** @param log of the migrate task: the gate's own lines tell whether it ever ran. */
export function describeMissingProof(
  allocation: Allocation,
  { lines, gateSpoke }: Pick<LogTail, "lines" | "gateSpoke">,
): TaskFailure {
  const main = mainTask(allocation) === "server" ? "the server" : mainTask(allocation);
  const ended = [...(allocation.TaskStates?.migrate?.Events ?? [])]
    .reverse()
    .find(({ Type }) => Type === "Terminated");
  const code = ended ? exitCodeOf(ended) : 0;
  if (gateSpoke === undefined) {
    return {
      what:
        `the migrate task ended with exit code ${code} without having migrated, so Nomad did not start ${main}; ` +
        "its whole log could not be read",
      whatToDo:
        'Look for the lines of the log that begin with "migrate: ". With one, code of the project left the process ' +
        `(os._exit, os.execv). Without one manage.py never ran. ${adviceForEntrypoint}`,
    };
  }
  if (gateSpoke) {
    return {
      what:
        `the migrate task ended with exit code ${code} before the gate was done, so Nomad did not start ${main}: ` +
        "a migration or other code of the project left the process (os._exit, os.execv)",
      whatToDo:
        "Have that code return or raise an exception. Check the database first: its work may be half applied.",
    };
  }
  const silent = lines.length === 0 ? " It printed nothing at all." : "";
  return {
    what:
      `manage.py never ran: the migrate task ended with exit code ${code} without having migrated, so Nomad did not ` +
      `start ${main}.${silent}`,
    whatToDo:
      `The image's ENTRYPOINT is the likely cause. ${adviceForEntrypoint} If the ENTRYPOINT is the web server itself, move it to CMD. ` +
      "Otherwise the project's code left the process while Django loaded: look for sys.exit in its settings and apps.",
  };
}
