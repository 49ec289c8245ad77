/** The arguments once Pulumi's outputs among them are known: what the job is rendered from. */
import * as pulumi from "@pulumi/pulumi";
import { type KnownArgs, keys, laterIn, withoutSecrets } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";

/** Known when all of them are. Secrets are left out: they would make a secret of the job. */
export function laterArgs(args: DjangoAppArgs): pulumi.Output<KnownArgs> {
  return pulumi.output(withoutSecrets(args, keys));
}

/** The same before anything runs; undefined while an output is among them. */
export function knownArgs(args: DjangoAppArgs): KnownArgs | undefined {
  const open = withoutSecrets(args, keys);
  return laterIn(open).length === 0 ? (open as KnownArgs) : undefined;
}
