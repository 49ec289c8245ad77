/** The tasks: `migrate` runs before `server`, and before each process, starts. */
import type { AppSpec, FileSpec, GateCommand, ResourcesSpec } from "./appSpec";
import { type Duration, nanoseconds } from "./duration";
import { migrateTaskName, proofName, serverTaskName } from "./names";
import type { DockerConfig, Resources, RestartPolicy, Task, Template } from "./nomadTypes";
import { migrateSecretsTemplates, registryPasswordName, secretsTemplate } from "./secrets";
import { renderService, usesConnect } from "./service";
import { volumeMounts } from "./volumes";

const second = 1e9;

/** Settings of the two tasks that keep the name of their argument. */
export interface TaskSpec {
  /** In place of the image's ENTRYPOINT. */
  entrypoint?: readonly string[];
  /** The same for the migrate task alone; empty for none at all. */
  migrateEntrypoint?: readonly string[];
  /** Of the server: time between the stop signal and the kill. */
  killTimeout?: Duration;
  /** Of the server, such as SIGINT; without one the image's STOPSIGNAL, or SIGTERM. */
  killSignal?: string;
  /** Of the server, in place of the image's CMD. */
  serverCommand?: readonly string[];
  /** Of the server: time between leaving the service catalog and the stop signal. */
  shutdownDelay?: Duration;
}

/** A migration that failed must be seen at once, not tried again behind the operator's back. */
export const failAtOnce: RestartPolicy = {
  Attempts: 0,
  Delay: 15 * second,
  Interval: 1800 * second,
  Mode: "fail",
};

export function envBlock(env: Readonly<Record<string, string>>): { Env?: Record<string, string> } {
  return Object.keys(env).length > 0 ? { Env: { ...env } } : {};
}

function templateBlock(templates: Template[]): { Templates?: Template[] } {
  return templates.length > 0 ? { Templates: templates } : {};
}

/** Writes files unchanged: Nomad evaluates what stands between a template's delimiters, so these templates use some that no file holds. */
export function fileTemplates(files: readonly FileSpec[]): Template[] {
  return files.map(({ path, content }) => ({
    EmbeddedTmpl: content,
    DestPath: path,
    ChangeMode: "noop",
    ...(content.includes("{{") ? foreignDelimiters(content) : {}),
  }));
}

function foreignDelimiters(content: string): Pick<Template, "LeftDelim" | "RightDelim"> {
  for (let number = 0; ; number++) {
    const LeftDelim = `<<not-in-this-file-${number}:`;
    if (!content.includes(LeftDelim)) return { LeftDelim, RightDelim: ":not-in-this-file>>" };
  }
}

/**
 * For all templates of a task or for none: where some are once and others not, Nomad may start the task when
 * only the former are rendered, and the others' environment is missing.
 */
export function once(templates: Template[]): Template[] {
  return templates.map((template) => ({ ...template, Once: true }));
}

/**
 * Nomad does not start the server while this file is missing: not during `pulumi up`, and not when it places an
 * allocation by itself a week later. It reads the file as a template, hence the delimiters.
 */
function proofTemplate({ proofDelimiter }: Pick<AppSpec, "proofDelimiter">): Template {
  return {
    SourcePath: `\${NOMAD_ALLOC_DIR}/${proofName}`,
    DestPath: `local/${proofName}`,
    LeftDelim: `<<${proofDelimiter}`,
    RightDelim: `${proofDelimiter}>>`,
    ChangeMode: "noop",
  };
}

/** What every task tells Docker. */
export function dockerConfig({
  image,
  entrypoint,
  networkMode,
  registryAuth,
}: Pick<AppSpec, "image" | "entrypoint" | "networkMode" | "registryAuth">): DockerConfig {
  return {
    image,
    ...(entrypoint ? { entrypoint } : {}),
    ...(networkMode === undefined ? {} : { network_mode: networkMode }),
    ...(registryAuth
      ? {
          auth: {
            username: registryAuth.username,
            // Nomad fills it in from the task's environment, which the secrets template has set by then.
            password: `\${${registryPasswordName}}`,
            ...(registryAuth.serverAddress === undefined
              ? {}
              : { server_address: registryAuth.serverAddress }),
          },
        }
      : {}),
  };
}

/** Its change replaces every allocation, so that a changed secret is a rollout. */
export function metaBlock({ secrets }: AppSpec): { Meta?: Record<string, string> } {
  return secrets ? { Meta: { secrets_fingerprint: secrets.fingerprint } } : {};
}

