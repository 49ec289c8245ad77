/** The images of the walkthrough: the ones that the Django pack's README names, or the sample site's in their place. */
import { presentImages, pull } from "./docker";
import { siteImage } from "./site";

/** On Docker's own registry. */
const published = "jamiebeverley/django-testing";

/** Of the walkthrough: v2 has a migration of some 15 seconds. */
type WalkthroughVersion = "v1" | "v2";

export interface WalkthroughImages {
  of: (version: WalkthroughVersion) => string;
  /** Whether they hold Celery, as the dev stack's processes and schedules need it. */
  hasTasks: boolean;
  /** Which ones, and why, for people. */
  choice: string;
}

/** What the choice asks of Docker. */
export interface Registry {
  present: (names: string[]) => Promise<ReadonlyMap<string, unknown>>;
  /** @returns false where no registry can be reached. */
  pull: (name: string) => Promise<boolean>;
}

export function dockerRegistry(log: (line: string) => void): Registry {
  return { present: presentImages, pull: (name) => pull(name, log) };
}

/** The published images where they are there or can be pulled, both of them; else the sample site's. */
export async function walkthroughImages(registry: Registry): Promise<WalkthroughImages> {
  const names = [`${published}:v1`, `${published}:v2`];
  const present = await registry.present(names);
  for (const name of names.filter((name) => !present.has(name))) {
    if (await registry.pull(name)) continue;
    return {
      of: siteImage,
      hasTasks: true,
      choice: `the sample images ${siteImage("v1")} and v2, since ${name} can't be pulled here`,
    };
  }
  return {
    of: (version) => `${published}:${version}`,
    hasTasks: false,
    choice: `the published images ${names[0]} and v2`,
  };
}
