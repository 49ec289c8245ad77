/** Says in a preview what a rollout would change: the engine's own diff shows the whole job around it. */
import * as pulumi from "@pulumi/pulumi";
import { printable } from "../messages/printable";
import { say } from "../messages/say";
import { jobChanges } from "./jobChanges";

/** A hook for `beforeUpdate`; it says nothing during `up` itself. */
export function previewHook(name: string, jobName: string): pulumi.ResourceHook {
  const tell = ({ oldInputs, newInputs }: pulumi.ResourceHookArgs): void => {
    const [before, after] = [oldInputs?.jobspec as unknown, newInputs?.jobspec as unknown];
    // Unknown until `up`: an image that another resource makes, for instance.
    if (!pulumi.runtime.isDryRun() || typeof before !== "string" || typeof after !== "string") return;
    const lines = jobChanges(before, after);
    if (lines.length === 0) return;
    const shown = printable(lines.map((line) => `  ${line}`).join("\n"), { characters: 500, lines: 100 });
    say(`job ${jobName} would change:\n${shown}`);
  };
  return new pulumi.ResourceHook(name, tell, { onDryRun: true });
}
