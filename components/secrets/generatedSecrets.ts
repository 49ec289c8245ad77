/** Secrets that nobody has to think of: made once, and kept encrypted in the stack's state. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Letters and digits: they need no quoting in URLs, files and shells. 32 of them are 190 bits. */
const passwordLength = 32;
/** Django warns of keys with fewer than 50. */
const secretKeyLength = 64;

/** A password of letters and digits; another name is another one. */
export function generatedPassword(
  name: string,
  opts: pulumi.CustomResourceOptions,
  length = passwordLength,
): pulumi.Output<string> {
  return pulumi.secret(new random.RandomPassword(name, { length, special: false }, opts).result);
}

/**
 * Hexadecimal digits that nobody can foresee and that are no secret; made anew when `changesWith` is another text. State
 * keeps a digest of that text, encrypted.
 */
export function randomHex(
  name: string,
  { bytes, changesWith }: { bytes: number; changesWith?: pulumi.Output<string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const digest = changesWith?.apply((text) => createHash("sha256").update(text).digest("hex"));
  const made = new random.RandomId(
    name,
    { byteLength: bytes, ...(digest ? { keepers: { digest: pulumi.secret(digest) } } : {}) },
    { ...opts, additionalSecretOutputs: ["keepers"] },
  );
  // Under Pulumi's mocks nobody makes it.
  return pulumi.unsecret(made.hex).apply((hex: string | undefined) => hex ?? "0".repeat(2 * bytes));
}

/** What `secretKeyVersion` puts into the environment. */
export interface SecretKeys {
  SECRET_KEY: pulumi.Output<string>;
  /** The key of the version before; what it signed is still valid. None at version 1. */
  SECRET_KEY_FALLBACKS?: pulumi.Output<string>;
}

/**
 * Django's SECRET_KEY, one for each version. The one before stays for what it has signed: sessions, links to reset a
 * password. With the next version it is gone.
 */
export function secretKeys(name: string, version: number, opts: pulumi.CustomResourceOptions): SecretKeys {
  const key = (number: number): pulumi.Output<string> =>
    generatedPassword(`${name}-secret-key-${number}`, opts, secretKeyLength);
  return {
    SECRET_KEY: key(version),
    ...(version > 1 ? { SECRET_KEY_FALLBACKS: key(version - 1) } : {}),
  };
}
