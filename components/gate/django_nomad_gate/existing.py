"""Tables that were there before the project's migrations: `migrate --fake-initial`."""
import re
from contextlib import contextmanager

from django_nomad_gate.progress import progress
from django_nomad_gate.speech import label

# PostgreSQL, MySQL, SQLite and Oracle in this order.
EXISTS = re.compile(r"relation \"([^\"]+)\" already exists|Table '([^']+)' already exists|table \"?([^\" ]+)\"? already "
                    r"exists|ORA-00955")


def migrate_options(settings):
    """For the migrate command, and only where asked for: a project's own migrate may not know the option."""
    return {"fake_initial": True} if settings["fake_initial"] else {}


def is_initial(migration):
    """As Django decides which migrations --fake-initial looks at."""
    if migration.initial is None:
        return not any(app == migration.app_label for app, name in migration.dependencies)
    return migration.initial


def existing_hint(error, settings):
    """What to do about a table that an app's first migration found; None for any other failure."""
    migration = progress.migration
    found = EXISTS.search(str(error))
    if found is None or migration is None or not is_initial(migration):
        return None
    table = next((name for name in found.groups() if name), "the table")
    if settings["fake_initial"]:
        return ("fakeInitial counts %s as applied only if all of its tables exist, and some are missing. Create the "
                "missing ones by hand, as sqlmigrate %s %s prints them, and deploy again." % (
                    label(migration), migration.app_label, migration.name))
    return ("If %s is older than the project's migrations, set fakeInitial: an app's first migration then counts as applied "
            "where all of its tables are there. Else find out what made it." % table)


@contextmanager
def watched(executor, migration):
    """Notes whether Django records the migration without running it: it tells its own progress callback, and it alone."""
    told = executor.progress_callback

    def tell(action, about=None, fake=False):
        if action == "apply_success" and about is migration:
            progress.faked = bool(fake)
        if told is not None:
            told(action, about, fake)

    progress.faked, executor.progress_callback = False, tell
    try:
        yield
    finally:
        executor.progress_callback = told
