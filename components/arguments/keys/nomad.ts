/** The cluster that a program's component deploys to: the arguments of the nomad provider, by the same names. */
import { readFileSync } from "node:fs";
import { ignorable } from "../../nomad/environment";
import { filledText, region } from "../names";
import type { Problem } from "../problem";
import { bool, flags, list, object, refuse, secretText, text, textReader } from "../readers";
import type { Rows } from "../row";

const allowed = "a non-empty string";

const address = textReader("an address such as https://HOST:4646", (value, key, problems) => {
  if (typeof value !== "string" || value === "") return refuse(key, value, allowed, problems);
  if (URL.canParse(value) && /^https?:\/\/./i.test(value)) return value;
  return refuse(key, value, "an address such as https://HOST:4646", problems);
});

/** Read here, so that a path that is wrong is told before anything runs. */
const file = textReader("the path of a file that can be read", (value, key, problems) => {
  if (typeof value !== "string" || value === "") return refuse(key, value, allowed, problems);
  try {
    readFileSync(value);
    return value;
  } catch (error) {
    problems.push({ key, message: `is "${value}", which can't be read: ${(error as Error).message}` });
    return undefined;
  }
});

/** What no problem shows. */
const hidden = textReader("", (value, key, problems) => {
  if (typeof value === "string" && value !== "") return value;
  problems.push({ key, message: `its value is not ${allowed}` });
  return undefined;
});

const header = object("NomadHeaderArgs", "A header of each request to Nomad.", {
  name: { type: text(), required: true, says: "Name of the header.", example: "X-Proxy" },
  value: { type: secretText, required: true, secret: true, says: "Value of the header." },
} as const);

const headerList = list(header);
const headers: typeof headerList = Object.assign(
  (value: unknown, key: string, problems: Problem[], outputs?: boolean) => {
    if (Array.isArray(value)) return headerList(value, key, problems, outputs);
    problems.push({ key, message: "is not a list of { name, value }" });
    return undefined;
  },
  { shape: headerList.shape, rows: headerList.rows },
);

/** Names of other variables would have no effect on the provider. */
export const ignoredVariables: typeof flags = Object.assign(
  (value: unknown, key: string, problems: Problem[], outputs?: boolean) => {
    const read = flags(value, key, problems, outputs);
    for (const name of Object.keys(read ?? {}).filter((one) => !ignorable.includes(one))) {
      problems.push({
        key: `${key}.${name}`,
        message:
          `is a variable that Nomad's provider can't ignore: it can ignore ${ignorable.join(" and ")}. Remove it here, and ` +
          "unset it in the environment or give the setting that it stands for",
      });
    }
    return read;
  },
  { shape: flags.shape, rows: flags.rows },
);

export const cluster = {
  address: {
    type: address,
    unset: "NOMAD_ADDR",
    says: "Address of Nomad's API.",
    example: "https://nomad.example.com:4646",
  },
  region: {
    type: region,
    unset: "NOMAD_REGION, or the region of the job",
    says: "Region that every request goes to.",
    example: "eu",
  },
  secretId: { type: hidden, secret: true, unset: "NOMAD_TOKEN", says: "ACL token.", mistakenFor: ["token"] },
  caFile: {
    type: file,
    unset: "NOMAD_CACERT",
    says: "PEM file of the authority that signed the server's certificate.",
  },
  caPem: { type: filledText, unset: "`caFile`", says: "The authority itself, in PEM, instead of `caFile`." },
  certFile: { type: file, unset: "NOMAD_CLIENT_CERT", says: "PEM file of the client's certificate." },
  certPem: {
    type: filledText,
    unset: "`certFile`",
    says: "The client's certificate itself, in PEM, instead of `certFile`.",
  },
  keyFile: { type: file, unset: "NOMAD_CLIENT_KEY", says: "PEM file of the client's key." },
  keyPem: {
    type: hidden,
    secret: true,
    unset: "`keyFile`",
    says: "The key itself, in PEM, instead of `keyFile`.",
  },
  httpAuth: {
    type: hidden,
    secret: true,
    unset: "NOMAD_HTTP_AUTH",
    says: "`user:password` for HTTP basic authentication.",
  },
  headers: { type: headers, secret: true, default: [], says: "Headers of each request." },
  skipVerify: {
    type: bool,
    unset: "NOMAD_SKIP_VERIFY, or false",
    says: "Takes any certificate of the server. Not for production.",
  },
  ignoreEnvVars: {
    type: ignoredVariables,
    default: {},
    plain: "asked",
    says: "Which of NOMAD_REGION and NOMAD_NAMESPACE count for nothing. Nomad's provider reads all other variables.",
    example: { NOMAD_REGION: true },
  },
} as const satisfies Rows;

export const nomad = {
  nomad: {
    type: object(
      "NomadArgs",
      "How to reach a Nomad cluster: the arguments of the nomad provider, by the same names. What is not given comes from the " +
        "provider's own environment variables.",
      cluster,
    ),
    unset: "the stack's `nomad:` config and the NOMAD_* variables of the environment",
    plain: "decides",
    says: "Programs only: the cluster to deploy to. The component makes its provider and its own client from it.",
    example: { address: "https://nomad.example.com:4646", region: "eu" },
    change: "next up",
  },
} as const satisfies Rows;
