import { createHash } from "node:crypto";
import {
  type CheckFailure,
  type CheckRequest,
  type CheckResult,
  type Properties,
  type PropertyValue,
  Secret,
  Unknown,
} from "../../host/types";
import { isObject } from "../../host/values";
import { type Field, type Fields } from "./field";
import { DEFAULTS } from "./values";

/**
 * Inputs as the plugin will store them: values of the right type, defaults filled in and listed in
 * `__defaults`, a generated `name` where the resource has one and the user gave none. Everything that is
 * wrong is reported at once.
 */
export function checkInputs(fields: Fields, request: CheckRequest): CheckResult {
  const failures: CheckFailure[] = [];
  const inputs = checkObject(fields, request.news, "", failures);
  if (fields.name !== undefined && isAbsent(inputs.name) && !fields.name.output) {
    inputs.name = generatedName(request);
    inputs[DEFAULTS] = [...(inputs[DEFAULTS] as string[]), "name"].sort();
    failures.splice(0, failures.length, ...failures.filter((failure) => failure.property !== "name"));
  }
  return { inputs, failures };
}

function checkObject(fields: Fields, news: Properties, path: string, failures: CheckFailure[]): Properties {
  const inputs: Properties = {};
  for (const [key, value] of Object.entries(news)) {
    if (key === DEFAULTS || isAbsent(value)) continue;
    const field = fields[key];
    const at = join(path, key);
    if (field === undefined) {
      failures.push({ property: at, reason: `is not known.${suggestion(key, fields)}` });
    } else if (field.output) {
      failures.push({ property: at, reason: "is read from Docker and can't be set. Remove it" });
    } else {
      inputs[key] = checkValue(field, value, at, failures);
    }
  }
  const filled: string[] = [];
  for (const [key, field] of Object.entries(fields)) {
    if (key in inputs) continue;
    if (field.default !== undefined) {
      inputs[key] = field.default;
      filled.push(key);
    } else if (
      field.required &&
      !(key in news && failures.some((failure) => failure.property === join(path, key)))
    ) {
      failures.push({ property: join(path, key), reason: "is required but was not given" });
    }
  }
  inputs[DEFAULTS] = filled.sort();
  return inputs;
}

function checkValue(
  field: Field,
  value: PropertyValue,
  path: string,
  failures: CheckFailure[],
): PropertyValue {
  if (value instanceof Unknown) return value;
  if (value instanceof Secret) {
    return new Secret(checkValue({ ...field, hidden: true }, value.value, path, failures));
  }
  const refuse = (reason: string) => {
    failures.push({ property: path, reason });
    return value;
  };
  switch (field.kind) {
    case "list":
    case "set":
      if (!Array.isArray(value)) return refuse(`must be a list, was ${describe(value)}`);
      return value.map((element, index) =>
        checkValue({ ...field.element, hidden: field.hidden }, element, `${path}[${index}]`, failures),
      );
    case "map":
      if (!isObject(value)) return refuse(`must be a map of strings, was ${describe(value)}`);
      return Object.fromEntries(
        Object.entries(value).map(([key, element]) => [
          key,
          checkValue({ kind: "string", hidden: field.hidden }, element, join(path, key), failures),
        ]),
      );
    case "object":
      if (!isObject(value)) return refuse(`must be an object, was ${describe(value)}`);
      return checkObject(field.hidden ? hideAll(field.fields) : field.fields, value, path, failures);
    default: {
      const scalar = coerce(field.kind, value);
      if (scalar === undefined) {
        return refuse(`must be a ${field.kind}, was ${field.hidden ? `a ${typeof value}` : describe(value)}`);
      }
      const wrong = field.validate?.(scalar as never);
      return wrong === undefined
        ? scalar
        : refuse(field.hidden ? wrong : `${wrong}, was ${JSON.stringify(scalar)}`);
    }
  }
}

/** The known names that look like the unknown one, or all of them when they are few. */
function suggestion(unknown: string, fields: Fields): string {
  const names = Object.keys(fields).filter((name) => !fields[name]?.output);
  const start = unknown.slice(0, 3).toLowerCase();
  const alike = names.filter((name) => name.toLowerCase().startsWith(start));
  if (alike.length > 0) return ` Did you mean ${alike.join(" or ")}?`;
  return names.length <= 15 ? ` Known here: ${names.join(", ")}.` : "";
}

function hideAll(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, { ...field, hidden: true }]));
}

/** Config values often arrive as text, so "512" passes for a number, and a number for a text. */
function coerce(kind: string, value: PropertyValue): PropertyValue | undefined {
  if (typeof value === kind) return value;
  if (kind === "string" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  if (kind === "number" && typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  if (kind === "boolean" && (value === "true" || value === "false")) return value === "true";
  return undefined;
}

/** The URN's name and seven hexadecimal digits; a name generated earlier stays. */
function generatedName({ name, olds, randomSeed, urn }: CheckRequest): PropertyValue {
  const before = olds[DEFAULTS];
  if (Array.isArray(before) && before.includes("name") && !isAbsent(olds.name)) return olds.name;
  const digits = createHash("sha256").update(randomSeed).update(urn).digest("hex").slice(0, 7);
  return `${name}-${digits}`;
}

function describe(value: PropertyValue): string {
  return Array.isArray(value)
    ? "a list"
    : isObject(value)
      ? "an object"
      : `the ${typeof value} ${String(value)}`;
}

function isAbsent(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null;
}

export function join(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}
