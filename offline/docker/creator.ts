import { createHash } from "node:crypto";

/** Marks what this plugin made, so that the remains of an interrupted run can be told from other people's. */
const LABEL = "django-nomad.pulumi.creator";

/**
 * One resource of one stack in one backend; where the backend is not known, of one work tree. A container or network that carries it while the stack does
 * not know it was made by a run that was killed before it could say so.
 */
export function creatorLabels(urn: string): Record<string, string> {
  const creator = createHash("sha256")
    .update([urn, process.env.PULUMI_BACKEND_URL ?? process.cwd()].join("\n"))
    .digest("hex")
    .slice(0, 32);
  return { [LABEL]: creator };
}

export function isCreatedBy(urn: string, labels: Record<string, string> | null | undefined): boolean {
  return labels?.[LABEL] === creatorLabels(urn)[LABEL];
}

/** Labels as the user gave them. */
export function withoutCreator(labels: Record<string, string> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([label]) => label !== LABEL));
}
