/** Every place of the arguments that holds environment variables. */
import type * as pulumi from "@pulumi/pulumi";
import type { Given } from "./rule";

export interface VariableSet {
  /** Such as `envVars`, or `processes.worker.envVars`. */
  key: string;
  variables: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;
}

/** Variables that everyone who can read the job can see. */
export function plainVariables({ envVars, migrateEnvVars, processes = {} }: Given): VariableSet[] {
  return [
    { key: "envVars", variables: envVars },
    { key: "migrateEnvVars", variables: migrateEnvVars },
    ...Object.entries(processes).map(([name, process]) => ({
      key: `processes.${name}.envVars`,
      variables: process.envVars,
    })),
  ];
}
