/** Every measure, by the name that `--only` and the files of results have, in the report's order. */
import { failing } from "./failing";
import { followers } from "./followers";
import { gateCost } from "./gateCost";
import { imageAndCount } from "./imageAndCount";
import { previews } from "./previews";
import { rollouts } from "./rollouts";
import { waiters } from "./waiters";

export const measures = {
  rollouts,
  failing,
  "image-and-count": imageAndCount,
  waiters,
  followers,
  previews,
  "gate-cost": gateCost,
} as const;

export type MeasureName = keyof typeof measures;

export type MeasureResults = { [N in MeasureName]: Awaited<ReturnType<(typeof measures)[N]["run"]>> };

export const measureNames = Object.keys(measures) as MeasureName[];
