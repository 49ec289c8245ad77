/** Says in a preview what a rollout would change: the engine's own diff shows the whole job around it. */
import * as pulumi from "@pulumi/pulumi";
import { jobChanges } from "./jobChanges";

/** A hook for `beforeUpdate`; it says nothing during `up` itself. */
export function previewHook(name: string, jobName: string): pulumi.ResourceHook {
  const say = ({ oldInputs, newInputs }: pulumi.ResourceHookArgs): void => {
    const [before, after] = [oldInputs?.jobspec as unknown, newInputs?.jobspec as unknown];
    // Unknown until `up`: an image that another resource makes, for instance.
    if (!pulumi.runtime.isDryRun() || typeof before !== "string" || typeof after !== "string") return;
    const lines = jobChanges(before, after);
    if (lines.length === 0) return;
    void pulumi.log.info(`job ${jobName} would change:\n${lines.map((line) => `  ${line}`).join("\n")}`);
  };
  return new pulumi.ResourceHook(name, say, { onDryRun: true });
}
