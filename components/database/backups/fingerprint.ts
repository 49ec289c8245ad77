/** What tells whether two databases hold the same rows. */

/** Rows of one table, and a sum over their hashes that no order changes. */
export interface TablePrint {
  rows: number;
  sum: string;
}

export type Fingerprint = Record<string, TablePrint>;

/** For the session: values must be written the same way on every server. */
export const sameSpelling =
  "set standard_conforming_strings = on; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set extra_float_digits = 1; " +
  "set bytea_output = 'hex'";

/** Names of everybody's tables, quoted. */
export const tablesQuery =
  "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace " +
  "where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' " +
  "and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') " +
  "order by 1";

/**
 * How a row becomes a number: from its values' own hashes, or from its text as before PostgreSQL 14. Hashes that
 * partitions on disk depend on stay the same from version to version.
 */
export type Sums = "hashes" | "text";

/** What a server of that version (150004) can do. */
export const sumsOf = (versionNumber: number): Sums => (versionNumber >= 140_000 ? "hashes" : "text");

/** Of types whose equal values are the same value; others are compared as text. */
const hashed =
  "bool int2 int4 int8 oid uuid text varchar bpchar bytea date time timestamp timestamptz numeric jsonb inet";

const rowHash: Record<Sums, string> = {
  text: "'hashtextextended(t::text, 0)'",
  hashes: `(
    select format('hash_record_extended(row(%s), 0)', string_agg(
        format(case when atttypid::regtype::text = any (select format_type(oid, null) from pg_type
          where typnamespace = 'pg_catalog'::regnamespace and typname = any (string_to_array('${hashed}', ' ')))
          then 't.%I' else 't.%I::text' end, attname), ', ' order by attnum))
      from pg_attribute where attrelid = name::regclass and attnum > 0 and not attisdropped)`,
};

/**
 * A query that makes the one that counts every table: psql's `\\gexec` runs what it answers, and reads nothing in it.
 * One statement for all tables, so that the server may work on several at once.
 * @param before SQL expression whose text comes before that statement, for example `'create temp table ... as '`.
 * @param after SQL expression of the text after it.
 */
export function printsQuery(sums: Sums, before = "''", after = "''"): string {
  const one = "select count(*) as rows, coalesce(sum(%s), 0) as sum, %L::text as name from %s t";
  const none = "select 0 as rows, 0::numeric as sum, ''::text as name where false";
  const all = `coalesce(string_agg(format('${one}', ${rowHash[sums]}, name, name), ' union all '), $$${none}$$)`;
  return `select (select ${before} || ${all} || ${after} from (${tablesQuery}) tables (name))`;
}

/** {@link printsQuery} of which each answer is one line, whatever the table is called: see {@link parsePrint}. */
export function printLinesQuery(sums: Sums): string {
  return printsQuery(sums, "'select json_build_array(name, rows, sum::text) from ('", "') prints'");
}

export function parsePrint(line: string): [string, TablePrint] {
  const [name, rows, sum] = JSON.parse(line) as [string, number, string];
  return [name, { rows, sum }];
}

/** What differs, in words; empty when nothing does. */
export function differences(wanted: Fingerprint, found: Fingerprint): string[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort().flatMap((table) => {
    const [before, after] = [wanted[table], found[table]];
    if (!before || !after) return [`${table}: ${before ? "is missing" : "was not there"}`];
    if (before.rows !== after.rows) return [`${table}: ${after.rows} rows instead of ${before.rows}`];
    return before.sum === after.sum ? [] : [`${table}: as many rows, but different ones`];
  });
}
