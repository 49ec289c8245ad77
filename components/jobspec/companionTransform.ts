/** The user's last word on a job beside the application's own, and what must hold after it. */
import { backupVolumeName } from "./backup";
import { attemptMetaKey, ownerIdMetaKey, ownerMetaKey, servedMetaKey } from "./names";
import { batchFields } from "./nomadFields";
import type { BatchGroup, CompanionJob, DockerConfig, NomadJob, Task, Template } from "./nomadTypes";
import { stableJson } from "./stableJson";
import {
  changedFields,
  checked,
  dropped,
  gates,
  isProof,
  type Kept,
  otherGroups,
  type Transformed,
} from "./transform";

/** What runs in a job beside the application's own: one-off commands are `manage`. */
export type CompanionKind = "singleton" | "schedule" | "manage" | "afterRollout" | "scheduledBackup";

/** Which of these jobs it is. */
export interface CompanionId {
  kind: CompanionKind;
  /** The end of the job's id: the name of the process or schedule, `manage`, `after-rollout` or `backup`. */
  name: string;
}

/** Gets a job as Nomad's API takes it, and which one it is, and gives back the one to register. */
export type CompanionTransform = (job: CompanionJob, companion: CompanionId) => CompanionJob;

/** A transform with what it is told and checked against. */
export interface CompanionChange {
  companion: CompanionId;
  transform: CompanionTransform;
  /** What the application's job serves, after its own transform. */
  image: string | undefined;
}

/** Which job it is, for messages. */
export function companionWords({ ID }: CompanionJob, { kind }: CompanionId): string {
  return `job "${ID}" (${kind})`;
}

/** The job that a transform makes of this one, and what is wrong with it: each sentence begins with which job it is. */
export function companionTransformed(
  job: CompanionJob,
  { companion, transform, image }: CompanionChange,
): Transformed<CompanionJob> {
  const own = (given: CompanionJob): CompanionJob => transform(given, { ...companion });
  const { job: after, problems } = checked(job, own, (given) => [
    ...changedFields(job, given, ofJob(companion)),
    ...inGroup(job, given, companion, image),
    ...dropped(given, batchFields),
  ]);
  return { job: after, problems: problems.map((text) => `${companionWords(job, companion)}: ${text}`) };
}

/** Commands, later runs and Nomad's clock all go by these. */
function ofJob({ kind, name }: CompanionId): Kept[] {
  const sources: Partial<Record<CompanionKind, string>> = {
    schedule: `, and set schedules.${name}`,
    scheduledBackup: ", and set backups",
  };
  const owner = "; it says whose job this is";
  return [
    ["ID"],
    ["Name"],
    ["Namespace", ", and set namespace"],
    ["Region", ", and set region"],
    ["Type"],
    ["Periodic", sources[kind]],
    ["ParameterizedJob"],
    [`Meta.${ownerMetaKey}`, owner],
    [`Meta.${ownerIdMetaKey}`, owner],
    [`Meta.${servedMetaKey}`, "; each release changes it"],
  ];
}

const inTurn = "; one instance ends before the next begins";
const notAgain = "; a command that has failed is not begun again";
const asWritten = "; npm run manage shows by it all that a command writes";
const failsOnce: Kept[] = [
  ["RestartPolicy", notAgain],
  ["ReschedulePolicy", notAgain],
];

/** Of its only group. */
const ofGroup: Record<CompanionKind, Kept[]> = {
  singleton: [
    "Update.MaxParallel",
    "Update.Canary",
    "Disconnect",
    "StopAfterClientDisconnect",
    "MaxClientDisconnect",
  ].map((path) => [path, inTurn]),
  schedule: [],
  manage: failsOnce,
  afterRollout: failsOnce,
  scheduledBackup: [[`Volumes.${backupVolumeName}`, ", and set backups.volume"]],
};

/** Of its task, where no gate stands in front of it. */
const ofTask: Record<CompanionKind, Kept[]> = {
  singleton: [],
  schedule: [],
  manage: [
    ["RestartPolicy", notAgain],
    ["DispatchPayload", "; a command's words arrive in it"],
    ["Config.logging", asWritten],
    ["LogConfig", asWritten],
  ],
  afterRollout: [["RestartPolicy", notAgain]],
  scheduledBackup: [],
};

