/** This program, through npm, as its README says. */
import { parse, stringify } from "yaml";
import type { DjangoAppArgs } from "../../components";
import type { Bed } from "../bed";
import { type Contender, type Release, siteSettings } from "./contender";

/** The program's arguments for a site, but for its secrets. */
export async function siteArgs(bed: Bed, release: Release): Promise<DjangoAppArgs & { jobName: string }> {
  const { check, resources, env } = siteSettings;
  return {
    jobName: release.job,
    djangoImage: release.image,
    count: release.count,
    httpService: {
      serviceName: release.job,
      serviceProvider: "nomad",
      checkPath: check.path,
      checkInterval: release.hurried ? "1s" : check.interval,
      checkTimeout: release.hurried ? "1s" : check.timeout,
    },
    envVars: { ...env, ...(await bed.databaseEnv(release.database)) },
    serverResources: resources,
    migrateResources: resources,
    update: {
      ...(release.strategy === undefined ? {} : { strategy: release.strategy }),
      ...(release.hurried ? { minHealthyTime: "1s" } : {}),
    },
  };
}

/** The file of a stack with these settings; its secrets are the dev stack's. */
export async function writeStack(bed: Bed, stack: string, settings: object): Promise<void> {
  const clone = bed.clone();
  const dev = parse(clone.read("Pulumi.dev.yaml")) as {
    encryptionsalt: string;
    config: Record<string, unknown>;
  };
  const own = Object.entries(settings).map(([key, value]) => [`django-nomad:${key}`, value as unknown]);
  const config: Record<string, unknown> = {
    "nomad:address": (await bed.cluster()).address,
    "django-nomad:secretEnvVars": dev.config["django-nomad:secretEnvVars"],
    ...(Object.fromEntries(own) as Record<string, unknown>),
  };
  clone.write(`Pulumi.${stack}.yaml`, stringify({ encryptionsalt: dev.encryptionsalt, config }));
}

export const djangoNomad: Contender = {
  name: "django-nomad",
  async deploy(bed, release) {
    await writeStack(bed, release.job, await siteArgs(bed, release));
    const begin = Date.now();
    // The other two plan nothing before they act.
    const { code, output } = await bed.clone().verb("up", "--yes", "--skip-preview", "--stack", release.job);
    return { code, output, begin, end: Date.now() };
  },
};
