"""One configured database: whether it answers and what is pending on it."""
import re
import time

from django.db import DatabaseError, InterfaceError, NotSupportedError, OperationalError, connections
from django.db.backends.signals import connection_created
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from django_nomad_gate.interrupts import interrupts, rest
from django_nomad_gate.locks import KEEPALIVES, LOCKS, set_known
from django_nomad_gate.masking import hint, source_of
from django_nomad_gate.speech import GateError, label, one_line, say
from django_nomad_gate.tenants import find_tenants

CONNECT_SECONDS = 5  # libpq's own default is to wait for the kernel: two minutes for a silent host
BACKSTOP_SECONDS = 60  # past the budget, for a driver that hangs; long, since loading migrations counts
REFUSED_GRACE_SECONDS = 10  # a role or database that is just being created is worth a short wait
REFUSED = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|permission denied for"
    r"|(role|database) \"[^\"]*\" does not exist|not permitted to log in"
    r"|Access denied|Unknown database|\b(1044|1045|1049)\b",
)
LOST = re.compile(
    r"server closed the connection|terminating connection|connection (is|was|already) (lost|closed)"
    r"|connection already closed|consuming input failed|SSL connection has been closed|could not receive data"
    r"|server has gone away|Lost connection|the connection is closed"
    r"|connection failed|connection to server .* failed|could not connect|can't connect|connection refused"
    r"|the database system is|not currently accepting connections",
    re.IGNORECASE,
)


