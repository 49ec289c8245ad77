/**
 * Where a stack's Nomad is, once for the provider in its state. A refresh asks as the last `up` did: a state that was made
 * with NOMAD_ADDR knows no address, and does not look at the config.
 */
import { nearest } from "../../components/arguments/nearest";
import { withoutCredentials } from "../../components/nomad/address";
import { nomadArgNames } from "../../components/nomad/nomadArgs";
import { noAuthJwt } from "../../components/nomad/token";

/** The provider's settings that have a variable of the environment, too. In a config they win over it. */
const variables = {
  address: "NOMAD_ADDR",
  region: "NOMAD_REGION",
  caFile: "NOMAD_CACERT",
  certFile: "NOMAD_CLIENT_CERT",
  keyFile: "NOMAD_CLIENT_KEY",
  skipVerify: "NOMAD_SKIP_VERIFY",
} as const;

type Settings = Readonly<Record<string, unknown>>;

export interface NomadOfStack {
  env: NodeJS.ProcessEnv;
  /** What the user should know, one line each. */
  notes: string[];
}

/** The settings of a config's `nomad:` keys, without their prefix. */
export function nomadSettings(config: Settings): Settings {
  const own = Object.entries(config).filter(([key]) => key.startsWith("nomad:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("nomad:".length), value]));
}

/** A setting as the provider's config has it: what is no text as JSON. Undefined for a key without a value. */
export function settingText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whether a setting, or a part of it, is a secret of Pulumi's. */
export function isEncrypted(value: unknown): boolean {
  return JSON.stringify(value)?.includes('"secure":') ?? false;
}

/** Settings that Pulumi itself knows of every provider. */
const ofAnyProvider = ["version", "pluginDownloadURL"];

/** What is wrong with the names of the provider's settings: one that is misspelt would count for nothing. */
export function unknownSetting(file: string, configured: Settings): string | undefined {
  if ("authJwt" in configured) return `${file}: nomad:authJwt ${noAuthJwt}`;
  const known = [...nomadArgNames, ...ofAnyProvider];
  const [unknown] = Object.keys(configured).filter((key) => !known.includes(key));
  if (unknown === undefined) return undefined;
  const meant = nearest(unknown, known);
  return (
    `${file} has nomad:${unknown}, which Nomad's provider does not know. ` +
    (meant === undefined
      ? `It knows ${nomadArgNames.map((name) => `nomad:${name}`).join(", ")}`
      : `Did you mean nomad:${meant}?`)
  );
}

/**
 * @param stack for the commands in the notes.
 * @param configured the stack's own settings of the provider.
 * @param known those in its state; undefined when there is no provider in it yet.
 * @param environment of the caller.
 */
export function nomadOfStack(
  stack: string,
  configured: Settings,
  known: Settings | undefined,
  environment: NodeJS.ProcessEnv,
): NomadOfStack {
  const env: NodeJS.ProcessEnv = {};
  for (const [key, variable] of Object.entries(variables)) {
    const value = configured[key];
    if (isPlain(value)) env[variable] = String(value);
  }
  return { env, notes: known ? notes(stack, configured, known, environment) : [] };
}

/** @param address where the next up goes. @returns nothing unless the state's own address is another one. */
export function movedNotes(stack: string, address: string, known: Settings | undefined): string[] {
  if (known?.address === undefined || known.address === address) return [];
  return [
    `Nomad: a refresh asks ${withoutCredentials(String(known.address))}, the address in the state of stack ${stack}. ` +
      `If nothing answers there any more, ${once(stack)}`,
  ];
}

const once = (stack: string): string => `run once: npm run up -- --stack ${stack} --refresh=false`;

function notes(
  stack: string,
  configured: Settings,
  known: Settings,
  environment: NodeJS.ProcessEnv,
): string[] {
  const { address } = configured;
  if (typeof address !== "string") return [];
  const unseen = Object.keys(configured)
    .filter((key) => !(key in known) && !isSeen(key, configured, environment))
    .map((key) => `nomad:${key}`);
  return [
    ...(known.address === undefined
      ? [
          `Nomad: the state of stack ${stack} was made with NOMAD_ADDR; its resources are now looked up at ${withoutCredentials(address)}. ` +
            "If that is another cluster, go back and destroy the stack first: otherwise its job keeps running on the old one",
        ]
      : []),
    ...movedNotes(stack, address, known),
    ...(unseen.length > 0
      ? [
          `Nomad: a refresh does not use ${unseen.join(", ")} until the next \`up\`. If Nomad refuses it, ${once(stack)}`,
        ]
      : []),
  ];
}

/** Whether the state's provider gets a setting of the config although it is not in the state. */
function isSeen(key: string, configured: Settings, environment: NodeJS.ProcessEnv): boolean {
  if (key in variables && isPlain(configured[key])) return true;
  return key === "secretId" && Boolean(environment.NOMAD_TOKEN);
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
