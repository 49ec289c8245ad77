/** From the pack's variables to this project's config. Pure: the table below is all there is to it. */
import { type Problem, readConfig } from "../../components/arguments";
import { nearest } from "../../components/arguments/nearest";
import type { PackVariables } from "./read";
import { secretReason } from "./secrets";

/** What an import makes of the pack's variables. */
export interface ImportedConfig {
  /** Plain values by config key. */
  config: Record<string, unknown>;
  /** Of `secretEnvVars`. */
  secrets: Record<string, string>;
  /** Why each of `secrets` is one; never its value. */
  reasons: Record<string, string>;
  /** What the pack sets without being told, and this program does not: written where the stack says nothing. */
  packDefaults: Record<string, unknown>;
  /** What the user should know. */
  notes: string[];
  /** What can't be imported, each with the variable's name; nothing is to be written then. */
  problems: string[];
}

type Fields = Record<string, Field>;
type Kind = "text" | "number" | "bool" | "map" | { listOf: Kind } | { object: Fields };
interface Field {
  /** Ours. */
  key: string;
  kind: Kind;
}

const resources: Kind = {
  object: { cpu: { key: "cpu", kind: "number" }, memory: { key: "memory", kind: "number" } },
};
const upstream: Kind = {
  object: { name: { key: "name", kind: "text" }, port: { key: "port", kind: "number" } },
};

/** Every variable of the pack. */
const variables: Fields = {
  django_image: { key: "djangoImage", kind: "text" },
  job_name: { key: "jobName", kind: "text" },
  region: { key: "region", kind: "text" },
  datacenters: { key: "datacenters", kind: { listOf: "text" } },
  count: { key: "count", kind: "number" },
  port: { key: "port", kind: "number" },
  service_port_label: { key: "servicePortLabel", kind: "text" },
  http_service: {
    key: "httpService",
    kind: {
      object: {
        service_name: { key: "serviceName", kind: "text" },
        service_tags: { key: "serviceTags", kind: { listOf: "text" } },
        service_provider: { key: "serviceProvider", kind: "text" },
        check_enabled: { key: "checkEnabled", kind: "bool" },
        check_type: { key: "checkType", kind: "text" },
        check_path: { key: "checkPath", kind: "text" },
        check_interval: { key: "checkInterval", kind: "text" },
        check_timeout: { key: "checkTimeout", kind: "text" },
        upstreams: { key: "upstreams", kind: { listOf: upstream } },
      },
    },
  },
  env_vars: { key: "envVars", kind: "map" },
  docker_network_mode: { key: "dockerNetworkMode", kind: "text" },
  server_resources: { key: "serverResources", kind: resources },
  migrate_resources: { key: "migrateResources", kind: resources },
  migration_poll_seconds: { key: "migrationPollSeconds", kind: "number" },
  migration_poll_iters: { key: "migrationPollIters", kind: "number" },
};

/** The pack's defaults for these are empty texts, which stand for unset. */
const unsetWhenEmpty = ["job_name", "region"];

/** The job's id when `job_name` is unset: the pack's own name. */
const packJobName = "django";

/** Reads one value as HCL would convert it; `problems` says why it can't be. */
function convert(value: unknown, kind: Kind, path: string, problems: string[]): unknown {
  const refuse = (allowed: string): undefined => {
    // The kind, not the value: it may be a secret.
    problems.push(`${path} is ${kindOf(value)} and must be ${allowed}`);
    return undefined;
  };
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  switch (kind) {
    case "text":
      return isScalar ? String(value) : refuse("a string");
    case "number":
      return isScalar && /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : refuse("a number");
    case "bool":
      return value === true || value === "true"
        ? true
        : value === false || value === "false"
          ? false
          : refuse("true or false");
    case "map":
      if (!isObject(value)) return refuse("a map of names to strings");
      return Object.fromEntries(
        set(value).map(([name, item]) => [name, convert(item, "text", `${path}.${name}`, problems)]),
      );
    default:
      if ("object" in kind) {
        return isObject(value) ? fields(value, kind.object, `${path}.`, problems) : refuse("an object");
      }
      if (!Array.isArray(value)) return refuse("a list");
      return value.map((item, index) => convert(item, kind.listOf, `${path}[${index}]`, problems));
  }
}

