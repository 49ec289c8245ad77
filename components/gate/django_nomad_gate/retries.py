"""Another try for a migration that waited in vain for a table that something else holds."""
from django.db import DatabaseError

from django_nomad_gate.interrupts import interrupts, rest
from django_nomad_gate.progress import progress, running
from django_nomad_gate.speech import GateError, say

LONGEST_PAUSE_SECONDS = 10
STATE, NUMBERS = "55P03", (1205,)  # PostgreSQL's lock_not_available, MySQL's lock wait timeout


def try_until_unlocked(database, state, once):
    """Runs `once` with a state of its own each time: a migration changes the one that it is given.

    Only where nothing of the try before is left, which PostgreSQL alone can promise. Between two tries no transaction is
    open, so no lock on a table is held or waited for; the gate's own lock is another connection's.
    """
    settings, deadline = database.settings, interrupts.deadline_error
    for tries in range(1, settings["lock_retries"] + 2):
        progress.tries = tries
        try:
            ended = once(state.clone() if settings["lock_retries"] else state)
            interrupts.deadline_error = deadline
            return ended
        except DatabaseError as error:
            if tries > settings["lock_retries"] or not timed_out(error) or not is_undone(database):
                raise
        name, seconds = running(), settings["lock_timeout_seconds"]
        pause = min(2 ** (tries - 1), LONGEST_PAUSE_SECONDS)
        say("%s waited %g s for a lock that something else holds, and was rolled back; trying again in %d s (try %d of %d)" % (
            name, seconds, pause, tries + 1, settings["lock_retries"] + 1))
        interrupts.deadline_error = GateError(
            "timed-out",
            "%s did not get its lock within migrationTimeout (%g s): each try waited up to %g s for a table that something "
            "else holds. Find it in pg_stat_activity, or raise migrationTimeout." % (
                name, settings["timeout_seconds"], seconds))
        rest(pause)


def is_undone(database):
    """Whether the last try left nothing behind."""
    return progress.transactional and database.connection.vendor == "postgresql" and not progress.left


def timed_out(error):
    """Whether a statement gave up waiting for a lock."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        if state == STATE or isinstance(error, DatabaseError) and error.args and error.args[0] in NUMBERS:
            return True
        error = error.__cause__ or error.__context__
    return False


def lock_hint(vendor):
    """What to do about a lock that did not come."""
    if vendor == "mysql":
        return "Something else holds a table or its rows: find it with SHOW PROCESSLIST."
    if not progress.transactional:
        return ("Something else holds a table: find it in pg_stat_activity, or raise migrationLockTimeout. A migration that "
                "can't be rolled back is never tried again by itself.")
    tried = "It was tried %d times. " % progress.tries if progress.tries > 1 else ""
    return ("%sSomething else holds a table: find it in pg_stat_activity, or raise migrationLockTimeout or "
            "migrationLockRetries." % tried)
