import type { CustomSeriesRenderItem } from "echarts";
import { figure, median } from "../statistics";
import { chart, colours, heading, quietAxis } from "./chart";

/** One contender's samples, by group. */
export interface Bars {
  name: string;
  samples: number[][];
}

const barWidth = 16;

/** A bar for each contender in each group: the median, with a line from the least to the most. */
export function wallTimeChart(groups: readonly string[], contenders: readonly Bars[]): string {
  const height = 110 + groups.length * (contenders.length * (barWidth + 3) + 24);
  return chart(
    { width: 860, height },
    {
      title: heading(
        "How long a person waits for a rollout, beyond the migration itself",
        "seconds of wall time: median, and from the least to the most",
      ),
      legend: {
        top: 52,
        left: 12,
        icon: "rect",
        itemWidth: 12,
        itemHeight: 12,
        itemGap: 24,
        textStyle: { fontSize: 12 },
      },
      grid: { left: 190, right: 60, top: 84, bottom: 40 },
      xAxis: { type: "value", min: 0, name: "s", ...quietAxis },
      yAxis: { type: "category", data: [...groups], inverse: true, ...quietAxis, splitLine: { show: false } },
      series: contenders.flatMap(({ name, samples }, index) => [
        {
          type: "bar" as const,
          name,
          barWidth,
          barGap: "20%",
          itemStyle: { color: colours[name] },
          data: samples.map((group) => (group.length === 0 ? 0 : median(group))),
        },
        {
          type: "custom" as const,
          silent: true,
          z: 5,
          renderItem: whisker(index, contenders.length),
          data: samples.flatMap((group, row) =>
            group.length === 0 ? [] : [[Math.min(...group), row, Math.max(...group), median(group)]],
          ),
          encode: { x: [0, 2], y: 1 },
        },
      ]),
    },
  );
}

/** @param index of the bar in its group. */
function whisker(index: number, bars: number): CustomSeriesRenderItem {
  return (_, api) => {
    const [least, row, most, middle] = [0, 1, 2, 3].map((dimension) => Number(api.value(dimension)));
    const [from, centre] = api.coord([least, row]);
    const [to] = api.coord([most, row]);
    const y = centre + (index - (bars - 1) / 2) * barWidth * 1.2;
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: "line" as const,
      shape: { x1, y1, x2, y2 },
      style: { stroke: colours.ink, lineWidth: 1.5 },
    });
    return {
      type: "group",
      children: [
        ...(most > least
          ? [line(from, y, to, y), line(from, y - 4, from, y + 4), line(to, y - 4, to, y + 4)]
          : []),
        {
          type: "text",
          style: {
            text: figure(middle),
            x: to + 6,
            y,
            verticalAlign: "middle",
            fill: colours.ink,
            fontSize: 12,
          },
        },
      ],
    };
  };
}
