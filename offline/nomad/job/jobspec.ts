import { isDeepStrictEqual } from "node:util";
import { type Properties } from "../../host/types";
import { deepEqual, isObject, unwrap } from "../../host/values";
import { type NomadClient, NomadError } from "../client";
import { type Job, type Submission } from "./api";

/** A jobspec as the user gave it. */
export interface Jobspec {
  text: string;
  json: boolean;
  /** Values for the HCL variables that the jobspec declares. */
  vars: Record<string, string>;
}

/** The jobspec in inputs or outputs; both keep it under the same names. */
export function jobspecOf(properties: Properties): Jobspec {
  const hcl2 = unwrap(properties.hcl2 ?? null);
  const vars = isObject(hcl2) && isObject(hcl2.vars) ? hcl2.vars : {};
  return {
    text: String(unwrap(properties.jobspec ?? "")),
    json: unwrap(properties.json ?? false) === true,
    vars: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)])),
  };
}

/** What is wrong with a jobspec as far as that can be told without Nomad; undefined when nothing is. */
export function jobspecError({ text, json }: Jobspec): string | undefined {
  if (!json) {
    const isJson = text.trimStart().startsWith("{");
    return isJson ? "looks like JSON, but `json` is not set. Set json: true, or give HCL" : undefined;
  }
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The job that a jobspec means, without the fields that are null. JSON is read here, HCL by Nomad.
 * @throws Error when it is not a job.
 */
export async function parseJobspec(client: NomadClient, spec: Jobspec, signal?: AbortSignal): Promise<Job> {
  if (spec.json) return parseJson(spec.text);
  try {
    const body = { JobHCL: spec.text, Variables: variablesFile(spec.vars), Canonicalize: false };
    return withoutNulls(await client.put<Job>("/v1/jobs/parse", { body, signal }));
  } catch (error) {
    if (error instanceof NomadError)
      throw new Error(`error parsing jobspec: ${error.message}`, { cause: error });
    throw error;
  }
}

/** True when both say the same, whatever the white space and the order of keys. */
export async function sameJob(client: NomadClient, a: Jobspec, b: Jobspec): Promise<boolean> {
  if (a.text === b.text && a.json === b.json && deepEqual(a.vars, b.vars)) return true;
  if (a.text === "" || jobspecError(a) !== undefined) return false;
  const [left, right] = await Promise.all([parseJobspec(client, a), parseJobspec(client, b)]);
  return isDeepStrictEqual(left, right);
}

/** What Nomad keeps beside the job, and shows as its source. */
export function submissionOf({ text, json, vars }: Jobspec): Submission {
  return { Source: text, Format: json ? "json" : "hcl2", VariableFlags: vars, Variables: "" };
}

function parseJson(text: string): Job {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const job = (root as { Job?: unknown } | null)?.Job ?? root;
  if (typeof job !== "object" || job === null || Array.isArray(job)) {
    throw new Error('must be a JSON object with a job, or one with the job under "Job"');
  }
  const { ID, Name } = job as Partial<Job>;
  const id = ID ?? Name;
  if (typeof id !== "string" || id === "") throw new Error('has no "ID", which names the job');
  return withoutNulls({ ...(job as Job), ID: id });
}

/** Text quotes numbers too: Nomad converts them to the variable's type, and "1.10" stays what it is. */
function variablesFile(vars: Record<string, string>): string {
  return Object.entries(vars)
    .map(([name, value]) => {
      const isStructured = /^\s*[[{]/.test(value);
      // Doubled, a template sequence stands for itself.
      const quoted = JSON.stringify(value).replace(/[$%](?=\{)/g, "$&$&");
      return `${name} = ${isStructured ? value : quoted}\n`;
    })
    .join("");
}

function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  ) as T;
}
