import * as pulumi from "@pulumi/pulumi";

/** What a {@link Variable} is made from. */
export interface VariableArgs {
  /** Keys and values. Secret. Exactly one of `items` and `itemsWo`. */
  items?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Keys and values as a JSON object, sent to Nomad and kept out of the state. Secret. */
  itemsWo?: pulumi.Input<string>;
  /** Increase it to have a changed `itemsWo` written: the state holds nothing to compare with. */
  itemsWoVersion?: pulumi.Input<number>;
  /** Namespace of the variable. Default "default". A change replaces the variable. */
  namespace?: pulumi.Input<string>;
  /** Path of the variable, for example "nomad/jobs/site". No dots. A change replaces the variable. */
  path: pulumi.Input<string>;
}

/**
 * What is known of a Variable that exists already, for {@link Variable.get}. Properties as in {@link
 * Variable}.
 */
export interface VariableState {
  items?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  itemsWo?: pulumi.Input<string>;
  itemsWoVersion?: pulumi.Input<number>;
  namespace?: pulumi.Input<string>;
  path?: pulumi.Input<string>;
}

/**
 * A Nomad Variable: secret keys and values that tasks read through templates. Can't be imported.
 *
 * @example
 * ```typescript
 * new nomad.Variable("site", { path: "nomad/jobs/site", items: { password: config.requireSecret("password") } });
 * ```
 */
export declare class Variable extends pulumi.CustomResource {
  /** Adopts the state of an existing variable without managing it. `id` is `path@namespace`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: VariableState,
    opts?: pulumi.CustomResourceOptions,
  ): Variable;
  /** True for a Variable from any copy of this package. */
  static isInstance(obj: unknown): obj is Variable;

  readonly items: pulumi.Output<{ [key: string]: string } | undefined>;
  readonly itemsWo: pulumi.Output<string | undefined>;
  readonly itemsWoVersion: pulumi.Output<number | undefined>;
  readonly namespace: pulumi.Output<string | undefined>;
  readonly path: pulumi.Output<string>;

  constructor(name: string, args: VariableArgs, opts?: pulumi.CustomResourceOptions);
}
