/** An official image where a registry can be reached, else Debian's packages in its place. */
import { run } from "../../commands/base/run";
import { build, importTar, presentImages, pull } from "./docker";
import { type Recipe, recipeHash, rootFileSystem } from "./rootFileSystem";

export interface DebianImage {
  /** The tag that is used, whatever is behind it. */
  image: string;
  /** Tag of the root file system. */
  root: string;
  recipe: Recipe;
  /** The build context on top of it. */
  sourceDir: string;
  /** What the local image is made from. */
  source: string;
  /** Arguments of the build besides BASE. */
  args: Record<string, string>;
  log: (line: string) => void;
}

/**
 * Pulls the official image or builds the local one. What is there stays what it is: what a volume was made with
 * should not change because a registry can be reached one day. Call it while holding the image lock.
 */
export async function debianOr(official: string, made: DebianImage): Promise<void> {
  const { image, root, recipe, sourceDir, source, args, log } = made;
  const present = await presentImages([image, root]);
  if (!present.has(image) && (await pull(official, log))) {
    await run("docker", ["tag", official, image]);
    return;
  }
  if (present.get(root) !== recipeHash(recipe)) {
    const tar = await rootFileSystem(recipe, log);
    log(`importing ${root}`);
    await importTar(root, tar, [], recipeHash(recipe));
  }
  await build(image, { context: sourceDir, args: { BASE: root, ...args }, source, log });
}

/** The pulled image says nothing of a source; the local one must be made from the present one. */
export function isFrom(source: string | undefined, present: string): boolean {
  return source === "" || source === present;
}
