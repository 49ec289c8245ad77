/** Words for how a task failed and what a person does about it. Pure. */
import { explainExitCode } from "../migrationGate";
import type { TaskState } from "./nomadModels";

/** How a task failed, in words, and what to do; undefined when it did not. */
export function describeTaskFailure(
  name: string,
  state: TaskState,
): { what: string; whatToDo: string } | undefined {
  // One that keeps ending is not failed yet: Nomad starts it again until its restart policy is used up.
  if (!state.Failed && state.Restarts === 0) return undefined;
  const all = state.Events ?? [];
  const stopped = all.findIndex(({ Type }) => Type === "Killing");
  // How it ended by itself, not how Nomad then stopped it.
  const own = stopped > 0 && all.slice(0, stopped).some(({ Type }) => Type === "Terminated");
  const events = (own ? all.slice(0, stopped) : [...all]).reverse();
  const unstarted = events.find(
    ({ Type }) => Type === "Driver Failure" || Type === "Failed Artifact Download",
  );
  const terminated = events.find(({ Type }) => Type === "Terminated");
  if (unstarted && !terminated) {
    const reason = unstarted.Details?.driver_error ?? unstarted.DisplayMessage;
    return {
      what: `task ${name} could not be started: ${reason.trim()}`,
      whatToDo: adviceForDriver(name, reason),
    };
  }
  const code = Number(terminated?.Details?.exit_code ?? terminated?.ExitCode ?? Number.NaN);
  if (Number.isNaN(code)) {
    const [last] = events;
    return {
      what: `task ${name} failed: ${last?.DisplayMessage ?? "no reason given"}`,
      whatToDo: "Look at the events above.",
    };
  }
  const killed = terminated?.Details?.oom_killed === "true";
  if (name === "migrate") {
    const { meaning, whatToDo } = explainExitCode(killed ? 137 : code);
    return { what: `task migrate failed: ${meaning} (exit code ${code})`, whatToDo };
  }
  return killed || code === 137
    ? {
        what: `task ${name} was killed (exit code ${code})`,
        whatToDo: `Most often it needs more memory: raise ${name === "backup" ? "backups" : "serverResources"}.memory.`,
      }
    : {
        what: `task ${name} ended with exit code ${code}`,
        whatToDo:
          name === "backup"
            ? "Without it nothing is migrated: read its log and check backups.image and backups.volume."
            : "The server must stay in the foreground: read its log and check the image's CMD.",
      };
}

function adviceForDriver(task: string, reason: string): string {
  if (
    /pull|manifest|not found|no such image|denied|unauthorized/i.test(reason) &&
    /image|pull|manifest|repository/i.test(reason)
  ) {
    return `Check ${task === "backup" ? "backups.image" : "djangoImage"}: the name and tag must exist in the registry, and the clients must be allowed to pull it.`;
  }
  if (/executable|permission denied|no such file/i.test(reason)) {
    return 'Check that manage.py is executable in the image (chmod +x), or set manageCommand to ["python", "manage.py"].';
  }
  if (/network/i.test(reason))
    return "Check that the Docker network exists on the client that runs the allocation.";
  return "The reason is Docker's own; try `docker run` with the same image on the client.";
}
