"""A database with a schema for each tenant, as django-tenants and django-tenant-schemas keep it.

Each schema has its own django_migrations. One connection reads them all by their full names: 300 tenants take 300 rows
a look, and not 300 times `SET search_path`.
"""
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import ProgrammingError
from django.db.migrations import loader
from django.db.migrations.recorder import MigrationRecorder

from django_nomad_gate.speech import some

TABLES_AT_ONCE = 100  # the server holds a lock on each table that a statement names


def find_tenants(connection):
    """None where the database has one schema for all."""
    if not getattr(settings, "TENANT_MODEL", None) or not hasattr(connection, "set_schema_to_public"):
        return None
    if connection.alias != getattr(settings, "TENANT_DB_ALIAS", "default"):
        return None
    return Tenants(apps.get_model(settings.TENANT_MODEL), getattr(settings, "PUBLIC_SCHEMA_NAME", "public"))


class Tenants:
    """The schemas of one database, and what was found in them when somebody last looked."""

    def __init__(self, model, public):
        self.model, self.public = model, public
        self.histories, self.missing, self.applied = {}, [], {}
        self.known = None

    def pending(self, connection, read_plan):
        """Labels of unapplied migrations, with the schemas that lack them.

        `read_plan` gives the labels for the history that Django's loader sees, and the keys of the image's migrations.
        """
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            schemas = [self.public] + self.names(connection, cursor)
            there = self.look(cursor, schemas)
            missing = [schema for schema in schemas if schema not in there and schema != self.public]
            histories = {schema: (0, None) for schema in schemas if schema not in missing}
            histories.update(self.count(cursor, [schema for schema in schemas if there.get(schema)]))
            if (histories, missing) == (self.histories, self.missing) and self.known is not None:
                return self.known
            moved = [schema for schema in histories if histories[schema] != self.histories.get(schema, (0, None))]
            self.applied.update({schema: frozenset() for schema in histories if schema not in self.applied})
            self.applied.update(self.read(cursor, [schema for schema in moved if there.get(schema)]))
        plans, lacking, keys = {}, {}, None
        for schema in histories:
            # Schemas of different ages still hold different rows of migrations that the image has no more.
            applied = self.applied[schema] if keys is None else self.applied[schema] & keys
            if applied not in plans:
                with history(applied):
                    plans[applied], keys = read_plan()
            for label in plans[applied]:
                lacking.setdefault(label, []).append(schema)
        self.histories, self.missing = histories, missing
        self.known = ["%s in %s" % (label, some(lacking[label])) for label in lacking]
        self.known += ["every migration of %s, whose schema does not exist" % schema for schema in missing]
        return self.known

    def schema_of(self, connection):
        """The one that migrate is in. Where it does not exist, the next of the search path would get its tables: public."""
        if connection.schema_name in self.missing:
            raise CommandError("the schema %s does not exist" % connection.schema_name)
        return connection.schema_name

    def names(self, connection, cursor):
        """What the project's own migrate goes through, in its order where it has one."""
        table = self.model._meta.db_table
        cursor.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s", [self.public, table])
        if cursor.fetchone() is None:
            return []
        order = getattr(settings, "TENANT_MIGRATION_ORDER", None) or ["schema_name"]
        found = self.model.objects.exclude(schema_name=self.public).order_by(*order).values_list("schema_name", flat=True)
        try:
            cursor.execute(*found.query.get_compiler(connection=connection).as_sql())
        except ProgrammingError:
            # The project orders or filters by a column that a pending migration makes.
            cursor.execute("SELECT schema_name FROM %s.%s WHERE schema_name <> %%s ORDER BY schema_name" % (
                quoted(self.public), quoted(table)), [self.public])
        return [row[0] for row in cursor.fetchall()]

    def look(self, cursor, schemas):
        """The schemas that exist, each with whether it has a table of migrations."""
        cursor.execute(
            "SELECT nspname, relname IS NOT NULL FROM pg_namespace LEFT JOIN pg_class ON relnamespace = pg_namespace.oid "
            "AND relname = 'django_migrations' WHERE nspname = ANY(%s::text[])", [schemas])
        return dict(cursor.fetchall())

    def count(self, cursor, schemas):
        rows = everywhere(cursor, schemas, "SELECT %s, COUNT(*), MAX(id) FROM {}.django_migrations")
        return {schema: (count, newest) for schema, count, newest in rows}

    def read(self, cursor, schemas):
        """Schemas with the same migrations share one object, and one plan."""
        found = {schema: set() for schema in schemas}
        for schema, app, name in everywhere(cursor, schemas, "SELECT %s, app, name FROM {}.django_migrations"):
            found[schema].add((app, name))
        return {schema: frozenset(rows) for schema, rows in found.items()}


def everywhere(cursor, schemas, select):
    for start in range(0, len(schemas), TABLES_AT_ONCE):
        part = schemas[start:start + TABLES_AT_ONCE]
        # A quoted name may hold a percent sign, which is a parameter's to the driver.
        selects = [select.format(quoted(schema).replace("%", "%%")).replace("%s", "%s::text", 1) for schema in part]
        cursor.execute(" UNION ALL ".join(selects), part)
        for row in cursor.fetchall():
            yield row


def quoted(name):
    return '"%s"' % name.replace('"', '""')


@contextmanager
def history(applied):
    """Django's loader takes these for the migrations that are applied, and asks no database."""

    class Recorder(MigrationRecorder):
        def applied_migrations(self):
            return {key: key for key in applied}

    original, loader.MigrationRecorder = loader.MigrationRecorder, Recorder
    try:
        yield
    finally:
        loader.MigrationRecorder = original
