"""What an application's role may do to tables that it does not own, on servers that know a privilege for it."""
from django_nomad_gate.privileges import TABLES

MAINTAIN_SINCE = 170000

# Not on the tables that decide what is migrated: who may maintain a table may also lock it.
STATEMENTS = """
    SELECT format('GRANT MAINTAIN ON TABLE %s TO %I', pg_class.oid::regclass, rolname)
    FROM pg_class JOIN pg_roles ON rolname = %s
    WHERE relkind IN ('r', 'p', 'm') AND relnamespace = to_regnamespace('public')
      AND pg_has_role(current_user, relowner, 'USAGE') AND relname <> ALL (%s)
      AND has_table_privilege(pg_roles.oid, pg_class.oid, 'SELECT')
      AND NOT has_table_privilege(pg_roles.oid, pg_class.oid, 'MAINTAIN')
"""


def allow_maintenance(connection, role):
    """Lets the role refresh materialized views, and vacuum and analyze tables, from PostgreSQL 17 on. Returns on how many.

    Call it as the role that migrates, after the migrations.
    """
    if connection.vendor != "postgresql" or connection.pg_version < MAINTAIN_SINCE:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS.replace("%s TO %I", "%%s TO %%I"), [role, list(TABLES)])
        statements = [row[0] for row in cursor.fetchall()]
        for statement in statements:
            cursor.execute(statement)
    return len(statements)
