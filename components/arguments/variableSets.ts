/** Every place of the arguments that holds environment variables. */
import { isLater } from "./readers";
import type { Given } from "./rule";

export interface VariableSet {
  /** Such as `envVars`, or `processes.worker.envVars`. */
  key: string;
  variables: Readonly<Record<string, unknown>>;
}

/** Those that stand in the job for everybody who can read it, as far as they are known. */
export function plainVariables({ envVars, migrateEnvVars, processes = {} }: Given): VariableSet[] {
  const ofProcesses = Object.entries(processes).map(
    ([name, process]) => [`processes.${name}.envVars`, process.envVars] as const,
  );
  return ([["envVars", envVars], ["migrateEnvVars", migrateEnvVars], ...ofProcesses] as const).map(
    ([key, variables]) => ({
      key,
      variables: variables === undefined || isLater(variables) ? {} : variables,
    }),
  );
}
