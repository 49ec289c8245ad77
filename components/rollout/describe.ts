/** Words for what an allocation, a deployment or a scheduler's refusal amounts to. Pure. */
import { explainExitCode } from "../migrationGate";
import type { Allocation, Deployment, PlacementFailure, TaskState } from "./nomadModels";

/** What an allocation is doing now, in a few words. */
export function describeAllocation(allocation: Allocation): string {
  const { migrate, server } = allocation.TaskStates ?? {};
  if (allocation.ClientStatus === "failed") return "failed";
  if (allocation.ClientStatus === "lost") return "lost with its node";
  if (allocation.DesiredStatus === "stop") return "stopping";
  if (allocation.DeploymentStatus?.Healthy === true) return "healthy";
  if (allocation.DeploymentStatus?.Healthy === false) return "unhealthy";
  if (server?.State === "running") return "server started, waiting for its check";
  if (migrate?.State === "running") return "in the migration gate";
  if (migrate?.State === "dead") return "past the migration gate";
  return "placed, image and tasks are being prepared";
}

/** One line on how far a deployment is. */
export function describeDeployment(deployment: Deployment): string {
  const groups = Object.values(deployment.TaskGroups);
  const healthy = groups.reduce((sum, group) => sum + group.HealthyAllocs, 0);
  const desired = groups.reduce((sum, group) => sum + group.DesiredTotal, 0);
  const promoted = groups.some((group) => group.DesiredCanaries > 0 && group.Promoted) ? ", promoted" : "";
  return `healthy ${healthy}/${desired}${promoted}`;
}

/** Why the scheduler found no node, for example "3 nodes: memory exhausted on 2, constraint ... filtered 1". */
export function describePlacementFailure(failure: PlacementFailure): string {
  const nodes = failure.NodesEvaluated === 1 ? "1 node" : `${failure.NodesEvaluated} nodes`;
  if (failure.NodesEvaluated === 0) {
    return "no node is eligible: check datacenters, node pool and whether any client is ready";
  }
  const exhausted = Object.entries(failure.DimensionExhausted ?? {}).map(
    ([what, on]) => `${what} exhausted on ${on}`,
  );
  const filtered = Object.entries({ ...failure.ConstraintFiltered, ...failure.ClassFiltered }).map(
    ([what, on]) => `constraint "${what}" filtered ${on}`,
  );
  return `${nodes}: ${[...exhausted, ...filtered].join(", ") || "none fits"}`;
}

/** How a task failed, in words, and what to do; undefined when it did not. */
export function describeTaskFailure(
  name: string,
  state: TaskState,
): { what: string; whatToDo: string } | undefined {
  if (!state.Failed) return undefined;
  const events = [...(state.Events ?? [])].reverse();
  const unstarted = events.find(
    ({ Type }) => Type === "Driver Failure" || Type === "Failed Artifact Download",
  );
  const terminated = events.find(({ Type }) => Type === "Terminated");
  if (unstarted && !terminated) {
    const reason = unstarted.Details?.driver_error ?? unstarted.DisplayMessage;
    return { what: `task ${name} could not be started: ${reason.trim()}`, whatToDo: adviceForDriver(reason) };
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
        whatToDo: "Most often it needs more memory: raise serverResources.memory.",
      }
    : {
        what: `task ${name} ended with exit code ${code}`,
        whatToDo: "The server must stay in the foreground: read its log and check the image's CMD.",
      };
}

function adviceForDriver(reason: string): string {
  if (
    /pull|manifest|not found|no such image|denied|unauthorized/i.test(reason) &&
    /image|pull|manifest|repository/i.test(reason)
  ) {
    return "Check djangoImage: the name and tag must exist in the registry, and the clients must be allowed to pull it.";
  }
  if (/executable|permission denied|no such file/i.test(reason)) {
    return 'Check that manage.py is executable in the image (chmod +x), or set manageCommand to ["python", "manage.py"].';
  }
  if (/network/i.test(reason))
    return "Check that the Docker network exists on the client that runs the allocation.";
  return "The reason is Docker's own; try `docker run` with the same image on the client.";
}
