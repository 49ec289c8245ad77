import { randomBytes } from "node:crypto";

import {
  type DjangoProject,
  type TestDatabase,
  type TestMigration,
  createDjangoProject,
  firstMigration,
} from "./djangoProject";
import { type GateOptions, GateProcess } from "./gateProcess";
import { type PostgresServer, querySql } from "./postgres";
import { onTestFinished } from "./onTestFinished";

/** A project with one app, a database of its own, and gates that run against both. */
export interface DjangoSite {
  project: DjangoProject;
  database: TestDatabase;
  /** Starts a gate; it is killed with the test at the latest. */
  gate(options?: Partial<GateOptions>): GateProcess;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Names of the applied migrations, in their order. */
  applied(): Promise<unknown[]>;
  /** Names of the tables, sorted. */
  tables(): Promise<unknown[]>;
  /** How many sessions the database has. */
  connections(): Promise<number>;
}

/**
 * Made for one test and removed after it. The app's first migration comes before those given.
 *
 * @param settings Python lines at the end of the project's settings.
 */
export async function createDjangoSite(
  python: string,
  server: PostgresServer,
  migrations: TestMigration[],
  settings = "",
): Promise<DjangoSite> {
  const project = createDjangoProject({ blog: [firstMigration, ...migrations] }, settings);
  const gates: GateProcess[] = [];
  onTestFinished(async () => {
    gates.forEach((gate) => gate.child.kill("SIGKILL"));
    await Promise.all(gates.map((gate) => gate.end));
    project.remove();
  });
  const { host, port, user, password } = server;
  const database = { host, port, user, password, name: await createDatabase(server) };
  const query = (sql: string) => querySql(server, sql, { database: database.name });
  const names = async (sql: string): Promise<unknown[]> => (await query(sql)).map((row) => row.name);
  return {
    project,
    database,
    query,
    gate(options = {}) {
      const gate = new GateProcess({ python, project, databases: { default: database }, ...options });
      gates.push(gate);
      return gate;
    },
    applied: () => names("SELECT name FROM django_migrations ORDER BY id"),
    tables: () => names("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"),
    async connections() {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = '${database.name}'`;
      return (await querySql(server, sql)).length;
    },
  };
}

/** Makes an empty database and gives its name. */
export async function createDatabase(server: PostgresServer): Promise<string> {
  const name = `gate_${randomBytes(4).toString("hex")}`;
  await querySql(server, `CREATE DATABASE ${name}`);
  return name;
}
