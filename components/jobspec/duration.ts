/** Durations as Nomad and its users write them: "90s", "10m", "1h30m". */

/** A duration with its unit: h, m, s or ms, for example `"10m"` or `"1h30m"`. */
export type Duration = string;

const nanosecondsPer: Record<string, number> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6 };
const wellFormed = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/;

/** True for texts that {@link nanoseconds} takes. */
export function isDuration(text: string): boolean {
  return wellFormed.test(text);
}

/**
 * Whole nanoseconds, the unit of Nomad's job JSON.
 * @throws {RangeError} when the text is not a duration with units.
 */
export function nanoseconds(duration: Duration): number {
  if (!isDuration(duration)) {
    throw new RangeError(
      `"${duration}" is not a duration: write a number and its unit, such as "90s" or "10m"`,
    );
  }
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * nanosecondsPer[unit];
  }
  return Math.round(total);
}

/** Seconds, possibly with a fraction. */
export function seconds(duration: Duration): number {
  return nanoseconds(duration) / 1e9;
}

/** The shortest text for whole seconds: 90 is "1m30s", 600 is "10m". */
export function formatSeconds(total: number): Duration {
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const text = `${hours ? `${hours}h` : ""}${minutes ? `${minutes}m` : ""}${rest ? `${rest}s` : ""}`;
  return text || "0s";
}
