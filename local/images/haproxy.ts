/** The image of the ingress: HAProxy's official one, or Debian's package of the same release line. */
import { join } from "node:path";
import { repoRoot } from "../../commands/base/paths";
import { debianOr } from "./official";
import { type Recipe, recipeHash } from "./rootFileSystem";
import { sourceHash } from "./source";

const sourceDir = join(repoRoot, "local", "images", "haproxy");

/** The official image under this tag, or the one made here. */
export const haproxyImage = "django-nomad/haproxy:3.0";

const recipe: Recipe = { suite: "trixie", name: "haproxy", packages: ["haproxy"] };

/** What the local image is made from. */
export function haproxySource(): string {
  return sourceHash(sourceDir, recipeHash(recipe));
}

/** Call it while holding the image lock. */
export function makeHaproxy(log: (line: string) => void): Promise<void> {
  return debianOr("haproxy:3.0", {
    image: haproxyImage,
    root: "django-nomad/haproxy-root:trixie",
    ...{ recipe, sourceDir, source: haproxySource(), args: {}, log },
  });
}
