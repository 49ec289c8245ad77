/** Rules of a stack that is protected: what is doubtful elsewhere is refused there. */
import { imageKeys, unpinnedImages } from "./pinnedImages";
import type { Problem } from "./problem";
import { type Given, type Rule, when } from "./rule";
import { plainSecrets } from "./warnings";

const because = "protect is true: ";

const guarded =
  (problems: (given: Given) => Problem[]): Rule["problems"] =>
  (given) =>
    given.protect === true
      ? problems(given).map(({ key, message }) => ({ key, message: `${because}${message}` }))
      : [];

export const protectRules: Rule[] = [
  ...imageKeys.map(([key, ...decisive]): Rule => ({
    keys: ["protect", "immutableTags", key, ...decisive],
    problems: guarded((given) => unpinnedImages(given).filter((problem) => problem.key === key)),
  })),
  { keys: ["protect"], problems: guarded(plainSecrets) },
  {
    keys: ["protect", "postgres", "database"],
    problems: guarded((given) =>
      (["postgres", "database"] as const).flatMap((key) =>
        when(
          given[key]?.keepData === false,
          `${key}.keepData`,
          "is false, so a destroy would delete every row: remove it",
        ),
      ),
    ),
  },
];

/** What is doubtful elsewhere, and refused where `protect` is on. */
export function refusedUnderProtect({ protect }: Pick<Given, "protect">, doubtful: Problem[]): Problem[] {
  return guarded(() => doubtful)({ protect });
}
