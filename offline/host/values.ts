import { isDeepStrictEqual } from "node:util";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Properties, type PropertyValue, Secret, Unknown } from "./types";

/** The key that marks an object on the wire as something else than an object. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What stands for an unknown string, boolean, number, list, asset, archive and object. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value without secrets and unknowns: plain data, as JSON has it. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** Any JSON object, as recorded or as a protobuf struct gives it, as properties. */
export function fromJson(json: Record<string, unknown>): Properties {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueFromJson(value)]));
}

/** The JSON form of properties, with the wire's marks for secrets and unknowns. */
export function toJson(properties: Properties): Record<string, Plain> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, valueToJson(value)]),
  );
}

export function fromStruct(struct: Struct | undefined): Properties {
  return struct === undefined ? {} : fromJson(struct.toJavaScript());
}

export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(toJson(properties));
}

export function isList(value: PropertyValue | undefined): value is PropertyValue[] {
  return Array.isArray(value);
}

export function isObject(value: PropertyValue | undefined): value is Properties {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** The value with every secret in it, however deep, replaced by what it hides. Unknowns stay. */
export function unwrap(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return unwrap(value.value);
  if (isList(value)) return value.map(unwrap);
  return isObject(value) ? unwrapAll(value) : value;
}

/** {@link unwrap} for each property. */
export function unwrapAll(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, unwrap(value)]));
}

/** True when the value, or anything in it, is not known yet. */
export function containsUnknown(value: PropertyValue | undefined): boolean {
  return contains(value, (part) => part instanceof Unknown);
}

/** True when the value, or anything in it, is secret. */
export function isSecretDeep(value: PropertyValue | undefined): boolean {
  return contains(value, (part) => part instanceof Secret);
}

/** True when both mean the same: secrets are compared by what they hide, an unknown equals nothing. */
export function deepEqual(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (containsUnknown(a) || containsUnknown(b)) return false;
  return isDeepStrictEqual(revealed(a), revealed(b));
}

/**
 * The outputs with everything marked secret that is secret in `inputs` under the same name, so that no
 * handler can forget it. A secret somewhere inside a value of another shape makes the whole output secret.
 */
export function keepSecrets(outputs: Properties, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, keepSecret(value, inputs[key])]),
  );
}

function keepSecret(output: PropertyValue, input: PropertyValue | undefined): PropertyValue {
  if (input === undefined || output instanceof Secret || !isSecretDeep(input)) return output;
  if (input instanceof Secret) return new Secret(output);
  if (isObject(input) && isObject(output)) return keepSecrets(output, input);
  if (isList(input) && isList(output) && input.length === output.length) {
    return output.map((element, index) => keepSecret(element, input[index]));
  }
  return new Secret(output);
}

function contains(value: PropertyValue | undefined, test: (part: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return contains(value.value, test);
  if (isList(value)) return value.some((element) => contains(element, test));
  return isObject(value) && Object.values(value).some((element) => contains(element, test));
}

function revealed(value: PropertyValue | undefined): PropertyValue | undefined {
  return value === undefined ? undefined : unwrap(value);
}

function valueFromJson(json: unknown): PropertyValue {
  if (json === null || json === undefined) return null;
  if (typeof json === "string") return UNKNOWNS.has(json) ? Unknown.instance : json;
  if (typeof json === "boolean" || typeof json === "number") return json;
  if (Array.isArray(json)) return json.map(valueFromJson);
  const object = json as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET) return new Secret(valueFromJson(object.value));
  if (object[SIGNATURE] === OUTPUT) {
    const value = "value" in object ? valueFromJson(object.value) : Unknown.instance;
    return object.secret === true ? new Secret(value) : value;
  }
  return fromJson(object);
}

function valueToJson(value: PropertyValue): Plain {
  if (value instanceof Unknown) return UNKNOWN;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: valueToJson(value.value) };
  if (Array.isArray(value)) return value.map(valueToJson);
  return isObject(value) ? toJson(value) : value;
}
