"""What the leader does once it holds the locks."""
import os
import sys
import time
import traceback

from django.core.management import BaseCommand, call_command, get_commands, load_command_class
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from django_nomad_gate.backup import backup
from django_nomad_gate.database import contradiction, is_lost, pending_everywhere
from django_nomad_gate.existing import existing_hint, migrate_options, watched
from django_nomad_gate.interrupts import interrupts
from django_nomad_gate.maintenance import allow_maintenance
from django_nomad_gate.native import Alarm
from django_nomad_gate.privileges import protect
from django_nomad_gate.progress import fate, progress, running
from django_nomad_gate.retries import lock_hint, timed_out, try_until_unlocked
from django_nomad_gate.routing import warn_of_left_out
from django_nomad_gate.speech import GateError, label, one_line, say, some
from django_nomad_gate.transactions import own_transaction


def migrate_everywhere(databases, settings, release, look):
    """Under the locks: look again, since another leader may have been quicker; then backup, commands and migrations.

    The project's migrate runs in every release that is recorded, also when nothing is pending: squashed migrations
    are recorded by it, and post_migrate makes permissions, views and the like. Backup and commands belong to pending
    migrations, and to migrations that an earlier leader applied without coming to an end.
    """
    work = look(databases, release)
    if not work:
        return say("nothing left to do: another allocation has done it")
    migrates = bool(work.pending) or release.is_unfinished
    started = time.monotonic()
    release.begin()
    if release.kept and not work.pending:  # code of the project's may leave the process: then this tells that the gate ran
        say("nothing to apply; running migrate for this release")
    if migrates and settings["backup"]:
        backup.take()
    for command in settings["before_migrate"] if migrates else []:
        run_command(command, "before", release)
    for database in databases:
        if (release.kept and work.due) or database.pending():
            migrate(database, release)
    for command in settings["after_migrate"] if migrates else []:
        run_command(command, "after", release)
    if settings["protect_history"]:
        for database in databases:
            protect(database.connection)
    if settings["application_role"]:
        for database in databases:
            allow_maintenance(database.connection, settings["application_role"])
    for command in settings["release_commands"]:
        run_command(command, "release", release)
    for database in databases:
        if database.lock is not None:
            database.lock.check()
    warn_of_left_out(databases, settings)
    release.finish()
    if work.pending or progress.applied:  # a project's own migrate may find what the gate could not see
        ran = progress.applied - progress.recorded
        say("applied %d migration%s%s in %.1f s" % (
            ran, "" if ran == 1 else "s", " and recorded %d" % progress.recorded if progress.recorded else "",
            time.monotonic() - started))
    elif release.kept:
        say("nothing to apply; ran migrate for this release in %.1f s" % (time.monotonic() - started))
    release.ran_commands = True


def migrate(database, release):
    """Django's own migrate command, or the project's, with a line for each migration and its time."""
    pending, process = database.pending(), os.getpid()
    if pending:
        say("%d to apply on %s: %s" % (len(pending), database.alias, some(pending)))
    database.prepare_for_migrate()
    original = MigrationExecutor.apply_migration

    def apply_migration(executor, state, migration, *args, **kwargs):
        if os.getpid() != process:  # a child of the project's own migrate: the lock's connection is its parent's
            return original(executor, state, migration, *args, **kwargs)
        interrupts.check()
        if database.lock is not None:
            database.lock.check()
        started, progress.migration = time.monotonic(), migration
        if database.tenants is not None:
            progress.schema = database.tenants.schema_of(executor.connection)
        elif schema is not None:  # a project's own migrate may go through schemas by its own means
            now = current_schema(executor.connection)
            progress.schema = now if now != schema else None
        progress.transactional = is_transactional(database, migration)
        what = running()
        announce = Alarm(0.5, say, "applying %s" % what)  # quick ones have one line, not two

        def once(state):
            with own_transaction(database, executor, migration), watched(executor, migration):
                return original(executor, state, migration, *args, **kwargs)

        try:
            state = try_until_unlocked(database, state, once)
        finally:
            announce.cancel()
        progress.migration, progress.applied = None, progress.applied + 1
        if progress.faked:
            progress.recorded += 1
            say("recorded %s without running it: its tables are there (fakeInitial)" % what)
        else:
            say("applied %s in %.1f s" % (what, time.monotonic() - started))
        return state

    MigrationExecutor.apply_migration = apply_migration
    try:
        name, options = find_migrate(database)
        schema = current_schema(database.connection) if is_custom(name) else None
        if database.tenants is not None:  # once, and not for each of them
            BaseCommand().check(databases=[database.alias])
        call(name, verbosity=0, skip_checks=database.tenants is not None, **options)
    except (Exception, SystemExit) as error:
        hint = existing_hint(error, database.settings) or (
            lock_hint(database.connection.vendor) if timed_out(error) else None)
        left = what_is_left(database, error)
        raise migration_failure(error, left, database.tenants, again=release.kept, hint=hint) from error
    finally:
        MigrationExecutor.apply_migration = original
    database.renew()  # what was not committed is not applied
    if database.pending():
        raise GateError(
            "migration-failed",
            "migrate ended without an error, yet these are still pending on %s: %s. %s" % (
                database.alias, some(database.pending()), missing_hint(database.tenants) or
                "Look at the project's database routers and its own migrate command."),
        )


