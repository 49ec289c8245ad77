import type { Saved } from "../../results";
import { figure } from "../../statistics";
import { image, type Section, table } from "../markdown";
import { waitersChart } from "../waitersChart";

export function waitersSection({ result: { cores, samples } }: Saved<"waiters">): Section {
  return {
    title: "Allocations that wait",
    markdown: [
      "While index 0 migrates, the others wait. Gates of a project with one app, as processes of this machine against a real",
      "PostgreSQL, looking every 5 seconds, `first-to-lock` every 0.9; no Nomad around them, which could not hold so many",
      "here. Each look is a session of its own: what the database's server takes for them is in a column beside. Connections are",
      "sessions in the database, looked at five times a second.",
      "",
      table(
        [
          "",
          "waiting",
          "processors busy, all together",
          "the database's server",
          "CPU seconds per waiter and minute",
          "connections, mean",
          "connections, most",
          "MB per waiter, most",
        ],
        samples.map(({ gate, waiters, cpu, serverCpu, connections, mostConnections, memory }) => [
          gate,
          String(waiters),
          figure(cpu),
          figure(serverCpu),
          figure((60 * cpu) / waiters),
          figure(connections),
          String(mostConnections),
          figure(memory / waiters),
        ]),
      ),
      "",
      `Where the gates together would need more than the machine's ${cores} processors, they get what there is and look less often.`,
      "",
      image("waiters.svg", "Processors busy against the number of waiting allocations"),
    ].join("\n"),
    charts: { "waiters.svg": waitersChart(samples, cores) },
  };
}
