/** The end of an `up`: what serves, for people and for the stack's outputs. */
import * as pulumi from "@pulumi/pulumi";
import type { NomadApi } from "../nomad/api";
import { type GroupCounts, isParked } from "./groups";
import { askServing, keptRelease, type ReleaseSummary, releaseSummary, servedRelease } from "./summary";
import { parkedSummary, summaryLines } from "./summaryWords";
import type { RolloutWatch } from "./watch";

export interface ConclusionArgs extends GroupCounts {
  jobName: string;
  /** Name of the web server's service in Nomad's own catalog. */
  service?: pulumi.Input<string | undefined>;
  /** The release as the stack's state has it. */
  earlier?: () => Promise<ReleaseSummary | undefined>;
}

/** What is known once the last question of an `up` is answered. */
export interface Concluded {
  /** What serves, in lines for people; empty in a preview and where something is wrong. */
  lines: readonly string[];
  /** The last release that was rolled out. */
  release?: ReleaseSummary;
}

/** For a preview, and for an `up` that changed nothing: the outputs stay as they are. */
export async function unchanged({ earlier }: ConclusionArgs, ...lines: string[]): Promise<Concluded> {
  const release = await earlier?.();
  return { lines, ...(release ? { release } : {}) };
}

/**
 * @param watch of this run; undefined when it has registered nothing.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function concluded(
  api: NomadApi,
  args: ConclusionArgs,
  watch: Pick<RolloutWatch, "version" | "deployment" | "migrations"> | undefined,
): Promise<Concluded> {
  const { jobName, count, earlier } = args;
  if (count === undefined) return unchanged(args);
  if (isParked(args)) return unchanged(args, parkedSummary(jobName));
  const serving = await askServing(api, jobName, await settled(args.service));
  if (!serving) return unchanged(args);
  const released = watch && (await releaseSummary(api, serving, watch));
  const kept = keptRelease(serving, await earlier?.());
  return { lines: summaryLines(serving, released), release: kept ?? released ?? servedRelease(serving) };
}

function settled<T>(input: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => pulumi.output(input).apply((value) => resolve(value as T)));
}
