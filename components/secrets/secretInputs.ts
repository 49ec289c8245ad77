/** Pulumi secrets where a plain value is expected: they would stand in the job, for everybody who can read it. */
import * as pulumi from "@pulumi/pulumi";
import { isLater, type Problem } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { plainVariables } from "../arguments/variableSets";

/** The plain arguments that may be outputs of Pulumi's. Others take none, secret or not. */
function plainInputs(args: DjangoAppArgs): [string, unknown][] {
  const sets = [...plainVariables(args), { key: "meta", variables: args.meta }];
  const inside = (key: string, values: unknown = {}): [string, unknown][] =>
    isLater(values)
      ? [[key, values]]
      : Object.entries(values as object).map(([name, value]) => [`${key}.${name}`, value]);
  return [["djangoImage", args.djangoImage], ...sets.flatMap(({ key, variables }) => inside(key, variables))];
}

function advice(key: string): string {
  if (key === "djangoImage") return "A registry's password belongs in registryAuth.password";
  const [, list, name] = /^(processes\.[^.]+\.envVars|[^.]+)(?:\.(.*))?$/s.exec(key) ?? [];
  return (
    `Give it in secretEnvVars${name === undefined ? "" : `.${name}`}` +
    (list === "migrateEnvVars" ? ", which both tasks have, or in database.migratePassword" : "")
  );
}

/** Known once the values are: an output tells only then whether it is secret. */
export async function misplacedSecrets(args: DjangoAppArgs): Promise<Problem[]> {
  const found = await Promise.all(
    plainInputs(args).map(async ([key, value]): Promise<Problem[]> => {
      if (typeof value === "string" || !(await pulumi.isSecret(pulumi.output(value)))) return [];
      const message = `is a Pulumi secret, and everyone who can read the job could read it. ${advice(key)}; if it is not secret, pass pulumi.unsecret(value)`;
      return [{ key, message }];
    }),
  );
  return found.flat();
}
