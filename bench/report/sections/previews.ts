import { packPlan, type PreviewedStack, type PreviewsResult } from "../../measures/previews";
import type { Saved } from "../../results";
import { figure, median, summary } from "../../statistics";
import { type Section, table } from "../markdown";

/** Seconds of each preview of a stack. */
export function previewSeconds({ samples }: PreviewsResult, stack: string): number[] {
  return samples.filter((sample) => sample.stack === stack).map(({ seconds }) => seconds);
}

/** The empty program that starts the same plugins. */
export function floorOf(
  stacks: readonly PreviewedStack[],
  { plugins }: PreviewedStack,
): PreviewedStack | undefined {
  return stacks.find(({ apps, plugins: its }) => apps === 0 && its.join() === plugins.join());
}

export function previewsSection({ result }: Saved<"previews">): Section {
  const { stacks, footprints } = result;
  const plans = previewSeconds(result, packPlan);
  const sizes = stacks.filter(({ name }) => /^\d+ apps?$/.test(name));
  const [one, ...more] = sizes;
  return {
    title: "Previews of what has not changed",
    markdown: [
      "`npm run preview` of a stack that is as its program says, refresh of every resource and Nomad's own plan of every job included.",
      "An app is a job, a Nomad variable and the component around them. Beside it an empty program that starts the same plugins,",
      "which nothing built on Pulumi can be quicker than.",
      "",
      table(
        ["", "seconds", "of the empty program's", "CPU seconds", "MB, all processes", "MB, the program"],
        [
          ...stacks.map((stack) => {
            const floor = floorOf(stacks, stack);
            const footprint = footprints[stack.name];
            const own = previewSeconds(result, stack.name);
            return [
              stack.name,
              summary(own),
              floor && floor !== stack
                ? `× ${figure(median(own) / median(previewSeconds(result, floor.name)))}`
                : "",
              figure(footprint.cpu),
              figure(footprint.memory),
              figure(footprint.programMemory),
            ];
          }),
          ...(plans.length > 0 ? [[packPlan, summary(plans), "", "", "", ""]] : []),
        ],
      ),
      ...more.map((stack) => {
        const seconds = [one, stack].map(({ name }) => median(previewSeconds(result, name)));
        const each = (1000 * (seconds[1] - seconds[0])) / (stack.apps - one.apps);
        const bytes = footprints[stack.name].memory - footprints[one.name].memory;
        return (
          `\n${stack.name} take ${figure(seconds[1] / seconds[0])} times as long as one: ${figure(each)} ms and ` +
          `${figure(bytes / (stack.apps - one.apps))} MB for each more.`
        );
      }),
    ].join("\n"),
    charts: {},
  };
}
