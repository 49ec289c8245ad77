/** When a schedule runs next: Nomad works it out for itself, and its API does not say. */
import { Cron } from "croner";

/** The last value of each of cron's five fields. */
const highest = [59, 23, 31, 12, 6];

/** `5/15` as `5-59/15`: Nomad takes both, the library only the second. A Sunday that begins a range is 0. */
function withRanges(field: string, high: number): string {
  return field.replace(/(^|,)(\w+)\//g, (_all, before: string, first: string) => {
    return `${before}${high === 6 && first === "7" ? "0" : first}-${high}/`;
  });
}

/**
 * @param spec as a schedule has it: five fields, or seven with seconds first and years last, or a word such as `@daily`.
 * @param after milliseconds since 1970.
 * @returns milliseconds since 1970; undefined for a spec that never comes true, and for `LW` beside other days, which
 * the library does not read.
 */
export function nextRun(spec: string, timeZone: string, after: number): number | undefined {
  const fields = spec.trim().split(/ +/);
  const first = fields.length === 7 ? 1 : 0;
  if (/LW,|,LW/i.test(spec)) return undefined;
  const ranged = fields.map((field, index) => withRanges(field, highest[index - first] ?? 2099));
  return new Cron(ranged.join(" "), { timezone: timeZone, paused: true }).nextRun(new Date(after))?.getTime();
}
