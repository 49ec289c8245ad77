import type Docker from "dockerode";
import { waitFor } from "../events";
import { type ContainerInputs } from "./inputs";

/** How long a container without `wait` is watched for exiting straight after its start. */
const SETTLE_MILLISECONDS = 250;
const LOG_LINES = 20;
/** With a restart policy, a program may exit until what it needs is there; this often is a loop. */
const EXITS_OF_A_LOOP = 5;

export const NO_HEALTHCHECK =
  "has no healthcheck, so `wait: true` can't tell when it is ready. Add a healthcheck, or drop wait.";

/** Waits until a started container is what `inputs` ask for: healthy, or at least running. */
export async function waitUntilReady(
  docker: Docker,
  id: string,
  inputs: ContainerInputs,
  signal?: AbortSignal,
): Promise<void> {
  const failure = inputs.wait
    ? await healthFailure(docker, id, inputs, signal)
    : inputs.mustRun === false
      ? undefined
      : await earlyExit(docker, id, inputs, signal);
  if (failure === undefined) return;
  throw new Error(`Container "${inputs.name}" ${failure}${await lastLogLines(docker, id)}`);
}

async function healthFailure(
  docker: Docker,
  id: string,
  inputs: ContainerInputs,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const seconds = inputs.waitTimeout ?? 60;
  const events = { container: [id], event: ["start", "die", "destroy", "health_status"] };
  const outcome = await waitFor(
    docker,
    events,
    async () => {
      const { State, Config, RestartCount, HostConfig } = await docker.getContainer(id).inspect();
      if (!Config.Healthcheck?.Test?.length) return NO_HEALTHCHECK;
      const restarts = !["", "no"].includes(HostConfig.RestartPolicy?.Name ?? "");
      if (State.Health?.Status === "healthy" && State.Running) return "";
      // A container that exited counts as unhealthy as well, until it runs again.
      if (State.Running && !State.Restarting && State.Health?.Status === "unhealthy") {
        return `is unhealthy. The healthcheck's last answer: ${lastProbe(State.Health)}`;
      }
      if (restarts && RestartCount < EXITS_OF_A_LOOP) return undefined;
      if (State.Running && !State.Restarting) return undefined;
      const times = restarts ? ` ${RestartCount} times, the last one` : "";
      return `exited${times} with code ${State.ExitCode} before it was healthy.${stateError(State.Error)}`;
    },
    { milliseconds: seconds * 1000, signal },
  );
  if (outcome !== undefined) return outcome === "" ? undefined : outcome;
  const { State, RestartCount } = await docker.getContainer(id).inspect();
  const restarted =
    RestartCount > 0 ? ` It was restarted ${RestartCount} times; exit code ${State.ExitCode}.` : "";
  return (
    `was not healthy within ${seconds} s (waitTimeout); its health is "${State.Health?.Status ?? State.Status}".` +
    `${restarted} The healthcheck's last answer: ${lastProbe(State.Health)}`
  );
}

async function earlyExit(
  docker: Docker,
  id: string,
  inputs: ContainerInputs,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const exited = await waitFor(
    docker,
    { container: [id], event: ["die", "destroy"] },
    async () => {
      const { State } = await docker.getContainer(id).inspect();
      return State.Running ? undefined : State;
    },
    { milliseconds: SETTLE_MILLISECONDS, signal },
  );
  if (exited === undefined || inputs.rm) return undefined;
  const hint = "Set mustRun to false for a container that is meant to end.";
  return `exited immediately with code ${exited.ExitCode}.${stateError(exited.Error)} ${hint}`;
}

/** The last lines of the container's output, as part of a message. */
async function lastLogLines(docker: Docker, id: string): Promise<string> {
  const lines = await containerLog(docker, id, LOG_LINES);
  return lines === "" ? " It wrote nothing." : ` Its last lines:\n${lines.replace(/^/gm, "    ")}`;
}

/** What the container wrote, both streams in order; all of it unless `tail` is given. */
export async function containerLog(docker: Docker, id: string, tail?: number): Promise<string> {
  const container = docker.getContainer(id);
  try {
    const [{ Config }, log] = await Promise.all([
      container.inspect(),
      container.logs({ stdout: true, stderr: true, follow: false, ...(tail === undefined ? {} : { tail }) }),
    ]);
    return (Config.Tty ? log.toString("utf8") : withoutFrames(log)).trimEnd();
  } catch (error) {
    // The reason why the log was wanted matters more than why it can't be had.
    return `(the log can't be read: ${(error as Error).message})`;
  }
}

/** Docker puts eight bytes before each piece of output: the stream, and the length of the piece. */
export function withoutFrames(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString("utf8");
}

function lastProbe(health: { Log?: { ExitCode: number; Output: string }[] } | undefined): string {
  const probe = health?.Log?.at(-1);
  return probe === undefined
    ? "none yet."
    : `${probe.Output.trim() || "(no output)"} (exit code ${probe.ExitCode}).`;
}

function stateError(error: string): string {
  return error === "" ? "" : ` Docker says: ${error}.`;
}
