"""Which migration is running, and what the database looks like when it does not end."""


class Progress:
    """Which migration is running, whether it can be rolled back, and how many were applied before it."""

    migration, transactional, applied = None, False, 0
    faked, recorded = False, 0  # whether the last one was recorded without running; how many were
    tries, undone = 0, False  # of the migration that runs; whether its last try left nothing behind


def fate():
    """What the database looks like after a migration that did not end, said without hoping."""
    count = progress.applied
    done = "the %s applied before stay%s" % (count if count > 1 else "one", "" if count > 1 else "s") if count else ""
    if progress.migration is None:
        return done and done[0].upper() + done[1:] + "."
    name = "%s.%s" % (progress.migration.app_label, progress.migration.name)
    if progress.transactional:
        return "%s was rolled back%s." % (name, done and "; " + done)
    return "%s could not be rolled back and may be half applied: check the database%s." % (name, done and "; " + done)


progress = Progress()
