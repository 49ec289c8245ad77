/** Charts as SVG, drawn without a browser. */
import { type EChartsOption, init } from "echarts";

/** Told apart with every kind of colour vision, and in print. */
export const colours: Record<string, string> = {
  "django-nomad": "#0072b2",
  "django-nomad, blue-green": "#56b4e9",
  "django-nomad, first-to-lock": "#56b4e9",
  "nomad-pack": "#d55e00",
  "nomad job run": "#8a8a8a",
  migration: "#e69f00",
  before: "#b9c4cc",
  lost: "#c1121f",
  ink: "#24292f",
  faint: "#d8dee4",
};

const font = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/** The same page for every chart: white, quiet lines, title at the left. */
export function chart(size: { width: number; height: number }, option: EChartsOption): string {
  const drawn = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    drawn.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: font, color: colours.ink, fontSize: 12 },
      ...option,
    });
    return drawn.renderToSVGString();
  } finally {
    drawn.dispose();
  }
}

/** A chart's title and, in smaller letters, what is shown in which unit. */
export function heading(
  text: string,
  subtext: string,
  top = 8,
): NonNullable<EChartsOption["title"]> & object {
  return {
    text,
    subtext,
    left: 12,
    top,
    itemGap: 4,
    textStyle: { fontFamily: font, fontSize: 15, color: colours.ink },
    subtextStyle: { fontFamily: font, fontSize: 12, color: "#57606a" },
  };
}

export const quietAxis = {
  axisLine: { lineStyle: { color: "#8c959f" } },
  axisTick: { show: false },
  axisLabel: { fontFamily: font, color: colours.ink, fontSize: 12 },
  nameTextStyle: { fontFamily: font, color: "#57606a", fontSize: 12 },
  splitLine: { lineStyle: { color: colours.faint } },
};
