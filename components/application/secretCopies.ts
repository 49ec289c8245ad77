/** Secrets for tasks and jobs that don't read the application's variable. */
import * as pulumi from "@pulumi/pulumi";
import type { AppSecrets, SecretValues } from "./djangoAppSecrets";

/** As the migrate task has them: its own in place of common ones of the same name. @param names of those to take; all where none are named. */
export function migratorsSecrets({ common, migrate }: AppSecrets, names?: readonly string[]): SecretValues {
  return pulumi.secret(
    pulumi.all([common ?? {}, migrate ?? {}]).apply(([ours, own]) => {
      const all: Record<string, string> = { ...ours, ...own };
      return Object.fromEntries(Object.entries(all).filter(([one]) => names?.includes(one) ?? true));
    }),
  );
}
