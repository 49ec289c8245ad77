/** How much is measured: the same measures, with fewer and smaller samples. */

/** More than an hour, five minutes, one minute. */
export type Effort = "full" | "quick" | "smoke";

/** One value for each effort. */
export type PerEffort<T> = Record<Effort, T>;

/** A list in random order, so that what the machine does meanwhile hits no contender more than another. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Each pair of a round and an item, in random order within each round. */
export function rounds<T>(count: number, items: readonly T[]): { round: number; item: T }[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((round) =>
    shuffled(items).map((item) => ({ round, item })),
  );
}
