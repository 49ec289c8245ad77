/** Which passphrase opens a stack's secrets, and what is refused for want of one. */
import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { fileOf } from "./stackFile";
import { UserError } from "../base/step";

/**
 * The passphrase of the dev stack's throw-away secrets, known to everyone who can read this file. Nothing else
 * uses it but the tests.
 */
export const developmentPassphrase = "local-development-only";

/** `encryptionsalt` of the Pulumi.dev.yaml that comes with the project: opened by the passphrase above. */
export const developmentSalt = "v1:k6lLzA0THG0=:v1:cOtOqyiDsze5NYbj:cImNlqIkRzit2CyAEfrnPAix1MsR3g==";

export interface PassphraseQuestion {
  /** Undefined when the command asks for the name itself. */
  stack: string | undefined;
  /** False for stacks whose secrets a cloud KMS key or Pulumi's service encrypts. */
  needed: boolean;
  /** `encryptionsalt` of the stack; undefined for a new one. */
  salt?: string;
  /** The caller's environment. */
  env: NodeJS.ProcessEnv;
  /** For `stack change-secrets-provider`, which opens with the old passphrase and asks for the new one itself. */
  changing?: boolean;
  /** Default: {@link opens}. */
  tries?: typeof opens;
}

export interface PassphraseAnswer {
  /** Over the caller's environment. */
  env: NodeJS.ProcessEnv;
  notes: string[];
}

/** The dev stack, also as ORGANIZATION/PROJECT/dev. */
export function isDevStack(stack: string | undefined): boolean {
  return stack?.split("/").at(-1) === "dev";
}

const deriveKey = promisify(pbkdf2);

/**
 * Whether a passphrase is the one of a stack, as Pulumi tests it: the salt comes with an encrypted word.
 * Takes a fifth of a second. True for a salt of a form that only Pulumi can judge.
 */
export async function opens(passphrase: string, salt: string): Promise<boolean> {
  const [version, key, cipher, nonce, text, ...more] = salt.split(":");
  if (version !== "v1" || cipher !== "v1" || text === undefined || more.length > 0) return true;
  const derived = await deriveKey(passphrase, Buffer.from(key, "base64"), 1_000_000, 32, "sha256");
  const encrypted = Buffer.from(text, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", derived, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(encrypted.subarray(-16));
    decipher.update(encrypted.subarray(0, -16));
    decipher.final();
    return true;
  } catch {
    return false; // Its tag does not fit: another passphrase.
  }
}

/** What everybody could try: the one above, and none at all. */
const openPassphrases = [developmentPassphrase, ""];

/** A passphrase that everybody knows and that opens these secrets. */
export async function openPassphraseOf(salt: string, tries = opens): Promise<string | undefined> {
  for (const passphrase of openPassphrases) if (await tries(passphrase, salt)) return passphrase;
  return undefined;
}

const only = (passphrase: string): NodeJS.ProcessEnv => ({
  PULUMI_CONFIG_PASSPHRASE: passphrase,
  PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
});

/**
 * The passphrase for one command.
 * @throws {UserError} when there is none, or a wrong one, or one that everybody knows, with the way out.
 */
export async function passphraseFor(question: PassphraseQuestion): Promise<PassphraseAnswer> {
  const { stack, needed, salt, env, changing, tries = opens } = question;
  if (isDevStack(stack)) return { env: await developmentEnvironment(question), notes: [] };
  if (!needed && salt === undefined) return { env: {}, notes: [] };
  const given = givenPassphrase(env);
  if (changing && salt !== undefined) return changingFrom(given, salt, question);
  if (salt !== undefined && !(given && (await tries(given, salt)))) {
    if ((await openPassphraseOf(salt, tries)) !== undefined) throw openToAll(stack);
    if (given) throw wrongPassphrase(stack, env);
  }
  if (!given) throw noPassphrase(stack);
  if (given !== developmentPassphrase) return { env: {}, notes: [] };
  return {
    env: {},
    notes: [`Caution: the passphrase of stack ${stack} is the public one of local development`],
  };
}

