/** Where everything is measured: one Nomad, one PostgreSQL and a checkout, made when first asked for. */
import { hasEnded } from "../components/nomad/models";
import { Clone } from "../test/support/clone";
import { Cluster } from "../test/support/cluster";
import { bridgeAddress } from "../test/support/docker";
import { type PostgresServer, querySql, startPostgres } from "../test/support/postgres";
import { SiteImages } from "../test/support/siteImages";
import { waitUntil } from "../test/support/waiting";

/** The one that the dev stack's file holds encrypted. */
export const databasePassword = "password";

export class Bed {
  private startedCluster: Promise<Cluster> | undefined;
  private startedDatabase: Promise<PostgresServer> | undefined;
  private madeClone: Clone | undefined;
  private stopping: Promise<void> | undefined;
  readonly images = new SiteImages();

  /** One server, one client: the fewest agents, since each takes processor time of its own. */
  cluster(): Promise<Cluster> {
    return (this.startedCluster ??= Cluster.start({ clients: 1, memory: 12_000, cpu: 30_000 }));
  }

  database(): Promise<PostgresServer> {
    return (this.startedDatabase ??= startPostgres({
      password: databasePassword,
      // Enough for every waiter at once, and the exact moment of every commit.
      parameters: { max_connections: "500", track_commit_timestamp: "on" },
    }));
  }

  /** A checkout with a state of its own, as a user has it. */
  clone(): Clone {
    return (this.madeClone ??= Clone.create());
  }

  async sql(statement: string, database?: string): Promise<Record<string, unknown>[]> {
    return querySql(await this.database(), statement, database === undefined ? {} : { database });
  }

  /** Makes an empty database. */
  async createDatabase(name: string): Promise<string> {
    await this.sql(`CREATE DATABASE ${name}`);
    return name;
  }

  /** How the site reaches a database, from its containers and from this machine alike. */
  async databaseEnv(name: string): Promise<Record<string, string>> {
    const { container, user } = await this.database();
    return {
      POSTGRES_HOST: bridgeAddress(container),
      POSTGRES_PORT: "5432",
      POSTGRES_NAME: name,
      POSTGRES_USER: user,
    };
  }

  /** Stops jobs and waits for the end of everything that they ran: Nomad forgets at once what it purges. */
  async purge(prefix: string): Promise<void> {
    const cluster = await this.cluster();
    const jobs = (await cluster.get<{ ID: string }[]>(`/v1/jobs?prefix=${prefix}`)).map(({ ID }) => ID);
    for (const job of jobs) await cluster.request("DELETE", `/v1/job/${job}`);
    const ended = async (job: string): Promise<boolean> => (await cluster.allocations(job)).every(hasEnded);
    for (const job of jobs) await waitUntil(`${job} has ended`, () => ended(job), 120_000);
    for (const job of jobs) await cluster.request("DELETE", `/v1/job/${job}?purge=true`);
  }

  /** Takes down what was started, also when a part of it never came up. @throws what could not be taken down. */
  stop(): Promise<void> {
    // Once: an interrupted run comes here a second time.
    return (this.stopping ??= this.takeDown());
  }

  private async takeDown(): Promise<void> {
    const ends = await Promise.allSettled([
      this.startedCluster?.then((cluster) => cluster.stop()),
      this.startedDatabase?.then((database) => database.stop()),
    ]);
    this.images.remove();
    await this.madeClone?.remove();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}
