/** What a release has applied, from what its gate says. Pure. */

/** What the gate of a release has applied, by its own closing line. */
export interface AppliedMigrations {
  /** Number of migrations. */
  applied: number;
  /** Seconds that they took, with the wait for the lock and the commands around them. */
  seconds: number;
  /** The applied ones, at most 5, such as `visits.0002_index`; unset where the log names none. */
  names?: string[];
}

const mostNames = 5;

/** The migration that a line of the gate's log says was applied; undefined for every other line. */
export function appliedName(line: string): string | undefined {
  return /^migrate: applied (\w+\.\w+)(?: in the schema .+)? in [\d.]+ s$/.exec(line)?.[1];
}

/**
 * The gate's closing line of the allocation that led; undefined for every other line.
 * @param before the migrations that its log has named so far, also by runs of its task that ended early.
 */
export function appliedIn(line: string, before: readonly string[] = []): AppliedMigrations | undefined {
  const [, applied, seconds] =
    /^migrate: applied (\d+) migrations?(?: and recorded \d+)? in ([\d.]+) s$/.exec(line) ?? [];
  if (applied !== undefined) {
    const count = Number(applied);
    // One that runs in several schemas is named for each.
    const names = [...new Set(count > 0 ? before.slice(-count) : [])].slice(0, mostNames);
    return { applied: count, seconds: Number(seconds), ...(names.length > 0 ? { names } : {}) };
  }
  const [, ran] = /^migrate: nothing to apply; ran migrate for this release in ([\d.]+) s$/.exec(line) ?? [];
  return ran === undefined ? undefined : { applied: 0, seconds: Number(ran) };
}
