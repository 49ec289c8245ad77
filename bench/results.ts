/** Measures kept as files: a run that was cut off goes on, and a report needs no new measuring. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Effort } from "./effort";
import type { Machine } from "./machine";
import type { MeasureName, MeasureResults } from "./measures";

/** One measure with everything that its report needs. */
export interface Saved<N extends MeasureName = MeasureName> {
  measure: N;
  effort: Effort;
  /** ISO 8601. */
  measuredAt: string;
  /** It took. */
  seconds: number;
  machine: Machine;
  result: MeasureResults[N];
}

/** What there is, by name. */
export type AllSaved = { [N in MeasureName]?: Saved<N> };

export function readResult<N extends MeasureName>(folder: string, measure: N): Saved<N> | undefined {
  const file = join(folder, `${measure}.json`);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as Saved<N>;
}

/** In one step: a run that is cut off leaves the file as it was. */
export function writeResult(folder: string, saved: Saved): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${saved.measure}.json`);
  writeFileSync(`${file}.partial`, `${JSON.stringify(saved, null, 1)}\n`);
  renameSync(`${file}.partial`, file);
}
