/** When waiting longer for an allocation can't help. Pure. */
import { printable, uncut } from "../messages/printable";
import { lacksProof } from "./missingProof";
import { type Allocation, allocationLabel, mainState, processOf, type TaskState } from "../nomad/models";

/** How long a task may wait for a Nomad variable that is not there: another program may be about to write it. */
const variableGraceSeconds = 10;

/** The variable that a task waits for before it can start; undefined when it waits for none. */
export function missingVariable({ State, Events }: TaskState): { what: string; since: number } | undefined {
  if (State !== "pending") return undefined;
  const waiting = [...(Events ?? [])]
    .reverse()
    .find(({ Type, DisplayMessage }) => Type === "Template" && DisplayMessage.startsWith("Missing:"));
  const path = /nomad\.var\.block\(([^@)]+)/.exec(waiting?.DisplayMessage ?? "")?.[1];
  if (!waiting) return undefined;
  const what = path
    ? `Nomad variable ${printable(path)}`
    : printable(waiting.DisplayMessage.replace(/^Missing: /, ""), uncut);
  return { what, since: (waiting.Time ?? 0) / 1e6 };
}

/**
 * Why the rollout is lost with this allocation; undefined while it is not.
 * @param serverDeadlineSeconds from a server's start to its first passed check.
 * @param since milliseconds: the rollout's begin. An instance that is updated in place started long before it.
 * @param now milliseconds.
 */
export function lostReason(
  allocation: Allocation,
  serverDeadlineSeconds: number,
  since: number,
  now: number,
): string | undefined {
  const label = allocationLabel(allocation);
  const process = processOf(allocation);
  const { ClientStatus, DeploymentStatus, TaskStates } = allocation;
  if (lacksProof(allocation)) {
    return `the migrate task of ${label} ended without having migrated, so its ${process ?? "server"} was not started`;
  }
  if (ClientStatus === "failed") return `${label} failed`;
  if (allocation.DesiredStatus !== "run") return undefined;
  const server = mainState(allocation);
  const ends = (server?.Events ?? []).filter(
    ({ Type, Time = 0 }) => Type === "Terminated" && Time / 1e6 > since,
  ).length;
  if (DeploymentStatus?.Healthy === true) {
    // Without a check an instance is healthy when it has run for a moment, also one that always ends a moment later.
    return process !== undefined && ends >= 2
      ? `${label} ended ${ends} times since it was started`
      : undefined;
  }
  for (const [task, state] of Object.entries(TaskStates ?? {})) {
    const missing = missingVariable(state);
    if (missing && now - missing.since > variableGraceSeconds * 1000) {
      return `task ${task} of ${label} waits for ${missing.what}, which does not exist`;
    }
  }
  const whole = process === undefined ? `the server of ${label}` : label;
  // Once may be a hiccup; Nomad would try twice more, 15 s apart each.
  if (ends >= 2)
    return `${whole} ended ${ends} times before it ${process === undefined ? "passed its check" : "was healthy"}`;
  const begin = Math.max(since, Date.parse(server?.StartedAt ?? ""));
  // NaN, and never late, while it has not started.
  if (now - begin > serverDeadlineSeconds * 1000 && ClientStatus === "running") {
    return process === undefined
      ? `the server of ${label} did not pass its check within ${serverDeadlineSeconds} s`
      : `${label} was not healthy within ${serverDeadlineSeconds} s`;
  }
  return undefined;
}
