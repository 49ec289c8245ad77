import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A provider plugin that a program needs. */
export interface RequiredPackage {
  name: string;
  version: string;
  /** Where the plugin is downloaded from, when that is not the default place. */
  server?: string;
}

interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/**
 * The plugins behind the Pulumi SDKs that a program depends on, read from `pulumi` in their package.json.
 * Direct dependencies only: a component package that is imported brings its SDKs as its peers.
 * @throws when a dependency is not installed.
 */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const names = Object.keys(manifest(programDirectory).dependencies ?? {});
  return names.flatMap((dependency) => {
    const { name, version, pulumi } = manifest(join(programDirectory, "node_modules", dependency));
    if (!pulumi?.resource) return [];
    return [
      {
        name: pulumi.name ?? (name ?? dependency).replace("@pulumi/", ""),
        version: pulumi.version ?? version ?? "",
        server: pulumi.server,
      },
    ];
  });
}

/** Splits a command line into its words as a shell does, without expanding anything. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double !== undefined ? double.replace(/\\(["\\])/g, "$1") : (single ?? escaped ?? ""),
    ),
  );
}
