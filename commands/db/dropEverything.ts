/** Every large object, table, view, sequence, type and function that belongs to no extension. A column's sequence goes with it. */
export const dropEverything = `
do $$
declare object record;
begin
  perform lo_unlink(oid) from pg_largeobject_metadata;
  for object in
    select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
           when 'f' then 'foreign table' else 'table' end as kind, format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass
             and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
  loop execute format('drop %s if exists %s cascade', object.kind, object.name); end loop;
  for object in
    select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
  loop execute format('drop routine if exists %s cascade', object.name); end loop;
  for object in
    select format('%I.%I', n.nspname, t.typname) as name from pg_type t join pg_namespace n on n.oid = t.typnamespace
     where t.typtype in ('e', 'd') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = t.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e')
  loop execute format('drop type if exists %s cascade', object.name); end loop;
  for object in
    select format('%I', n.nspname) as name from pg_namespace n
     where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
       and not exists (select from pg_depend d where d.objid = n.oid and d.classid = 'pg_namespace'::regclass and d.deptype = 'e')
  loop execute format('drop schema if exists %s cascade', object.name); end loop;
end $$;
`;
