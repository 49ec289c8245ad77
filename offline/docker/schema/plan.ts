import { type Properties, type PropertyValue, Unknown } from "../../host/types";
import { containsUnknown, isObject } from "../../host/values";
import { type Field, type Fields } from "./field";
import { isEmpty, revealAll } from "./values";

/**
 * The outputs to expect from `inputs` before anything has run. What Docker computes is unknown for a new
 * resource, and what it was (`olds`) for one that exists.
 */
export function plannedOutputs(fields: Fields, inputs: Properties, olds?: Properties): Properties {
  const known = revealAll(inputs);
  const before = olds === undefined ? undefined : revealAll(olds);
  const outputs: Properties = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = known[key];
    if (value !== undefined && value !== null) outputs[key] = normalize(field, value);
    else if (field.computed || field.output)
      outputs[key] = before === undefined ? Unknown.instance : (before[key] ?? null);
    else if (before !== undefined && key in before && (field.inherited || isEmpty(before[key])))
      outputs[key] = before[key] ?? null;
    else if (!field.unlisted) outputs[key] = field.unset ?? null;
  }
  outputs.id = before?.id ?? Unknown.instance;
  return outputs;
}

/** A value as the state shows it: sets of strings sorted, the fields of a block that are unset filled in. */
export function normalize(field: Field, value: PropertyValue): PropertyValue {
  if (value instanceof Unknown || value === null) return value;
  if (field.kind === "set" && Array.isArray(value)) {
    const elements = value.map((element) => normalize(field.element, element));
    return field.element.kind === "string" && !containsUnknown(elements)
      ? (elements as string[]).sort()
      : elements;
  }
  if (field.kind === "list" && Array.isArray(value)) {
    return value.map((element) => normalize(field.element, element));
  }
  if (field.kind === "object" && isObject(value)) {
    const result: Properties = {};
    for (const [key, inner] of Object.entries(field.fields)) {
      const given = value[key];
      if (given !== undefined && given !== null) result[key] = normalize(inner, given);
      else if (inner.unset !== undefined) result[key] = inner.unset;
    }
    return result;
  }
  return value;
}
