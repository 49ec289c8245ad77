/** Images that a stack names, and whether each name will mean the same image tomorrow. */
import { postgresImage, type PostgresVersionArgs } from "./postgresVersion";
import { hasDigest, hasTagAndDigest, movingTag } from "./image";
import type { Problem } from "./problem";
import type { Given } from "./rule";

/** The keys of all images, each with others that decide on it. */
export const imageKeys = [
  ["djangoImage"],
  ["postgres.image", "postgres.version"],
  ["backups.image"],
] as const satisfies readonly (readonly string[])[];

/** The arguments that name images; outputs among them are left out. */
interface Named {
  djangoImage?: unknown;
  postgres?: PostgresVersionArgs;
  backups?: { image?: unknown };
}

/** Every image that is known before anything runs, by its key. */
function images({ djangoImage, postgres, backups }: Named): [key: string, image: string][] {
  const all: [string, unknown][] = [
    ["djangoImage", djangoImage],
    ["postgres.image", postgres && postgresImage(postgres)],
    ["backups.image", backups?.image],
  ];
  return all.filter((one): one is [string, string] => typeof one[1] === "string");
}

/** Images that are neither pinned by a digest, nor by a tag that the registry never moves. */
export function unpinnedImages(given: Given): Problem[] {
  return images(given).flatMap(([key, image]) => {
    if (hasDigest(image)) return [];
    const moving = movingTag(image);
    if (moving !== undefined) return [{ key, message: moving }];
    if (given.immutableTags === true) return [];
    return [
      {
        key,
        message:
          `"${image}" is pinned by a tag, which a registry may move to another image. Pin it by its digest, ` +
          `${image.replace(/:[^:/]*$/, "")}@sha256:... (docker buildx imagetools inspect ${image} shows it), ` +
          "or set immutableTags to true if the registry never moves a tag",
      },
    ];
  });
}

/** Images of the job with a tag and a digest, of which an older Nomad drops the digest. */
export function taggedDigests(given: Named): Problem[] {
  return images(given)
    .filter(([, image]) => hasTagAndDigest(image))
    .map(([key, image]) => ({
      key,
      message: `is "${image}": Nomad before 1.9.7 keeps its tag and drops its digest. Write ${image.replace(/:[^:/@]*@/, "@")}`,
    }));
}
