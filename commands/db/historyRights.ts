/**
 * Takes the writing of the tables that decide what is migrated from every role but their owner, as each release does
 * (components/gate/django_nomad_gate/privileges.py): the tables that a restore makes have default privileges.
 */
export const protectHistory = `
do $$
declare statement text;
begin
  for statement in
    select distinct format('revoke insert, update, delete, truncate, references, trigger on table %s from %s cascade',
                           held.oid::regclass, coalesce(quote_ident(rolname), 'public'))
      from (select oid, relowner, (aclexplode(relacl)).* from pg_class) held left join pg_roles on pg_roles.oid = grantee
     where held.oid in (to_regclass('public.django_migrations'), to_regclass('public.django_nomad_release'))
       and grantee <> relowner and privilege_type <> 'SELECT'
  loop execute statement; end loop;
end $$;
`;
