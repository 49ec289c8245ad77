import * as pulumi from "@pulumi/pulumi";
import { input as inputs } from "./types";

/** How to reach a Nomad server. */
export interface ProviderArgs {
  /** URL of the Nomad server, for example "http://127.0.0.1:4646". Default: NOMAD_ADDR. */
  address?: pulumi.Input<string>;
  /** Log in with a JWT through an auth method, instead of `secretId`. */
  authJwt?: pulumi.Input<inputs.ProviderAuthJwt>;
  /**
   * File with the certificate authority, in PEM, that signed the server's certificate. Default:
   * NOMAD_CACERT.
   */
  caFile?: pulumi.Input<string>;
  /** The certificate authority itself, in PEM, instead of `caFile`. */
  caPem?: pulumi.Input<string>;
  /** File with the client certificate, in PEM. Default: NOMAD_CLIENT_CERT. */
  certFile?: pulumi.Input<string>;
  /** The client certificate itself, in PEM, instead of `certFile`. */
  certPem?: pulumi.Input<string>;
  /** Headers to send with each request. Secret. */
  headers?: pulumi.Input<pulumi.Input<inputs.ProviderHeader>[]>;
  /** "user:password" or a user name, for HTTP basic authentication. Secret. Default: NOMAD_HTTP_AUTH. */
  httpAuth?: pulumi.Input<string>;
  /** Environment variables not to take defaults from, by name, for example { NOMAD_NAMESPACE: true }. */
  ignoreEnvVars?: pulumi.Input<{ [key: string]: pulumi.Input<boolean> }>;
  /** File with the key of the client certificate, in PEM. Default: NOMAD_CLIENT_KEY. */
  keyFile?: pulumi.Input<string>;
  /** The key itself, in PEM, instead of `keyFile`. Secret. */
  keyPem?: pulumi.Input<string>;
  /** Region to send requests to. Default: NOMAD_REGION. */
  region?: pulumi.Input<string>;
  /** ACL token. Secret. Default: NOMAD_TOKEN. */
  secretId?: pulumi.Input<string>;
  /** Do not verify the server's certificate. Default false, or NOMAD_SKIP_VERIFY. */
  skipVerify?: pulumi.Input<boolean>;
}

/**
 * A connection to a Nomad cluster, for resources that take `{ provider }`. Without one, resources use the
 * `nomad:` keys of the stack's configuration and the NOMAD_* environment variables.
 *
 * @example
 * ```typescript
 * const nomadProvider = new nomad.Provider("staging", { address: "https://nomad.example.com:4646" });
 * ```
 */
export declare class Provider extends pulumi.ProviderResource {
  /** True for a Provider from any copy of this package. */
  static isInstance(obj: unknown): obj is Provider;

  readonly address: pulumi.Output<string | undefined>;
  readonly caFile: pulumi.Output<string | undefined>;
  readonly caPem: pulumi.Output<string | undefined>;
  readonly certFile: pulumi.Output<string | undefined>;
  readonly certPem: pulumi.Output<string | undefined>;
  readonly httpAuth: pulumi.Output<string | undefined>;
  readonly keyFile: pulumi.Output<string | undefined>;
  readonly keyPem: pulumi.Output<string | undefined>;
  readonly region: pulumi.Output<string | undefined>;
  readonly secretId: pulumi.Output<string | undefined>;

  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
}
