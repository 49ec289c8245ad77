/** The gate's lock, held by a test. */
import { createHash } from "node:crypto";
import { Client } from "pg";
import type { PostgresServer } from "./postgres";

/** Takes the lock around the migrations of the server's database; `release` gives it back. */
export async function holdMigrationLock(server: PostgresServer): Promise<{ release(): Promise<void> }> {
  const { host, port, user, password, database } = server;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  const key = createHash("sha256").update(`django-nomad:${database}`).digest().readBigInt64BE(0);
  await client.query("SELECT pg_advisory_lock($1)", [key]);
  return { release: () => client.end() };
}
