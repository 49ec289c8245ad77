"""The lock around the migrations, so that two leaders, whatever made them, work one after the other."""
import hashlib

from django_nomad_gate.speech import GateError, say

WITHOUT_LOCK = ("Nothing was migrated. Set migrationLock to none: then allocation 0 alone migrates, without a lock.")
KEEPALIVES = {"tcp_keepalives_idle": "20", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


class Lock:
    """What both have: a key made of a text, and whether it is held."""

    pooled = False  # whether a connection pooler sits before the server
    session, rival = None, None  # the server's session that holds it: this process's own, or another one

    def __init__(self, database, key):
        digest = hashlib.sha256(("django-nomad:" + key).encode()).digest()
        self.database, self.key, self.held = database, int.from_bytes(digest[:8], "big", signed=True), False

    def check(self):
        """Fails when the connection that holds the lock is gone, and the lock with it."""
        with self.database.probe.cursor() as cursor:
            cursor.execute("SELECT 1")


class PostgresLock(Lock):
    """An advisory lock held by an idle transaction of its own.

    Of a transaction and not of a session, so that it also holds behind a pooler that gives each
    transaction another session. Tried and not waited for, since a waiting statement holds a snapshot
    and CREATE INDEX CONCURRENTLY in the leader's migration would wait for it for ever.
    """

    def take(self):
        probe = self.database.probe
        probe.set_autocommit(True)
        with probe.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED")  # keeps no snapshot between statements
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s::bigint), pg_backend_pid(), pg_postmaster_start_time()",
                           [self.key])
            self.held, pid, server = cursor.fetchone()
            self.session = (server, pid)
            if self.held:
                self.prove(cursor)
                self.outlast(cursor)
            else:
                self.database.holder, rival = self.find_holder(cursor) or (None, None)
                self.rival = (server, rival)
                cursor.execute("ROLLBACK")
        self.pooled = pid != probe.connection.info.backend_pid
        if self.held and self.pooled:
            say("%s is reached through a connection pooler" % self.database.alias)
        return self.held

    def prove(self, cursor):
        """Servers that only speak PostgreSQL's protocol may have the function, and give the lock to everybody."""
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()")
        if cursor.fetchone() is None:
            self.held = False
            raise GateError("no-lock", "the database \"%s\" says that it gave the lock around the migrations, yet its "
                            "pg_locks does not show it: this server's advisory locks lock nothing. %s" % (
                                self.database.alias, WITHOUT_LOCK))

    def is_free(self):
        with self.database.probe.cursor() as cursor:
            return self.find_holder(cursor) is None

    def outlast(self, cursor):
        """No timeout of the server's may end the lock's transaction, but a node that lost its power should."""
        never = {"idle_in_transaction_session_timeout": "0", "transaction_timeout": "0"}
        cursor.execute(set_known(KEEPALIVES, local=True, **never))

    def find_holder(self, cursor):
        cursor.execute(
            "SELECT 'pid ' || a.pid || COALESCE(' from ' || host(a.client_addr), ''), a.pid FROM pg_locks l "
            "JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
            "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND ((l.classid::bigint << 32) | l.objid::bigint) = %s::bigint", [self.key])
        return cursor.fetchone()


class MysqlLock(Lock):
    """MySQL's named lock, of a session. Names are the server's, at most 64 characters."""

    @property
    def name(self):
        return "django-nomad:%d" % self.key

    def is_free(self):
        with self.database.probe.cursor() as cursor:
            cursor.execute("SELECT IS_FREE_LOCK(%s)", [self.name])
            return cursor.fetchone()[0] == 1

    def take(self):
        with self.database.probe.cursor() as cursor:
            cursor.execute("SET SESSION wait_timeout = 86400")
            cursor.execute("SELECT GET_LOCK(%s, 0), IS_USED_LOCK(%s), CONNECTION_ID(), @@hostname, @@port, @@datadir",
                           [self.name, self.name])
            got, holder, own, *server = cursor.fetchone()
        self.session, self.rival = (server, own), (server, holder)
        self.held, self.database.holder = got == 1, "connection %s" % holder
        return self.held


def set_known(values, local=False, **more):
    """A statement that sets PostgreSQL's parameters, without the ones that this version of the server lacks."""
    pairs = ", ".join("('%s', '%s')" % pair for pair in sorted(dict(values, **more).items()))
    return ("SELECT set_config(name, value, %s) FROM pg_settings JOIN (VALUES %s) AS wanted (name, value) "
            "USING (name)" % ("true" if local else "false", pairs))


LOCKS = {"postgresql": PostgresLock, "mysql": MysqlLock}
