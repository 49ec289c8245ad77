/** A company's cluster and database: locked, and deployed to from the example stacks as they are. */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { NomadApi } from "../../components/nomad/api";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { Clone, type Finished, type Registration } from "./clone";
import { Cluster } from "./cluster";
import { startTlsPostgres, type TlsPostgres } from "./tlsPostgres";

export type Stack = "staging" | "prod";

const prefix = "django-nomad:";

const namespaceOf = (stack: Stack): string => `shop-${stack}`;

export class LockedBed {
  /** Values that no output may show. */
  readonly secrets: string[] = [];
  /** Of every command, in the order in which they ended. */
  readonly outputs: string[] = [];

  private constructor(
    readonly clone: Clone,
    readonly cluster: Cluster,
    readonly server: TlsPostgres,
  ) {}

  /** Three clients, a TLS server and the two stacks with addresses and image of this machine. */
  static async prepare(): Promise<LockedBed> {
    const cluster = await Cluster.start({ locked: true });
    const server = await startTlsPostgres(15).catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    const bed = new LockedBed(Clone.create(), cluster, server);
    for (const stack of ["staging", "prod"] as const) {
      const Name = namespaceOf(stack);
      await cluster.request("PUT", `/v1/namespace/${Name}`, { Name });
      bed.adapt(stack);
      await bed.setSecrets(stack);
    }
    return bed;
  }

  /** Addresses and the image; all the rest is what a team would clone. */
  private adapt(stack: Stack): void {
    const { host, authority } = this.server;
    const content = this.clone
      .read(`Pulumi.${stack}.yaml`)
      .replace(/(nomad:address: ).*/, `$1${this.cluster.address}`)
      .replace("certificates/nomad-ca.pem", this.cluster.authority)
      .replace("certificates/database-ca.pem", authority)
      .replace(/\bhost: (db|pooler)\..*/g, `host: ${host}`)
      .replace("port: 6432", "port: 5432")
      .replace("registry.example.com/shop:1.4.0", "django-testing:v1");
    this.clone.write(`Pulumi.${stack}.yaml`, content);
  }

  private async setSecrets(stack: Stack): Promise<void> {
    const { password } = this.server.admin;
    this.secrets.push(password);
    const set = ["set", "--secret", "--path", "database.adminPassword", password];
    const { code, output } = await this.run(stack, "pulumi", ["config", ...set]);
    if (code !== 0) throw new Error(output);
  }

  /** One of the project's commands for a stack, with that token. */
  run(stack: Stack, verb: string, args: string[] = [], token?: string): Promise<Finished> {
    const env = token === undefined ? {} : { NOMAD_TOKEN: token };
    const finished = this.clone.startScript(verb, [...args, "--stack", stack], env).finished;
    return finished.then((result) => {
      this.outputs.push(result.output);
      return result;
    });
  }

  /** The program's own keys of a stack, without their prefix. */
  config(stack: Stack): Record<string, unknown> {
    const { config } = parse(this.clone.read(`Pulumi.${stack}.yaml`)) as { config: Record<string, unknown> };
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(prefix, ""), value]));
  }

  /** Changes keys of a stack's file for good. */
  set(stack: Stack, changes: Record<string, unknown>): void {
    const file = `Pulumi.${stack}.yaml`;
    const content = parse(this.clone.read(file)) as { config: Record<string, unknown> };
    for (const [key, value] of Object.entries(changes)) content.config[`${prefix}${key}`] = value;
    this.clone.write(file, stringify(content));
  }

  /** What the project prints for a stack's token. */
  async policy(kind: "deploy" | "preview", stack: Stack): Promise<string> {
    const { code, output } = await this.run(stack, "policy", [kind]);
    if (code !== 0) throw new Error(output);
    return output;
  }

  /** A token with those rules. @param ttl for example `30s`; unset, it lives for ever. */
  async token(rules: string, ttl?: string): Promise<string> {
    const name = `test-${randomBytes(4).toString("hex")}`;
    await this.cluster.request("PUT", `/v1/acl/policy/${name}`, { Name: name, Rules: rules });
    const made = { Name: name, Type: "client", Policies: [name], ...(ttl ? { ExpirationTTL: ttl } : {}) };
    this.secrets.push(
      (await this.cluster.request<{ SecretID: string }>("PUT", "/v1/acl/token", made)).SecretID,
    );
    return this.secrets.at(-1) as string;
  }

  /** A client of the product's own. */
  api(token: string, namespace: string): NomadApi {
    const { address, authority } = this.cluster;
    const connection = { address, token, ca: readFileSync(authority, "utf8") };
    const signal = AbortSignal.timeout(60_000);
    setMaxListeners(0, signal);
    return new NomadApi(connection, namespace, signal);
  }

  async urls(stack: Stack, path = "/"): Promise<string[]> {
    const listed = await this.cluster.get<Registration[]>(`/v1/service/shop?namespace=${namespaceOf(stack)}`);
    return listed.map(({ Address, Port }) => `http://${Address}:${Port}${path}`);
  }

  /** What a stack has made and given to its tasks: no output may show it from now on. @returns how many there are. */
  async learnSecrets(stack: Stack): Promise<number> {
    const namespace = `namespace=${namespaceOf(stack)}`;
    const listed = await this.cluster.get<{ Path: string }[]>(`/v1/vars?${namespace}`);
    const variables = await Promise.all(
      listed.map(({ Path }) =>
        this.cluster.get<{ Items: Record<string, string> }>(`/v1/var/${Path}?${namespace}`),
      ),
    );
    const values = variables.flatMap(({ Items }) => Object.values(Items));
    this.secrets.push(...values);
    // One-off commands have a copy of each.
    return new Set(values).size;
  }

  /** What would tell that something was changed: the job's version and the indexes of its secrets. */
  async traces(stack: Stack): Promise<unknown> {
    const namespace = `namespace=${namespaceOf(stack)}`;
    const job = await this.cluster.get<{ Version: number; JobModifyIndex: number; Stop: boolean }>(
      `/v1/job/shop?${namespace}`,
    );
    const variables = await this.cluster.get<{ Path: string; ModifyIndex: number }[]>(
      `/v1/vars?${namespace}`,
    );
    return [job.JobModifyIndex, job.Stop, ...variables.map(({ Path, ModifyIndex }) => [Path, ModifyIndex])];
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    this.server.stop();
    this.clone.discard();
  }
}
