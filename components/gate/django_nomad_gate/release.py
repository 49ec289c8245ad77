"""One row in the database for each application: its newest release, and whether that runs, failed or is done.

"Nothing is pending" does not say that the last migrate succeeded: a handler of post_migrate, or a project's own
migrate, can fail after the last migration was recorded. Nor does it say that an allocation of an older release may
run its own handlers over a newer one. The row says both.
"""
from datetime import datetime, timezone

from django.db import DatabaseError, ProgrammingError

from django_nomad_gate.database import is_lost
from django_nomad_gate.interrupts import interrupts
from django_nomad_gate.progress import fate
from django_nomad_gate.speech import EXIT, GateError, mask, one_line, say

TABLE = "django_nomad_release"
CREATE = (
    "CREATE TABLE IF NOT EXISTS " + TABLE + " (application VARCHAR(190) NOT NULL PRIMARY KEY, "
    "release_number BIGINT NOT NULL, state VARCHAR(16) NOT NULL, cause VARCHAR(1000) NOT NULL, "
    "changed_at VARCHAR(32) NOT NULL)"
)
RUNNING, FAILED, DONE = "running", "failed", "done"

# What another try of the same image would only repeat. A leader that was stopped, or lost the database, has a
# successor instead.
FINAL = {EXIT[name] for name in (
    "migration-failed", "timed-out", "migrations-unreadable", "command-failed", "backup-failed", "bad-settings")}


class Release:
    """This allocation's release, and the row in the first database that tells of the application's newest one."""

    def __init__(self, database, settings):
        self.database, self.number, self.application = database, settings["release"], settings["application"]
        self.exists, self.row = False, None  # whether the table is there; the row when it was last looked at
        self.state = None  # what this process has written
        self.kept = self.number is not None and settings["record"]  # whether there is a row to go by
        # Without a row only a leader can know that it has to run them.
        self.leads = settings["index"] == 0 or settings["leader"] == "first-to-lock"
        self.has_commands, self.ran_commands = bool(settings["release_commands"]), False

    def look(self):
        """The row as it is now: (number, state, cause), or None while there is none. Makes the table when it is missing."""
        # Not in the lock's transaction, which is to hold nothing but the lock.
        held = self.database.lock is not None and self.database.lock.held
        connection = self.database.connection if held else self.database.probe
        with connection.cursor() as cursor:
            if not self.exists and not self.create(connection, cursor):
                return None
            try:
                cursor.execute(
                    "SELECT release_number, state, cause FROM " + TABLE + " WHERE application = %s", [self.application])
            except DatabaseError as error:
                if not is_refused(error):
                    raise
                return self.give_up(error)
            self.row = cursor.fetchone()
        return self.row

    @property
    def owes_commands(self):
        """Whether this process has to run the release's commands though nothing tells whether they have run."""
        return not self.kept and self.has_commands and self.leads and not self.ran_commands

    @property
    def is_unfinished(self):
        """Whether a leader of this release or of one before it did not come to its end."""
        return self.row is not None and self.row[1] != DONE

    def create(self, connection, cursor):
        """Followers make it, too: whether they may is how they know that the leader could."""
        if TABLE not in connection.introspection.table_names(cursor):
            try:
                cursor.execute(CREATE)
            except DatabaseError as error:
                # Lost: the caller waits for the database. There now: another allocation was quicker.
                if is_lost(error):
                    raise
                if TABLE not in connection.introspection.table_names(cursor):
                    self.give_up(error)
                    return False
        self.exists = True
        return True

    def give_up(self, error):
        self.kept = False
        say("this release can't be recorded in the table %s: %s. As with the Django pack, a release with nothing "
            "pending does not run migrate" % (TABLE, one_line(error)))
        if self.has_commands:
            say("the release commands run whenever the migrating allocation starts, and no other allocation waits for them")

    def begin(self):
        if self.kept:
            self.write(RUNNING)

    def finish(self):
        if self.kept:
            self.database.renew()
            self.write(DONE)

    def fail(self, error):
        """Under the lock. Says so when even that can't be written: the next leader of this release tries again then."""
        error = interrupts.reason or error
        if self.state != RUNNING or not isinstance(error, GateError) or error.code not in FINAL:
            return
        sentence = error.sentence if interrupts.reason is None else "%s %s" % (error.sentence, fate())
        cause = " ".join(mask(sentence).replace("\0", " ").split())
        try:
            if self.database.lock is not None:
                self.database.lock.check()  # without the lock a successor has the say
            self.database.renew()
            try:
                self.write(FAILED, cause)
            except (GateError, UnicodeError):  # a database in another encoding, or half a character
                self.write(FAILED, cause.encode("ascii", "backslashreplace").decode())
        except Exception as trouble:  # the failure itself is what has to be told
            say("could not record that release %d failed: %s" % (self.number, one_line(trouble)))

    def cut_off(self, error):
        """As fail, from another thread: over a connection of its own."""
        if self.state != RUNNING or error.code not in FINAL:
            return
        try:
            self.write(FAILED, " ".join(mask("%s %s" % (error.sentence, fate())).split()), self.database.probe.copy())
        except Exception as trouble:
            say("could not record that release %d failed: %s" % (self.number, one_line(trouble)))

    def write(self, state, cause="", connection=None):
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        values = [self.number, state, cause[:1000], now, self.application]
        try:
            with (connection or self.database.connection).cursor() as cursor:
                cursor.execute("UPDATE " + TABLE + " SET release_number = %s, state = %s, cause = %s, changed_at = %s "
                               "WHERE application = %s AND release_number <= %s", values + [self.number])
                if cursor.rowcount == 0:
                    cursor.execute("INSERT INTO " + TABLE + " (release_number, state, cause, changed_at, application) "
                                   "VALUES (%s, %s, %s, %s, %s)", values)
        except DatabaseError as error:
            if is_lost(error):
                raise
            raise GateError("database-refused", "the database \"%s\" refuses to record this release in the table %s: "
                            "%s. Grant SELECT, INSERT and UPDATE on it to the user that migrates, or set recordReleases "
                            "to false." % (self.database.alias, TABLE, one_line(error))) from error
        self.state = state


def is_refused(error):
    """A table that may not be read, or another program's table of that name. MySQL and SQLite call these operational."""
    codes = (1054, 1142, 1143)
    return isinstance(error, ProgrammingError) or bool(error.args) and (
        error.args[0] in codes or "no such column" in str(error))
