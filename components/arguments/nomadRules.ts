/** The argument `nomad`: the cluster that the component deploys to and watches. */
import { readFileSync } from "node:fs";
import { type NomadArgs, nomadArgNames } from "../nomad/nomadArgs";
import { nearest } from "./nearest";
import { type Problem, shown } from "./problem";
import { isLater } from "./later";
import type { Transport } from "./transportRules";

const files = ["caFile", "certFile", "keyFile"] as const;
const secrets = ["secretId", "keyPem", "httpAuth"] as const;
const texts = ["address", "region", ...secrets, ...files, "caPem", "certPem"] as const;

/** Everything that is wrong with it, as far as it is known. No message shows a secret. */
export function nomadProblems(nomad: unknown, region: string | undefined): Problem[] {
  if (nomad === undefined) return [];
  if (!isMap(nomad) || isLater(nomad)) {
    return problem(
      "",
      `is not a map with the keys ${nomadArgNames.join(", ")}: write one, whose values may be outputs`,
    );
  }
  const unknown = Object.keys(nomad).filter((key) => !(nomadArgNames as readonly string[]).includes(key));
  const given = Object.fromEntries(
    Object.entries(nomad).filter(([, value]) => value !== undefined && !isLater(value)),
  );
  return [
    ...unknown.flatMap((key) => problem(key, unknownKey(key))),
    ...texts.flatMap((key) => ofText(key, given[key])),
    ...ofAddress(given.address),
    ...files.flatMap((key) => ofFile(key, given[key])),
    ...(given.skipVerify === undefined || typeof given.skipVerify === "boolean"
      ? []
      : problem("skipVerify", `${shown(given.skipVerify)} is not true or false`)),
    ...(given.headers === undefined || Array.isArray(given.headers)
      ? []
      : problem("headers", "is not a list of { name, value }")),
    ...(given.ignoreEnvVars === undefined || isMap(given.ignoreEnvVars)
      ? []
      : problem("ignoreEnvVars", "is not a map of names to true or false")),
    ...ofRegion(given.region, region),
  ];
}

/** How the argument reaches Nomad, as far as it is known. */
export function argumentTransport({ address, skipVerify }: NomadArgs): Transport {
  return {
    address: typeof address === "string" ? address : process.env.NOMAD_ADDR,
    addressKey: "nomad.address",
    skipVerify: typeof skipVerify === "boolean" ? [["nomad.skipVerify", String(skipVerify)]] : [],
  };
}

function ofText(key: (typeof texts)[number], value: unknown): Problem[] {
  if (value === undefined || (typeof value === "string" && value !== "")) return [];
  const isSecret = (secrets as readonly string[]).includes(key);
  return problem(key, `${isSecret ? "its value" : shown(value)} is not a text that is not empty`);
}

function ofAddress(address: unknown): Problem[] {
  if (typeof address !== "string" || address === "") return [];
  const fits = URL.canParse(address) && /^https?:\/\/./i.test(address);
  return fits ? [] : problem("address", `${shown(address)} is not an address such as https://HOST:4646`);
}

function ofFile(key: (typeof files)[number], path: unknown): Problem[] {
  if (typeof path !== "string" || path === "") return [];
  try {
    readFileSync(path);
    return [];
  } catch (error) {
    return problem(key, `is "${path}", which can't be read: ${(error as Error).message}`);
  }
}

/** Nomad would register the job in the region of the request, whatever the job says. */
function ofRegion(own: unknown, region: string | undefined): Problem[] {
  if (typeof own !== "string" || region === undefined || own === region) return [];
  return problem(
    "region",
    `is "${own}", but region is "${region}": the job would go to ${own}. Remove one of them`,
  );
}

function unknownKey(key: string): string {
  const meant = key === "token" ? "secretId" : nearest(key, [...nomadArgNames]);
  return `is not a known key: ${meant ? `did you mean ${meant}?` : `known are ${nomadArgNames.join(", ")}`}`;
}

function problem(key: string, message: string): Problem[] {
  return [{ key: key === "" ? "nomad" : `nomad.${key}`, message }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
