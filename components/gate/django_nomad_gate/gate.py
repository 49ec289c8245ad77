"""The migration gate: lets an allocation start its server only when its database has its migrations.

Runs inside the image through the project's own `manage.py shell`, as one process and usually as PID 1.
Whatever happens it ends with a code of its own and, when it failed, with a last line on stderr that
begins with "migrate: " and says what to do.
"""
import itertools
import os
import sys
import time

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from django_nomad_gate.asked import show_migrate, tell_who_asks
from django_nomad_gate.backup import backup
from django_nomad_gate.database import Database, is_lost, pending_everywhere, reach
from django_nomad_gate.elsewhere import refuse_dummy, wait_for_others, without_database
from django_nomad_gate.interrupts import interrupts, rest
from django_nomad_gate.lockless import reach_lock
from django_nomad_gate.masking import hint
from django_nomad_gate.migrating import migrate_everywhere, migration_failure, run_command
from django_nomad_gate.progress import fate
from django_nomad_gate.proof import leave_proof, remove_proof
from django_nomad_gate.release import DONE, FAILED, TABLE, Release
from django_nomad_gate.routing import warn_of_left_out
from django_nomad_gate.settings import read_settings
from django_nomad_gate.speech import EXIT, GateError, last_words, one_line, print_traceback, say, some

LOCK_POLL_SECONDS = 0.9  # first-to-lock promises at most 1 s from the commit to the last waiter
LOCK_TURNS = 3  # asks what is pending each time, tries the lock every third
INDEX_ZERO_SECONDS = 10  # index-zero-first: what index 0 has to start, after which a free lock means that nobody leads


def main():
    """Runs the gate and leaves with its code, also when an application's thread would keep Python alive."""
    if is_twin():
        os._exit(0)
    try:
        interrupts.install()
        remove_proof()
        show_migrate()
        start_django()
        say("started with Django %s on Python %s" % (django.get_version(), sys.version.split()[0]))
        settings = read_settings(os.environ)
        if settings["index"] == 0:  # the others would only repeat it
            tell_who_asks()
        {"run": gate, "wait": wait_for_others, "none": without_database}[settings["migrations"]](settings)
        if settings["backup"]:
            backup.release()
        start(settings)
        leave_proof()
        code = 0
    except BaseException as error:  # the gate's promise is a code and a sentence for everything
        code = report(error)
    interrupts.leave(code)


def is_twin():
    """Whether the settings have forked, and this is the child, which goes on as its parent does."""
    try:
        return all(content(os.getppid(), name) == content(os.getpid(), name) for name in ("cmdline", "auxv"))
    except OSError:
        return False


def content(process, name):
    with open("/proc/%d/%s" % (process, name), "rb") as file:
        return file.read()


def start_django():
    """manage.py runs the shell, and with it this program, also when the settings could not be imported."""
    try:
        if not apps.ready:
            django.setup()
    except (Exception, SystemExit) as error:
        raise GateError("django-cannot-start", "Django can't start: %s: %s. Read the traceback above; often a package "
                        "or an environment variable is missing.%s" % (type(error).__name__, one_line(error), hint())) from error
    sys.__stdout__.reconfigure(line_buffering=True)  # what migrations print is to be seen at once


def gate(settings):
    """Ready database, and nothing left to do for this release: done. Else lead or follow."""
    refuse_dummy(settings)
    databases = [Database(alias, settings) for alias in settings["databases"]]
    release = Release(databases[0], settings)
    started = time.monotonic()
    work = look(databases, release)
    if not work:
        if settings["index"] == 0 and not release.kept:  # else the leader of this release has looked
            warn_of_left_out(databases, settings)
        return say("nothing to apply (checked in %.2f s)" % (time.monotonic() - started))
    lockless = [database.alias for database in databases if database.lock is None]
    if lockless:
        say("%s: no migration lock%s, index 0 alone migrates" % (
            ", ".join(lockless), "" if settings["lock"] == "none" else " for this kind of database"))
    may_lead = settings["leader"] != "never"  # each group of the job has an index 0
    if may_lead and (settings["index"] == 0 or (settings["leader"] == "first-to-lock" and not lockless)):
        lead(databases, settings, release, started)
    else:
        follow(databases, settings, release, work, started)


def start(settings):
    """The commands of every allocation, leader or not, before its server. They have migrationTimeout for themselves."""
    seconds = settings["timeout_seconds"]
    too_long = GateError("timed-out", "the start commands did not finish within migrationTimeout (%g s). Raise it, or make "
                         "them quicker." % seconds)
    with interrupts.limit(seconds, too_long):
        for command in settings["start_commands"]:
            run_command(command, "start")


class Work:
    """What is left to do before a server of this release may start."""

    def __init__(self, pending, due):
        self.pending, self.due = pending, due  # labels of migrations; whether this release has still to end well

    def __bool__(self):
        return self.due or bool(self.pending)

    def __str__(self):
        return some(self.pending) if self.pending else "migrate of this release"


