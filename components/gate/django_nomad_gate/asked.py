"""Code of the project's that asks sys.argv whether it runs migrate.

The gate is `manage.py shell -v 0 -c migrate -c PROGRAM`, so that `"migrate" in sys.argv` holds from the first line of
the settings on. The first word after manage.py is "shell", and code that compares that one is told so.
"""
import re
import sys

from django_nomad_gate.speech import say

FIRST_WORD = re.compile(r"argv\s*\[\s*(?:1\s*(?::\s*2?\s*)?|-1|:\s*2)\]")
NEARBY = 2  # lines before and after it, in which "migrate" makes it a question about migrate
OTHERS = re.compile(r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib[\w.]*[/\\]python[\d.]+t?[/\\]|^<|\.zip[/\\]")


def show_migrate():
    """For code that asks from here on: migrations, handlers, the URLconf. An error tracker sends it, too."""
    sys.argv = [sys.argv[0] if sys.argv else "manage.py", "migrate"]


def tell_who_asks():
    """One line. Only modules that are loaded can have asked."""
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py") or OTHERS.search(path):
            continue
        line = asking_line(path)
        if line is not None:
            return say(
                "warning: %s line %d asks for the word after manage.py, which is \"shell\" while this task runs and not "
                "\"migrate\". Ask whether \"migrate\" is in sys.argv, or whether NOMAD_TASK_NAME is \"migrate\" in the "
                "environment." % (path, line))


def asking_line(path):
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return None
    if "migrate" not in text or "argv" not in text:
        return None
    lines = text.split("\n")
    for number, line in enumerate(lines):
        code = line.split("#")[0]
        near = "\n".join(lines[max(0, number - NEARBY):number + NEARBY + 1])
        if FIRST_WORD.search(code) and re.search(r"[\"']migrate[\"']", near):
            return number + 1
    return None
