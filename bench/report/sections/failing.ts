import type { Saved } from "../../results";
import { summary } from "../../statistics";
import { type Section, table } from "../markdown";

export function failingSection({ result: { samples } }: Saved<"failing">): Section {
  const contenders = [...new Set(samples.map(({ contender }) => contender))];
  const always = (values: boolean[]): string =>
    values.every(Boolean) ? "yes" : values.some(Boolean) ? "at times" : "no";
  return {
    title: "A migration that fails",
    markdown: [
      "From the moment when the migrate task has failed to the end of the command, in seconds. The reason is the exception that the",
      "migration raised; it is shown when it is on the terminal without another command.",
      "",
      table(
        ["", "seconds", "command fails", "reason shown", "allocations started"],
        contenders.map((contender) => {
          const own = samples.filter((sample) => sample.contender === contender);
          return [
            contender,
            summary(own.map(({ seconds }) => seconds)),
            always(own.map(({ noticed }) => noticed)),
            always(own.map(({ reasonShown }) => reasonShown)),
            summary(own.map(({ started }) => started)),
          ];
        }),
      ),
    ].join("\n"),
    charts: {},
  };
}
