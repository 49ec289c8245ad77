/** The image of Redis: the official one, or Debian's package of the same major version. */
import { join } from "node:path";
import { repoRoot } from "../../commands/base/paths";
import { debianOr } from "./official";
import { type Recipe, recipeHash } from "./rootFileSystem";
import { sourceHash } from "./source";

const sourceDir = join(repoRoot, "local", "images", "redis");

/** The official image under this tag, or the one made here. */
export const redisImage = "django-nomad/redis:7";

const recipe: Recipe = { suite: "bookworm", name: "redis", packages: ["redis-server"] };

/** What the local image is made from. */
export function redisSource(): string {
  return sourceHash(sourceDir, recipeHash(recipe));
}

/** Call it while holding the image lock. */
export function makeRedis(log: (line: string) => void): Promise<void> {
  return debianOr("redis:7", {
    image: redisImage,
    root: "django-nomad/redis-root:bookworm",
    ...{ recipe, sourceDir, source: redisSource(), args: {}, log },
  });
}
