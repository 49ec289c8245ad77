/* Written by `npm run docs` from the table in components/arguments/keys: change a row there. */
import type * as pulumi from "@pulumi/pulumi";

/**
 * A header of each request to Nomad.
 */
export interface NomadHeaderArgs {
  /**
   * Name of the header.
   * @example "X-Proxy"
   */
  name: pulumi.Input<string>;
  /**
   * Value of the header.
   */
  value: pulumi.Input<string>;
}

/**
 * How to reach a Nomad cluster: the arguments of the nomad provider, by the same names. What is not
 * given comes from the provider's own environment variables.
 */
export interface NomadArgs {
  /**
   * Address of Nomad's API. Must be an address such as https://HOST:4646.
   * @default NOMAD_ADDR
   * @example "https://nomad.example.com:4646"
   */
  address?: pulumi.Input<string>;
  /**
   * Region that every request goes to. Must be a region: letters, digits, -, _ and .
   * @default NOMAD_REGION, or the region of the job
   * @example "eu"
   */
  region?: pulumi.Input<string>;
  /**
   * ACL token.
   * @default NOMAD_TOKEN
   */
  secretId?: pulumi.Input<string>;
  /**
   * PEM file of the authority that signed the server's certificate. Must be the path of a file that can
   * be read.
   * @default NOMAD_CACERT
   */
  caFile?: pulumi.Input<string>;
  /**
   * The authority itself, in PEM, instead of `caFile`. Must be a non-empty string.
   * @default `caFile`
   */
  caPem?: pulumi.Input<string>;
  /**
   * PEM file of the client's certificate. Must be the path of a file that can be read.
   * @default NOMAD_CLIENT_CERT
   */
  certFile?: pulumi.Input<string>;
  /**
   * The client's certificate itself, in PEM, instead of `certFile`. Must be a non-empty string.
   * @default `certFile`
   */
  certPem?: pulumi.Input<string>;
  /**
   * PEM file of the client's key. Must be the path of a file that can be read.
   * @default NOMAD_CLIENT_KEY
   */
  keyFile?: pulumi.Input<string>;
  /**
   * The key itself, in PEM, instead of `keyFile`.
   * @default `keyFile`
   */
  keyPem?: pulumi.Input<string>;
  /**
   * `user:password` for HTTP basic authentication.
   * @default NOMAD_HTTP_AUTH
   */
  httpAuth?: pulumi.Input<string>;
  /**
   * Headers of each request.
   * @default []
   */
  headers?: pulumi.Input<pulumi.Input<NomadHeaderArgs>[]>;
  /**
   * Takes any certificate of the server. Not for production.
   * @default NOMAD_SKIP_VERIFY, or false
   */
  skipVerify?: pulumi.Input<boolean>;
  /**
   * Which of NOMAD_REGION and NOMAD_NAMESPACE count for nothing. Nomad's provider reads all other
   * variables. A plain value, not an output: Pulumi needs it before anything runs.
   * @default {}
   * @example {"NOMAD_REGION":true}
   */
  ignoreEnvVars?: Record<string, boolean>;
}

/** Every name that {@link NomadArgs} has. */
export const nomadArgNames = [
  "address",
  "region",
  "secretId",
  "caFile",
  "caPem",
  "certFile",
  "certPem",
  "keyFile",
  "keyPem",
  "httpAuth",
  "headers",
  "skipVerify",
  "ignoreEnvVars",
] as const satisfies readonly (keyof NomadArgs)[];
