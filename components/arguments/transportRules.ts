/** The way to Nomad and to the registry: what travels in the clear, and what goes to a server that nobody has checked. */
import { isLoopback, isTrue } from "../nomad/address";
import { parsed, providerEnvironment } from "../nomad/environment";
import { noAuthJwt } from "../nomad/token";
import { ignoredVariables } from "./keys/nomad";
import { discreet, type Problem } from "./problem";
import { type Given, when } from "./rule";

/** How the provider reaches Nomad. */
export interface Transport {
  /** `nomad:address` or NOMAD_ADDR. */
  address: string | undefined;
  /** The address's name in messages. @default "nomad:address" */
  addressKey?: string;
  /** Where checking the server's certificate is switched off: name and value. */
  skipVerify: [name: string, value: string][];
  /** The provider's own region and where it is set; `follows` where it takes the job's. */
  region: { key?: string; value?: string; follows?: boolean };
  /** Settings of the provider's that the component's own client can't follow. */
  problems?: Problem[];
}

const skipNames = ["nomad:skipVerify", "NOMAD_SKIP_VERIFY"] as const;

/** @param setting reads the provider's own config, which wins over the environment. */
export function nomadTransport(setting: (name: string) => string | undefined): Transport {
  const ignoreEnvVars = setting("ignoreEnvVars");
  const env = providerEnvironment(ignoreEnvVars);
  const problems = when(setting("authJwt") !== undefined, "nomad:authJwt", noAuthJwt);
  if (ignoreEnvVars !== undefined) ignoredVariables(parsed(ignoreEnvVars), "nomad:ignoreEnvVars", problems);
  const given = [setting("skipVerify"), env.NOMAD_SKIP_VERIFY];
  return {
    address: setting("address") ?? env.NOMAD_ADDR,
    region: setting("region")
      ? { key: "nomad:region", value: setting("region") }
      : env.NOMAD_REGION
        ? { key: "NOMAD_REGION", value: env.NOMAD_REGION }
        : {},
    skipVerify: skipNames.flatMap((name, index): Transport["skipVerify"] => {
      const value = given[index];
      return value === undefined ? [] : [[name, value]];
    }),
    problems,
  };
}

/** Plain http to another machine. */
function isClear(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !isLoopback(hostname);
}

/** Everything that somebody on the way could read or take. Refused where `protect` is on, a warning elsewhere. */
export function openTransport(
  { registryAuth }: Pick<Given, "registryAuth">,
  { address = "", addressKey = "nomad:address", skipVerify }: Omit<Transport, "region">,
): Problem[] {
  const given: unknown = registryAuth?.serverAddress;
  // An output is judged once it is known.
  const registry = typeof given === "string" ? given : "";
  const caFile = addressKey.replace("address", "caFile");
  return [
    ...when(
      isClear(address),
      addressKey,
      `is "${address}": the token and every secret would travel unencrypted. Use https://, and ${caFile} ` +
        "for your own certificate authority",
    ),
    ...skipVerify.flatMap(([key, value]) =>
      when(
        isTrue(value),
        key,
        `is "${value}": the token and every secret would go to any server that answers. Remove it, and name the ` +
          `authority of the server's certificate in ${caFile} (or NOMAD_CACERT)`,
      ),
    ),
    ...when(
      isClear(registry),
      "registryAuth.serverAddress",
      `is "${registry}": the registry's password would travel unencrypted. Use a registry with TLS, and remove http://`,
    ),
  ].map(discreet);
}
