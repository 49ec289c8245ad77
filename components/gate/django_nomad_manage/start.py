"""Starts a management command: reads its words, and gives the container over to `keep`, which runs them."""

import json
import os
import sys

PREFIX = b"DJANGO_NOMAD_MIGRATOR_"


def own_command_line(words):
    """How manage.py was started here, without the words behind it: the same interpreter, flags and file."""
    with open("/proc/self/cmdline", "rb") as file:
        line = file.read().split(b"\0")[:-1]
    head = line[: len(line) - words]
    script = os.fsdecode(head[-1])
    main = getattr(sys.modules["__main__"], "__file__", None)
    # A manage.py that has changed its directory is still found.
    if len(head) > 1 and head[-2] != b"-m" and not os.path.exists(script) and main:
        head[-1] = os.fsencode(os.path.abspath(main))
    return [os.fsencode(sys.executable)] + head[1:]


def environment(role):
    """As the container began with it: what the project's settings have added comes again."""
    with open("/proc/self/environ", "rb") as file:
        pairs = [pair.split(b"=", 1) for pair in file.read().split(b"\0") if b"=" in pair]
    env = dict(pairs)
    # A process that renames itself may have written over it.
    if env.get(b"NOMAD_ALLOC_ID") != os.environb.get(b"NOMAD_ALLOC_ID"):
        env = dict(os.environb)
    for name in [name for name in env if name.startswith(PREFIX)]:
        value = env.pop(name)
        if role == "migrator":
            env[name[len(PREFIX) :]] = value
    return env


def main(keep, words):
    """Never returns. `words` is how many stand behind manage.py on this process's own command line."""
    with open(os.path.join(os.environ["NOMAD_TASK_DIR"], "words.json"), encoding="utf-8") as file:
        command = [os.fsencode(word) for word in json.load(file)]
    env = environment(os.environ.get("NOMAD_META_role"))
    python = [sys.executable, "-I", "-S", "-c", keep]
    os.execve(sys.executable, python + own_command_line(words) + command, env)
