"""What the gate says: lines on stdout while it works, one sentence on stderr when it fails."""
import re
import traceback

from django.db import connections

from django_nomad_gate.masking import SHORTEST, SHORTEST_WORD, malformed, without_environment
from django_nomad_gate.native import posix

EXIT = {
    "django-cannot-start": 1,
    "database-unreachable": 10,
    "migration-failed": 11,
    "still-pending": 12,
    "bad-settings": 13,
    "timed-out": 14,
    "stopped": 15,
    "migrations-unreadable": 16,
    "database-lost": 17,
    "command-failed": 18,
    "database-refused": 19,
    "gate-defect": 20,
    "backup-failed": 21,
    "release-failed": 22,
    "superseded": 23,
    "no-proof": 24,
    "no-lock": 25,
}
STDOUT, STDERR = 1, 2
LIBPQ_HINT = " Is the server running on that host and accepting TCP/IP connections?"


class GateError(Exception):
    def __init__(self, name, sentence):
        super().__init__(sentence)
        self.code, self.sentence = EXIT[name], sentence


def say(text):
    write(STDOUT, "migrate: " + text)


def last_words(sentence):
    write(STDERR, "migrate: " + " ".join(sentence.split()))


def print_traceback(error):
    """Without the gate's own frames, which are no news to the reader."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    write(STDERR, "".join(line for line in lines if "<django_nomad_gate." not in line))


def write(descriptor, text):
    """Past sys.stdout: the application may have replaced it, and its encoding may lack a character of an error."""
    line = (mask(text) + "\n").encode("utf-8", "backslashreplace")
    try:
        while line:
            line = line[posix.write(descriptor, line):]
    except OSError:
        pass  # a log that can't be written (no space, no reader) is no reason to stop a migration


def mask(text):
    """Drivers quote connection strings in errors, and those hold passwords; Python quotes pieces of URLs."""
    try:
        configs = list(connections.databases.values())
    except Exception:  # settings that can't be read are what is being reported
        configs = []
    spared = {str(config.get(key)) for config in configs for key in ("USER", "NAME", "HOST") if config.get(key)}
    if malformed():  # then these are pieces of it
        spared.clear()
    for config in configs:
        secret = str(config.get("PASSWORD") or config.get("OPTIONS", {}).get("password") or "")
        if len(secret) >= SHORTEST and secret not in spared:
            text = text.replace(secret, "***")
        elif len(secret) >= SHORTEST_WORD and secret not in spared:  # else each line would tell what it is
            text = re.sub(r"(?<!\w)%s(?!\w)" % re.escape(secret), "***", text)
    text = without_environment(text, spared)
    return re.sub(r"(://[^:/@\s]*:)[^@\s]+@|(password=)\S+", r"\1\2***", text)


def one_line(error):
    return " ".join(str(error).split()).replace(LIBPQ_HINT, "")[:300].rstrip(".? ") or type(error).__name__


def some(labels):
    return ", ".join(labels[:8]) + (" and %d more" % (len(labels) - 8) if len(labels) > 8 else "")


def label(migration):
    return "%s.%s" % (migration.app_label, migration.name)
