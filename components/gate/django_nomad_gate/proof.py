"""The file without which Nomad does not start the server: a template of the server's task reads it.

An exit code of 0 proves nothing: an image whose ENTRYPOINT is another program, or a migration that leaves the
process, ends with it, too. The file lies at the root of the allocation's shared directory, which is not carried
over to another allocation, and its content never changes.
"""
import os

from django_nomad_gate.speech import GateError, one_line

NAME = "migrations-applied"
CONTENT = "The migrate task of this allocation has done its work: every migration of this release is applied.\n"


def path():
    folder = os.environ.get("NOMAD_ALLOC_DIR")
    if not folder:
        raise GateError("bad-settings", "NOMAD_ALLOC_DIR is not set; Nomad sets it in every task. Does the image's "
                        "ENTRYPOINT clear the environment?")
    return os.path.join(folder, NAME)


def unfinished():
    """An empty file, as a full disk leaves it, would do for Nomad."""
    return path() + ".unfinished"


def remove_proof():
    """Of an earlier run in the same allocation. Where none can be left nothing is to be migrated either."""
    try:
        os.unlink(path())
    except FileNotFoundError:
        pass
    except OSError as error:
        raise failure("removed", error) from error
    try:
        open(unfinished(), "w").close()
        os.unlink(unfinished())
    except OSError as error:
        raise failure("written", error) from error


def leave_proof():
    """The last thing that the gate does."""
    try:
        with open(unfinished(), "w") as file:
            file.write(CONTENT)
        os.replace(unfinished(), path())
    except OSError as error:
        raise failure("written", error) from error


def failure(what, error):
    return GateError("no-proof", "the server needs the file %s to start, which could not be %s: %s. The "
                     "user of the image needs to write to the allocation's directory." % (path(), what, one_line(error)))
