import { flag, number, set, text } from "../docker/schema/field";
import { type Properties, type PropertyValue } from "../host/types";

/** A switch that is off unless said, and never shown as unset. */
export const off = (options: { replaces?: boolean } = {}) => flag({ unset: false, ...options });

/** A number of milliseconds, 0 or unset for none. */
export const milliseconds = () =>
  number({
    validate: (value: number) =>
      Number.isInteger(value) && value >= 0 ? undefined : "must be a whole number of milliseconds",
  });

/** `-1` for no limit. */
export const connectionLimit = () =>
  number({
    default: -1,
    validate: (value: number) =>
      Number.isInteger(value) && value >= -1 ? undefined : "must be a whole number, -1 for no limit",
  });

export const names = (options: { replaces?: boolean; required?: boolean } = {}) => set(text(), options);

/** A property as text; undefined when it is not set, or not known yet. */
export function textOf(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A property that the resource can't be without. */
export function requiredText(properties: Properties, key: string): string {
  const value = textOf(properties, key);
  if (value === undefined) throw new Error(`property "${key}" is empty; give it a value`);
  return value;
}

/** A list of names; empty when it is not set. */
export function listOf(properties: Properties, key: string): string[] {
  const value: PropertyValue | undefined = properties[key];
  return Array.isArray(value) ? value.map(String) : [];
}

/** True when the property is set to something else than before. */
export function differs(old: Properties, wanted: Properties, key: string): boolean {
  return JSON.stringify(old[key] ?? null) !== JSON.stringify(wanted[key] ?? null);
}