def find_migrate(database):
    """The project's own migrate may take fewer options. Where it takes none it may be there to say "migrate_schemas"."""
    name = "migrate"
    options = dict(migrate_options(database.settings), database=database.alias, interactive=False)
    known = options_of(name)
    if "database" not in known and database.tenants is not None and "migrate_schemas" in get_commands():
        name = "migrate_schemas"
        known = options_of(name)
    return name, {option: value for option, value in options.items() if option in known or value not in ("default", False)}


def options_of(name):
    return {action.dest for action in command_of(name).create_parser("", name)._actions}


def command_of(name):
    app = get_commands()[name]
    return app if isinstance(app, BaseCommand) else load_command_class(app, name)


def is_custom(name):
    return not type(command_of(name)).__module__.startswith("django.core.")


def current_schema(connection):
    """Where a migration makes its tables; None on databases that are not PostgreSQL."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def what_is_left(database, error):
    """Labels of what a failed migrate has not applied; None when that can't be told."""
    if interrupts.reason is not None or is_lost(error):
        return None
    try:
        database.renew()
        return database.pending()
    except Exception as trouble:  # the failure itself is what has to be told
        say("what is still pending could not be read: %s" % one_line(trouble))
        return None


def is_transactional(database, migration):
    """Asks the schema editor, since the backends for migrations without downtime use no transaction at all."""
    return database.connection.schema_editor(atomic=migration.atomic).atomic_migration


def call(*command, **options):
    """A command may end with sys.exit(0), which is no failure. Its own child processes never come back from it."""
    process = os.getpid()
    try:
        call_command(*command, **options)
    except SystemExit as end:
        if os.getpid() == process and end.code:
            raise
        code = end.code
    except BaseException:
        if os.getpid() == process:
            raise
        traceback.print_exc()
        code = 1
    else:
        code = 0
    if os.getpid() != process:
        leave_child(code)


def leave_child(code):
    """As sys.exit would end it, but without this program's exit handlers: what is open belongs to the parent."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


def run_command(command, when, release=None):
    say("running %s" % " ".join(command))
    try:
        call(*command)
    except (Exception, SystemExit) as error:
        raise GateError("command-failed", "the %s command %s failed: %s. %s" % (
            when if when in ("release", "start") else when + "-migrate", " ".join(command), one_line(error),
            stays(when, release))) from error


def stays(when, release):
    """What a command that failed leaves behind."""
    if when == "before":
        return "Nothing was migrated; fix it and deploy again."
    if when == "start":
        return "The server of this allocation does not start; fix the command and deploy again."
    applied = "No migration was pending. " if when == "release" and not progress.applied else (
        "The migrations are applied and stay. ")
    again = when == "release" or release.kept
    return applied + (
        "The next pulumi up runs this command again." if again else "This command will not run again: run it by hand.")


def missing_hint(tenants):
    if tenants is None or not tenants.missing:
        return ""
    return "Create the schema of %s, or delete the tenant, and deploy again." % some(tenants.missing)


def migration_failure(error, left=None, tenants=None, again=False, hint=None):
    """Names the migration, what became of it, and the cause as a person would."""
    if isinstance(error, InconsistentMigrationHistory):
        return contradiction(error)
    where = running() if progress.migration else "migrate"
    if is_lost(error):
        return GateError("database-lost", "the database went away during %s: %s. %s Deploy again once it is up." % (
            where, one_line(error), fate()))
    if left == [] and progress.migration is None:
        applied = fate() or "Nothing was pending."
        rest = "The next pulumi up runs migrate again." if again else (
            "Later steps, such as creating permissions, will not run again: run migrate by hand once it is fixed.")
        return GateError("migration-failed", "migrate failed after its last migration: %s: %s. %s %s" % (
            type(error).__name__, one_line(error), applied, rest))
    if "statement timeout" in str(error):
        hint = "Make the migration smaller, or raise migrationStatementTimeout."
    elif left and progress.migration is None:
        hint = missing_hint(tenants) or hint
    rest = "Still pending: %s. " % some(left) if tenants is not None and left else ""
    return GateError("migration-failed", "%s failed: %s: %s. %s %s%s" % (
        where, type(error).__name__, one_line(error), fate(), rest, hint or "Fix it and deploy again."))
