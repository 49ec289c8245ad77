/** Long repetitions run with SOAK=1 alone (`npm run test:soak`); a part of each runs always. */
export const soak = process.env.SOAK === "1";

/** How often something is repeated: with SOAK=1, and without. */
export function times(long: number, short: number): number {
  return soak ? long : short;
}
