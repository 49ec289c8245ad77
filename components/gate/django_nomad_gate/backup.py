"""The dump before the migrations. Another task of the allocation takes it, with PostgreSQL's own programs.

The two talk through named pipes in the allocation's directory, which unlike files keep nothing of an earlier
run. When one of the tasks ends badly, or can't start, Nomad stops the other.
"""
import errno
import os
import time

from django_nomad_gate.interrupts import rest
from django_nomad_gate.speech import GateError, one_line, say

POLL_SECONDS = 0.1


class Backup:
    """Asked for a dump at most once; told at the end that none is needed, so that its task ends, too."""

    def __init__(self):
        self.asked = False

    def take(self):
        """Waits until the dump is there and was checked. Nothing is migrated without."""
        self.asked, started = True, time.monotonic()
        say("waiting for the backup before the migrations")
        try:
            answer = os.open(pipe("answer"), os.O_RDONLY | os.O_NONBLOCK)
            tell("dump")
            text = b""
            while not text.endswith(b"\n"):
                rest(POLL_SECONDS)
                text += read(answer)
            os.close(answer)
        except OSError as error:
            raise failure(one_line(error)) from error
        verdict, _, said = text.decode("utf-8", "replace").strip().partition(" ")
        if verdict != "done":
            raise failure(said)
        say("backed up in %.1f s: %s" % (time.monotonic() - started, said))

    def release(self):
        if not self.asked:
            tell("none")


def failure(reason):
    return GateError("backup-failed", "the backup before the migrations failed: %s. Nothing was migrated; the log of "
                     "the task backup shows more." % reason.rstrip("."))


def pipe(name):
    """Whichever task is first makes it, for both: they may run as different users."""
    path = os.path.join(os.environ["NOMAD_ALLOC_DIR"], "tmp", "backup-" + name)
    try:
        os.mkfifo(path)
        os.chmod(path, 0o666)
    except FileExistsError:
        pass
    return path


def tell(word):
    """Waits for the reader: the other task may still be pulling its image."""
    started, said = time.monotonic(), False
    while True:
        try:
            request = os.open(pipe("request"), os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        if not said and time.monotonic() - started > 2:
            said = True
            say("waiting for the task backup to start")
        rest(POLL_SECONDS)
    os.write(request, (word + "\n").encode())
    os.close(request)


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:  # a writer that has not written yet
        return b""


backup = Backup()
