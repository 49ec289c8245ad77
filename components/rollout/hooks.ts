/** Ties the watch to the Job's life inside `pulumi up`. */
import * as pulumi from "@pulumi/pulumi";
import { NomadApi, NomadApiError, nomadConnection } from "./nomadApi";
import { retryMark } from "./failedRollout";
import { previewHook } from "./previewHook";
import { failureReport, maskOf } from "./report";
import { RolloutWatch } from "./watch";

export interface RolloutHooksArgs {
  jobName: string;
  namespace?: string;
  serverDeadlineSeconds: number;
  /** Values that no line may show. */
  secrets: pulumi.Input<readonly string[]>;
}

/** False under Pulumi's mocks: programs that import the component must be testable with them. */
function canHook(): boolean {
  return typeof pulumi.runtime.getMonitor()?.registerResourceHook === "function";
}

/**
 * The mark of {@link retryMark}, looked up while the program runs; undefined where Nomad can't be asked,
 * which the provider then says of its own call.
 */
export async function retryOfFailedRollout(jobName: string, namespace?: string): Promise<string | undefined> {
  if (!canHook()) return undefined;
  const config = new pulumi.Config("nomad");
  const api = new NomadApi(
    nomadConnection((name) => config.get(name)),
    namespace,
    AbortSignal.timeout(5_000),
  );
  try {
    return await retryMark(api, jobName);
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    void pulumi.log.debug(`Whether the last rollout of ${jobName} failed can't be asked: ${error.message}`);
    return undefined;
  }
}

/** Hooks that tell the rollout live and report its failure; none where the engine has no hooks. */
export function rolloutHooks(args: RolloutHooksArgs): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const config = new pulumi.Config("nomad");
  let watch: RolloutWatch | undefined;
  let stop: (() => Promise<void>) | undefined;

  const start = async (): Promise<void> => {
    const ending = new AbortController();
    const connection = nomadConnection((name) => config.get(name));
    const api = new NomadApi(connection, args.namespace, ending.signal);
    // Without a resource: with one, the message waits for the resource's URN and comes too late.
    const tell = (line: string): void => void pulumi.log.info(mask(line), undefined, undefined, true);
    const mask = maskOf(await plain(args.secrets));
    const begun = new RolloutWatch(api, { ...args, tell });
    watch = begun;
    let before: number | undefined;
    try {
      before = await begun.currentVersion();
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      // The provider is about to say the same of its own call.
      return;
    }
    const following = begun.follow(before, ending.signal);
    stop = async () => {
      begun.finish();
      const giveUp = setTimeout(() => ending.abort(), 5_000);
      await following;
      clearTimeout(giveUp);
      stop = undefined;
    };
  };

  const report = async (): Promise<boolean> => {
    await stop?.();
    const { version, deployment, reason } = watch ?? {};
    const api = new NomadApi(
      nomadConnection((name) => config.get(name)),
      args.namespace,
      AbortSignal.timeout(10_000),
    );
    const text = await failureReport(
      api,
      { jobName: args.jobName, version, deployment, reason },
      maskOf(await plain(args.secrets)),
    );
    void pulumi.log.error(text);
    return false; // No retry: the same image would fail the same way.
  };

  const name = `rollout-${args.jobName}`;
  const begin = new pulumi.ResourceHook(`${name}-begin`, start);
  const end = new pulumi.ResourceHook(`${name}-end`, async () => stop?.());
  return {
    beforeCreate: [begin],
    beforeUpdate: [begin, previewHook(`${name}-changes`, args.jobName)],
    afterCreate: [end],
    afterUpdate: [end],
    onError: [new pulumi.ErrorHook(`${name}-report`, report)],
  };
}

function plain(secrets: pulumi.Input<readonly string[]>): Promise<readonly string[]> {
  return new Promise((resolve) => pulumi.output(secrets).apply((values) => resolve(values)));
}
