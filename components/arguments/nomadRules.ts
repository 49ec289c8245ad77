/** Rules about the cluster: the job, its variables and the client must go to one region. */
import { providerEnvironment } from "../nomad/environment";
import type { NomadArgs } from "../nomad/nomadArgs";
import { hasSecrets } from "./environmentRules";
import { isLater } from "./later";
import type { Problem } from "./problem";
import { type Given, type Rule, when } from "./rule";
import type { Transport } from "./transportRules";

export const nomadRules: Rule[] = [
  {
    keys: ["nomad.region", "region"],
    problems: ({ nomad, region }) => differentRegions("nomad.region", nomad?.region, region),
  },
];

/** How the argument reaches Nomad; what is still an output is left out. */
export function argumentTransport({ address, region, skipVerify, ignoreEnvVars }: NomadArgs): Transport {
  const env = providerEnvironment(ignoreEnvVars);
  const own = address ?? env.NOMAD_ADDR;
  const skips = skipVerify ?? env.NOMAD_SKIP_VERIFY;
  const skipsKey = skips === skipVerify ? "nomad.skipVerify" : "NOMAD_SKIP_VERIFY";
  const elsewhere = region ?? env.NOMAD_REGION;
  return {
    address: typeof own === "string" ? own : undefined,
    addressKey: "nomad.address",
    skipVerify: skips === undefined || isLater(skips) ? [] : [[skipsKey, String(skips)]],
    // The rule of `nomad.region` judges that one. Its provider goes to the region of the job where nothing else names one.
    region:
      elsewhere === undefined || elsewhere === region
        ? { follows: true }
        : { key: "NOMAD_REGION", value: env.NOMAD_REGION },
  };
}

/** Nomad registers a job in the region of the request, whatever the job says. */
function differentRegions(key: string, own: string | undefined, region: string | undefined): Problem[] {
  return when(
    own !== undefined && region !== undefined && own !== region,
    key,
    `is "${own}", but region is "${region}": the job would go to ${own}. Remove one of them`,
  );
}

/** Where the default provider sends what names no region of its own, as variables don't. */
export function regionProblems({ region: job }: Given, { region: { key, value } }: Transport): Problem[] {
  return key === undefined ? [] : differentRegions(key, value, job);
}

export function regionWarnings(given: Given, { region: { follows, value } }: Transport): Problem[] {
  const { region } = given;
  return when(
    region !== undefined && value === undefined && !follows && hasSecrets(given),
    "region",
    `is "${region}", but nomad:region and NOMAD_REGION are unset: the job goes to ${region}, and its secrets to the region of ` +
      `the agent that answers, where the job can't read them. Set both: pulumi config set nomad:region ${region}`,
  );
}
