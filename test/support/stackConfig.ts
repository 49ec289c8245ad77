/** Reads a stack's config in tests, as `pulumi` hands it to the program. */
import type { DjangoAppArgs } from "../../components";
import { readSettings, SettingsError } from "../../settings";
import { runProgram, type RunOptions } from "./engine";

export type Values = Record<string, unknown>;

/** The config as `pulumi` hands it over: texts, and JSON where the stack's file has lists or maps. */
export function stackConfig(values: Values, project = "shop"): Record<string, string> {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    set.map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** Settings of stack "dev"; the keys that hold secrets are stored encrypted unless the options say otherwise. */
export async function readConfigOf(values: Values, options: RunOptions = {}): Promise<DjangoAppArgs> {
  const { result } = await runProgram(readSettings, {
    stack: "dev",
    config: stackConfig({ djangoImage: "shop:1", ...values }),
    secretKeys: ["shop:secretEnvVars", "shop:postgres", "shop:database", "shop:registryAuth"],
    ...options,
  });
  return result;
}

/** The lines between the first and the last of the message, without their indent. */
export async function configProblems(values: Values, options: RunOptions = {}): Promise<string[]> {
  const error: unknown = await readConfigOf(values, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SettingsError)) throw new Error(`no SettingsError, but ${String(error)}`);
  const lines = error.message.split("\n");
  return lines.slice(1, -1).map((line) => line.slice(2));
}