/** The dev stack's own, whatever the caller's environment says. */
async function developmentEnvironment({
  salt,
  changing,
  tries = opens,
}: PassphraseQuestion): Promise<NodeJS.ProcessEnv> {
  if (changing) {
    throw new UserError(
      "The passphrase of the dev stack can't be changed: `npm start` must be able to read its secrets, which protect nothing. " +
        "Nothing was changed. Secrets that matter belong in a stack of your own: npm run pulumi -- stack init NAME",
    );
  }
  const known = salt === undefined || salt === developmentSalt || (await tries(developmentPassphrase, salt));
  if (known) return only(developmentPassphrase);
  throw new UserError(
    "The secrets in Pulumi.dev.yaml have another passphrase than the dev stack's own, which is the only one that the npm commands " +
      "use for it. Nothing was changed. `git checkout Pulumi.dev.yaml` restores the file; secrets that matter " +
      "belong in a stack of your own: npm run pulumi -- stack init NAME",
  );
}

/** Opens with the caller's passphrase or, so that nobody is locked out, with one that everybody knows. */
async function changingFrom(
  given: string | undefined,
  salt: string,
  { stack, env, tries = opens }: PassphraseQuestion,
): Promise<PassphraseAnswer> {
  if (given && (await tries(given, salt))) return { env: {}, notes: [] };
  const known = await openPassphraseOf(salt, tries);
  if (known !== undefined) {
    const note = `Opened with ${known === "" ? "an empty passphrase" : "the passphrase of local development"}, which is public. Now enter a new one`;
    return { env: only(known), notes: [note] };
  }
  throw given ? wrongPassphrase(stack, env) : noPassphrase(stack);
}

/** As Pulumi reads it: the variable first, then the file. */
function givenPassphrase({
  PULUMI_CONFIG_PASSPHRASE: phrase,
  PULUMI_CONFIG_PASSPHRASE_FILE: file,
}: NodeJS.ProcessEnv): string | undefined {
  if (phrase !== undefined || !file) return phrase;
  try {
    return readFileSync(resolve(file), "utf8").trim();
  } catch (error) {
    throw new UserError(
      `PULUMI_CONFIG_PASSPHRASE_FILE is ${file}, which can't be read (${(error as NodeJS.ErrnoException).code}). ` +
        "Nothing was changed. Name a file that holds the passphrase and nothing else",
    );
  }
}

/** The two ways to give a passphrase, as a shell takes them. */
export const askForIt =
  "  read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE      # asks for it, and shows nothing";
export const nameItsFile = "  export PULUMI_CONFIG_PASSPHRASE_FILE=...      # a file that holds it";

const named = (stack: string | undefined): string => stack ?? "NAME";
const called = (stack: string | undefined): string =>
  stack === undefined ? "The new stack" : `Stack ${stack}`;

function noPassphrase(stack: string | undefined): UserError {
  const places = stack === undefined ? "its file and in its state" : `${fileOf(stack)} and in its state`;
  return new UserError(
    `${called(stack)} needs a passphrase, which encrypts the secrets in ${places}. Nothing was changed. ` +
      "Choose one, keep it in your team's password manager, and run the command again after either of\n" +
      `${askForIt}\n${nameItsFile}\n` +
      "With a cloud KMS key you need none: " +
      `npm run pulumi -- stack init ${named(stack)} --secrets-provider awskms://... (or azurekeyvault, gcpkms, hashivault)`,
  );
}

function wrongPassphrase(stack: string | undefined, env: NodeJS.ProcessEnv): UserError {
  const variable =
    env.PULUMI_CONFIG_PASSPHRASE === undefined ? "PULUMI_CONFIG_PASSPHRASE_FILE" : "PULUMI_CONFIG_PASSPHRASE";
  return new UserError(
    `incorrect passphrase: ${variable} does not open the secrets of stack ${stack}. Nothing was changed. ` +
      `Set it to the passphrase that ${stack} was made with, and run the command again`,
  );
}

function openToAll(stack: string | undefined): UserError {
  return new UserError(
    `The secrets of stack ${stack} are encrypted with a public passphrase: that of local development, or an ` +
      "empty one. Nothing was changed. Give the stack its own passphrase once; this command asks for it, or reads it from " +
      "standard input if there is no terminal:\n" +
      `  npm run pulumi -- stack change-secrets-provider passphrase --stack ${named(stack)}\n` +
      "From then on every command needs it:\n" +
      `${askForIt}\n` +
      "If the stack's file or its state was ever shared, change the secrets themselves, too",
  );
}
