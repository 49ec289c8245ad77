/** What a Nomad token must be allowed for one application. Pure. */
import type { KnownArgs } from "../arguments";
import type { Right } from "../nomad/right";

/** The parts of a volume on which rights depend. */
type KnownVolume = NonNullable<KnownArgs["volumes"]>[number];

/** What of an application decides which rights it takes. */
export interface AppAccess {
  /** Of the job and its variables. */
  namespace: string;
  /** Nomad job id. */
  jobName: string;
  /** Paths of the Nomad variables that carry secrets. */
  variables: readonly string[];
  /** The same for the jobs beside the application's own, which stay removable under `protect`. @default [] */
  copies?: readonly string[];
  /** Whether there are jobs beside the application's own, each of which may be removed. @default false */
  hasCompanions?: boolean;
  /** Whether an `up` starts a run of its own, as afterRollout has it. @default false */
  dispatches?: boolean;
  volumes?: readonly KnownVolume[];
  /** Whether Pulumi removes the job itself in an `up`, as `update.strategy` "recreate" has it. */
  recreates?: boolean;
  /** Whether job and secrets are protected from removal: nothing is removed then. */
  protect?: boolean;
  /** For Nomad before 1.11.2, which knows `submit-job` as a whole and not its parts. @default false */
  submitJob?: boolean;
}

/** Who gets the token: a pipeline that deploys, one that previews and may change nothing, or a person who looks after it. */
export type TokenKind = "deploy" | "preview" | "operate";

/** Every right that a token of that kind takes, and none that it does not. */
export function rightsOf(kind: TokenKind, app: AppAccess): Right[] {
  const inNamespace = (capability: string, why: string): Right => ({ capability, on: "namespace", why });
  if (kind === "operate") return operatorsRights(app);
  const { variables, copies = [] } = app;
  const all = [...variables, ...copies];
  const read = [
    inNamespace("read-job", "see the job, its deployments and its instances"),
    ...onVariables(all, "read", "see whether secrets have changed"),
  ];
  // All or nothing before 1.11.2: a token that may plan could deploy, too.
  if (kind === "preview" && app.submitJob) return read;
  const plan = inNamespace("plan-job", "ask Nomad for its plan, which changes nothing");
  if (kind === "preview") return [read[0], plan, ...read.slice(1)];
  const parts = [
    plan,
    inNamespace("register-job", "register the job"),
    inNamespace("fail-deployment", "end a rollout that can't succeed, without waiting for Nomad's deadline"),
    ...removal(app),
  ];
  return [
    read[0],
    inNamespace("read-logs", "report what the migrations do, and why a rollout failed"),
    ...(app.submitJob
      ? [inNamespace("submit-job", "plan, register and remove the job, and end a rollout that can't succeed")]
      : parts),
    ...(app.dispatches ? [inNamespace("dispatch-job", "run the commands of afterRollout")] : []),
    ...read.slice(1),
    ...onVariables(all, "write", "write the secrets"),
    ...(app.protect
      ? []
      : onVariables(variables, "destroy", "remove the secrets in a destroy, or in an up without secrets")),
    ...onVariables(copies, "destroy", "remove the secrets of a singleton or schedule together with it"),
    ...volumeRights(app.volumes ?? []),
  ];
}

/** For `npm run status`, `logs` and `manage`. */
function operatorsRights({ submitJob }: AppAccess): Right[] {
  const right = (capability: string, why: string): Right => ({ capability, on: "namespace", why });
  return [
    right("list-jobs", "find the application's other jobs, of singletons and schedules"),
    right("read-job", "see the jobs and their instances"),
    right("read-logs", "show what they write"),
    right("dispatch-job", "start a one-off command"),
    right("alloc-lifecycle", "pass Ctrl-C on to a one-off command"),
    right(submitJob ? "submit-job" : "purge-job", "remove a one-off command when it has ended"),
  ];
}

/** A protected job is never removed, except by `update.strategy` "recreate", which works that way. */
function removal({ recreates, protect, hasCompanions }: AppAccess): Right[] {
  const on = "namespace";
  if (recreates) {
    const why = "stop the job before each release (update.strategy recreate) and in a destroy";
    return [{ capability: "deregister-job", on, why }];
  }
  if (protect && hasCompanions) {
    return [
      { capability: "deregister-job", on, why: "stop a singleton or schedule that the config no longer has" },
    ];
  }
  return protect ? [] : [{ capability: "purge-job", on, why: "remove the job in a destroy" }];
}

function onVariables(variables: readonly string[], capability: string, why: string): Right[] {
  return variables.map((variable) => ({ capability, on: { variable }, why }));
}

function volumeRights(volumes: readonly KnownVolume[]): Right[] {
  const csi = volumes.some(({ type }) => type === "csi");
  const host = volumes.filter(({ type = "host" }) => type === "host");
  const sources = [...new Set(host.map(({ source, name }) => source ?? name))];
  const why = "register a job that mounts it";
  return [
    ...(csi
      ? [
          {
            capability: "csi-mount-volume",
            on: "namespace" as const,
            why: "register a job that mounts CSI volumes",
          },
        ]
      : []),
    ...(csi
      ? [{ capability: "read", on: "plugin" as const, why: "register a job that mounts CSI volumes" }]
      : []),
    ...sources.map((hostVolume) => {
      const writes = host.some(
        ({ source, name, readOnly }) => (source ?? name) === hostVolume && readOnly !== true,
      );
      return { capability: writes ? "mount-readwrite" : "mount-readonly", on: { hostVolume }, why };
    }),
  ];
}
