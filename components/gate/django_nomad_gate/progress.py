"""Which migration is running, and what the database looks like when it does not end."""


class Progress:
    """Which migration is running, whether it can be rolled back, and how many were applied before it."""

    migration, transactional, applied = None, False, 0
    left = False  # whether it has ended its transaction by itself, and what came before that is committed
    faked, recorded = False, 0  # whether the last one was recorded without running; how many were
    tries = 0  # of the migration that runs
    schema = None  # a tenant's, where each has one


def running():
    """The running migration as messages name it."""
    text = "%s.%s" % (progress.migration.app_label, progress.migration.name)
    return "%s in the schema %s" % (text, progress.schema) if progress.schema else text


def fate():
    """What the database looks like after a migration that did not end, said without hoping."""
    count = progress.applied
    done = "the %s applied before stay%s" % (count if count > 1 else "one", "" if count > 1 else "s") if count else ""
    if progress.migration is None:
        return done and done[0].upper() + done[1:] + "."
    if progress.transactional and not progress.left:
        return "%s was rolled back%s." % (running(), done and "; " + done)
    why = "has ended its transaction itself" if progress.transactional else "could not be rolled back"
    return "%s %s and may be half applied: check the database%s." % (running(), why, done and "; " + done)


progress = Progress()
