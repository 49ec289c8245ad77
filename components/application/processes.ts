/** The processes beside the web server: from their arguments to what their task groups are built from. */
import { defaults, type KnownArgs } from "../arguments/keys";
import { type Numbers, processCounts, scaledGroups } from "../arguments/processCounts";
import { scalingSpec } from "./scaling";
import { follower, type RenderedGate } from "../gate";
import { type AppSpec, type ProcessCheckSpec, type ProcessSpec } from "../jobspec";

type Processes = NonNullable<KnownArgs["processes"]>;
type CheckArgs = NonNullable<Processes[string]["check"]>;

/** In an order of their own: it makes no difference in which a config names them. */
export function processSpecs(
  args: KnownArgs,
  { jobName, numbers }: { jobName: string; numbers?: Numbers },
  gate: RenderedGate,
): AppSpec["processes"] {
  const names = Object.keys(args.processes ?? {}).sort();
  if (names.length === 0) return undefined;
  const counts = processCounts(args, numbers);
  const scaled = scaledGroups(args);
  const spec = (name: string, process: Processes[string]): ProcessSpec => ({
    name,
    command: process.command,
    count: counts[name],
    scaling: scaled.includes(name) ? scalingSpec(process.scaling, defaults.processes.scaling) : undefined,
    env: process.envVars ?? {},
    resources: { ...defaults.processes.resources, ...process.resources },
    killTimeout: process.killTimeout,
    check: process.check && checkSpec(process.check, name, jobName, args),
    gate: follower(gate),
  });
  return names.map((name) => spec(name, (args.processes ?? {})[name]));
}

function checkSpec(
  check: CheckArgs,
  name: string,
  jobName: string,
  { httpService }: Pick<KnownArgs, "httpService">,
): ProcessCheckSpec {
  return {
    ...defaults.processes.check,
    ...check,
    serviceName: serviceNameOf(jobName, name),
    serviceProvider: httpService?.serviceProvider ?? defaults.httpService.serviceProvider,
  };
}

/** The service that the check belongs to: a job's id may have signs that no service's name has. */
function serviceNameOf(jobName: string, process: string): string {
  const end = `-${process}`;
  const begin = jobName.replace(/[^A-Za-z0-9-]+/g, "-").replace(/^-+/, "");
  return `${begin.slice(0, 63 - end.length)}${end}`;
}
