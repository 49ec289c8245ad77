import { type Properties } from "../host/types";
import { type Server } from "./connection";
import { textOf } from "./fields";

/** The database that a resource lives in: its own property, else the provider's. */
export function databaseOf(server: Server, properties: Properties): string {
  return textOf(properties, "database") ?? server.database;
}

/** `database` and `name` from an id that joins them with a dot. */
export function splitId(id: string): Properties {
  const at = id.indexOf(".");
  if (at <= 0 || at === id.length - 1) throw new Error(`the import id must be "database.name", was "${id}"`);
  return { database: id.slice(0, at), name: id.slice(at + 1) };
}

/** {@link Server.run} in a database; undefined, without a try, when there is no such database any more. */
export async function inDatabase<T>(
  server: Server,
  database: string,
  work: Parameters<typeof server.run<T>>[0],
  signal?: AbortSignal,
): Promise<T | undefined> {
  if (database !== server.database) {
    const [row] = await server.run((session) =>
      session.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]),
    );
    if (row === undefined) return undefined;
  }
  return server.run(work, { database, signal });
}
