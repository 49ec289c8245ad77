/** Rules about what runs beside the web server: processes and schedules. */
import {
  afterRolloutName,
  backupTaskName,
  checkServiceName,
  groupName,
  manageName,
  meshServiceName,
  migrateTaskName,
  serverTaskName,
} from "../jobspec";
import { defaults } from "./keys";
import type { Problem } from "./problem";
import { type Given, type Rule, when } from "./rule";

type Process = NonNullable<Given["processes"]>[string];

/** Groups and tasks that the job has already, and the job of one-off commands. */
const taken: readonly string[] = [
  groupName,
  serverTaskName,
  migrateTaskName,
  backupTaskName,
  afterRolloutName,
  manageName,
];

function ofName(key: string, name: string, such: string): Problem[] {
  return when(
    taken.includes(name) || name.startsWith("connect-"),
    key,
    `is a name that this program or Nomad uses itself: choose another, such as ${such}`,
  );
}

function ofMemory(key: string, { memory, memoryMax }: NonNullable<Process["resources"]> = {}): Problem[] {
  const reserved = memory ?? defaults.processes.resources.memory;
  return when(
    memoryMax !== undefined && memoryMax < reserved,
    `${key}.resources.memoryMax`,
    `is ${memoryMax}, less than ${key}.resources.memory (${reserved}), which is reserved: raise it, or leave it out`,
  );
}

function ofProcess(name: string, { resources, singleton, count, scaling }: Process): Problem[] {
  const key = `processes.${name}`;
  return [
    ...ofName(key, name, "worker"),
    ...ofMemory(key, resources),
    ...when(
      singleton === true && (count ?? 1) > 1,
      `${key}.count`,
      `is ${count}, but ${key}.singleton is true, so it runs only once: set count to 1, or to 0 to stop it`,
    ),
    ...when(
      singleton === true && scaling !== undefined,
      `${key}.scaling`,
      `is set, but ${key}.singleton is true, so it runs only once: remove one of them`,
    ),
  ];
}

/** The services that the job registers, each with the key that names it. Two of one name are one service to its callers. */
function services({ jobName, httpService, processes = {} }: Given): { key: string; service: string }[] {
  const { serviceName, upstreams = [] } = httpService ?? {};
  const web = serviceName === undefined ? [] : [{ key: "httpService.serviceName", service: serviceName }];
  const others = Object.entries(processes).flatMap(([name, { check }]) => {
    const key = `processes.${name}`;
    if (check && jobName !== undefined) return [{ key, service: checkServiceName(jobName, name) }];
    if (check || serviceName === undefined || upstreams.length === 0) return [];
    return [{ key, service: meshServiceName(serviceName, name) }];
  });
  return [...web, ...others];
}

function sharedServices(given: Given): Problem[] {
  const all = services(given);
  return all.flatMap(({ key, service }, index) => {
    const first = all.findIndex((one) => one.service === service);
    return when(
      first !== index,
      key,
      `would register the service "${service}", which is that of ${all[first].key}: requests for one would reach ` +
        "the other. Give one of them another name",
    );
  });
}

export const processRules: Rule[] = [
  {
    keys: ["processes.*"],
    problems: ({ processes = {} }) =>
      Object.entries(processes).flatMap(([name, process]) => ofProcess(name, process)),
  },
  {
    keys: ["schedules.*"],
    problems: ({ schedules = {} }) =>
      Object.entries(schedules).flatMap(([name, { resources }]) => [
        ...ofName(`schedules.${name}`, name, "cleanup"),
        ...ofMemory(`schedules.${name}`, resources),
      ]),
  },
  {
    keys: [],
    problems: ({ processes = {}, schedules = {} }) =>
      Object.keys(schedules)
        .filter((name) => name in processes)
        .map((name) => ({
          key: `schedules.${name}`,
          message: `has the name of processes.${name}: give it another, since each name is that of one job`,
        })),
  },
  {
    keys: ["jobName", "processes.*", "httpService.serviceName", "httpService.upstreams"],
    problems: sharedServices,
  },
];
