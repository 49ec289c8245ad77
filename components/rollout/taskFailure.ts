/** Words for how a task failed and what a person does about it. Pure. */
import { explainExitCode, OUT_OF_MEMORY } from "../gate";
import { printable, uncut } from "../messages/printable";
import { exitCodeOf, type TaskEvent, type TaskState } from "../nomad/models";

export interface TaskFailure {
  what: string;
  whatToDo: string;
  /** Whether `whatToDo` is about what the task's log says: a task without one needs another advice. */
  readsLog?: true;
}

/** Events that say why a task never ran. */
const hindrances = ["Driver Failure", "Failed Artifact Download", "Setup Failure", "Failed Validation"];
/** Events on the way of every task, and what Nomad did once it had failed. */
const routine = [
  ...["Received", "Task Setup", "Driver", "Started"],
  ...["Not Restarting", "Restarting", "Killed", "Alloc Unhealthy", "Sibling Task Failed"],
];
const asksToEnd = /^Sent (interrupt|signal)/i;

/** How a task failed, in words, and what to do; undefined when it did not. */
export function describeTaskFailure(name: string, state: TaskState): TaskFailure | undefined {
  // One that keeps ending is not failed yet: Nomad starts it again until its restart policy is used up.
  if (!state.Failed && state.Restarts === 0) return undefined;
  const all = state.Events ?? [];
  const stopped = all.findIndex(({ Type }) => Type === "Killing");
  // How it ended by itself, not how Nomad then stopped it.
  const own = stopped > 0 && all.slice(0, stopped).some(({ Type }) => Type === "Terminated");
  const events = (own ? all.slice(0, stopped) : [...all]).reverse();
  const terminated = events.find(({ Type }) => Type === "Terminated");
  if (!terminated) return describeUnstarted(name, events);
  const code = exitCodeOf(terminated);
  const memory = terminated.Details?.oom_killed === "true";
  if (code === 137 && !memory && !own && stopped >= 0) {
    const { DisplayMessage } = all[stopped];
    return {
      what: `task ${name} was stopped by Nomad and did not end in time (exit code 137): ${printable(DisplayMessage, uncut)}`,
      whatToDo: "Look at the allocation's events for why it was stopped.",
    };
  }
  if (name === "migrate") {
    const { meaning, whatToDo, readsLog } = memory ? OUT_OF_MEMORY : explainExitCode(code);
    return {
      what: `task migrate failed: ${meaning} (exit code ${code})`,
      whatToDo,
      ...(readsLog && { readsLog }),
    };
  }
  return describeOther(name, code, memory);
}

/** A task that never ran has no log. */
function describeUnstarted(name: string, events: readonly TaskEvent[]): TaskFailure {
  const hindrance = events.find(({ Type }) => hindrances.includes(Type));
  if (hindrance) {
    const reason = hindrance.Details?.driver_error ?? hindrance.DisplayMessage;
    return {
      what: `task ${name} could not be started: ${printable(reason, uncut)}`,
      whatToDo: adviceForDriver(name, reason),
    };
  }
  const telling =
    events.find(({ Type, DisplayMessage }) => !routine.includes(Type) && !asksToEnd.test(DisplayMessage)) ??
    events.at(0);
  return {
    what: `task ${name} failed: ${printable(telling?.DisplayMessage ?? "", uncut) || "no reason given"}`,
    whatToDo: "Look at the allocation's events for what came before.",
  };
}

/** The server, a process beside it, or the backup before the migrations. */
function describeOther(name: string, code: number, memory: boolean): TaskFailure {
  const keys: Record<string, string> = { backup: "backups", server: "serverResources" };
  const key = keys[name] ?? `processes.${name}.resources`;
  if (memory) {
    return {
      what: `task ${name} used more memory than ${key} allows: the kernel killed it, or a process of it (exit code ${code})`,
      whatToDo: `Raise ${key}.memory.`,
    };
  }
  if (code === 137) {
    const { meaning, whatToDo } = explainExitCode(code);
    return { what: `task ${name} failed: ${meaning} (exit code ${code})`, whatToDo };
  }
  return {
    what: `task ${name} ended with exit code ${code}`,
    whatToDo:
      name === "backup"
        ? "Without it nothing is migrated: read its log and check backups.image and backups.volume."
        : name === "server"
          ? "The server must stay in the foreground: read its log and check the image's CMD."
          : `It must stay in the foreground: read its log and check processes.${name}.command.`,
    readsLog: true,
  };
}

function adviceForDriver(task: string, reason: string): string {
  if (
    /pull|manifest|not found|no such image|denied|unauthorized/i.test(reason) &&
    /image|pull|manifest|repository/i.test(reason)
  ) {
    return `Check ${task === "backup" ? "backups.image" : "djangoImage"}: the name and tag must exist in the registry, and the clients must be allowed to pull it.`;
  }
  if (/executable|permission denied|no such file/i.test(reason) && task !== "migrate" && task !== "backup") {
    const key = task === "server" ? "serverCommand, or the image's CMD" : `processes.${task}.command`;
    return `Check ${key}: the image must hold that program, and may execute it.`;
  }
  if (/executable|permission denied|no such file/i.test(reason)) {
    return 'Check that manage.py is executable in the image (chmod +x), or set manageCommand to ["python", "manage.py"].';
  }
  if (/network/i.test(reason))
    return "Check that the Docker network exists on the client that runs the allocation.";
  return "The reason is Docker's own; try `docker run` with the same image on the client.";
}
