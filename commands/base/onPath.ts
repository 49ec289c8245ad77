import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first executable of that name on PATH. */
export function onPath(name: string): string | undefined {
  const path = process.env.PATH ?? "";
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return undefined;
}
