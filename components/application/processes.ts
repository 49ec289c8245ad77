/** The processes beside the web server: from their arguments to what their task groups are built from. */
import type * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { defaults } from "../arguments/keys";
import { processCounts } from "../arguments/processCounts";
import { follower, type RenderedGate } from "../gate";
import { type AppSpec, type ProcessCheckSpec, type ProcessSpec } from "../jobspec";

type Processes = NonNullable<DjangoAppArgs["processes"]>;
type CheckArgs = NonNullable<Processes[string]["check"]>;

/** Environment of each process, by its name. */
export type ProcessEnvironments = Record<string, Record<string, string>>;

/** What each process has on top of the application's environment, as far as Pulumi knows it now. */
export function processEnvironments({
  processes = {},
}: Pick<DjangoAppArgs, "processes">): Record<string, pulumi.Input<Record<string, pulumi.Input<string>>>> {
  return Object.fromEntries(Object.entries(processes).map(([name, { envVars }]) => [name, envVars ?? {}]));
}

/** The arguments once that environment is known, for the checks of what it holds. */
export function resolvedProcesses(
  { processes }: Pick<DjangoAppArgs, "processes">,
  environments: ProcessEnvironments,
): Pick<DjangoAppArgs, "processes"> {
  if (processes === undefined) return {};
  const resolved = ([name, process]: [string, Processes[string]]): [string, Processes[string]] => [
    name,
    { ...process, envVars: environments[name] },
  ];
  return { processes: Object.fromEntries(Object.entries(processes).map(resolved)) };
}

/** In an order of their own: it makes no difference in which a config names them. */
export function processSpecs(
  args: DjangoAppArgs,
  { jobName, processEnv = {} }: { jobName: string; processEnv?: ProcessEnvironments },
  gate: RenderedGate,
): AppSpec["processes"] {
  const names = Object.keys(args.processes ?? {}).sort();
  if (names.length === 0) return undefined;
  const counts = processCounts(args);
  const spec = (name: string, process: Processes[string]): ProcessSpec => ({
    name,
    command: process.command,
    count: counts[name],
    env: processEnv[name] ?? {},
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
