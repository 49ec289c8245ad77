/** The cluster that an application goes to: its client talks to the one that its provider talks to. */
import * as pulumi from "@pulumi/pulumi";
import { NomadApi, type Patience } from "./api";
import { defaultAddress, type NomadConnection, nomadConnection } from "./connection";
import { providerEnvironment } from "./environment";
import { isKnown, known } from "./known";
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
  private readonly args: NomadArgs | undefined;

  /** @param args unset, the default provider's own config and the environment count. */
  constructor(
    args: NomadArgs | undefined,
    private readonly place: ClusterPlace,
  ) {
    this.args = args && givenOf(args);
  }

  /**
   * A client; it asks nothing yet.
   * @param life ends every call: a signal, or milliseconds from the moment on which it is known whom to ask.
   */
  async connect(life: AbortSignal | number, patience?: Patience): Promise<NomadApi> {
    const connection = await this.connection();
    const signal = typeof life === "number" ? AbortSignal.timeout(life) : life;
    const namespace = this.place.namespace ?? nomadEnvironment(this.args).NOMAD_NAMESPACE;
    return new NomadApi(connection, namespace, signal, patience);
  }

  /** Waits for values that other resources make. One that is not known in a preview is the connection's problem. */
  connection(): Promise<NomadConnection> {
    this.read ??= this.args ? this.ofArgs(this.args) : Promise.resolve(this.ofProviderConfig());
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
    const connection = this.inRegion(nomadConnection(setting, process.env, "nomad."));
    const open = given.find((name) => isUnset(settings[name]));
    const hole = open ?? headerWithoutValue(settings.headers);
    if (hole === undefined) return connection;
    const isMade = open === undefined || (await isKnown(args[open]));
    return { ...connection, problem: isMade ? withoutValue(hole) : unknownYet(hole) };
  }

  private inRegion(connection: NomadConnection): NomadConnection {
    return { ...connection, region: connection.region ?? this.place.region };
  }
}

function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** The arguments that have a value: null is unset, as undefined is. */
export function givenOf(args: NomadArgs): NomadArgs {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => !isUnset(value)));
}

/** Where an output inside the headers had no value. */
function headerWithoutValue(headers: unknown): string | undefined {
  const all = Array.isArray(headers) ? (headers as Record<string, unknown>[]) : [];
  const holes = all.flatMap((header, index) =>
    ["name", "value"].filter((key) => isUnset(header[key])).map((key) => `headers[${index}].${key}`),
  );
  return holes.at(0);
}

function unknownYet(name: string): string {
  return `nomad.${name} is not known until \`pulumi up\` has created it`;
}

function withoutValue(name: string): string {
  return (
    `nomad.${name} is an output that has no value: check where it comes from, for example the name that getOutput asks for, ` +
    "or leave the argument out"
  );
}

/** The environment as the provider of these arguments reads it; without arguments, as the default provider does. */
export function nomadEnvironment(args: NomadArgs | undefined): NodeJS.ProcessEnv {
  return providerEnvironment(args ? args.ignoreEnvVars : new pulumi.Config("nomad").get("ignoreEnvVars"));
}

/** The cluster that arguments and environment name before anything runs; undefined where an output names it. */
export function knownCluster(
  args: NomadArgs | undefined,
  jobRegion: string | undefined,
): { address: string; region?: string } | undefined {
  const config = new pulumi.Config("nomad");
  const { address, region } = args ?? { address: config.get("address"), region: config.get("region") };
  if ([address, region].some((value) => !isUnset(value) && typeof value !== "string")) return undefined;
  const env = nomadEnvironment(args);
  return {
    address: (address as string | undefined) ?? env.NOMAD_ADDR ?? defaultAddress,
    region: (region as string | undefined) ?? env.NOMAD_REGION ?? jobRegion,
  };
}

/** As the provider's config has it: what is no text as JSON. */
function asText(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
