/** Writes what was measured as a page for people, with charts beside it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AllSaved, readResult, type Saved } from "../results";
import { measureNames } from "../measures";
import { goalsTable } from "./goals";
import { listed, type Section, table } from "./markdown";
import { failingSection } from "./sections/failing";
import { floorsSection } from "./sections/floors";
import { followersSection } from "./sections/followers";
import { gateCostSection } from "./sections/gateCost";
import { imageAndCountSection } from "./sections/imageAndCount";
import { previewsSection } from "./sections/previews";
import { rolloutsSection } from "./sections/rollouts";
import { waitersSection } from "./sections/waiters";

/** In the report's order; none for what was not measured. */
function sections(saved: AllSaved): Section[] {
  return [
    saved.rollouts && rolloutsSection(saved.rollouts),
    saved.failing && failingSection(saved.failing),
    saved["image-and-count"] && imageAndCountSection(saved["image-and-count"]),
    saved.waiters && waitersSection(saved.waiters),
    saved.followers && followersSection(saved.followers),
    saved.previews && previewsSection(saved.previews),
    saved["gate-cost"] && gateCostSection(saved["gate-cost"]),
    floorsSection(saved),
  ].filter((section) => section !== undefined);
}

function conditions(all: Saved[]): string {
  const [{ machine }] = all;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.processor}, ${machine.cores} processors, ${machine.memory} GB; ${machine.system}; ${listed(versions)}.`,
    "",
    table(
      ["measure", "measured", "took", "load before", "commit"],
      all.map((one) => [
        `\`${one.measure}\`${one.effort === "full" ? "" : ` (${one.effort})`}`,
        one.measuredAt.replace("T", " ").slice(0, 16),
        `${one.seconds} s`,
        String(one.machine.load),
        `\`${one.machine.commit}\``,
      ]),
    ),
    "",
    "A `+` after the commit: files differed from it. Measured with what is measured on one machine: the load of the contenders, of",
    "Nomad, of PostgreSQL and of the callers is all on its processors. Within a measure the contenders take turns in random order.",
  ].join("\n");
}

function page(saved: AllSaved, all: Saved[]): string {
  const intro = [
    "# Measured side by side",
    "",
    "This program beside what people use instead: nomad-pack with a pack that does what the Django pack does",
    "([contenders/pack](contenders/pack)), and as the floor the very job that this program registers, given to `nomad job run`.",
    "One machine, one Nomad, one PostgreSQL, the same images. `npm run bench` measures and writes this page. Figures are medians;",
    "the range of all samples is in brackets.",
    "",
    "## At a glance",
    "",
    goalsTable(saved),
  ];
  const body = sections(saved).flatMap(({ title, markdown }) => ["", `## ${title}`, "", markdown.trimEnd()]);
  return [...intro, ...body, "", "## Conditions", "", conditions(all), ""].join("\n");
}

/** @returns the file. */
export function writeReport(folder: string): string {
  const results = join(folder, "results");
  const saved: AllSaved = Object.fromEntries(
    measureNames.map((name) => [name, readResult(results, name)]).filter(([, one]) => one !== undefined),
  ) as AllSaved;
  const charts = join(folder, "charts");
  rmSync(charts, { recursive: true, force: true });
  mkdirSync(charts, { recursive: true });
  for (const section of sections(saved)) {
    for (const [name, svg] of Object.entries(section.charts)) writeFileSync(join(charts, name), svg);
  }
  const file = join(folder, "report.md");
  writeFileSync(file, page(saved, Object.values(saved)));
  return file;
}
