/** Everything that is compared. */
import type { Effort } from "../effort";
import type { Contender } from "./contender";
import { djangoNomad } from "./djangoNomad";
import { nomadJobRun } from "./nomadJobRun";
import { nomadPack } from "./nomadPack";

/** nomad-pack takes minutes to build, and its rollouts can't be hurried: a smoke test goes without. */
export function contenders(effort: Effort): Contender[] {
  return effort === "smoke" ? [djangoNomad, nomadJobRun] : [djangoNomad, nomadPack, nomadJobRun];
}