function fields(
  values: Record<string, unknown>,
  known: Fields,
  prefix: string,
  problems: string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of set(values)) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!field) problems.push(unknown(`${prefix}${name}`, name, Object.keys(known)));
    else result[field.key] = convert(value, field.kind, `${prefix}${name}`, problems);
  }
  return result;
}

function withoutEmpty(given: PackVariables): PackVariables {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== "" || !unsetWhenEmpty.includes(name)),
  );
}

/** null unsets, in HCL as here. */
function set(values: Record<string, unknown>): [string, unknown][] {
  return Object.entries(values).filter(([, value]) => value !== null);
}

function unknown(path: string, name: string, known: string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  return `${path} is not a variable of the Django pack: ${hint}Known are ${known.join(", ")}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "a map";
  return typeof value === "string" ? "a string" : typeof value === "boolean" ? "a boolean" : "a number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @returns the config that does what these variables did with the pack. Nothing is guessed: an unknown name
 * or a value of the wrong type is a problem.
 */
export function importVariables(given: PackVariables): ImportedConfig {
  const problems: string[] = [];
  const { envVars, ...config } = fields(withoutEmpty(given), variables, "", problems) as Record<
    string,
    unknown
  > & {
    envVars?: Record<string, string>;
  };
  const secrets: Record<string, string> = {};
  const reasons: Record<string, string> = {};
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(envVars ?? {})) {
    const reason = secretReason(name, value);
    if (reason === undefined) plain[name] = value;
    else [secrets[name], reasons[name]] = [value, reason];
  }
  if (Object.keys(plain).length > 0) config.envVars = plain;
  if (problems.length === 0) problems.push(...valueProblems(config, secrets));
  return {
    config,
    secrets,
    reasons,
    packDefaults: config.jobName === undefined ? { jobName: packJobName } : {},
    notes: notes(config),
    problems,
  };
}

/** What the program itself would say of these values, in the pack's words. */
function valueProblems(config: Record<string, unknown>, secrets: Record<string, string>): string[] {
  const found: Problem[] = [];
  const names = Object.keys(secrets).map((name): [string, string] => [name, ""]);
  readConfig({ djangoImage: "image", ...config, secretEnvVars: Object.fromEntries(names) }, "", found);
  return found.map(({ key, message }) => `${packName(key)}: ${message}`);
}

/** `httpService.checkPath` is `http_service.check_path` there. */
function packName(key: string): string {
  const [first, ...rest] = key.split(".");
  if (first === "secretEnvVars" || first === "envVars") return ["env_vars", ...rest].join(".");
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function notes(config: Record<string, unknown>): string[] {
  const result: string[] = [];
  if (config.djangoImage === undefined) {
    result.push("no file sets django_image: the stack needs djangoImage before `up`.");
  }
  if (config.dockerNetworkMode === "host") {
    result.push(
      "docker_network_mode: the pack set it only for the migrate task, here both tasks get it. On the host's " +
        "network a server must listen on $NOMAD_HOST_PORT_http, not on a fixed port. Unless yours does, remove " +
        "dockerNetworkMode and name a database host that containers can reach.",
    );
  } else if (config.dockerNetworkMode !== undefined) {
    result.push("docker_network_mode: the pack set it only for the migrate task, here both tasks get it.");
  }
  const service = config.httpService as { upstreams?: unknown[] } | undefined;
  if (service?.upstreams?.length && config.dockerNetworkMode !== undefined) {
    result.push("http_service.upstreams need their own network: remove dockerNetworkMode.");
  }
  if (config.migrateResources !== undefined) {
    result.push(
      "migrate_resources: the pack declares it and does not use it; here the migrate task gets it.",
    );
  }
  return result;
}
