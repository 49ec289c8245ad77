"""The commands of afterRollout: once in each release, when nothing of the version before runs any more.

A program of its own beside the gate, in a job of its own. A row in the database, beside the gate's own of the same
application, says whether the commands of a release have run: another run of that release has nothing to do then.
"""
import itertools
import os
import sys
import time

import django

from django_nomad_gate.database import Database, reach
from django_nomad_gate.elsewhere import refuse_dummy
from django_nomad_gate.gate import LOCK_POLL_SECONDS, is_twin, report, start_django, take_locks
from django_nomad_gate.interrupts import interrupts, rest
from django_nomad_gate.migrating import call
from django_nomad_gate.release import DONE, TABLE, Release
from django_nomad_gate.settings import read_settings
from django_nomad_gate.speech import GateError, one_line, say

PREFIX = "afterRollout: "
SUFFIX = " afterRollout"  # no job's id has a space


def main():
    """Runs the commands and leaves with a code of its own, as the gate does."""
    if is_twin():
        os._exit(0)
    speak_as(PREFIX)
    try:
        interrupts.install()
        start_django()
        say("started with Django %s on Python %s" % (django.get_version(), sys.version.split()[0]))
        run(read_settings(os.environ))
        code = 0
    except BaseException as error:
        code = report(error)
    interrupts.leave(code)


def speak_as(prefix):
    """The gate's own lines begin with the name of its task."""
    speech = sys.modules["django_nomad_gate.speech"]
    write = speech.write

    def renamed(descriptor, text):
        write(descriptor, prefix + text[len("migrate: "):] if text.startswith("migrate: ") else text)

    speech.write = renamed


def run(settings):
    """Under the locks of the migrations, so that neither they nor another run work at the same time."""
    refuse_dummy(settings)
    databases = [Database(alias, settings) for alias in settings["databases"]]
    # What a record tells of the gate's own commands is no concern of this program's.
    own = dict(settings, release_commands=[])
    newest = Release(databases[0], own)
    release = Release(databases[0], dict(own, application=settings["application"] + SUFFIX))
    try:
        if not take_turn(databases, newest, release, settings["timeout_seconds"]):
            return
        release.begin()
        seconds = settings["timeout_seconds"]
        too_long = GateError("timed-out", "the commands did not finish within migrationTimeout (%g s). Raise it, or make them "
                             "quicker. The next pulumi up runs them again." % seconds)
        interrupts.last_acts.append(release.cut_off)
        try:
            with interrupts.limit(seconds, too_long):
                for command in settings["release_commands"]:
                    run_command(command)
                for database in databases:
                    if database.lock is not None:
                        database.lock.check()
            release.finish()
        except BaseException as error:
            release.fail(error)
            raise
        say("done for release %d" % release.number)
    finally:
        for database in databases:
            database.close()


def take_turn(databases, newest, release, timeout):
    """Whether there is something to do; then the locks are held."""
    started, said = time.monotonic(), None
    for _ in itertools.count():
        if is_over(databases, newest, release):
            return False
        if take_locks(databases):
            # Another run may have been quicker.
            return not is_over(databases, newest, release)
        for database in databases:
            database.close()
        holder = "; ".join(database.holder for database in databases if database.holder) or "another process"
        if said != holder:
            said = holder
            say("waiting: %s holds the lock of the migrations" % holder)
        rest(LOCK_POLL_SECONDS)
        if time.monotonic() - started > timeout:
            raise GateError("still-pending", "the lock of the migrations is held by %s, for more than %g s: see what it does, or "
                            "raise migrationTimeout. Nothing was run; the next pulumi up tries again." % (holder, timeout))


def is_over(databases, newest, release):
    """Whether this release's commands have run, or a newer release has begun."""
    row = reach(databases[0], newest.look)
    if row is not None and row[0] > release.number:
        say("nothing to do: release %d is newer than this one (%d)" % (row[0], release.number))
        return True
    own = reach(databases[0], release.look)
    if not release.kept:
        raise GateError("database-refused", "whether the commands have run can't be recorded in the table %s. Grant the user "
                        "that migrates SELECT, INSERT and UPDATE on it. Nothing was run." % TABLE)
    if own is not None and (own[0] > release.number or tuple(own[:2]) == (release.number, DONE)):
        say("already done for release %d" % own[0])
        return True
    return False


def run_command(command):
    say("running %s" % " ".join(command))
    sys.argv = [sys.argv[0] if sys.argv else "manage.py"] + command
    try:
        call(*command)
    except (Exception, SystemExit) as error:
        raise GateError("command-failed", "the command %s failed: %s. The next pulumi up runs afterRollout again, from its "
                        "first command on." % (" ".join(command), one_line(error))) from error
