import { gateCommands } from "../../measures/gateCost";
import type { Saved } from "../../results";
import { summary } from "../../statistics";
import { type Section, table } from "../markdown";

export function gateCostSection({ result: samples }: Saved<"gate-cost">): Section {
  const sizes = [...new Set(samples.map(({ migrations }) => migrations))];
  return {
    title: "The gate where nothing is to be migrated",
    markdown: [
      "What every start of an allocation pays, in CPU seconds of the whole process. `migrate --check` is the least that asks Django",
      "the same question in one process; Django's own start is what both pay before they ask.",
      "",
      table(
        ["", ...sizes.map((size) => `${size} migration${size === 1 ? "" : "s"}`)],
        gateCommands.map((command) => [
          command,
          ...sizes.map((size) =>
            summary(
              samples
                .filter((sample) => sample.command === command && sample.migrations === size)
                .map(({ cpu }) => cpu),
            ),
          ),
        ]),
      ),
    ].join("\n"),
    charts: {},
  };
}