export function logConfig({ logs }: AppSpec): Pick<Task, "LogConfig"> {
  return logs ? { LogConfig: { MaxFiles: logs.maxFiles, MaxFileSizeMB: logs.maxFileSize } } : {};
}

/** Nanoseconds between leaving the catalog and the stop signal; a task's, or the group's whose service it is. */
export function shutdownDelay(spec: AppSpec): number | undefined {
  return spec.shutdownDelay === undefined ? undefined : nanoseconds(spec.shutdownDelay);
}

function stopping(spec: AppSpec): Pick<Task, "ShutdownDelay" | "KillTimeout" | "KillSignal"> {
  return {
    ShutdownDelay: usesConnect(spec.service) ? undefined : shutdownDelay(spec),
    KillTimeout: spec.killTimeout === undefined ? undefined : nanoseconds(spec.killTimeout),
    KillSignal: spec.killSignal,
  };
}

/** One empty word is Docker's own way to say: no ENTRYPOINT. */
export function migrateEntrypoint({
  entrypoint,
  migrateEntrypoint: own,
}: AppSpec): readonly string[] | undefined {
  return own?.length === 0 ? [""] : (own ?? entrypoint);
}

/** The prestart task that runs the migration gate. */
export function migrateTask(spec: AppSpec): Task {
  const files = fileTemplates([...(spec.files ?? []), ...(spec.gate.files ?? [])]);
  const secrets = spec.secrets ? migrateSecretsTemplates(spec.secrets) : [];
  return {
    Name: migrateTaskName,
    Driver: "docker",
    Lifecycle: { Hook: "prestart", Sidecar: false },
    Config: {
      ...dockerConfig({ ...spec, entrypoint: migrateEntrypoint(spec) }),
      ...programLine(spec.gate),
    },
    ...envBlock({ ...spec.env, ...spec.migrateEnv, ...spec.gate.env }),
    ...templateBlock(once([...secrets, ...files])),
    ...volumeMounts("migrate", spec.volumes),
    ...logConfig(spec),
    Resources: resources(spec.migrateResources),
    RestartPolicy: failAtOnce,
    // The gate stops on the signal: it rolls back, lets the lock go and says so.
    KillTimeout: 20 * second,
  };
}

/** The web server: the image's own command, unless there is another. */
export function serverTask(spec: AppSpec): Task {
  const service = spec.service && !usesConnect(spec.service) ? renderService(spec, spec.service) : undefined;
  return {
    Name: serverTaskName,
    Driver: "docker",
    Config: { ...dockerConfig(spec), ...commandLine(spec.serverCommand), ports: [spec.portLabel] },
    ...envBlock(spec.env),
    ...behindGate(spec),
    // On the task, not on the group: a group's service is listed while `migrate` still runs.
    ...(service ? { Services: [service] } : {}),
    ...stopping(spec),
    ...volumeMounts("server", spec.volumes),
    ...logConfig(spec),
    Resources: resources(spec.serverResources),
  };
}

/** What every task behind the gate reads before it starts: its secrets, its files and the gate's proof. */
export function behindGate(spec: AppSpec): Pick<Task, "Templates"> {
  return templateBlock([...ownTemplates(spec), proofTemplate(spec)]);
}

/** What a task without a gate reads before it starts. */
export function withoutGate(spec: AppSpec): Pick<Task, "Templates"> {
  return templateBlock(once(ownTemplates(spec)));
}

function ownTemplates(spec: AppSpec): Template[] {
  return [...(spec.secrets ? [secretsTemplate(spec.secrets)] : []), ...fileTemplates(spec.files ?? [])];
}

/** A program that manage.py runs. */
export function programLine({
  command,
  args,
}: Pick<GateCommand, "command" | "args">): Pick<DockerConfig, "command" | "args"> {
  return { ...(command === "" ? {} : { command }), args: [...args] };
}

/** Words for Docker in place of the image's CMD. */
export function commandLine([command, ...args]: readonly string[] = []): Pick<
  DockerConfig,
  "command" | "args"
> {
  return command === undefined ? {} : { command, ...(args.length > 0 ? { args } : {}) };
}

export function resources({ cpu, memory, memoryMax }: ResourcesSpec): Resources {
  return { CPU: cpu, MemoryMB: memory, MemoryMaxMB: memoryMax };
}
