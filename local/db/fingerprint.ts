/** What tells whether two databases hold the same rows. */

/** Rows of one table, and a sum over their hashes that no order changes. */
export interface TablePrint {
  rows: number;
  sum: string;
}

export type Fingerprint = Record<string, TablePrint>;

/** For the session: values must be written the same way on every server. */
export const sameSpelling =
  "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set extra_float_digits = 1; " +
  "set bytea_output = 'hex'";

/** Names of everybody's tables, quoted. */
export const tablesQuery =
  "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace " +
  "where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' " +
  "and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') " +
  "order by 1";

/** One line per table: rows, sum and name. */
export function printQuery(table: string): string {
  const name = table.replaceAll("'", "''");
  return `select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0), '${name}' from ${table} t`;
}

export function parsePrint(line: string): [string, TablePrint] {
  const [rows, sum, ...name] = line.split("|");
  return [name.join("|"), { rows: Number(rows), sum }];
}

/** What differs, in words; empty when nothing does. */
export function differences(wanted: Fingerprint, found: Fingerprint): string[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort().flatMap((table) => {
    const [before, after] = [wanted[table], found[table]];
    if (!before || !after) return [`${table}: ${before ? "is missing" : "was not there"}`];
    if (before.rows !== after.rows) return [`${table}: ${after.rows} rows instead of ${before.rows}`];
    return before.sum === after.sum ? [] : [`${table}: as many rows, but other ones`];
  });
}
