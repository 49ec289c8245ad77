import type { Saved } from "../../results";
import { summary } from "../../statistics";
import { type Section, table } from "../markdown";

export function imageAndCountSection({ result: { from, to, samples } }: Saved<"image-and-count">): Section {
  const contenders = [...new Set(samples.map(({ contender }) => contender))].sort();
  return {
    title: "Image and count in one change",
    markdown: [
      `A new image with a migration of 1 second, and ${to} instances instead of ${from}. Wall time of the command in seconds.`,
      "",
      table(
        ["", "completed", "seconds"],
        contenders.map((contender) => {
          const own = samples.filter((sample) => sample.contender === contender);
          const completed = own.filter((sample) => sample.completed).length;
          return [contender, `${completed} of ${own.length}`, summary(own.map(({ seconds }) => seconds))];
        }),
      ),
    ].join("\n"),
    charts: {},
  };
}
