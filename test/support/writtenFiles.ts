/** What commands have written into a clone: the dev stack's file, and everything below `.local`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "./clone";

export function writtenFiles(clone: Clone): string[] {
  return [join(clone.folder, "Pulumi.dev.yaml"), ...filesBelow(join(clone.folder, ".local"))];
}

/** All but what Nomad keeps of allocations: a task's own output, and its secrets in memory. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "alloc" ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
