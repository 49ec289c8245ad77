/** Rules about the processes beside the web server. */
import { backupTaskName, groupName, migrateTaskName, serverTaskName } from "../jobspec";
import { defaults } from "./keys";
import type { Problem } from "./problem";
import { type Given, type Rule, when } from "./rule";

/** Groups and tasks that the job has already. */
const taken: readonly string[] = [groupName, serverTaskName, migrateTaskName, backupTaskName];

function ofProcess(name: string, process: NonNullable<Given["processes"]>[string]): Problem[] {
  const key = `processes.${name}`;
  const { memory = defaults.processes.resources.memory, memoryMax } = process.resources ?? {};
  return [
    ...when(
      taken.includes(name) || name.startsWith("connect-"),
      key,
      "is a name of this program's own or of Nomad's: give the process another, such as worker",
    ),
    ...when(
      memoryMax !== undefined && memoryMax < memory,
      `${key}.resources.memoryMax`,
      `is ${memoryMax}, less than ${key}.resources.memory (${memory}), which is reserved: raise it, or leave it out`,
    ),
  ];
}

export const processRules: Rule[] = [
  {
    keys: ["processes.*"],
    problems: ({ processes = {} }) =>
      Object.entries(processes).flatMap(([name, process]) => ofProcess(name, process)),
  },
];
