import type { CustomSeriesRenderItem, EChartsOption } from "echarts";
import type { AllocationSpans, Timeline } from "../timeline";
import { chart, colours, heading, quietAxis } from "./chart";

export interface NamedTimeline {
  contender: string;
  timeline: Timeline;
}

const rowHeight = 22;
const capacityHeight = 70;
const gap = 62;
const top = 112;
const left = 150;

/** Rows of allocations above the number of instances that answer, for each contender, on one axis of time. */
export function timelineChart(timelines: readonly NamedTimeline[], count: number): string {
  const longest = Math.ceil(Math.max(...timelines.map(({ timeline }) => timeline.seconds)) / 5) * 5;
  const heights = timelines.map(({ timeline }) => timeline.allocations.length * rowHeight);
  const panelTops = heights.map((_, index) =>
    heights.slice(0, index).reduce((sum, height) => sum + height + capacityHeight + 24 + gap, top),
  );
  const height = (panelTops.at(-1) ?? top) + (heights.at(-1) ?? 0) + capacityHeight + 52;
  const panels = timelines.map((one, index) =>
    panel(one, { index, top: panelTops[index], height: heights[index], longest, count }),
  );
  return chart(
    { width: 860, height },
    {
      title: [
        heading(
          "A release with a migration of 15 seconds, second by second",
          "seconds since the command began",
        ),
        ...panels.map(({ title }) => title),
      ],
      grid: panels.flatMap(({ grid }) => grid),
      xAxis: panels.flatMap(({ xAxis }) => xAxis),
      yAxis: panels.flatMap(({ yAxis }) => yAxis),
      series: panels.flatMap(({ series }) => series),
      graphic: legend([
        [colours.before, "version before"],
        [colours.migration, "migrate task"],
        [colours["django-nomad"], "new version's server"],
        [colours.lost, "a request failed at the first instance asked"],
      ]),
    },
  );
}

interface Place {
  index: number;
  top: number;
  height: number;
  longest: number;
  count: number;
}

interface Panel {
  title: object;
  grid: object[];
  xAxis: object[];
  yAxis: object[];
  series: NonNullable<EChartsOption["series"]> & object[];
}

function panel({ contender, timeline }: NamedTimeline, place: Place): Panel {
  const { index, longest, count } = place;
  const rows = timeline.allocations;
  const oldest = Math.min(...rows.map(({ version }) => version));
  const label = (row: AllocationSpans): string =>
    `${row.version === oldest ? "before" : "new"}, index ${row.index}`;
  const below = place.top + place.height + 14;
  const time = { type: "value", min: 0, max: longest, ...quietAxis };
  const failures = timeline.failedFirst.length;
  const ended = `${contender}: ended after ${timeline.seconds.toFixed(0)} s, ${failures} request${failures === 1 ? "" : "s"} failed at the first instance asked`;
  return {
    title: { ...heading(ended, "", place.top - 26), textStyle: { fontSize: 13, color: colours.ink } },
    grid: [
      { left, right: 30, top: place.top, height: place.height },
      { left, right: 30, top: below, height: capacityHeight },
    ],
    xAxis: [
      { ...time, gridIndex: 2 * index, axisLabel: { show: false } },
      { ...time, gridIndex: 2 * index + 1 },
    ],
    yAxis: [
      {
        type: "category",
        gridIndex: 2 * index,
        inverse: true,
        data: rows.map(label),
        ...quietAxis,
        splitLine: { show: false },
      },
      {
        type: "value",
        gridIndex: 2 * index + 1,
        min: 0,
        max: Math.max(count + 1, ...timeline.capacity.map(({ answering }) => answering)),
        interval: 1,
        name: "answering",
        nameLocation: "middle",
        nameGap: 28,
        ...quietAxis,
      },
    ],
    series: [
      {
        type: "custom",
        xAxisIndex: 2 * index,
        yAxisIndex: 2 * index,
        renderItem: bar,
        data: rows.flatMap((row, number) => spans(row, number, row.version === oldest)),
        encode: { x: [0, 1], y: 2 },
      },
      {
        type: "line",
        step: "end",
        symbol: "none",
        xAxisIndex: 2 * index + 1,
        yAxisIndex: 2 * index + 1,
        lineStyle: { color: colours["django-nomad"], width: 2 },
        areaStyle: { color: colours["django-nomad"], opacity: 0.12 },
        data: timeline.capacity
          .filter(({ at }) => at <= timeline.seconds)
          .map(({ at, answering }) => [at, answering]),
        markLine: {
          silent: true,
          symbol: "none",
          label: { formatter: `count ${count}`, position: "start", show: false },
          lineStyle: { color: colours.ink, type: "dashed" },
          data: [{ yAxis: count }],
        },
      },
      {
        type: "scatter",
        symbol: "rect",
        symbolSize: [1.5, 14],
        xAxisIndex: 2 * index + 1,
        yAxisIndex: 2 * index + 1,
        itemStyle: { color: colours.lost },
        z: 5,
        data: timeline.failedFirst.filter((at) => at <= timeline.seconds).map((at) => [at, 0.25]),
      },
    ] as Panel["series"],
  };
}

/** From, to, row and colour of each bar of an allocation. */
function spans({ migrate, server }: AllocationSpans, row: number, before: boolean): (number | string)[][] {
  const colour = before ? colours.before : colours["django-nomad"];
  return [
    ...(migrate ? [[migrate.from, migrate.to, row, colours.migration]] : []),
    ...(server ? [[server.from, server.to, row, colour]] : []),
  ];
}

const bar: CustomSeriesRenderItem = (_, api) => {
  const [from, y] = api.coord([api.value(0), api.value(2)]);
  const [to] = api.coord([api.value(1), api.value(2)]);
  return {
    type: "rect",
    shape: { x: from, y: y - 7, width: Math.max(1.5, to - from), height: 14 },
    style: { fill: String(api.value(3)) },
  };
};

function legend(entries: [colour: string, text: string][]): NonNullable<EChartsOption["graphic"]> {
  let x = 14;
  return entries.flatMap(([fill, text]) => {
    const at = x;
    x += 36 + text.length * 7;
    return [
      { type: "rect" as const, shape: { x: at, y: 52, width: 12, height: 12 }, style: { fill } },
      { type: "text" as const, style: { x: at + 18, y: 52, text, fill: colours.ink, fontSize: 12 } },
    ];
  });
}
