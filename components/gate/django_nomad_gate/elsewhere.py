"""Migrations that this program does not run: another pipeline does, or the site has no database."""
import time

from django.db import connections

from django_nomad_gate.database import Database, pending_everywhere
from django_nomad_gate.interrupts import rest
from django_nomad_gate.speech import GateError, say, some


def without_database(settings):
    say("migrations is none: no database is asked")


def wait_for_others(settings):
    """Nobody leads, no lock is taken and nothing is recorded: looks until nothing is pending."""
    databases = [Database(alias, settings) for alias in settings["databases"]]
    seconds, iters, started = settings["poll_seconds"], settings["poll_iters"], time.monotonic()
    pending = pending_everywhere(databases)
    if not pending:
        return say("nothing is pending (checked in %.2f s)" % (time.monotonic() - started))
    say("waiting for the migrations to be applied from elsewhere, checking every %g s up to %d times; pending: %s" % (
        seconds, iters, some(pending)))
    for _ in range(iters):
        for database in databases:
            database.close()
        rest(seconds)
        before, pending = pending, pending_everywhere(databases)
        if not pending:
            return say("nothing is pending any more after %.1f s" % (time.monotonic() - started))
        if pending != before:
            say("still pending: %s" % some(pending))
    raise GateError(
        "still-pending",
        "still pending after %d checks in %g s: %s. With migrations set to wait, something else has to apply them; if it only "
        "needs longer, raise migrationPollIters." % (iters, iters * seconds, some(pending)),
    )


def refuse_dummy(settings):
    """Django has a database without an engine where the settings have none, and says so in words of its own."""
    for alias in settings["databases"]:
        engine = connections.databases.get(alias, {}).get("ENGINE")
        if engine == "django.db.backends.dummy":
            raise GateError("bad-settings", "settings.DATABASES has no database \"%s\": there is no ENGINE. Correct DATABASES "
                            "or the task's environment. For a site without a database set migrations to none." % alias)
