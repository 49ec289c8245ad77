/** Applies a program's `transform` to the job, and checks what comes back. */
import type { NomadJob, Task, TaskGroup, Template } from "./nomadTypes";
import { backupTaskName, groupName, mainTaskName, migrateTaskName, proofName } from "./names";
import { type Known, unknownFields } from "./nomadFields";
import { stableJson, withoutUndefined } from "./stableJson";

/** Gets the job as Nomad's API takes it and gives back the one to register. */
export type Transform = (job: NomadJob) => NomadJob;

/** What came of a transform: the job, or why it can't be registered. */
export interface Transformed<J = NomadJob> {
  job: J;
  /** Sentences, each after the key of the transform. */
  problems: string[];
}

/** The job that a transform makes of this one, and what is wrong with it. */
export function transformed(job: NomadJob, transform: Transform): Transformed {
  return checked(job, transform, (after) => [
    ...identity(job, after),
    ...gates(job, after),
    ...dropped(after),
  ]);
}

/**
 * Runs a transform on a copy: what it does to the one it gets changes nothing else.
 * @param check says what is wrong with a job that it gave back.
 */
export function checked<J extends object>(
  job: J,
  transform: (job: J) => J,
  check: (after: J) => string[],
): Transformed<J> {
  let result: unknown;
  try {
    result = transform(structuredClone(job));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { job, problems: [`threw "${reason}": fix it`] };
  }
  if (typeof result !== "object" || result === null || Array.isArray(result) || "then" in result) {
    const given = result instanceof Promise ? "a promise" : JSON.stringify(result);
    return { job, problems: [`returned ${given} instead of a job: return the job, without async`] };
  }
  const after = withoutUndefined(result as J);
  return { job: after, problems: check(after) };
}

/** A field that stays, such as `Meta.secrets_fingerprint`, and how the sentence ends that says so. */
export type Kept = readonly [path: string, end?: string];

/** @param where the fields are, such as ` of the group "beat"`. */
export function changedFields(before: object, after: object, fields: readonly Kept[], where = ""): string[] {
  return fields.flatMap(([path, end = ""]) => {
    const [was, is] = [before, after].map((one) => stableJson(inside(one, path)));
    if (was === is) return [];
    return `changed ${path}${where} from ${was} to ${is}: leave it${end}`;
  });
}

function inside(value: unknown, path: string): unknown {
  return path.split(".").reduce((one, field) => (one as Record<string, unknown> | undefined)?.[field], value);
}

/** These must stay: the secrets' variable, the rollout's watch and the stack's state depend on them. */
function identity(before: NomadJob, after: NomadJob): string[] {
  return changedFields(before, after, [
    ["ID", ", and set jobName"],
    ["Name", ", and set jobName"],
    ["Namespace", ", and set namespace"],
    ["Type"],
  ]);
}

/** The gates must stay: nothing may serve or work before the migrations are applied. */
export function gates(before: NomadJob, after: NomadJob): string[] {
  const other = otherGroups(before, after);
  if (other !== undefined) return [`${other}: the rollout is watched there`];
  const images = after.TaskGroups.flatMap(({ Tasks }) =>
    (Tasks ?? []).filter(({ Name }) => Name === migrateTaskName).map(({ Config }) => Config?.image),
  );
  if (new Set(images).size > 1)
    return ["must keep one image in all groups: the code that migrates is the code that serves"];
  return before.TaskGroups.flatMap((group) => {
    const same = after.TaskGroups.find(({ Name }) => Name === group.Name);
    const problems = same ? gate(group, same.Tasks ?? []) : [];
    return group.Name === groupName ? problems : problems.map((text) => `${text} (group "${group.Name}")`);
  });
}

type Groups = Pick<TaskGroup, "Name">[];

/** What is wrong with the names of the groups, without the reason. */
export function otherGroups(
  before: { TaskGroups: Groups },
  after: { TaskGroups?: Groups },
): string | undefined {
  const names = before.TaskGroups.map(({ Name }) => Name);
  const left = after.TaskGroups?.map(({ Name }) => Name) ?? [];
  if (JSON.stringify([...left].sort()) === JSON.stringify([...names].sort())) return undefined;
  const listed = names.map((name) => `"${name}"`).join(", ");
  const which = names.length === 1 ? `${listed} as the only group` : `${listed} as the only groups`;
  return `must keep ${which} of the job`;
}

function gate(group: TaskGroup, tasks: Task[]): string[] {
  const main = mainTaskName(group.Name);
  const missing = group.Tasks.filter(({ Name }) => tasks.filter((task) => task.Name === Name).length !== 1);
  const backup = tasks.find(({ Name }) => Name === backupTaskName);
  const isBackup = group.Tasks.some(({ Name }) => Name === backupTaskName);
  const migrate = tasks.find(({ Name }) => Name === migrateTaskName);
  const server = tasks.find(({ Name }) => Name === main);
  return [
    ...missing.map(({ Name }) => `must keep one task "${Name}" in the group`),
    ...(migrate && (migrate.Lifecycle?.Hook !== "prestart" || migrate.Lifecycle.Sidecar)
      ? [
          `must keep the task "migrate" before ${main === "server" ? "the server" : `"${main}"`}: ` +
            'Lifecycle { Hook: "prestart", Sidecar: false }',
        ]
      : []),
    ...(isBackup && backup && (backup.Lifecycle?.Hook !== "prestart" || backup.Lifecycle.Sidecar)
      ? [
          'must keep the task "backup" beside migrate, which waits for it: Lifecycle { Hook: "prestart", Sidecar: false }',
        ]
      : []),
    ...(server?.Lifecycle ? [`must keep the task "${main}" a main task, without Lifecycle`] : []),
    ...(migrate && server && migrate.Config?.image !== server.Config?.image
      ? ["must keep one image in both tasks: the code that migrates is the code that serves"]
      : []),
    ...(server && JSON.stringify(proofOf(server)) !== JSON.stringify(proofOf(group.Tasks.at(-1)))
      ? [
          `must keep the template of ${proofName} in the task "${main}": without it a server starts on any database`,
        ]
      : []),
    ...(migrate ? lostSettings(group.Tasks[0], migrate) : []),
    ...(migrate && migrate.Config?.args?.at(-1) !== group.Tasks[0].Config.args?.at(-1)
      ? ['must keep the gate in the task "migrate": its last argument']
      : []),
  ];
}

/** The gate goes by its variables: without the release's number, for one, it would go by pending migrations alone. */
function lostSettings(before: Task, after: Task): string[] {
  return Object.entries(before.Env ?? {})
    .filter(([name, value]) => name.startsWith(gatePrefix) && after.Env?.[name] !== value)
    .map(([name]) => `must keep the variable ${name} of the task "migrate": it is the gate's own`);
}

const gatePrefix = "DJANGO_NOMAD_GATE_";

function proofOf(task: Task | undefined): Template | undefined {
  return task?.Templates?.find(isProof);
}

export function isProof({ SourcePath }: Template): boolean {
  return SourcePath?.endsWith(`/${proofName}`) ?? false;
}

/** @param known the fields that such a job may set. */
export function dropped(job: object, known?: Known): string[] {
  return unknownFields(job, known).map(
    (path) => `set ${path}, which Nomad does not know and would drop: check its name`,
  );
}
