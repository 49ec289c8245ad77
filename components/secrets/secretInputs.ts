/** Pulumi secrets where a plain value is expected: they would stand in the job, for everybody who can read it. */
import * as pulumi from "@pulumi/pulumi";
import { keys, laterIn, type Problem, withoutSecrets } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";

function advice(key: string): string {
  if (key === "djangoImage") return "A registry's password belongs in registryAuth.password";
  const [, list, name] = /^(processes\.[^.]+\.envVars|[^.]+)(?:\.(.*))?$/s.exec(key) ?? [];
  const isEnvironment = ["envVars", "migrateEnvVars", "meta"].includes(list) || list.startsWith("processes.");
  if (!isEnvironment) return "Secrets belong in secretEnvVars";
  return (
    `Give it in secretEnvVars${name === undefined ? "" : `.${name}`}` +
    (list === "migrateEnvVars" ? ", which both tasks have, or in database.migratePassword" : "")
  );
}

/** Known once the values are: an output tells only then whether it is secret. */
export async function misplacedSecrets(args: DjangoAppArgs): Promise<Problem[]> {
  const found = await Promise.all(
    laterIn(withoutSecrets(args, keys)).map(async ([key, value]): Promise<Problem[]> => {
      if (!(await pulumi.isSecret(pulumi.output(value)))) return [];
      const message = `is a Pulumi secret, and everyone who can read the job could read it. ${advice(key)}; if it is not secret, pass pulumi.unsecret(value)`;
      return [{ key, message }];
    }),
  );
  return found.flat();
}
