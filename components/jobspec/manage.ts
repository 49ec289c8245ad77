/** The job of one-off commands: each dispatch of it runs one management command with what serves. Pure. */
import type { AppSpec, ResourcesSpec } from "./appSpec";
import { batchGroup, companionHead, companionJobName, companionSpec } from "./companion";
import type { ParameterizedJob, Task, Template } from "./nomadTypes";
import type { LaunchSpec } from "./processSpec";
import { secretsPath, secretsTemplate } from "./secrets";
import { withoutUndefined } from "./stableJson";

const second = 1e9;

/** Of the job's task group and of the task in it, and the end of its id. */
export const manageName = "manage";

export interface ManageSpec {
  launch: LaunchSpec;
  /** Before the names of variables that only the role that migrates has. */
  migratorPrefix: string;
  /** Optional meta of a dispatch that says which role. */
  roleMeta: string;
  /** File of the task's directory for the words of the command. */
  wordsFile: string;
  resources: ResourcesSpec;
}

/** Nomad job id of the one-off commands. */
export function manageJobName(jobName: string): string {
  return companionJobName(jobName, manageName);
}

/** The variable with the password of the role that migrates, for the task of the one-off commands alone. */
export function manageMigratorPath(jobName: string): string {
  return `${secretsPath(manageJobName(jobName))}/${manageName}/${manageName}`;
}

/** @param spec the application's. */
export function buildManage(spec: AppSpec, manage: ManageSpec): ParameterizedJob {
  const own = companionSpec(spec, manageName);
  const { launch, migratorPrefix, roleMeta, wordsFile, resources } = manage;
  const env = Object.fromEntries(
    Object.entries(spec.migrateEnv).map(([name, value]) => [`${migratorPrefix}${name}`, value]),
  );
  const group = batchGroup(
    own,
    { name: manageName, command: [], env, resources },
    {
      // A failed command is not started again: it may have done half of its work. One whose node is lost or drained is:
      // Nomad replaces its allocation whatever these policies say.
      RestartPolicy: { Attempts: 0, Delay: 15 * second, Interval: 24 * 3600 * second, Mode: "fail" },
      ReschedulePolicy: { Attempts: 0, Unlimited: false },
    },
    launch,
  );
  return withoutUndefined<ParameterizedJob>({
    ...companionHead(own),
    Type: "batch",
    ParameterizedJob: { Payload: "required", MetaOptional: [roleMeta] },
    TaskGroups: [
      { ...group, Tasks: group.Tasks.map((task) => forCommands(spec, task, roleMeta, wordsFile)) },
    ],
  });
}

function forCommands(spec: AppSpec, task: Task, roleMeta: string, wordsFile: string): Task {
  const templates = [...(task.Templates ?? []), ...migratorTemplates(spec, roleMeta)];
  return {
    ...task,
    Config: {
      ...task.Config,
      // Every byte as it is, which json-file does not keep; and no rotation, in which Docker loses what Nomad has not read.
      logging: [{ type: "local", config: [{ "max-size": "100g", "max-file": "1", compress: "false" }] }],
    },
    ...(templates.length > 0 ? { Templates: templates } : {}),
    DispatchPayload: { File: wordsFile },
    // As much as fits on the disk that Nomad gives a group by default: so far may a reader fall behind.
    LogConfig: { MaxFiles: 10, MaxFileSizeMB: 29 },
    KillTimeout: 20 * second,
  };
}

/** Its own secrets in place of common ones, for a command that was dispatched for that role. */
function migratorTemplates({ jobName, secrets }: AppSpec, roleMeta: string): Template[] {
  if (!secrets?.migrate) return [];
  const template = secretsTemplate({ path: manageMigratorPath(jobName), names: secrets.migrate.names });
  const condition = `{{ if eq (env "NOMAD_META_${roleMeta}") "migrator" }}`;
  return [
    {
      ...template,
      EmbeddedTmpl: `${condition}${template.EmbeddedTmpl}{{ end }}`,
      DestPath: "secrets/migrator_env",
      Once: true,
    },
  ];
}
