"""Secrets of the environment in what is said: Python's own errors quote pieces of a URL that they can't read."""
import os
import re
from urllib.parse import unquote

SHORTEST = 8  # shorter values are a part of innocent words
SHORTEST_WORD = 3  # and still shorter ones are words of their own
SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_?KEY|_DSN$|^DSN$", re.IGNORECASE)
URL_NAME = re.compile(r"(DATABASE|DB|POSTGRES\w*|PG|MYSQL|MARIADB|REDIS|CACHE|BROKER)_(URL|URI|DSN)$", re.IGNORECASE)
# scheme://user:password@host:port/name, each part percent-encoded; several hosts, a socket's path and no user are fine.
HOST = r"(?:\[[0-9a-f:.%]+\]|[^:/?#@\[\]\s,]*)(?::\d*)?"
# An unencoded / or ? in a password ends the part before the host, and leaves an @ behind it.
WELL_FORMED = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^:/?#@\s]*(?::(?P<password>[^:/?#@\s]*))?@)?%s(?:,%s)*(?:[/?#][^@\s]*)?" % (HOST, HOST),
    re.IGNORECASE)
SEVERAL = re.compile(r"[,;](?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
QUOTED = re.compile(r"(?<!\w)'([^'\n]+)'(?!\w)|\"([^\"\n]+)\"")  # not from one apostrophe to the next
ABOUT_URLS = re.compile(
    r"(Port could not be cast to integer value as )(?:'[^'\n]*'|\"[^\"\n]*\")"
    r"|(netloc )'[^\n]*?'(?= contains invalid)|()'[^'\n]*'(?= does not appear to be an IPv4 or IPv6)")


def variables():
    return [(name, value) for name, value in os.environ.items() if value and not name.startswith("DJANGO_NOMAD_GATE_")]


def malformed():
    """Names and values of variables that should be URLs with a password and can't be read as such."""
    return [(name, url) for name, value in variables() for url in SEVERAL.split(value.strip())
            if is_meant_as_login(name, url) and WELL_FORMED.fullmatch(url) is None]


def is_meant_as_login(name, value):
    scheme, separator, rest = value.partition("://")
    if not separator:
        return URL_NAME.search(name) is not None and not value.startswith("/")
    # An address of the web may hold an @ anywhere.
    return "@" in (re.split("[/?#]", rest)[0] if scheme.lower() in ("http", "https") else rest)


def source_of(host):
    """The variable that a host comes from which is no host, but a piece of a URL that was read wrongly."""
    names = [name for name, value in malformed() if host and host in value]
    return names[0] if names else None


def hint():
    """What to do about a database's URL that can't be read, if there is one."""
    names = sorted(name for name, _ in malformed() if URL_NAME.search(name))
    return " %s is not a well-formed URL: percent-encode the user and the password in it." % names[0] if names else ""


def without_environment(text, spared=()):
    """`spared`: what messages need, such as the database's name, where a secret has the same value."""
    whole = set()
    for name, value in variables():
        match = WELL_FORMED.fullmatch(value) if "://" in value else None
        if match and match.group("password"):
            whole.update([value, match.group("password"), unquote(match.group("password"))])
        elif SECRET_NAME.search(name):
            whole.add(value)
    broken = [value for _, value in malformed()]
    whole.update(piece for value in broken for piece in [value] + re.split(r"[:/?#@\[\]\s]+", value.partition("://")[2]))
    for value in sorted(whole, key=len, reverse=True):
        if len(value) >= SHORTEST and value not in spared:
            text = text.replace(value, "***")
    text = ABOUT_URLS.sub(lambda match: (match.group(1) or match.group(2) or "") + "***", text)

    def quote(match):
        inner = match.group(1) or match.group(2)
        return "***" if inner not in spared and any(inner in value for value in broken) else match.group(0)

    return QUOTED.sub(quote, text) if broken else text
