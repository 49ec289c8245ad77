import type { Saved } from "../../results";
import { summary } from "../../statistics";
import { type Section, table } from "../markdown";

export function followersSection({ result: samples }: Saved<"followers">): Section {
  const gates = [...new Set(samples.map(({ gate }) => gate))].sort();
  const [first] = samples;
  return {
    title: "From the commit to the followers",
    markdown: [
      `${first.followers} gates wait for a leader. Seconds from the commit of its migration, by PostgreSQL's own record, to the exit`,
      "of each gate that waited; the server starts after that. Looks are 5 seconds apart, but for `first-to-lock`, which has",
      "an interval of its own.",
      "",
      table(
        ["", "all followers", "the last of each round"],
        gates.map((gate) => {
          const own = samples.filter((sample) => sample.gate === gate);
          return [
            gate,
            summary(own.flatMap(({ seconds }) => seconds)),
            summary(own.map(({ seconds }) => Math.max(...seconds))),
          ];
        }),
      ),
    ].join("\n"),
    charts: {},
  };
}
