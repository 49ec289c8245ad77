/** Previews of stacks that have not changed, beside an empty program that starts the same plugins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repoRoot } from "../../commands/base/paths";
import type { Bed } from "../bed";
import { runPack } from "../contenders/nomadPack";
import { siteArgs, writeStack } from "../contenders/djangoNomad";
import type { Effort, PerEffort } from "../effort";
import { rounds } from "../effort";
import { type Footprint, preview, up, withProgram } from "../pulumiRuns";
import type { Conditions, Measure } from "./measure";

/** A program and what its stack holds. */
export interface PreviewedStack {
  name: string;
  apps: number;
  plugins: string[];
}

export interface PreviewSample {
  /** Of the stack; `nomad-pack plan` for the other tool. */
  stack: string;
  seconds: number;
}

export interface PreviewsResult {
  stacks: PreviewedStack[];
  samples: PreviewSample[];
  /** By stack, of one preview that was watched. */
  footprints: Record<string, Footprint>;
}

interface Scenario extends PreviewedStack {
  /** File below bench/programs; undefined for the project's own index.ts. */
  program?: "apps" | "empty";
  settings: object;
}

const appCounts: PerEffort<number[]> = { full: [1, 10, 100], quick: [1], smoke: [1] };
const roundsOf: PerEffort<number> = { full: 3, quick: 2, smoke: 1 };
export const packPlan = "nomad-pack plan, 1 app";

export const previews: Measure<PreviewsResult> = {
  title: "previews of what has not changed",
  async run(conditions) {
    const { bed, effort, log } = conditions;
    const database = await bed.createDatabase("previews");
    const scenarios = await scenariosOf(bed, effort, database);
    const result: PreviewsResult = {
      stacks: scenarios.map(({ name, apps, plugins }) => ({ name, apps, plugins })),
      samples: [],
      footprints: {},
    };
    const planned = { job: "previews-pack", image: "django-testing:v1", count: 1, database };
    try {
      for (const scenario of scenarios) await deploy(conditions, scenario);
      if (effort !== "smoke") await runPack(bed, "run", planned);
      const items = [...scenarios, ...(effort === "smoke" ? [] : [undefined])];
      // Being watched costs time: where there are few runs, both come from one.
      const both = effort === "smoke";
      for (const { round, item } of rounds(roundsOf[effort], items)) {
        log(`round ${round}: ${item?.name ?? packPlan}`);
        if (item) await take(bed, item, both, result);
        else result.samples.push({ stack: packPlan, seconds: await planSeconds(bed, planned) });
      }
      if (both) return result;
      for (const scenario of scenarios) {
        log(`memory and processor: ${scenario.name}`);
        await take(bed, scenario, true, { ...result, samples: [] });
      }
      return result;
    } finally {
      await bed.purge("previewed");
      await bed.purge(planned.job);
      // Containers beside the jobs are Pulumi's to remove.
      for (const scenario of scenarios.filter(
        ({ plugins, apps }) => apps > 0 && plugins.includes("docker"),
      )) {
        const { code, output } = await bed
          .clone()
          .verb("destroy", "--yes", "--skip-preview", "--stack", stackName(scenario));
        if (code !== 0) log(`${scenario.name} could not be destroyed: ${output}`);
      }
    }
  },
};

function stackName({ name }: PreviewedStack): string {
  return name.toLowerCase().replace(/\W+/g, "-");
}

async function scenariosOf(bed: Bed, effort: Effort, database: string): Promise<Scenario[]> {
  const release = { job: "previewed", image: "django-testing:v1", count: 1, database, hurried: true };
  const { jobName: _, httpService, ...site } = await siteArgs(bed, release);
  const app = {
    ...site,
    httpService: { ...httpService, checkEnabled: false },
    serverResources: { cpu: 20, memory: 20 },
    migrateResources: { cpu: 20, memory: 20 },
  };
  const empty = (...plugins: string[]): Scenario => ({
    name: `empty program with ${plugins.join(" and ")}`,
    apps: 0,
    plugins,
    program: "empty",
    settings: { plugins },
  });
  const apps = (count: number): Scenario => {
    const name = count === 1 ? "1 app" : `${count} apps`;
    const jobName = `previewed-${count}`;
    return {
      name,
      apps: count,
      plugins: ["nomad"],
      program: "apps",
      settings: { apps: count, app: { ...app, jobName } },
    };
  };
  return [
    empty("nomad"),
    ...appCounts[effort].map(apps),
    ...(effort === "full" ? [empty("nomad", "docker"), withContainer()] : []),
  ];
}

/** The dev stack, as `npm start` deploys it. */
function withContainer(): Scenario {
  const file = readFileSync(join(repoRoot, "Pulumi.dev.yaml"), "utf8");
  const { config } = parse(file) as { config: Record<string, unknown> };
  const own = Object.entries(config).map(
    ([key, value]) => [key.replace("django-nomad:", ""), value] as const,
  );
  const settings = Object.fromEntries(own);
  return {
    name: "1 app and its database container",
    apps: 1,
    plugins: ["nomad", "docker"],
    settings: {
      ...settings,
      jobName: "previewed-dev",
      postgres: { ...(settings.postgres as object), keepData: false },
    },
  };
}

async function deploy({ bed, log }: Conditions, scenario: Scenario): Promise<void> {
  log(`deploying ${scenario.name}`);
  const stack = stackName(scenario);
  await writeStack(bed, stack, scenario.settings);
  const { code, output } = await withProgram(bed.clone(), scenario.program, () => up(bed.clone(), stack));
  if (code !== 0) throw new Error(`${scenario.name}:\n${output}`);
}

/** Previews once, and adds what it took to the result. */
async function take(bed: Bed, scenario: Scenario, watched: boolean, result: PreviewsResult): Promise<void> {
  const run = (): ReturnType<typeof preview> => preview(bed.clone(), stackName(scenario), { watched });
  const { code, output, seconds, footprint } = await withProgram(bed.clone(), scenario.program, run);
  if (code !== 0) throw new Error(`the preview of ${scenario.name} failed or shows a change:\n${output}`);
  result.samples.push({ stack: scenario.name, seconds });
  if (footprint) result.footprints[scenario.name] = footprint;
}

async function planSeconds(bed: Bed, release: Parameters<typeof runPack>[2]): Promise<number> {
  const { begin, end } = await runPack(bed, "plan", release);
  return (end - begin) / 1000;
}