function inGroup(
  before: CompanionJob,
  after: CompanionJob,
  { kind }: CompanionId,
  image: string | undefined,
): string[] {
  const other = otherGroups(before, after);
  if (other !== undefined) return [`${other}: its work is done there`];
  const [group] = before.TaskGroups;
  const [same] = after.TaskGroups;
  const fields: Kept[] = [
    ["Count"],
    ["Scaling"],
    ["Meta.secrets_fingerprint", "; a changed secret changes it"],
    [`Meta.${attemptMetaKey}`, "; a rollout that failed is tried again with another one"],
    ...ofGroup[kind],
  ];
  const [main] = group.Tasks.slice(-1);
  return [
    ...changedFields(group, same, fields, ` of the group "${group.Name}"`),
    ...(kind === "singleton" ? gates(before as NomadJob, after as NomadJob) : withoutGate(main, same, kind)),
    ...found(group.Tasks, same).flatMap(([task, now]) => lostTemplates(task, now)),
    ...(kind === "scheduledBackup" ? [] : found([main], same).flatMap((pair) => otherImage(...pair, image))),
  ];
}

/** Each task as it was and as it is, without the ones that are gone. */
function found(tasks: Task[], { Tasks }: Pick<BatchGroup, "Tasks">): [before: Task, after: Task][] {
  return tasks.flatMap((task) => {
    const now = (Tasks ?? []).find(({ Name }) => Name === task.Name);
    return now ? [[task, now]] : [];
  });
}

/** What is wrong with the task of a job whose group has no gate. */
function withoutGate(task: Task, { Tasks }: Pick<BatchGroup, "Tasks">, kind: CompanionKind): string[] {
  const [now, ...more] = (Tasks ?? []).filter(({ Name }) => Name === task.Name);
  if (!now || more.length > 0) return [`must keep one task "${task.Name}" in the group`];
  // Programs of ours go by these.
  const prefix = kind === "scheduledBackup" ? "BACKUP_" : "DJANGO_NOMAD_";
  const variables = Object.keys(task.Env ?? {}).filter((name) => name.startsWith(prefix));
  const fields: Kept[] = [
    ["Lifecycle", "; the job has ended when this task has"],
    ...variables.map((name): Kept => [`Env.${name}`]),
    ...ofTask[kind],
  ];
  return [
    ...changedFields(task, now, fields, ` of the task "${task.Name}"`),
    ...(lastWord(task) === lastWord(now)
      ? []
      : [`must keep the command in the task "${task.Name}": its last word`]),
    ...(kind === "scheduledBackup" ? lostMounts(task, now) : []),
  ];
}

function lostMounts({ Name, VolumeMounts = [] }: Task, now: Task): string[] {
  const left = (now.VolumeMounts ?? []).map(stableJson);
  return VolumeMounts.filter((mount) => !left.includes(stableJson(mount))).map(
    ({ Destination }) => `must keep the mount of ${Destination} in the task "${Name}": the dumps are there`,
  );
}

/** Words in front of it may start it in another way. */
function lastWord({ Config }: Task): string | undefined {
  const { entrypoint, command, args = [] }: Partial<DockerConfig> = Config ?? {};
  const first = Array.isArray(entrypoint) ? (entrypoint as string[]) : [];
  return [...first, ...(command === undefined ? [] : [command]), ...args].at(-1);
}

/** Secrets and files that the task reads; when they are rendered again is the user's. */
function lostTemplates({ Name, Templates = [] }: Task, now: Task): string[] {
  const text = ({ DestPath, EmbeddedTmpl, Envvars, LeftDelim, RightDelim }: Template): string =>
    stableJson({ DestPath, EmbeddedTmpl, Envvars, LeftDelim, RightDelim });
  const left = (now.Templates ?? []).map(text);
  return Templates.filter((template) => !isProof(template) && !left.includes(text(template))).map(
    ({ DestPath }) => `must keep the template of ${DestPath} in the task "${Name}": it reads that file`,
  );
}

/** No schema is newer or older than the code that runs on it. */
function otherImage(task: Task, now: Task, served: string | undefined): string[] {
  const [was, is] = [task.Config.image, now.Config?.image];
  if (is === was || (is !== undefined && is === served)) return [];
  return [
    `changed the image of the task "${task.Name}" from ${JSON.stringify(was)} to ${JSON.stringify(is)}: leave it, or ` +
      "change it to what transform.job gives the application: the code that migrates is the code that runs here",
  ];
}

/**
 * The jobspec text of a companion.
 * @throws {RangeError} that names what is wrong with the job that the transform gave back.
 */
export function companionText(job: CompanionJob, change?: CompanionChange): string {
  if (!change) return stableJson({ Job: job });
  const { job: after, problems } = companionTransformed(job, change);
  if (problems.length > 0) throw new RangeError(`transform.companionJob: ${problems.join("; ")}`);
  return stableJson({ Job: after });
}
