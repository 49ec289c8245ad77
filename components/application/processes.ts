/** The processes beside the web server: from their arguments to what their task groups are built from. */
import type * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { follower, type RenderedGate } from "../gate";
import { type AppSpec, defaults, type ProcessCheckSpec, type ProcessSpec } from "../jobspec";

type Processes = NonNullable<DjangoAppArgs["processes"]>;
type CheckArgs = NonNullable<Processes[string]["check"]>;

/** Environment of each process, by its name. */
export type ProcessEnvironments = Record<string, Record<string, string>>;

/** What each process has on top of the application's environment, as far as Pulumi knows it now. */
export function processEnvironments({
  processes = {},
}: Pick<DjangoAppArgs, "processes">): Record<string, Record<string, pulumi.Input<string>>> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, { envVars }]) => [name, envVars ?? {}]),
  );
}

/** Instances of each process, by its name. A parked application runs none. */
export function processCounts({
  count = defaults.count,
  processes = {},
}: Pick<DjangoAppArgs, "count" | "processes">): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, process]) => [
      name,
      count === 0 ? 0 : (process.count ?? defaults.processes.count),
    ]),
  );
}

/** In an order of their own: it makes no difference in which a config names them. */
export function processSpecs(
  args: DjangoAppArgs,
  jobName: string,
  environments: ProcessEnvironments,
  gate: RenderedGate,
): Pick<AppSpec, "processes"> {
  const names = Object.keys(args.processes ?? {}).sort();
  if (names.length === 0) return {};
  const counts = processCounts(args);
  const spec = (name: string, process: Processes[string]): ProcessSpec => ({
    name,
    command: process.command,
    count: counts[name],
    env: environments[name] ?? {},
    resources: { ...defaults.processes.resources, ...process.resources },
    killTimeout: process.killTimeout,
    check: process.check && checkSpec(process.check, name, jobName, args),
    gate: follower(gate),
  });
  return { processes: names.map((name) => spec(name, (args.processes ?? {})[name])) };
}

function checkSpec(
  check: CheckArgs,
  name: string,
  jobName: string,
  { httpService }: Pick<DjangoAppArgs, "httpService">,
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
