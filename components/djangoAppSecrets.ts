/** Every secret of an application, and what may be known of them. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { registryPasswordName, type SecretsSpec, secretsFingerprint, secretsPath } from "./jobspec";

/** Name and value of each; all of it is one Nomad variable. */
export type SecretValues = pulumi.Output<Record<string, string>>;

/** Every secret that the tasks get; undefined when there is none. Users' values win over the container's. */
export function secretValues(args: DjangoAppArgs): SecretValues | undefined {
  const { postgres, registryAuth, secretEnvVars } = args;
  if (secretEnvVars === undefined && !postgres && !registryAuth) return undefined;
  const ours: Record<string, pulumi.Input<string>> = {
    ...(postgres ? { POSTGRES_PASSWORD: postgres.password } : {}),
    ...(registryAuth ? { [registryPasswordName]: registryAuth.password } : {}),
  };
  return pulumi.secret(pulumi.all([ours, secretEnvVars ?? {}]).apply(([all, own]) => ({ ...all, ...own })));
}

/** Names and fingerprint are not secret; only they leave the secret behind. */
export function secretsSpec(
  jobName: string,
  values: SecretValues | undefined,
): pulumi.Output<SecretsSpec | undefined> {
  if (!values) return pulumi.output(undefined);
  return pulumi.unsecret(
    values.apply((plain) => ({
      path: secretsPath(jobName),
      names: Object.keys(plain).sort(),
      fingerprint: secretsFingerprint(jobName, withoutRegistryPassword(plain)),
    })),
  );
}

/** It counts when an image is pulled, and not for an instance that runs: a new one is no rollout. */
function withoutRegistryPassword({
  [registryPasswordName]: _,
  ...rest
}: Record<string, string>): Record<string, string> {
  return rest;
}
