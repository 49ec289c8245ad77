/** Pulumi secrets where a plain value is expected: they would stand in the job, for everybody who can read it. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { plainVariables } from "../arguments/variableSets";

/** The plain arguments that may be outputs of Pulumi's. Others take none, secret or not. */
function plainInputs(args: DjangoAppArgs): [string, unknown][] {
  const variables = plainVariables(args).flatMap((set) =>
    Object.entries(set.variables).map(([name, value]): [string, unknown] => [`${set.key}.${name}`, value]),
  );
  return [["djangoImage", args.djangoImage], ...variables];
}

function advice(key: string): string {
  if (key === "djangoImage") return "A registry's password belongs in registryAuth.password";
  const [, list, name] = /^(.*)\.([^.]+)$/s.exec(key) ?? [];
  return (
    `Give it in secretEnvVars.${name}` +
    (list === "migrateEnvVars" ? ", which both tasks have, or in database.migratePassword" : "")
  );
}

/** Known once the values are: an output tells only then whether it is secret. */
export async function misplacedSecrets(args: DjangoAppArgs): Promise<Problem[]> {
  const found = await Promise.all(
    plainInputs(args).map(async ([key, value]): Promise<Problem[]> => {
      if (typeof value === "string" || !(await pulumi.isSecret(pulumi.output(value)))) return [];
      const message = `is a Pulumi secret, and whoever can read the job could read it. ${advice(key)}; what is no secret passes as pulumi.unsecret(value)`;
      return [{ key, message }];
    }),
  );
  return found.flat();
}
