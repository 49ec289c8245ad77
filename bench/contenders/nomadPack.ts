/** nomad-pack with a pack of our own that does what the Django pack does. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTool } from "../../local/tools";
import { type Bed, databasePassword } from "../bed";
import { nomadEnvironment, timed } from "./command";
import { type Contender, type Deployed, type Release, siteSettings } from "./contender";

const pack = join(__dirname, "pack");

async function variables(bed: Bed, release: Release): Promise<string> {
  const { check, resources, env } = siteSettings;
  const values = {
    job_name: release.job,
    django_image: release.image,
    count: release.count,
    // The pack has no place for secrets but the environment.
    env_vars: { ...env, ...(await bed.databaseEnv(release.database)), POSTGRES_PASSWORD: databasePassword },
    server_resources: resources,
    check_path: check.path,
    ...(release.hurried
      ? { check_interval: "1s", check_timeout: "1s", min_healthy_time: "1s" }
      : { check_interval: check.interval, check_timeout: check.timeout }),
  };
  // HCL takes JSON's way to write these values.
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join("");
}

/** Runs a command of nomad-pack on a site. */
export async function runPack(bed: Bed, command: "run" | "plan", release: Release): Promise<Deployed> {
  const tool = await ensureTool("nomad-pack");
  const { address } = await bed.cluster();
  const home = mkdtempSync(join(tmpdir(), "django-nomad-pack-"));
  try {
    const file = join(home, "variables.hcl");
    writeFileSync(file, await variables(bed, release));
    // A home of its own, so that no registry of the user's is read or written.
    const env = { ...nomadEnvironment(address), HOME: home, XDG_CACHE_HOME: join(home, "cache") };
    return await timed(tool.path, [command, ".", `--name=${release.job}`, `--var-file=${file}`], {
      cwd: pack,
      env,
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export const nomadPack: Contender = {
  name: "nomad-pack",
  deploy: (bed, release) => runPack(bed, "run", release),
};
