import type {
  CheckFailure,
  DiffResult,
  Properties,
  ProviderDefinition,
  ReadResult,
  ResourceHandler,
} from "../../host/types";
import { keepSecrets } from "../../host/values";

/** A resource as the engine's state has it. */
export interface State {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** Takes one resource of an offline plugin through its life, in the order in which the engine calls. */
export class PluginResource {
  private readonly handler: ResourceHandler;
  private readonly urn: string;

  constructor(
    definition: ProviderDefinition,
    private readonly type: string,
    private readonly name = "example",
  ) {
    const handler = definition.resources[type];
    if (handler === undefined) throw new Error(`the plugin has no resource "${type}"`);
    this.handler = handler;
    this.urn = `urn:pulumi:dev::test::${type}::${name}`;
  }

  /** Check, then Create. Fails when Check does. */
  async create(news: Properties): Promise<State> {
    const inputs = await this.check(news);
    const { id, properties } = await this.handler.create({
      ...this.call(),
      properties: inputs,
      preview: false,
    });
    return { id, inputs, outputs: keepSecrets(properties, inputs) };
  }

  async previewCreate(news: Properties): Promise<Properties> {
    const inputs = await this.check(news);
    const { properties } = await this.handler.create({ ...this.call(), properties: inputs, preview: true });
    return keepSecrets(properties, inputs);
  }

  /** Check, then Diff: what a preview of these inputs shows. */
  async diff(state: State, news: Properties): Promise<DiffResult> {
    return this.handler.diff({
      id: state.id,
      urn: this.urn,
      olds: state.outputs,
      oldInputs: state.inputs,
      news: await this.check(news, state.inputs),
      ignoreChanges: [],
    });
  }

  /** Check, then Update. */
  async update(state: State, news: Properties): Promise<State> {
    const inputs = await this.check(news, state.inputs);
    const { properties } = await this.handler.update({
      ...this.call(),
      id: state.id,
      olds: state.outputs,
      oldInputs: state.inputs,
      properties: inputs,
      preview: false,
    });
    return { id: state.id, inputs, outputs: keepSecrets(properties, inputs) };
  }

  /** The state after `pulumi refresh`; undefined when the resource is gone. */
  async refresh(state: State): Promise<State | undefined> {
    return asState(
      await this.handler.read({
        id: state.id,
        urn: this.urn,
        properties: state.outputs,
        inputs: state.inputs,
      }),
    );
  }

  /** The state after `pulumi import`; undefined when there is nothing of that id. */
  async import(id: string): Promise<State | undefined> {
    return asState(await this.handler.read({ id, urn: this.urn, properties: {}, inputs: {} }));
  }

  async delete(state: State): Promise<void> {
    const { urn, signal, timeoutSeconds } = this.call();
    await this.handler.delete({ id: state.id, urn, signal, timeoutSeconds, properties: state.outputs });
  }

  /** What Check finds wrong. */
  async failures(news: Properties): Promise<CheckFailure[]> {
    return (await this.checked(news, {})).failures ?? [];
  }

  private async check(news: Properties, olds: Properties = {}): Promise<Properties> {
    const { inputs, failures = [] } = await this.checked(news, olds);
    if (failures.length > 0) throw new Error(failures.map((f) => `${f.property}: ${f.reason}`).join("\n"));
    return inputs;
  }

  private checked(news: Properties, olds: Properties) {
    const { urn, name, type } = this;
    return this.handler.check({ urn, name, type, olds, news, randomSeed: Buffer.alloc(32, 7) });
  }

  private call() {
    return { urn: this.urn, name: this.name, timeoutSeconds: 0, signal: new AbortController().signal };
  }
}

function asState(read: ReadResult | undefined): State | undefined {
  return read && { id: read.id, inputs: read.inputs, outputs: read.properties };
}
