/** The cluster that an application goes to: its client talks to the one that its provider talks to. */
import * as pulumi from "@pulumi/pulumi";
import { NomadApi, type Patience } from "./api";
import { defaultAddress, type NomadConnection, nomadConnection } from "./connection";
import { known } from "./known";
import { type NomadArgs, nomadArgNames } from "./nomadArgs";

/** Where in the cluster. */
export interface ClusterPlace {
  /** Of the job; unset, it is where the environment says, as for the provider. */
  namespace?: string;
  /** Of the job; counts where the connection names no region. */
  region?: string;
}

export class Cluster {
  private read: Promise<NomadConnection> | undefined;

  /** @param args unset, the default provider's own config and the environment count. */
  constructor(
    private readonly args: NomadArgs | undefined,
    private readonly place: ClusterPlace,
  ) {}

  /**
   * A client; it asks nothing yet.
   * @param life ends every call: a signal, or milliseconds from the moment on which it is known whom to ask.
   */
  async connect(life: AbortSignal | number, patience?: Patience): Promise<NomadApi> {
    const connection = await this.connection();
    const signal = typeof life === "number" ? AbortSignal.timeout(life) : life;
    return new NomadApi(connection, this.place.namespace ?? process.env.NOMAD_NAMESPACE, signal, patience);
  }

  /** Waits for values that other resources make. One that is not known in a preview is the connection's problem. */
  connection(): Promise<NomadConnection> {
    this.read ??= this.args === undefined ? Promise.resolve(this.ofProviderConfig()) : this.ofArgs(this.args);
    return this.read;
  }

  private ofProviderConfig(): NomadConnection {
    const config = new pulumi.Config("nomad");
    return this.inRegion(nomadConnection((name) => config.get(name)));
  }

  private async ofArgs(args: NomadArgs): Promise<NomadConnection> {
    const given = nomadArgNames.filter((name) => args[name] !== undefined);
    const values = await Promise.all(given.map(async (name) => [name, await known(args[name])] as const));
    const settings = Object.fromEntries(values) as Record<string, unknown>;
    const setting = (name: string): string | undefined => asText(settings[name]);
    const ignored = Object.entries((settings.ignoreEnvVars ?? {}) as Record<string, boolean>);
    const without = ignored.filter(([, ignore]) => ignore).map(([name]) => [name, undefined]);
    const none = Object.fromEntries(without) as Record<string, undefined>;
    const env: NodeJS.ProcessEnv = { ...process.env, ...none };
    const connection = this.inRegion(nomadConnection(setting, env, "nomad."));
    const later = given.find((name) => settings[name] === undefined);
    if (later === undefined) return connection;
    return { ...connection, problem: `nomad.${later} is not known until \`pulumi up\` has created it` };
  }

  private inRegion(connection: NomadConnection): NomadConnection {
    return { ...connection, region: connection.region ?? this.place.region };
  }
}

/** The cluster that arguments and environment name before anything runs; undefined where an output names it. */
export function knownCluster(
  args: NomadArgs | undefined,
  jobRegion: string | undefined,
): { address: string; region?: string } | undefined {
  const config = new pulumi.Config("nomad");
  const { address, region } = args ?? { address: config.get("address"), region: config.get("region") };
  const isLater = [address, region].some((value) => value !== undefined && typeof value !== "string");
  if (isLater || args?.ignoreEnvVars !== undefined) return undefined;
  return {
    address: (address as string | undefined) ?? process.env.NOMAD_ADDR ?? defaultAddress,
    region: (region as string | undefined) ?? process.env.NOMAD_REGION ?? jobRegion,
  };
}

/** As the provider's config has it: what is no text as JSON. */
function asText(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
