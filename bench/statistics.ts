/** Samples in few words. */

/** The middle value; the mean of both when there are two. @throws {RangeError} without samples. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits: `0.0412`, `1.23`, `45.6`, `1230`; whole numbers as they are. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** `12.3 (11.9–12.8)`: median and range; the one value alone when there is one. `–` without samples. */
export function summary(samples: readonly number[]): string {
  if (samples.length === 0) return "–";
  if (samples.length === 1) return figure(samples[0]);
  return `${figure(median(samples))} (${figure(Math.min(...samples))}–${figure(Math.max(...samples))})`;
}
