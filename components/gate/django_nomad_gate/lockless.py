"""Databases that have no lock for the gate, or none for its user: told apart from those that don't answer."""
import re

from django.db import DatabaseError, NotSupportedError

from django_nomad_gate.database import address, is_lost, reach
from django_nomad_gate.locks import WITHOUT_LOCK
from django_nomad_gate.speech import GateError, one_line

# Syntax and access rules, and what the server does not support.
SQLSTATES = re.compile(r"42...|0A000")
# MySQL's, MariaDB's and their clusters': not supported, no such function or variable, no right to it, syntax.
NUMBERS = (1064, 1193, 1227, 1235, 1305, 1370)
WORDS = re.compile(r"GET_LOCK|IS_FREE_LOCK|IS_USED_LOCK|named lock|advisory|pg_locks|pg_stat_activity", re.IGNORECASE)
FORBIDDEN = re.compile(r"prohibit|strict_mode|wsrep|cluster|group replication|\b(1105|1235)\b", re.IGNORECASE)
DENIED = re.compile(r"permission denied|command denied|access denied|\b(1227|1370)\b", re.IGNORECASE)


def reach_lock(database, question):
    """Asks the lock. What the server says against it is no outage, and no fault of the password's."""
    def ask():
        try:
            return question()
        except DatabaseError as error:
            if not concerns_lock(error):
                raise
            failure = no_lock(database, error)
        database.close()
        raise failure
    return reach(database, ask)


def concerns_lock(error):
    """The same database has just answered another question, so what is neither an outage nor a login is the lock's."""
    cause = error.__cause__
    if is_lost(error) or cause is None:  # without a driver's error it is Django's own: the server's version
        return False
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if state:
        return bool(SQLSTATES.match(state))
    number = error.args[0] if error.args else None
    return number in NUMBERS or isinstance(error, NotSupportedError) or bool(WORDS.search(str(error)))


def no_lock(database, error):
    config = database.connection.settings_dict
    where = "the database \"%s\"%s" % (database.alias, address(config))
    statement = "GET_LOCK" if database.connection.vendor == "mysql" else "pg_try_advisory_xact_lock"
    said = one_line(str(error).split("\n")[0])
    if FORBIDDEN.search(str(error)):
        what, hint = "the cluster of %s forbids the lock around the migrations (%s)" % (where, statement), ""
    elif DENIED.search(str(error)):
        what = "the user \"%s\" has no right to the lock around the migrations (%s) in %s" % (
            config.get("USER"), statement, where)
        hint = " Or grant it: GRANT EXECUTE ON FUNCTION pg_try_advisory_xact_lock(bigint) TO that user." if (
            "for function " + statement in str(error)) else ""
    else:
        what, hint = "%s has no lock for the migrations (%s)" % (where, statement), ""
    return GateError("no-lock", "%s: %s. %s%s" % (what, said, WITHOUT_LOCK, hint))
