import { type Properties } from "../../host/types";
import { compare } from "./diff";
import { type Fields } from "./field";
import { DEFAULTS, isEmpty, reveal } from "./values";

/**
 * The inputs after a refresh: those of before, with whatever drifted replaced by what is there now. The
 * engine compares the program with these.
 */
export function refreshedInputs(fields: Fields, inputs: Properties, outputs: Properties): Properties {
  const refreshed: Properties = { ...inputs };
  for (const [key, value] of Object.entries(inputs)) {
    const field = fields[key];
    const actual = outputs[key];
    if (field === undefined || key === DEFAULTS || actual === undefined) continue;
    if (compare(field, reveal(actual), reveal(value)).length > 0) refreshed[key] = actual;
  }
  return refreshed;
}

/** The inputs that would make the resource that was found: everything set that Docker did not choose itself. */
export function importedInputs(fields: Fields, outputs: Properties, keep: string[] = []): Properties {
  const inputs: Properties = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = outputs[key];
    if (value === undefined || field.output || ((field.computed || field.inherited) && !keep.includes(key)))
      continue;
    if (!isEmpty(value)) inputs[key] = value;
    else if (field.default !== undefined) inputs[key] = field.default;
  }
  inputs[DEFAULTS] = [];
  return inputs;
}
