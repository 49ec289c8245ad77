/** What an image is made from, in one short hash: an image is built again only when this changes. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== "__pycache__")
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

/**
 * The hash of a directory's files (path, executable bit and content) and of everything else that shapes
 * the image.
 */
export function sourceHash(directory: string, ...also: string[]): string {
  const hash = createHash("sha256");
  for (const file of filesBelow(directory)) {
    const content = readFileSync(file);
    const executable = (statSync(file).mode & 0o100) !== 0;
    hash.update(`${file.slice(directory.length)}\0${executable}\0${content.length}\0`).update(content);
  }
  hash.update(JSON.stringify(also));
  return hash.digest("hex").slice(0, 16);
}

/** The hash of texts alone. */
export function textHash(...texts: string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
}
