"""Who may write the tables that decide what is migrated."""

TABLES = ("django_migrations", "django_nomad_release")
WRITING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

# One statement for each role that may write one of the tables, or a column of it. The owner's own rights stay, and so
# does everything where this role can't act for the owner: a REVOKE would only warn.
STATEMENTS = """
    WITH tables AS (SELECT oid, relowner, relacl FROM pg_class
                    WHERE oid IN (SELECT to_regclass(name) FROM unnest(ARRAY['{tables}']) name)
                      AND pg_has_role(current_user, relowner, 'USAGE')),
         held AS (SELECT oid, relowner, (aclexplode(relacl)).* FROM tables
                  UNION ALL
                  SELECT oid, relowner, (aclexplode(attacl)).* FROM tables JOIN pg_attribute ON attrelid = oid)
    SELECT DISTINCT format('REVOKE {writing} ON TABLE %s FROM %s CASCADE', held.oid::regclass,
                           COALESCE(quote_ident(rolname), 'PUBLIC'))
    FROM held LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE grantee <> relowner AND privilege_type IN ('{types}')
""".format(tables="', '".join(TABLES), writing=", ".join(WRITING), types="', '".join(WRITING))


def protect(connection):
    """Leaves the writing of TABLES to their owner, and returns how many rights of others it took. All read them as before.

    Default privileges give the application's role every table that migrations make. Call it as the role that
    migrates, after the tables are made; where that role does not own them, and on other kinds of databases, it does
    nothing. A role that is made later has its rights until the next call.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS)
        statements = [row[0] for row in cursor.fetchall()]
        for statement in statements:
            cursor.execute(statement)
    return len(statements)
