import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printsQuery, sameSpelling, type Sums } from "./fingerprint";

const source = readFileSync(join(__dirname, "backup.sh"), "utf8");

/** The query that prints the manifest around the tables' prints. psql quotes its own variables, such as `:'stack'`. */
const manifest = `format(
  $$select json_build_object('stack', %L::text, 'database', current_database(),
    'serverVersion', current_setting('server_version'),
    'taken', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'bytes', %s, 'sha256', %L::text, 'sums', %L::text,
    'tables', (select coalesce(json_object_agg(name, json_build_object('rows', rows, 'sum', sum::text)), '{}') from ($$,
  :'stack', :bytes, :'sha256', :'sums')`;

const query = (sums: Sums): string => printsQuery(sums, manifest, "') prints))'");

/** The shell script that the task `backup` runs: a dump into `/backups` with a manifest as `npm run db` reads it. */
export function renderBackup(): string {
  return source
    .replace("@SPELLING@", () => sameSpelling)
    .replace("@HASHES@", () => query("hashes"))
    .replace("@TEXT@", () => query("text"));
}
