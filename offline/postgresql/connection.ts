import type { Client } from "pg";
import { type Properties } from "../host/types";
import { type Settings, settingsFrom } from "./config";
import { explain } from "./errors";

export type Row = Record<string, unknown>;

/** One connection to one database, for the length of one operation. */
export class Session {
  constructor(
    private readonly client: Client,
    private readonly fail: (error: unknown) => Error,
  ) {}

  async query(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.client.query(sql, parameters)).rows as Row[];
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Of the server, such as 170002. */
  async version(): Promise<number> {
    const [row] = await this.query("SELECT current_setting('server_version_num')::int AS version");
    return Number(row.version);
  }

  /** All of `work` or, when it fails, nothing of it. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.query("BEGIN");
    try {
      const result = await work();
      await this.query("COMMIT");
      return result;
    } catch (error) {
      await this.client.query("ROLLBACK").catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  }
}

export interface RunOptions {
  /** Default: the database of the provider. */
  database?: string;
  /** Values that messages must never repeat. */
  secrets?: string[];
  signal?: AbortSignal;
}

/** The server that the provider speaks to. Nothing connects before the first operation. */
export class Server {
  private settings: Settings | undefined;
  private last: Promise<unknown> = Promise.resolve();

  configure(inputs: Properties): void {
    this.settings = settingsFrom(inputs, process.env);
  }

  /** The database that the provider is configured with. */
  get database(): string {
    return this.configured().database;
  }

  /**
   * Runs `work` over a connection of its own. One operation at a time: PostgreSQL refuses two statements
   * that change the same catalog row at once ("tuple concurrently updated").
   */
  run<T>(work: (session: Session) => Promise<T>, options: RunOptions = {}): Promise<T> {
    const result = this.last.then(() => this.connected(work, options));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async connected<T>(work: (session: Session) => Promise<T>, options: RunOptions): Promise<T> {
    options.signal?.throwIfAborted();
    const settings = this.configured();
    const database = options.database ?? settings.database;
    const secrets = [settings.password, ...(options.secrets ?? [])].filter((value) => value !== undefined);
    const fail = (error: unknown) => explain(error, { ...settings, database }, secrets);
    const { Client } = await import("pg");
    const client = new Client({
      host: settings.host,
      port: settings.port,
      user: settings.username,
      password: settings.password,
      database,
      ssl: settings.tls,
      connectionTimeoutMillis: settings.connectTimeout * 1000,
      application_name: "pulumi",
    });
    let broken: unknown;
    client.on("error", (error) => (broken = error)); // a connection lost between two queries
    const abort = () => void client.end().catch(() => undefined);
    try {
      await client.connect();
    } catch (error) {
      throw fail(error);
    }
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      const result = await work(new Session(client, fail));
      if (broken !== undefined) throw fail(broken);
      return result;
    } catch (error) {
      // What a query says whose connection was cut on purpose helps nobody.
      if (options.signal?.aborted)
        throw new Error("cancelled; what was begun is rolled back or left as it was");
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", abort);
      await client.end().catch(() => undefined); // the work is done; a lost connection changes nothing
    }
  }

  private configured(): Settings {
    if (this.settings === undefined)
      throw new Error("the postgresql provider was used before it was configured");
    return this.settings;
  }
}
