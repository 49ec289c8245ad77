/** The images that the local stack and the tests run. */
import { presentImages } from "./docker";
import { haproxyImage, haproxySource, makeHaproxy } from "./haproxy";
import { withImageLock } from "./lock";
import { isFrom } from "./official";
import { localPostgresSource, makePostgres, type PostgresMajor, postgresImage } from "./postgres";
import { type SiteVersion, buildSite, siteImage, siteSource, siteVersions } from "./site";

export type { PostgresMajor } from "./postgres";
export type { SiteVersion } from "./site";
/**
 * A version of the site, a major version of PostgreSQL (the local stack runs 15, 17 is there for tests alone), or the
 * proxy in front of them.
 */
export type ImageName = SiteVersion | PostgresMajor | "haproxy";

const ofTheLocalStack: ImageName[] = [...siteVersions, 15, "haproxy"];

function imageOf(name: ImageName): string {
  if (name === "haproxy") return haproxyImage;
  return isMajor(name) ? postgresImage(name) : siteImage(name);
}

export interface Images {
  /** The sample site, by version. */
  django: Record<SiteVersion, string>;
  postgres: string;
  haproxy: string;
}

export interface ImageOptions {
  /** Default: what the local stack runs. */
  only?: ImageName[];
  log?: (line: string) => void;
}

/**
 * Makes sure that the images are there and made from the sources as they are now. Docker must answer.
 * Pulls base images where a registry can be reached, else makes them with debootstrap (root on Debian).
 */
export async function ensureImages(options: ImageOptions = {}): Promise<Images> {
  const log = options.log ?? (() => undefined);
  const wanted = options.only ?? ofTheLocalStack;
  let missing = await missingImages(wanted);
  if (missing.length > 0) {
    await withImageLock(log, async () => {
      // Another process may have made them meanwhile.
      missing = await missingImages(wanted);
      const versions = siteVersions.filter((version) => missing.includes(version));
      const work: Promise<unknown>[] = [];
      if (versions.length > 0) work.push(buildSite(versions, log));
      for (const major of missing.filter(isMajor)) work.push(makePostgres(major, log));
      if (missing.includes("haproxy")) work.push(makeHaproxy(log));
      // All must have ended before the lock goes back, also when one fails.
      const results = await Promise.allSettled(work);
      for (const result of results) if (result.status === "rejected") throw result.reason;
    });
  }
  return {
    django: { v1: siteImage("v1"), v2: siteImage("v2"), v3: siteImage("v3"), v4: siteImage("v4") },
    postgres: postgresImage(15),
    haproxy: haproxyImage,
  };
}

function isMajor(name: ImageName): name is PostgresMajor {
  return typeof name === "number";
}

/** What is not there, or made from other sources. Docker must answer. @param wanted default: as for {@link ensureImages}. */
export async function missingImages(wanted = ofTheLocalStack): Promise<ImageName[]> {
  const present = await presentImages(wanted.map(imageOf));
  return wanted.filter((name) => {
    const source = present.get(imageOf(name));
    if (name === "haproxy") return !isFrom(source, haproxySource());
    return isMajor(name) ? !isFrom(source, localPostgresSource(name)) : source !== siteSource(name);
  });
}

/** The server's image of that major version, made when it is not there. */
export async function ensurePostgres(major: PostgresMajor): Promise<string> {
  await ensureImages({ only: [major] });
  return postgresImage(major);
}
