/** Where the rollout's promises are tested: a fresh clone that deploys to a cluster and a database of its own. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { stringify, parse } from "yaml";
import { Clone, type Finished, type Registration, type Running } from "./clone";
import { Cluster, type ClusterOptions, type PlacedAllocation } from "./cluster";
import { forget, remember } from "./leftovers";
import { type PostgresServer, querySql, startPostgres } from "./postgres";
import { requestLoop } from "./requests";
import { SiteImages } from "./siteImages";

/** Config of the program, without its prefix: what a user writes into a stack's file. */
export type Config = Record<string, unknown>;

export interface Timed extends Finished {
  seconds: number;
}

/** The dev stack's own, which its file holds encrypted. */
const password = "password";

/** Quick to count as healthy, so that a test waits for what it is about. */
const quick: Config = {
  count: 2,
  httpService: { serviceProvider: "nomad", checkPath: "/healthz", checkInterval: "1s", checkTimeout: "1s" },
  // Docker gives out the processor by these: with fewer, the site would starve beside the tools that deploy it.
  serverResources: { cpu: 1000, memory: 300 },
  migrateResources: { cpu: 1000, memory: 300 },
  migrationPollSeconds: 1,
  update: { minHealthyTime: "1s" },
};

/** A stack of its own name and the job that it deploys. */
export class App {
  private config: Config;

  constructor(
    private readonly bed: TestBed,
    /** Of stack, job and service. */
    readonly name: string,
    config: Config,
    /** The checkout that deploys it. */
    private readonly clone = bed.clone,
  ) {
    this.config = { ...quick, ...config };
  }

  /** Changes the stack's file and deploys. @param args more arguments of `pulumi up`. */
  async up(changes: Config = {}, ...args: string[]): Promise<Timed> {
    const begin = Date.now();
    const finished = await this.start(changes, ...args).finished;
    return { ...finished, seconds: (Date.now() - begin) / 1000 };
  }

  start(changes: Config = {}, ...args: string[]): Running {
    this.write(changes);
    // What a preview would say is tested elsewhere, and costs seconds.
    const options = ["--yes", "--skip-preview", "--stack", this.name, ...args];
    return this.clone.startScript("up", options);
  }

  preview(changes: Config = {}, ...args: string[]): Promise<Finished> {
    this.write(changes);
    return this.clone.verb("preview", "--stack", this.name, ...args);
  }

  /** Changes the stack's file. */
  write(changes: Config = {}): void {
    this.config = { ...this.config, ...changes };
    const { encryptionsalt, config: dev } = parse(this.clone.read("Pulumi.dev.yaml")) as {
      encryptionsalt: string;
      config: Record<string, unknown>;
    };
    const service = { serviceName: this.name, ...(this.config.httpService as object) };
    const env = { ...this.bed.databaseEnv, ...(this.config.envVars as object | undefined) };
    const own = { jobName: this.name, ...this.config, httpService: service, envVars: env };
    const settings = Object.entries(own).map(([key, value]) => [`django-nomad:${key}`, value]);
    this.clone.write(
      `Pulumi.${this.name}.yaml`,
      stringify({
        encryptionsalt,
        config: {
          "nomad:address": this.bed.cluster.address,
          ...(this.bed.cluster.token === undefined ? {} : { "nomad:caFile": this.bed.cluster.authority }),
          "django-nomad:secretEnvVars": dev["django-nomad:secretEnvVars"],
          "django-nomad:dockerNetworkMode": this.bed.network,
          ...(Object.fromEntries(settings) as Config),
        },
      }),
    );
  }

  /** This job of the cluster deployed from another checkout, which knows nothing of the first one's state. */
  from(clone: Clone): App {
    return new App(this.bed, this.name, this.config, clone);
  }

  /** Those of the job's newest version, or of another. */
  async allocations(version?: number): Promise<PlacedAllocation[]> {
    const all = await this.bed.cluster.allocations(this.name);
    const wanted = version ?? Math.max(...all.map(({ JobVersion }) => JobVersion));
    return all.filter(({ JobVersion }) => JobVersion === wanted);
  }

  /** What Nomad means to keep running. */
  async running(): Promise<PlacedAllocation[]> {
    const all = await this.bed.cluster.allocations(this.name);
    return all.filter(
      ({ DesiredStatus, ClientStatus }) => DesiredStatus === "run" && ClientStatus === "running",
    );
  }

  async urls(path = "/"): Promise<string[]> {
    const listed = await this.bed.cluster.get<Registration[]>(`/v1/service/${this.name}`);
    return listed.map(({ Address, Port }) => `http://${Address}:${Port}${path}`);
  }

  /** The version that each listed instance serves, from its database. */
  async served(): Promise<string[]> {
    const page = async (url: string): Promise<string> => {
      const response = await fetch(url);
      const text = await response.text();
      return /django-testing <span>(.*?)<\/span>/.exec(text)?.[1] ?? `${response.status}: ${text}`;
    };
    return Promise.all((await this.urls()).map(page));
  }

  /** 50 requests a second to all instances, by the version that answers. */
  requests(): ReturnType<typeof requestLoop> {
    return requestLoop({
      instances: () => this.urls("/version"),
      perSecond: 50,
      kind: (body) => body.trim(),
      sampleCapacity: true,
    });
  }
}

export class TestBed {
  private constructor(
    readonly clone: Clone,
    readonly cluster: Cluster,
    readonly database: PostgresServer,
    /** Docker network on which the database is `postgres`. */
    readonly network: string,
    readonly images: SiteImages,
  ) {}

  static async prepare(options: ClusterOptions = {}): Promise<TestBed> {
    const network = `django-nomad-test-${randomBytes(4).toString("hex")}`;
    remember({ kind: "network", name: network });
    execFileSync("docker", ["network", "create", network], { stdio: "pipe" });
    const clone = Clone.create();
    const cluster = await Cluster.start(options);
    const database = await startPostgres({ network, password }).catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    return new TestBed(clone, cluster, database, network, new SiteImages());
  }

  app(name: string, config: Config = {}): App {
    return new App(this, name, { djangoImage: "django-testing:v1", ...config });
  }

  /** How the site reaches the bed's database. */
  get databaseEnv(): Record<string, string> {
    return {
      POSTGRES_NAME: this.database.database,
      POSTGRES_USER: this.database.user,
      POSTGRES_HOST: "postgres",
      POSTGRES_PORT: "5432",
    };
  }

  sql(statement: string): Promise<Record<string, unknown>[]> {
    return querySql(this.database, statement);
  }

  /** Names of the site's applied migrations, in their order. */
  async applied(): Promise<unknown[]> {
    const rows = await this.sql("SELECT name FROM django_migrations WHERE app = 'visits' ORDER BY id");
    return rows.map(({ name }) => name);
  }

  /** A database beside the bed's own, for an app that should not share it; give its name as POSTGRES_NAME. */
  async createDatabase(name: string): Promise<string> {
    await this.sql(`CREATE DATABASE ${name}`);
    return name;
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await this.database.stop();
    execFileSync("docker", ["network", "rm", this.network], { stdio: "pipe" });
    forget({ kind: "network", name: this.network });
    this.images.remove();
    await this.clone.remove();
  }
}
