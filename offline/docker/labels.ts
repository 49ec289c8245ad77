import { withoutCreator } from "./creator";

/** One label, as the published plugin has it in lists. */
export interface Pair {
  label: string;
  value: string;
}

/** Labels as Docker takes them. */
export function labelMap(pairs: Pair[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).map(({ label, value }) => [label, value]));
}

/** The user's labels in what Docker says. */
export function labelPairs(
  labels: Record<string, string> | null | undefined,
): { label: string; value: string }[] {
  return Object.entries(withoutCreator(labels))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
