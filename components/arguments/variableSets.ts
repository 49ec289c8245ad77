/** Every place of the arguments that holds environment variables. */
import type * as pulumi from "@pulumi/pulumi";
import type { Given } from "./rule";

export interface VariableSet {
  /** Such as `envVars`, or `processes.worker.envVars`. */
  key: string;
  variables: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
}

/** Variables that everyone who can read the job can see. */
export function plainVariables({
  envVars,
  migrateEnvVars,
  processes = {},
  schedules = {},
}: Given): VariableSet[] {
  return [
    { key: "envVars", variables: envVars },
    { key: "migrateEnvVars", variables: migrateEnvVars },
    ...within("processes", processes),
    ...within("schedules", schedules),
  ];
}

function within(
  key: string,
  all: Readonly<Record<string, { envVars?: VariableSet["variables"] }>>,
): VariableSet[] {
  return Object.entries(all).map(([name, { envVars }]) => ({
    key: `${key}.${name}.envVars`,
    variables: envVars,
  }));
}
