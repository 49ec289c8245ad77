"""Leaves Django, which only showed the way to the image's Python, and starts the watch in its place: that needs 14 MB.

COMMAND, LIMIT and WATCH stand above this text. Where COMMAND is for an ENTRYPOINT that is manage.py, THROUGH_MANAGE is true.
"""
import os
import sys

python = sys.executable or "python3"
words = [python, sys.argv[0], *COMMAND] if THROUGH_MANAGE else COMMAND
try:
    # As the container got it: manage.py adds the settings' name.
    with open("/proc/self/environ", "rb") as environ:
        given = dict(one.split(b"=", 1) for one in environ.read().split(b"\0") if b"=" in one)
except OSError:
    given = dict(os.environb)
sys.stdout.flush()
sys.stderr.flush()
os.execvpe(python, [python, "-I", "-c", WATCH, str(LIMIT), *words], given)
