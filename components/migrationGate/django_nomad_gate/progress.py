"""Which migration is running, and what the database looks like when it does not end."""


class Progress:
    """Which migration is running, for the last sentence."""

    migration, database, applied = None, None, 0


def fate():
    """What the database looks like after a migration that did not end, said without hoping."""
    done = "%d applied before stay." % progress.applied if progress.applied else ""
    if progress.migration is None:
        return done
    features = progress.database.connection.features
    if progress.migration.atomic and features.can_rollback_ddl:
        return "It was rolled back. %s" % done
    return "It is not atomic and may be half applied: check the database before the next deploy. %s" % done


progress = Progress()
