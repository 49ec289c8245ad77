/** The task groups beside the web server's: each is one process, behind a gate of its own. */
import type { AppSpec, ServiceSpec } from "./appSpec";
import { nanoseconds } from "./duration";
import { mainTaskName, meshServiceName } from "./names";
import type { Service, Task, TaskGroup } from "./nomadTypes";
import { reschedulePolicy, restartPolicy } from "./placement";
import type { ProcessCheckSpec, ProcessSpec } from "./processSpec";
import { scalingBlock } from "./scaling";
import { migrateSecretsPath } from "./secrets";
import { renderService, usesConnect } from "./service";
import {
  behindGate,
  commandLine,
  dockerConfig,
  envBlock,
  logConfig,
  metaBlock,
  migrateTask,
  resources,
} from "./tasks";
import { updateStrategy } from "./update";
import { groupVolumes, volumeMounts } from "./volumes";

/** Label of the port that a process's check asks. */
const checkPortLabel = "check";

/** The group of one process. */
export function processGroup(spec: AppSpec, process: ProcessSpec): TaskGroup {
  const service = processService(spec, process);
  const connected = usesConnect(spec.service);
  const ports = process.check ? [{ Label: checkPortLabel, To: process.check.port }] : undefined;
  return {
    Name: process.name,
    Count: process.count,
    ...scalingBlock(process.scaling),
    ...metaBlock(spec),
    ...(connected || ports
      ? { Networks: [{ Mode: connected ? "bridge" : "host", DynamicPorts: ports }] }
      : {}),
    RestartPolicy: restartPolicy(spec.restart),
    ...(spec.reschedule ? { ReschedulePolicy: reschedulePolicy(spec.reschedule) } : {}),
    Update: updateStrategy(spec.update, process),
    ...(service && connected ? { Services: [service] } : {}),
    ...groupVolumes(spec.volumes),
    Tasks: [
      migrateTask(asFollower(spec, process)),
      processTask(spec, process, connected ? undefined : service),
    ],
  };
}

/** Its gate reads a variable of its own: Nomad lets a task read what is named after its group and itself, and no other's. */
function asFollower(spec: AppSpec, { name, gate }: ProcessSpec): AppSpec {
  const own = spec.secrets?.migrate;
  if (!spec.secrets || !own) return { ...spec, gate };
  const migrate = { ...own, path: migrateSecretsPath(spec.jobName, name) };
  return { ...spec, gate, secrets: { ...spec.secrets, migrate } };
}

function processTask(spec: AppSpec, process: ProcessSpec, service: Service | undefined): Task {
  const ports = process.check ? { ports: [checkPortLabel] } : {};
  return {
    Name: mainTaskName(process.name),
    Driver: "docker",
    Config: { ...dockerConfig(spec), ...commandLine(process.command), ...ports },
    ...envBlock({ ...spec.env, ...process.env }),
    ...behindGate(spec),
    ...(service ? { Services: [service] } : {}),
    KillTimeout: process.killTimeout === undefined ? undefined : nanoseconds(process.killTimeout),
    KillSignal: process.killSignal,
    ...volumeMounts("server", spec.volumes),
    ...logConfig(spec),
    Resources: resources(process.resources),
  };
}

/** In a mesh, what leads a group without a check to the application's upstreams. */
export function meshOf(spec: AppSpec, name: string): Pick<TaskGroup, "Networks" | "Services"> {
  const service = usesConnect(spec.service) ? processService(spec, { name }) : undefined;
  return service ? { Networks: [{ Mode: "bridge" }], Services: [service] } : {};
}

/** What its check belongs to, and in a mesh what leads to the application's upstreams. */
function processService(
  spec: AppSpec,
  { name, check }: Pick<ProcessSpec, "name" | "check">,
): Service | undefined {
  const upstreams = spec.service?.upstreams ?? [];
  if (check) {
    const port = { port: check.port, portLabel: checkPortLabel };
    return renderService({ ...spec, ...port }, serviceOf(check, upstreams));
  }
  if (!spec.service || upstreams.length === 0) return undefined;
  const { PortLabel: _none, ...service } = renderService(spec, {
    ...spec.service,
    serviceName: meshServiceName(spec.service.serviceName, name),
    serviceTags: [],
    canaryTags: [],
    checkEnabled: false,
  });
  return service;
}

function serviceOf(check: ProcessCheckSpec, upstreams: ServiceSpec["upstreams"]): ServiceSpec {
  const { type, path, interval, timeout, headers, serviceName, serviceProvider } = check;
  return {
    serviceName,
    serviceTags: [],
    serviceProvider,
    checkEnabled: true,
    checkType: type,
    checkPath: path,
    checkInterval: interval,
    checkTimeout: timeout,
    checkHeaders: headers,
    upstreams,
  };
}
