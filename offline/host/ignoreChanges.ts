import { type DiffResult } from "./types";

/** A diff without what the user asked to ignore (`ignoreChanges`), by property path. */
export function withoutIgnored(diff: DiffResult, ignoreChanges: string[]): DiffResult {
  if (ignoreChanges.length === 0 || diff.changes === "none") return diff;
  const isIgnored = (path: string) =>
    ignoreChanges.some(
      (ignored) =>
        ignored === "*" ||
        path === ignored ||
        path.startsWith(`${ignored}.`) ||
        path.startsWith(`${ignored}[`),
    );
  const detailed = Object.entries(diff.detailedDiff ?? {}).filter(([path]) => !isIgnored(path));
  const left = new Set(detailed.map(([path]) => topLevel(path)));
  const remains = (property: string) =>
    diff.detailedDiff === undefined ? !isIgnored(property) : left.has(property);
  const diffs = (diff.diffs ?? []).filter(remains);
  const replaces = (diff.replaces ?? []).filter((path) => !isIgnored(path) && remains(topLevel(path)));
  if (diffs.length === 0 && detailed.length === 0) return { changes: "none", stables: diff.stables };
  return { ...diff, diffs, replaces, detailedDiff: diff.detailedDiff && Object.fromEntries(detailed) };
}

function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
