/** Reads the release that an earlier `up` left in the stack's state: an `up` that changes nothing keeps it in the outputs. */
import * as pulumi from "@pulumi/pulumi";
import { warn } from "../messages/say";
import { known } from "../nomad/known";
import type { ReleaseSummary } from "../rollout";

interface State {
  outputs: Record<string, { outputs?: { release?: ReleaseSummary } } | undefined>;
}

/** @returns undefined before the first release. */
export async function earlierRelease(component: pulumi.Resource): Promise<ReleaseSummary | undefined> {
  const urn = await known(component.urn);
  const stackName = ownStack();
  if (urn === undefined || stackName === undefined) return undefined;
  try {
    // What a StackReference asks, without a resource of its own in the state.
    const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
      stackName,
    })) as State;
    return outputs[urn]?.outputs?.release;
  } catch (error) {
    warn(`The earlier release can't be read from the stack's state: ${(error as Error).message}`);
    return undefined;
  }
}

/** Undefined for a program that no engine runs: it has no state. */
function ownStack(): string | undefined {
  try {
    return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  } catch {
    return undefined;
  }
}