def look(databases, release):
    """What is left to do. A release that failed, or came too late, ends here."""
    row = reach(databases[0], release.look) if release.kept else None
    newest, state, cause = row or (None, None, "")
    if newest == release.number and state == FAILED:
        raise GateError("release-failed", "this release has already failed: %s Fix it and run pulumi up, which tries "
                        "again." % (cause if cause.endswith(".") else cause + "."))
    pending = pending_everywhere(databases)
    if newest is not None and newest > release.number:
        if pending:
            raise GateError("superseded", "release %d is older than release %d in the database, and "
                            "never migrates. Pending: %s. Deploy again; if the record is wrong, delete the row of \"%s\" "
                            "from %s." % (release.number, newest, some(pending), release.application, TABLE))
        return Work([], due=False)
    if not release.kept:
        return Work(pending, due=release.owes_commands)
    return Work(pending, due=(newest, state) != (release.number, DONE))


def follow(databases, settings, release, work, started):
    """Polls as the pack does: every pollSeconds, pollIters times. Speaks only when something changed."""
    seconds, iters = settings["poll_seconds"], settings["poll_iters"]
    leader = "index 0 of the group app" if settings["leader"] == "never" else "index 0"
    say("waiting for %s, checking every %g s up to %d times; pending: %s" % (leader, seconds, iters, work))
    free = 0
    for turn in itertools.count():
        if turn >= iters and free == 0:
            break
        for database in databases:
            database.close()
        rest(seconds)
        before, work = work, look(databases, release)
        waited = time.monotonic() - started
        if not work:
            return say("nothing is pending any more after %.1f s" % waited)
        if str(work) != str(before):
            say("still pending: %s" % work)
        if settings["leader"] == "index-zero-first":
            free = free + 1 if nobody_leads(databases) else 0
        if free > 1 and waited >= INDEX_ZERO_SECONDS:
            say("index 0 has not begun after %.0f s and nobody holds the lock: this allocation migrates" % waited)
            return lead(databases, settings, release, started)
    raise GateError(
        "still-pending",
        "still pending after %d checks in %g s: %s. Look at the migrate log of the allocation with %s; if it only needs "
        "longer, raise migrationPollIters." % (iters, iters * seconds, work, leader),
    )


def lead(databases, settings, release, started):
    """Takes every database's lock, looks again, migrates. While another holds a lock: waits, unconnected."""
    timeout, said = settings["timeout_seconds"], None
    for turn in itertools.count():
        work = look(databases, release)
        if not work:
            return say("nothing is pending any more after %.1f s" % (time.monotonic() - started))
        # A wait costs little more than its connections; a dead leader is replaced some seconds later.
        if turn % LOCK_TURNS == 0 and take_locks(databases):
            break
        for database in databases:
            database.close()
        holder = "; ".join(database.holder for database in databases if database.holder)
        if said != holder:
            said = holder
            say("waiting: %s is migrating; pending: %s" % (holder or "another process", work))
        rest(LOCK_POLL_SECONDS)
        if time.monotonic() - started > timeout:
            raise GateError(
                "still-pending",
                "still pending after %g s: %s. The lock is held by %s; see what it does, or raise migrationTimeout." % (
                    timeout, work, holder or "another process"),
            )
    remaining = max(1, timeout - (time.monotonic() - started))
    too_long = GateError(
        "timed-out",
        "the migrations did not finish within %g s. Raise migrationTimeout, or make them smaller." % timeout,
    )
    interrupts.last_acts.append(release.cut_off)
    try:
        with interrupts.limit(remaining, too_long):
            migrate_everywhere(databases, settings, release, look)
    except BaseException as error:
        release.fail(error)
        raise
    finally:
        for database in databases:
            database.close()


def nobody_leads(databases):
    """Only looks: two hundred that wait must not be in the way of the one that leads. Never true without a lock."""
    return all(database.lock is not None and reach_lock(database, database.lock.is_free) for database in databases)


def take_locks(databases):
    """In the order of the setting; the caller closes the databases, and so gives up what it does not use."""
    for database in databases:
        lock = database.lock  # held already when two aliases lead to one database
        if lock is None or lock.held or reach_lock(database, lock.take):
            continue
        own = [one.lock for one in databases if one.lock and one.lock.held and one.lock.session == lock.rival]
        if not own:
            return False
        database.lock = own[0]  # one server by two addresses
    return True


def report(error):
    """Traceback where it helps, then the sentence."""
    interrupts.ignore()
    if interrupts.reason is not None:
        for database in interrupts.databases:
            database.close()
        last_words("%s %s" % (interrupts.reason.sentence, fate()))
        return interrupts.reason.code
    if not isinstance(error, GateError) and is_lost(error):
        error = migration_failure(error)
    if isinstance(error, GateError):
        if error.__cause__ is not None and error.code not in (EXIT["database-unreachable"], EXIT["database-refused"]):
            print_traceback(error.__cause__)
        last_words(error.sentence)
        return error.code
    print_traceback(error)
    if isinstance(error, ImproperlyConfigured):
        last_words("Django's settings are wrong: %s. Correct them or the task's environment." % one_line(error))
        return EXIT["bad-settings"]
    last_words("the gate itself failed with %s: %s. Report it with the traceback above." % (
        type(error).__name__, one_line(error)))
    return EXIT["gate-defect"]
