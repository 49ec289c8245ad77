import type { Bed } from "../bed";
import type { Effort } from "../effort";

/** What a measure works with. */
export interface Conditions {
  bed: Bed;
  effort: Effort;
  /** Says what is being done now. */
  log: (line: string) => void;
}

/** Something to measure; what comes of it is plain data, all that its report needs. */
export interface Measure<Result> {
  /** What it finds out, in a few words. */
  title: string;
  run(conditions: Conditions): Promise<Result>;
}
