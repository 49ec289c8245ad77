/** The environment as the nomad provider reads it. */
import { isTrue } from "./address";

/** The only variables that the provider can be told to ignore: it reads all others whatever `ignoreEnvVars` says. */
export const ignorable: readonly string[] = ["NOMAD_REGION", "NOMAD_NAMESPACE"];

/**
 * The environment without the variables that count for nothing: ignored ones and empty ones.
 * @param ignoreEnvVars a map, or the JSON of one, as the provider's config has it.
 */
export function providerEnvironment(
  ignoreEnvVars: unknown,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const flags = asMap(ignoreEnvVars);
  const counts = ([name, value]: [string, unknown]): boolean =>
    value !== "" && !(ignorable.includes(name) && isTrue(flags[name]));
  return Object.fromEntries(Object.entries(env).filter(counts));
}

/** What is no map ignores nothing; the check of arguments refuses it. */
function asMap(given: unknown): Record<string, unknown> {
  const value = typeof given === "string" ? parsed(given) : given;
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** What a text of the config holds; the text itself where it is no JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}
