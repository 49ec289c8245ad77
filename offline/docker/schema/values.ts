import { type Properties, type PropertyValue, Secret, Unknown } from "../../host/types";
import { isObject, isSecretDeep, unwrap } from "../../host/values";

/** The name under which Check remembers which properties it filled in. */
export const DEFAULTS = "__defaults";

/** The same value with every secret opened, and `__defaults` left out. Unknowns stay. */
export function reveal(value: PropertyValue): PropertyValue {
  return withoutDefaults(unwrap(value));
}

function withoutDefaults(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== DEFAULTS)
      .map(([key, inner]) => [key, withoutDefaults(inner)]),
  );
}

export function revealAll(properties: Properties): Properties {
  return reveal(properties) as Properties;
}

/**
 * Outputs in which everything that was given as a secret is a secret again: the whole property, since
 * Docker and the state order its elements as they like.
 */
export function keepSecrets(outputs: Properties, ...sources: Properties[]): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      sources.some((source) => isSecretDeep(source[key])) && value !== null && !(value instanceof Secret)
        ? new Secret(value)
        : value,
    ]),
  );
}

/** Nothing, as Docker and the plugin's state spell it in many ways: null, "", 0, false, [] and {}. */
export function isEmpty(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isEmpty);
}

/** A text that is equal for values that mean the same, whatever the order of keys or the empty fields. */
export function canonical(value: PropertyValue | undefined): string {
  if (value === undefined || isEmpty(value)) return "null";
  if (value instanceof Unknown) return "unknown";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value)
      .filter(([key, inner]) => key !== DEFAULTS && !isEmpty(inner))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}
