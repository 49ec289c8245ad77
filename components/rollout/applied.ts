/** What a release has applied, from what its gate says. Pure. */

/** What the gate of a release has applied, by its own closing line. */
export interface AppliedMigrations {
  /** Number of migrations. */
  applied: number;
  /** Seconds that they took, with the wait for the lock and the commands around them. */
  seconds: number;
}

/** The gate's closing line of the allocation that led; undefined for every other line. */
export function appliedIn(line: string): AppliedMigrations | undefined {
  const [, applied, seconds] =
    /^migrate: applied (\d+) migrations?(?: and recorded \d+)? in ([\d.]+) s$/.exec(line) ?? [];
  if (applied !== undefined) return { applied: Number(applied), seconds: Number(seconds) };
  const [, ran] = /^migrate: nothing to apply; ran migrate for this release in ([\d.]+) s$/.exec(line) ?? [];
  return ran === undefined ? undefined : { applied: 0, seconds: Number(ran) };
}