class Database:
    """One configured database: whether it answers, what is pending, and the lock's own connection."""

    def __init__(self, alias, settings):
        if alias not in connections.databases:
            raise GateError("bad-settings", "DJANGO_NOMAD_GATE_DATABASES names \"%s\", which settings.DATABASES "
                            "lacks (it has: %s)." % (alias, ", ".join(connections.databases)))
        self.alias, self.settings, self.connection = alias, settings, connections[alias]
        self.configure()
        # A lock on migrate's own connection would go whenever Django or a migration reconnects.
        self.probe = self.connection.copy()
        self.lock = self.find_lock()
        self.has_table, self.history, self.known, self.holder = False, None, None, None
        self.tenants = find_tenants(self.connection)
        interrupts.databases.append(self)

    def configure(self):
        """What holds for every connection from here on; the application may have opened one before."""
        self.connection.close()
        if hasattr(self.connection, "close_pool"):
            self.connection.close_pool()
        config = self.connection.settings_dict
        config["AUTOCOMMIT"] = True  # without it Django's migrate commits nothing
        config["OPTIONS"].pop("pool", None)  # a pool would keep connections open between polls
        if self.connection.vendor in ("postgresql", "mysql"):
            config["OPTIONS"].setdefault("connect_timeout", CONNECT_SECONDS)

    def find_lock(self):
        """None where the kind of database has none. Two aliases of one database have one lock between them."""
        config = self.connection.settings_dict
        if self.settings["lock"] == "none":
            return None
        self.place = [self.connection.vendor] + [str(config.get(key)) for key in ("HOST", "PORT", "NAME")]
        for other in interrupts.databases:
            if other.place == self.place:
                return other.lock
        lock = LOCKS.get(self.connection.vendor)
        return lock and lock(self, self.settings["lock_key"] or str(config.get("NAME")))

    def pending(self):
        """Labels of unapplied migrations. A poll costs one row: the graph is built only when history moved."""
        # Not in the lock's transaction: it would keep its hold on the table that migrations write to.
        connection = self.connection if self.lock is not None and self.lock.held else self.probe
        if self.tenants is not None:
            return self.tenants.pending(connection, self.read_plan)
        history = (0, None)
        self.has_table = self.has_table or MigrationRecorder(connection).has_table()
        if self.has_table:
            with connection.cursor() as cursor:
                cursor.execute("SELECT COUNT(*), MAX(id) FROM django_migrations")
                history = cursor.fetchone()
        if self.known is None or history != self.history:
            self.known, _ = self.read_plan()
            self.history = history
        return self.known

    def read_plan(self):
        """Labels of what migrate would apply, and the keys of the image's migrations with those that they replace."""
        try:
            executor = MigrationExecutor(self.connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            conflicts = executor.loader.detect_conflicts()
            if not plan:  # else migrate itself looks, under the lock
                executor.loader.check_consistent_history(self.connection)
        except DatabaseError:
            raise
        except InconsistentMigrationHistory as error:
            raise contradiction(error) from error
        except Exception as error:
            raise GateError("migrations-unreadable", "Django can't load the migrations of this image: %s: %s. "
                            "Fix them and build it again." % (type(error).__name__, one_line(error))) from error
        if plan and conflicts:  # migrate refuses them; where all are applied there is nothing to refuse
            leaves = ["%s has the leaf nodes %s" % (app, ", ".join(sorted(conflicts[app]))) for app in conflicts]
            raise GateError("migrations-unreadable", "the image's migrations conflict: %s. Run makemigrations "
                            "--merge and build it again." % "; ".join(sorted(leaves)))
        disk = executor.loader.disk_migrations
        keys = set(disk).union(*(migration.replaces for migration in disk.values()))
        return [label(migration) for migration, _ in plan], keys

    def prepare_for_migrate(self):
        """Timeouts for migrate alone, and a server that notices soon when this process is gone."""
        if self.connection.vendor != "postgresql":
            return
        wanted = {name: self.settings[name + "_seconds"] for name in ("lock_timeout", "statement_timeout")}
        statements = ["SET %s = %d" % (name, seconds * 1000) for name, seconds in wanted.items() if seconds]
        if self.is_pooled():  # a pooler hands the session, and what was set on it, to its next client
            if statements:
                raise GateError("bad-settings", "lock and statement timeouts can't be set through a connection "
                                "pooler: give migrate the database's own host (migrateEnvVars).")
            return
        # Else a killed leader's statement runs on while the next leader already has the lock.
        noticing = set_known(KEEPALIVES, client_connection_check_interval="1000")

        def configure(sender, connection, **kwargs):
            if connection is not self.connection:
                return
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                try:
                    cursor.execute(noticing)
                except DatabaseError:
                    if self.lock is not None:  # else perhaps no PostgreSQL, but a server that speaks its protocol
                        raise

        connection_created.connect(configure, weak=False)
        self.connection.close()

    def is_pooled(self):
        """Whether another session answers than the one that was connected to. Servers that can't tell have no pooler."""
        if self.lock is not None:
            return self.lock.pooled
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                return cursor.fetchone()[0] != self.connection.connection.info.backend_pid
        except DatabaseError as error:
            if is_lost(error):
                raise
            return False

    def renew(self):
        """A connection of the gate's own, whatever the project's code has left: an open transaction, a search_path."""
        self.connection.close()
        if self.tenants is not None:  # migrate ends in the schema of its last tenant
            self.connection.set_schema_to_public()
        self.connection.connect()

    def cancel(self):
        """Called by the watchdog's thread: the one way into a driver that waits for the server in C."""
        raw = self.connection.connection
        if raw is not None and hasattr(raw, "cancel"):
            raw.cancel()

    def close(self):
        """Gives up the lock too: it lives as long as the probe's connection."""
        for connection in (self.probe, self.connection):
            try:
                connection.close()
            except DatabaseError as error:
                say("closing %s: %s" % (self.alias, one_line(error)))
        if self.lock is not None:
            self.lock.held = False


def reach(database, question):
    """Asks the database, waiting while it is down. Down is never pending: each outage has its own budget."""
    if database.lock is not None and database.lock.held:
        return question()
    budget, started, said = database.settings["database_wait_seconds"], time.monotonic(), None
    where = "the database \"%s\"%s" % (database.alias, address(database.connection.settings_dict))
    stuck = GateError("database-unreachable", "%s did not answer within %g s. Is the host right, and does a "
                      "firewall drop the packets?" % (where, budget))
    while True:
        try:
            with interrupts.limit(budget + BACKSTOP_SECONDS, stuck):
                answer = question()
            if said is not None:
                say("%s answers after %.1f s" % (where, time.monotonic() - started))
            return answer
        except NotSupportedError as error:  # of Django's own: the server's version
            raise GateError("database-refused", "%s does not fit this image's Django: %s. Upgrade the server, "
                            "or build the image with an older Django." % (where, one_line(error))) from error
        except DatabaseError as error:
            failure = error
        except InterfaceError as error:  # not a DatabaseError
            failure = error
        database.close()
        reason, waited = one_line(failure), time.monotonic() - started
        if REFUSED.search(str(failure)) or not isinstance(failure, (OperationalError, InterfaceError)):
            if waited >= min(budget, REFUSED_GRACE_SECONDS):
                raise GateError("database-refused", "%s refuses: %s. Check name, user, password and grants in the "
                                "task's environment.%s" % (where, reason, hint())) from failure
        elif waited >= budget:
            raise GateError("database-unreachable", "%s can't be reached after %.0f s: %s. Start it, or check host "
                            "and port in the task's environment.%s" % (where, waited, reason, hint())) from failure
        if reason != said:
            said = reason
            say("waiting for %s, up to %g s: %s" % (where, budget, reason))
        rest(min(1, max(0.05, budget - waited)))


def pending_everywhere(databases):
    """What is pending on all databases, with the alias when there are several."""
    pending = []
    for database in databases:
        found = reach(database, database.pending)
        pending += found if len(databases) == 1 else ["%s (%s)" % (name, database.alias) for name in found]
    return pending


def contradiction(error):
    """A history that no order of this image's migrations can give, as after a row was deleted by hand."""
    return GateError("migrations-unreadable", "the database's history contradicts the image's migrations: %s. Compare "
                     "with showmigrations; nothing was migrated." % one_line(error))


def is_lost(error):
    """Whether a connection broke, whatever Django and the migration's own handlers made of it."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        if isinstance(error, (OperationalError, InterfaceError)) and LOST.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def address(config):
    host = config.get("HOST")
    if not host:
        return ""
    source = source_of(host)
    return " at what %s gives as host" % source if source else " at %s:%s" % (host, config.get("PORT") or "default port")
