/** The images that the local stack and the tests run. */
import { presentImages } from "./docker";
import { withImageLock } from "./lock";
import { isUsable, makePostgres, postgresImage } from "./postgres";
import { type SiteVersion, buildSite, siteImage, siteSource, siteVersions } from "./site";

export type { SiteVersion } from "./site";
export type ImageName = SiteVersion | "postgres";

export interface Images {
  /** The sample site, by version. */
  django: Record<SiteVersion, string>;
  postgres: string;
}

export interface ImageOptions {
  /** Default: all of them. */
  only?: ImageName[];
  log?: (line: string) => void;
}

/**
 * Makes sure that the images are there and made from the sources as they are now. Docker must answer.
 * Pulls base images where a registry can be reached, else makes them with debootstrap (root on Debian).
 */
export async function ensureImages(options: ImageOptions = {}): Promise<Images> {
  const log = options.log ?? (() => undefined);
  const wanted = options.only ?? [...siteVersions, "postgres"];
  let missing = await missingImages(wanted);
  if (missing.length > 0) {
    await withImageLock(log, async () => {
      // Another process may have made them meanwhile.
      missing = await missingImages(wanted);
      const versions = siteVersions.filter((version) => missing.includes(version));
      const work: Promise<unknown>[] = [];
      if (versions.length > 0) work.push(buildSite(versions, log));
      if (missing.includes("postgres")) work.push(makePostgres(log));
      // Both must have ended before the lock goes back, also when one fails.
      const results = await Promise.allSettled(work);
      for (const result of results) if (result.status === "rejected") throw result.reason;
    });
  }
  return {
    django: { v1: siteImage("v1"), v2: siteImage("v2"), v3: siteImage("v3"), v4: siteImage("v4") },
    postgres: postgresImage,
  };
}

async function missingImages(wanted: ImageName[]): Promise<ImageName[]> {
  const present = await presentImages([...siteVersions.map(siteImage), postgresImage]);
  return wanted.filter((name) =>
    name === "postgres"
      ? !isUsable(present.get(postgresImage))
      : present.get(siteImage(name)) !== siteSource(name),
  );
}
