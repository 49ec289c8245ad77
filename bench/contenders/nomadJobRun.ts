/** The floor: the job that this program registers, given to `nomad job run`. */
import { appSpec } from "../../components/application/djangoAppSpec";
import type { KnownArgs } from "../../components/arguments";
import { unmadeOwner } from "../../components/guards/owner";
import { renderJobspec, secretsPath } from "../../components/jobspec";
import { ensureTool } from "../../local/tools";
import { type Bed, databasePassword } from "../bed";
import { nomadEnvironment, timed } from "./command";
import type { Contender, Release } from "./contender";
import { siteArgs } from "./djangoNomad";

const secrets = { POSTGRES_PASSWORD: databasePassword, SECRET_KEY: "for measurements" };

async function jobspec(bed: Bed, release: Release): Promise<string> {
  const args = await siteArgs(bed, release);
  const path = secretsPath(release.job);
  return renderJobspec(
    appSpec(
      { ...(args as KnownArgs), djangoImage: release.image },
      {
        ...unmadeOwner,
        jobName: release.job,
        owner: undefined,
        secrets: { path, names: Object.keys(secrets), fingerprint: "00000000" },
        release: Math.floor(Date.now() / 1000),
        description: undefined,
      },
    ),
  );
}

export const nomadJobRun: Contender = {
  name: "nomad job run",
  async deploy(bed, release) {
    const { path: nomad } = await ensureTool("nomad");
    const cluster = await bed.cluster();
    const input = await jobspec(bed, release);
    const path = secretsPath(release.job);
    await cluster.request("PUT", `/v1/var/${path}`, { Path: path, Items: secrets });
    const args = ["job", "run", "-json", "-verbose", "-"];
    return timed(nomad, args, { input, env: nomadEnvironment(cluster.address) });
  },
};
