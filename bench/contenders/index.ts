/** Everything that is compared. */
import type { Effort } from "../effort";
import type { Contender } from "./contender";
import { djangoNomad } from "./djangoNomad";
import { nomadJobRun } from "./nomadJobRun";
import { nomadPack } from "./nomadPack";

/** A smoke test asks whether the measures can be taken, for which one is enough. */
export function contenders(effort: Effort): Contender[] {
  return effort === "smoke" ? [djangoNomad] : [djangoNomad, nomadPack, nomadJobRun];
}
