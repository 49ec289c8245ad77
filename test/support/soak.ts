/** How often a test repeats what depends on chance. */

/** True in `npm run test:soak`. */
export const soak = process.env.SOAK === "1";

/** `full` times in `npm run test:soak`, `reduced` times in `npm test`. */
export function repetitions(full: number, reduced: number): number {
  return soak ? full : reduced;
}
