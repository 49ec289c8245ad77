/** Our job against the pack's, field by field, and the differences that docs/parity.md lists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { appSpec } from "../../../components/application/djangoAppSpec";
import { unmadeOwner } from "../../../components/guards/owner";
import type { KnownArgs } from "../../../components/arguments";
import { buildJob, secretsPath } from "../../../components/jobspec";
import { importVariables } from "../../../commands/pack/map";
import { readVariableFiles } from "../../../commands/pack/read";
import { repoRoot } from "../../../commands/base/paths";
import { type Problem, readConfig } from "../../../components/arguments";

export const rendersFolder = join(__dirname, "..", "pack-renders");

export type Job = Record<string, unknown> & { ID: string; Region?: string };

/** The job of a variable file: imported as a user would, read as the program would, rendered by its own code. */
export async function ourJob(render: string): Promise<Job> {
  const imported = importVariables(await readVariableFiles([join(rendersFolder, `${render}.variables.hcl`)]));
  const problems: Problem[] = [];
  const { secrets: values } = imported;
  const hasSecrets = Object.keys(values).length > 0;
  const config = readConfig({ ...imported.packDefaults, ...imported.config }, "", problems);
  if (!config || imported.problems.length > 0) throw new Error(JSON.stringify([imported.problems, problems]));
  const args = config as KnownArgs & { jobName: string; djangoImage: string };
  const spec = appSpec(args, {
    ...unmadeOwner,
    jobName: args.jobName,
    owner: "django-nomad/shop",
    ownerId: "0123456789abcdef",
    secrets: hasSecrets
      ? {
          path: secretsPath(args.jobName),
          names: Object.keys(values),
          fingerprint: "0a1b2c3d",
        }
      : undefined,
    release: 1_800_000_000,
    description: undefined,
  });
  return { ...buildJob(spec) };
}

/** The job that the pack gives for a variable file. */
export function packJob(render: string): Job {
  const file = readFileSync(join(rendersFolder, `${render}.job.json`), "utf8");
  return (JSON.parse(file) as { Job: Job }).Job;
}

/** What a registration adds, whatever the job. */
const ofTheRegistration = new Set([
  ...["CreateIndex", "ModifyIndex", "JobModifyIndex", "SubmitTime", "Version", "Status", "Stable"],
]);

/**
 * Every leaf of a job by its path; members of lists by their names where they have one. What is null, empty,
 * false or 0 is as good as absent: Nomad fills these in, or not, depending on the parent.
 */
function leaves(value: unknown, path = ""): Map<string, unknown> {
  if (value === null || value === undefined || value === "" || value === false || value === 0)
    return new Map();
  if (typeof value !== "object") return new Map([[path, value]]);
  const entries = Array.isArray(value)
    ? value.map((item: unknown, index): [string, unknown] => [nameOf(item) ?? String(index), item])
    : Object.entries(value).filter(([key]) => path !== "" || !ofTheRegistration.has(key));
  return new Map(entries.flatMap(([key, item]) => [...leaves(item, path === "" ? key : `${path}.${key}`)]));
}

/** What tells the members of a list apart, whatever their order. Dots would look like another level. */
function nameOf(item: unknown): string | undefined {
  const { Name, DestPath, Label, LTarget } = (item ?? {}) as Record<string, unknown>;
  const name = [DestPath, Label, LTarget, Name].find((one) => typeof one === "string");
  return typeof name === "string" && !name.includes(" ") ? name.replaceAll(".", "_") : undefined;
}

interface WithServices {
  Name: string;
  Services: { Name: string }[] | null;
  Tasks?: WithServices[];
}

/** The job with its services side by side, each with where it is, so that a moved one is still compared. */
function withServicesApart(job: Job): object {
  const found: object[] = [];
  const take = <T extends WithServices>(owner: T, where: string): T => {
    found.push(...(owner.Services ?? []).map((service) => ({ ...service, Where: where })));
    return { ...owner, Services: null };
  };
  const groups = (job.TaskGroups as WithServices[]).map((group) => ({
    ...take(group, "group"),
    Tasks: group.Tasks?.map((task) => take(task, `task ${task.Name}`)),
  }));
  return { ...job, TaskGroups: groups, Services: found };
}

export interface Difference {
  path: string;
  /** Undefined where there is none. */
  pack: unknown;
  ours: unknown;
}

export function differences(pack: Job, ours: Job): Difference[] {
  const [left, right] = [pack, ours].map((job) => leaves(withServicesApart(job)));
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths
    .map((path) => ({ path, pack: left.get(path), ours: right.get(path) }))
    .filter((one) => one.pack !== one.ours);
}

/** A row of the table in docs/parity.md. */
export interface Listed {
  /** Path; `*` stands for one part, `**` at the end for any number. */
  pattern: string;
  /** Numbers of the variable files in which it occurs; all when there is none. */
  renders: string[] | undefined;
  pack: Expected;
  ours: Expected;
  reason: string;
}

/** A value as the table gives it; `any` where it gives words. */
type Expected = { value: unknown } | "any";

export function readParityTable(): Listed[] {
  const text = readFileSync(join(repoRoot, "docs", "parity.md"), "utf8");
  const [, table] = /<!-- differences -->\n([\s\S]*?)<!-- end of differences -->/.exec(text) ?? [];
  if (table === undefined) throw new Error("docs/parity.md has no table of differences");
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [pattern, renders, pack, ours, reason] = row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return {
      pattern: code(pattern) ?? "",
      renders: renders === "all" ? undefined : renders.split(/,\s*/),
      pack: expected(pack),
      ours: expected(ours),
      reason,
    };
  });
}

function code(cell: string): string | undefined {
  return /^`(.*)`$/.exec(cell)?.[1];
}

function expected(cell: string): Expected {
  if (cell === "—") return { value: undefined };
  const value = code(cell);
  return value === undefined ? "any" : { value: JSON.parse(value) as unknown };
}

/** True when the row speaks of this difference in this render. */
export function covers(row: Listed, render: string, { path, pack, ours }: Difference): boolean {
  const isSame = (want: Expected, given: unknown): boolean => want === "any" || want.value === given;
  const isListed = row.renders === undefined || row.renders.includes(render.slice(0, 2));
  return isListed && matches(row.pattern, path) && isSame(row.pack, pack) && isSame(row.ours, ours);
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("."), path.split(".")];
  if (wanted.at(-1) === "**") {
    const head = wanted.slice(0, -1);
    return given.length > head.length && head.every((part, index) => part === "*" || part === given[index]);
  }
  return (
    wanted.length === given.length && wanted.every((part, index) => part === "*" || part === given[index])
  );
}
