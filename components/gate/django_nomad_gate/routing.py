"""Databases that the project's routers send models to, and that migrationDatabases leaves out."""
import os

from django.apps import apps
from django.db import DatabaseError, InterfaceError, connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from django_nomad_gate.progress import fate
from django_nomad_gate.speech import GateError, one_line, say, some

CONNECT_SECONDS = 5


def warn_of_left_out(databases, settings):
    """One line for each of them, which is an error where the stack is protected."""
    sentences = [
        "the routers send models to the database \"%s\", which migrationDatabases leaves out: %s. Add \"%s\" to "
        "migrationDatabases, or migrate it before you deploy." % (alias, what, alias) for alias, what in left_out(databases)]
    if sentences and settings["strict_databases"]:
        raise GateError("bad-settings", "%s This fails because protect is true. %s" % (" ".join(sentences), fate()))
    for sentence in sentences:
        say("warning: " + sentence)


def left_out(databases):
    """Aliases with what is not applied there. No connection is made to one that migrates nothing."""
    migrated = {database.alias: database.connection for database in databases}
    found = []
    for alias in connections:
        labels = sent_to(alias, migrated) if alias not in migrated and not is_copy(alias, migrated) else set()
        if not labels:
            continue
        try:
            missing = unapplied(alias, labels)
        except (DatabaseError, InterfaceError) as error:
            found.append((alias, "whether the migrations of %s are applied there is not known (%s)" % (
                some(sorted(labels)), one_line(error))))
            continue
        if missing:
            found.append((alias, "not applied there: %s" % some(missing)))
    return found


def is_copy(alias, migrated):
    """A mirror, or a database that is migrated under another alias, as another user for instance."""
    config = connections[alias].settings_dict
    if config.get("TEST", {}).get("MIRROR") or connections[alias].vendor in ("unknown", "dummy"):
        return True
    return any(place(connections[alias]) == place(connection) for connection in migrated.values())


def place(connection):
    config = connection.settings_dict
    options = config.get("OPTIONS") or {}
    return [connection.vendor] + [str(config.get(key) or "") for key in ("HOST", "PORT", "NAME")] + [
        str(options.get(key, "")) for key in ("options", "service")]


def sent_to(alias, migrated):
    """Labels of apps with a model that is written there, or may be made there and in no database that is migrated.

    A replica is read, never written, and routers that allow everything everywhere send nothing to it by that.
    """
    labels = set()
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if not options.managed or options.proxy or options.swapped or not allows(alias, model):
            continue
        if written_to(model) == alias or not any(allows(other, model) for other in migrated):
            labels.add(options.app_label)
    return labels


def allows(alias, model):
    return router.allow_migrate_model(alias, model)


def written_to(model):
    try:
        return router.db_for_write(model)
    except Exception:  # a router that decides by the instance
        return None


def unapplied(alias, labels):
    """In the order in which migrate would apply them."""
    connection = connections[alias].copy()
    try:
        applied = applied_on(connection)
    finally:
        connection.close()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    missing = []
    for target in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(target):
            replaces = loader.graph.nodes[key].replaces
            done = key in applied or (replaces and all(one in applied for one in replaces))
            name = "%s.%s" % key
            if key[0] in labels and not done and name not in missing:
                missing.append(name)
    return missing


def applied_on(connection):
    config = connection.settings_dict
    if connection.vendor == "sqlite" and not is_there(str(config["NAME"])):
        return {}  # to connect would make it
    if connection.vendor in ("postgresql", "mysql"):
        config["OPTIONS"].pop("pool", None)
        config["OPTIONS"].setdefault("connect_timeout", CONNECT_SECONDS)
    return MigrationRecorder(connection).applied_migrations()


def is_there(name):
    return name == ":memory:" or name.startswith("file:") or os.path.exists(name)
