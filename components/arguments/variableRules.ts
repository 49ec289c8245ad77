/** Rules about the Nomad variables that carry the secrets. */
import type { Problem } from "./problem";
import type { Given, Rule } from "./rule";
import { copyPaths, ownPaths, type VariablePath } from "./variablePaths";

/** Nomad refuses a longer path: of a companion's only once the new version serves. */
const longestPath = 128;

/** The longest path of each key: a name with which it fits makes the others fit, too. */
function longPaths(given: Given): Problem[] {
  const { jobName } = given;
  if (jobName === undefined) return [];
  const long = [...ownPaths(given, jobName), ...copyPaths(given, jobName)]
    .filter(({ path }) => path.length > longestPath)
    .sort((a, b) => a.path.length - b.path.length);
  const needs = ({ path }: VariablePath): string =>
    `the Nomad variable ${path}, a path of ${path.length} characters where Nomad takes at most ${longestPath}`;
  const excess = ({ path }: VariablePath): number => path.length - longestPath;
  // With a shorter job name all of them fit: the names of processes are no matter then.
  if (long.some(({ key }) => key === undefined)) {
    const longest = long[long.length - 1];
    const message = `has ${jobName.length} characters, and the secrets need ${needs(longest)}: shorten it by ${excess(longest)}`;
    return [{ key: "jobName", message }];
  }
  const byKey = new Map(long.map((one) => [one.key ?? "jobName", one]));
  return [...byKey].map(([key, longest]) => ({
    key,
    message:
      `needs ${needs(longest)}, for its secrets: shorten jobName (${jobName.length} characters) by ${excess(longest)}, ` +
      "or choose a shorter name here",
  }));
}

export const variableRules: Rule[] = [
  { keys: ["jobName", "processes", "schedules", "database", "database.roles"], problems: longPaths },
];
