/**
 * What an offline plugin is made of: one {@link ProviderDefinition}, with one {@link ResourceHandler}
 * per resource type. The server beside this file speaks Pulumi's provider protocol for them.
 */

/** A value that is not known before the update has run. Only ever seen during previews. */
// A class, so that no user's value can be mistaken for it.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
export class Unknown {
  static readonly instance = new Unknown();
}

/** A value that must never be shown or stored in plain text. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** What an input or output property holds, as the engine sends it. */
export type PropertyValue =
  null | boolean | number | string | Unknown | Secret | PropertyValue[] | { [key: string]: PropertyValue };

/** The properties of one resource, by name. */
export type Properties = Record<string, PropertyValue>;

/** One reason why inputs are refused. `property` is the path as the user would write it. */
export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckRequest {
  urn: string;
  /** Last part of the URN. */
  name: string;
  type: string;
  /** Inputs of the last successful update; empty for a new resource. */
  olds: Properties;
  news: Properties;
  /** The engine's seed for random names, the same on each retry. */
  randomSeed: Buffer;
}

export interface CheckResult {
  inputs: Properties;
  failures?: CheckFailure[];
}

export interface DiffRequest {
  id: string;
  urn: string;
  /** Outputs of the last update, secrets unwrapped nowhere: wrap-aware helpers are in `values.ts`. */
  olds: Properties;
  oldInputs: Properties;
  news: Properties;
  ignoreChanges: string[];
}

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface DiffResult {
  changes: "none" | "some";
  /** Names of the top-level properties that differ. */
  diffs?: string[];
  /** Names of the properties whose change needs a new resource. */
  replaces?: string[];
  deleteBeforeReplace?: boolean;
  stables?: string[];
  /** By property path; `inputDiff` compares old and new inputs rather than old outputs and new inputs. */
  detailedDiff?: Record<string, { kind: DiffKind; inputDiff?: boolean }>;
}

export interface CreateRequest {
  urn: string;
  name: string;
  properties: Properties;
  /** Seconds; 0 when the user set none. */
  timeoutSeconds: number;
  /** True during `pulumi preview`: nothing may be touched, unknown outputs are {@link Unknown}. */
  preview: boolean;
  /** Aborted when the engine cancels the update. */
  signal: AbortSignal;
}

export interface UpdateRequest extends CreateRequest {
  id: string;
  olds: Properties;
  oldInputs: Properties;
}

export interface ReadRequest {
  id: string;
  urn: string;
  /** Last known outputs; empty when the resource is being imported. */
  properties: Properties;
  inputs: Properties;
}

export interface ReadResult {
  id: string;
  properties: Properties;
  inputs: Properties;
}

export interface DeleteRequest {
  id: string;
  urn: string;
  properties: Properties;
  timeoutSeconds: number;
  signal: AbortSignal;
}

/**
 * A resource that exists, though not in the state asked for. Thrown by create and update; the engine
 * keeps what it is told, so that the next update starts from there.
 */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly properties: Properties,
    readonly inputs: Properties,
  ) {
    super(message);
  }
}

export interface ResourceHandler {
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<{ id: string; properties: Properties }>;
  /** Undefined when the resource is gone. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<{ properties: Properties }>;
  delete(request: DeleteRequest): Promise<void>;
}

/** A lookup such as `getJob`. */
export type FunctionHandler = (args: Properties) => Promise<Properties | CheckFailure[]>;

/** Says something to the person who runs Pulumi, beside the resource. */
export type Log = (severity: "debug" | "info" | "warning" | "error", message: string, urn?: string) => void;

export interface ProviderDefinition {
  /** The package, for example `nomad`. */
  name: string;
  /** The version of the published plugin that this one stands in for. */
  version: string;
  checkConfig?(news: Properties): Promise<CheckResult>;
  diffConfig?(olds: Properties, news: Properties): Promise<DiffResult>;
  /** Receives the provider's inputs once, before any resource call. Must not connect to a server. */
  configure(inputs: Properties, log: Log): Promise<void> | void;
  /** By type token, for example `nomad:index/job:Job`. */
  resources: Record<string, ResourceHandler>;
  /** By token, for example `nomad:index/getJob:getJob`. */
  functions?: Record<string, FunctionHandler>;
}
