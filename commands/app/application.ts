/** The application of a stack on its cluster, found without Pulumi's CLI: these commands begin at once. */
import { NomadApi, type Patience } from "../../components/nomad/api";
import { type NomadConnection, nomadConnection, type Setting } from "../../components/nomad/connection";
import { providerEnvironment } from "../../components/nomad/environment";
import { run } from "../base/run";
import { repoRoot } from "../base/paths";
import { UserError } from "../base/step";
import { localEnvironment } from "../pulumi/environment";
import { laptop } from "../pulumi/laptop";
import { isEncrypted, settingText } from "../pulumi/nomadOfStack";
import { nomadVariables } from "../pulumi/nomadVariables";
import { noSuchFile, ownConfig, projectName, stackConfig } from "../pulumi/stackFile";

export interface NomadCli {
  connection: NomadConnection;
  /** Of the caller, with what the stack says. */
  env: NodeJS.ProcessEnv;
  setting: Setting;
}

export interface DeployedApplication {
  stack: string;
  /** Nomad job id. */
  jobName: string;
  /** Unset for the token's default one. */
  namespace: string | undefined;
  /** For Nomad's CLI: how to reach its cluster. */
  cli: NomadCli;
  /** A client. @param signal ends every call. */
  connect(signal: AbortSignal, patience?: Patience): NomadApi;
}

/** @throws {UserError} when there is no such stack, or nothing says where its Nomad is. */
export async function applicationOf(stack: string): Promise<DeployedApplication> {
  const [config, own] = [stackConfig(stack), ownConfig(stack)];
  if (!config || !own) {
    throw new UserError(`${noSuchFile(stack)}. Name the stack with --stack NAME`);
  }
  const env: NodeJS.ProcessEnv = { ...process.env, ...nomadVariables(stack, await laptop()).env };
  const settings = await nomadTexts(stack, config);
  const setting: Setting = (name) => settings[`nomad:${name}`];
  const connection = nomadConnection(setting, env);
  const region = connection.region ?? text(own.region);
  const namespace = text(own.namespace) ?? providerEnvironment(setting("ignoreEnvVars"), env).NOMAD_NAMESPACE;
  return {
    stack,
    jobName: text(own.jobName) ?? projectName(),
    namespace,
    cli: { connection: { ...connection, region }, env, setting },
    connect: (signal, patience) => new NomadApi({ ...connection, region }, namespace, signal, patience),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The provider's settings as its config has them: what is no text as JSON. */
async function nomadTexts(
  stack: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const own = Object.entries(config).filter(([key]) => key.startsWith("nomad:"));
  if (own.some(([, value]) => isEncrypted(value))) return decrypted(stack);
  return Object.fromEntries(
    own.flatMap(([key, value]) => {
      const setting = settingText(value);
      return setting === undefined ? [] : [[key, setting] as const];
    }),
  );
}

/** Only Pulumi opens its secrets: this takes a second, and the stack's passphrase. */
async function decrypted(stack: string): Promise<Record<string, string>> {
  const { pulumi, env } = await localEnvironment(stack, { program: false, secrets: true });
  const { stdout } = await run(pulumi, ["config", "--show-secrets", "--json", "--stack", stack], {
    env,
    cwd: repoRoot,
  });
  const all = Object.entries(JSON.parse(stdout) as Record<string, { value?: string }>);
  return Object.fromEntries(
    all.flatMap(([key, { value }]) =>
      key.startsWith("nomad:") && value !== undefined ? [[key, value] as const] : [],
    ),
  );
}
