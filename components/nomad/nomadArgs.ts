import type * as pulumi from "@pulumi/pulumi";

/**
 * How to reach a Nomad cluster: the arguments of the nomad provider, by the same names. What is not given comes from the
 * provider's own environment variables.
 */
export interface NomadArgs {
  /** For example `https://nomad.example.com:4646`. @default NOMAD_ADDR */
  address?: pulumi.Input<string>;
  /** Region that every request goes to. @default NOMAD_REGION, or the region of the job */
  region?: pulumi.Input<string>;
  /** ACL token. Secret. @default NOMAD_TOKEN */
  secretId?: pulumi.Input<string>;
  /** PEM file of the authority that signed the server's certificate. @default NOMAD_CACERT */
  caFile?: pulumi.Input<string>;
  /** The authority itself, in PEM, instead of `caFile`. */
  caPem?: pulumi.Input<string>;
  /** PEM file of the client's certificate. @default NOMAD_CLIENT_CERT */
  certFile?: pulumi.Input<string>;
  /** The client's certificate itself, in PEM, instead of `certFile`. */
  certPem?: pulumi.Input<string>;
  /** PEM file of its key. @default NOMAD_CLIENT_KEY */
  keyFile?: pulumi.Input<string>;
  /** The key itself, in PEM, instead of `keyFile`. Secret. */
  keyPem?: pulumi.Input<string>;
  /** `user:password` for HTTP basic authentication. Secret. @default NOMAD_HTTP_AUTH */
  httpAuth?: pulumi.Input<string>;
  /** Sent with each request. Secret. @default [] */
  headers?: pulumi.Input<pulumi.Input<{ name: string; value: string }>[]>;
  /** Takes any certificate of the server: not for production. @default NOMAD_SKIP_VERIFY, or false */
  skipVerify?: pulumi.Input<boolean>;
  /** Environment variables that count for nothing, for example `{ NOMAD_TOKEN: true }`. @default {} */
  ignoreEnvVars?: pulumi.Input<Record<string, pulumi.Input<boolean>>>;
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
