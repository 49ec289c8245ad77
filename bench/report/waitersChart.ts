import type { WaitersSample } from "../measures/waiters";
import { figure } from "../statistics";
import { chart, colours, heading, quietAxis } from "./chart";

/** Both axes are logarithmic: the lines of two gates are as far apart as one costs more than the other. */
export function waitersChart(samples: readonly WaitersSample[], cores: number): string {
  const gates = [...new Set(samples.map(({ gate }) => gate))];
  const power = (value: number): number => 10 ** Math.floor(Math.log10(value));
  const least = Math.min(...samples.map(({ cpu }) => Math.max(cpu, 1e-4)));
  const name = { nameLocation: "middle" as const, nameGap: 34 };
  return chart(
    { width: 860, height: 420 },
    {
      title: heading(
        "What waiting for a migration costs",
        "processors kept busy by all waiting allocations together; each looks every 5 seconds, first-to-lock every 0.9",
      ),
      legend: { top: 52, left: 12, icon: "circle", itemWidth: 10, itemGap: 36, textStyle: { fontSize: 12 } },
      grid: { left: 80, right: 40, top: 92, bottom: 60 },
      xAxis: {
        type: "log",
        min: 1,
        max: 300,
        ...name,
        name: "allocations waiting",
        ...quietAxis,
      },
      yAxis: {
        type: "log",
        min: power(0.7 * least),
        max: 10,
        ...name,
        nameGap: 50,
        name: "processors busy",
        ...quietAxis,
      },
      series: gates.map((gate, index) => ({
        type: "line" as const,
        name: gate,
        symbol: "circle",
        symbolSize: 8,
        lineStyle: { width: 2.5, color: colours[gate] },
        itemStyle: { color: colours[gate] },
        label: {
          show: true,
          position: gate === "django-nomad" ? ("bottom" as const) : ("top" as const),
          color: colours.ink,
          fontSize: 11,
          formatter: ({ value }: { value: unknown }) => String(Number(figure((value as number[])[1]))),
        },
        data: samples
          .filter((sample) => sample.gate === gate)
          .map(({ waiters, cpu }) => [waiters, Math.max(cpu, 1e-4)]),
        ...(index > 0
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: "none",
                lineStyle: { color: colours.ink, type: "dashed" as const },
                label: {
                  formatter: `all ${cores} processors of this machine`,
                  position: "insideStartTop" as const,
                  color: colours.ink,
                },
                data: [{ yAxis: cores }],
              },
            }),
      })),
    },
  );
}
