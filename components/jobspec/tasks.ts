/** The two tasks: `migrate` runs before `server` starts. */
import type { AppSpec, FileSpec } from "./appSpec";
import { migrateTaskName } from "./names";
import type { RestartPolicy, Task, Template } from "./nomadTypes";
import { migrateSecretsTemplates, secretsTemplate } from "./secrets";
import { renderService, usesConnect } from "./service";

const second = 1e9;

/** A migration that failed must be seen at once, not tried again behind the operator's back. */
const failAtOnce: RestartPolicy = { Attempts: 0, Delay: 15 * second, Interval: 1800 * second, Mode: "fail" };

/** Time between leaving the service catalog and the stop signal: callers forget the address in it. */
const shutdownDelay = 5 * second;

function envBlock(env: Readonly<Record<string, string>>): { Env?: Record<string, string> } {
  return Object.keys(env).length > 0 ? { Env: { ...env } } : {};
}

function templateBlock(templates: Template[]): { Templates?: Template[] } {
  return templates.length > 0 ? { Templates: templates } : {};
}

function fileTemplates(files: readonly FileSpec[]): Template[] {
  return files.map(({ path, content }) => ({ EmbeddedTmpl: content, DestPath: path, ChangeMode: "noop" }));
}

/**
 * For all templates of a task or for none: where some are once and others not, Nomad may start the task when
 * only the former are rendered, and the others' environment is missing.
 */
function once(templates: Template[]): Template[] {
  return templates.map((template) => ({ ...template, Once: true }));
}

function networkMode(spec: AppSpec): { network_mode?: string } {
  return spec.networkMode === undefined ? {} : { network_mode: spec.networkMode };
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
      image: spec.image,
      command: spec.gate.command,
      args: [...spec.gate.args],
      ...networkMode(spec),
    },
    ...envBlock({ ...spec.env, ...spec.migrateEnv, ...spec.gate.env }),
    ...templateBlock(once([...secrets, ...files])),
    Resources: { CPU: spec.migrateResources.cpu, MemoryMB: spec.migrateResources.memory },
    RestartPolicy: failAtOnce,
    // The gate stops on the signal: it rolls back, lets the lock go and says so.
    KillTimeout: 20 * second,
  };
}

/** The image's own command: the web server. */
export function serverTask(spec: AppSpec): Task {
  const service = spec.service && !usesConnect(spec.service) ? renderService(spec, spec.service) : undefined;
  return {
    Name: "server",
    Driver: "docker",
    Config: { image: spec.image, ...networkMode(spec), ports: [spec.portLabel] },
    ...envBlock(spec.env),
    ...templateBlock([
      ...(spec.secrets ? [secretsTemplate(spec.secrets)] : []),
      ...fileTemplates(spec.files ?? []),
    ]),
    // On the task, not on the group: a group's service is listed while `migrate` still runs.
    ...(service ? { Services: [service], ShutdownDelay: shutdownDelay } : {}),
    Resources: { CPU: spec.serverResources.cpu, MemoryMB: spec.serverResources.memory },
  };
}
