"""A migration's own transaction: it is committed with its record, while the lock is held, or it is told what became of it.

Nothing is put around what plain migrate does. A transaction around it would become the one that SQL of the migration's
own ends with COMMIT, and Django's would be a savepoint that is gone.
"""
import inspect
import re
import sys
from contextlib import contextmanager

from django.db import DatabaseError

from django_nomad_gate.database import is_lost
from django_nomad_gate.progress import progress

COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
# What has to come first in a transaction, or begins and ends one: no savepoint may stand before it.
EARLY = re.compile(r"\s*(SET|SHOW|BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE)\b", re.IGNORECASE)
ENDING = re.compile(
    r"(?:^|;)\s*(?:(?:COMMIT|ABORT)\b|ROLLBACK\b(?!\s+(?:WORK\s+|TRANSACTION\s+)?TO\b)|PREPARE\s+TRANSACTION\b|END\s*(?:;|$))",
    re.IGNORECASE)
MARK = "django_nomad_gate"


@contextmanager
def own_transaction(database, executor, migration):
    """For one try of one migration. Afterwards `progress.left` says whether it has left its transaction."""
    connection, watch = executor.connection, Watch(executor.connection)
    progress.left = False
    together = progress.transactional and connection.vendor == "postgresql"
    if together:
        record = RecordOnce(executor, migration)
        connection.SchemaEditorClass = editor_class(connection.SchemaEditorClass, database, record, watch)
    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        if together:
            del connection.SchemaEditorClass
            record.restore()


def editor_class(base, database, record, watch):
    """The backend's own schema editor; the first one that is entered is the migration's."""

    class Editor(base):
        def __enter__(self):
            editor = super().__enter__()
            if watch.editor is None:
                watch.editor = self
                self.atomic = Commit(self.atomic, database, record, watch)
            return editor

    return Editor


class Commit:
    """Takes the place of the schema editor's `atomic`, in which Django has executed everything by now."""

    def __init__(self, atomic, database, record, watch):
        self.atomic, self.database, self.record, self.watch = atomic, database, record, watch

    def __enter__(self):
        return self.atomic.__enter__()

    def __exit__(self, *error):
        if error[0] is None:
            try:
                # Django records it after the commit when there is deferred SQL, such as a foreign key's. A process
                # that is killed between the two leaves tables that the next run would create again.
                self.record()
                # A leader that lost its lock may have a successor that waits for its rows, and would change them again.
                if self.database.lock is not None:
                    self.database.lock.check()
            except BaseException:
                self.leave(*sys.exc_info())
                raise
            return self.atomic.__exit__(*error)
        return self.leave(*error)

    def leave(self, *error):
        progress.left = self.watch.has_left()
        return self.atomic.__exit__(*error)


class RecordOnce:
    """Django's record of a migration, which comes early and must not come twice."""

    def __init__(self, executor, migration):
        self.executor, self.migration, self.done = executor, migration, False
        executor.record_migration = self.record

    def __call__(self):
        if "migration" in inspect.signature(type(self.executor).record_migration).parameters:
            self.record(self.migration)
        else:
            self.record(self.migration.app_label, self.migration.name)

    def record(self, *args, **options):
        if not self.done:
            self.done = True
            self.restore()  # Django's calls itself for what the migration replaces
            self.executor.record_migration(*args, **options)
            self.executor.record_migration = self.record

    def restore(self):
        self.executor.__dict__.pop("record_migration", None)


class Watch:
    """Sees the statements of a migration, and asks the server whether it is still in the transaction of the first ones."""

    def __init__(self, connection):
        self.connection, self.editor = connection, None
        self.marked, self.ended_before = False, False  # ended_before: a transaction was ended without a mark in it

    def __call__(self, execute, sql, params, many, context):
        text = COMMENTS.sub(" ", sql) if isinstance(sql, str) else ""
        if self.editor is not None and not self.marked and not EARLY.match(text):
            self.mark()
        if ENDING.search(text):
            progress.left = True
            self.ended_before = self.ended_before or not self.marked
        return execute(sql, params, many, context)

    def mark(self):
        """A savepoint of the gate's is there for as long as the transaction is."""
        self.marked = True
        try:
            self.run("SAVEPOINT " + MARK)
        except DatabaseError as error:
            if is_lost(error):
                raise
            # psycopg2 does not notice the end of a transaction, and begins none: each statement is one of its own now.
            # In a transaction that has failed already the migration's statement gets the same error.
            progress.left = self.ended_before = True

    def has_left(self):
        """Asked when the migration has failed, before Django rolls back."""
        raw = self.connection.connection
        if not self.marked or self.ended_before or raw is None or is_busy(raw):
            return progress.left
        try:
            self.run("ROLLBACK TO SAVEPOINT " + MARK)
        except Exception as error:
            return progress.left if is_lost(error) or self.connection.connection.closed else True
        return False

    def run(self, sql):
        """Past Django, which would take this for a statement of the migration's."""
        with self.connection.wrap_database_errors, self.connection.connection.cursor() as cursor:
            cursor.execute(sql)


def is_busy(raw):
    """Whether a statement still runs, as after an interrupt: another one would wait for it."""
    return raw.closed or raw.info.transaction_status == 1
