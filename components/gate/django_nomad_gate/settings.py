"""The gate's settings: environment variables of the migrate task, rendered by renderGate.ts.

  DJANGO_NOMAD_GATE_LEADER: index-zero-first | index-zero | first-to-lock | never; default the first
  DJANGO_NOMAD_GATE_RELEASE: the release's number; default: releases are not recorded
  DJANGO_NOMAD_GATE_RECORD: no: releases are not recorded; default yes
  DJANGO_NOMAD_GATE_APPLICATION: text: whose release it is; default: the job's name
  DJANGO_NOMAD_GATE_MIGRATIONS: run | wait | none: who applies them; default run
  DJANGO_NOMAD_GATE_DATABASES: aliases, comma separated; default default
  DJANGO_NOMAD_GATE_STRICT_DATABASES: yes: a database that DATABASES leaves out is an error; default no, a warning
  DJANGO_NOMAD_GATE_POLL_SECONDS: between a follower's checks; default 5
  DJANGO_NOMAD_GATE_POLL_ITERS: checks after the first one; default 5
  DJANGO_NOMAD_GATE_DATABASE_WAIT_SECONDS: for a database that is down; default 60
  DJANGO_NOMAD_GATE_TIMEOUT_SECONDS: lock, commands and migrations; default 600
  DJANGO_NOMAD_GATE_LOCK: database | none: none leaves all to index 0, without a lock; default database
  DJANGO_NOMAD_GATE_LOCK_KEY: text; default database name
  DJANGO_NOMAD_GATE_LOCK_TIMEOUT_SECONDS: PostgreSQL, while migrating; default the server's
  DJANGO_NOMAD_GATE_LOCK_RETRIES: more tries of a migration that waited LOCK_TIMEOUT_SECONDS; default 0
  DJANGO_NOMAD_GATE_STATEMENT_TIMEOUT_SECONDS: PostgreSQL, while migrating; default the server's
  DJANGO_NOMAD_GATE_PROTECT_HISTORY: yes: the owner alone writes the tables of migrations and releases; default no
  DJANGO_NOMAD_GATE_APPLICATION_ROLE: role that may maintain the tables, from PostgreSQL 17 on; default none
  DJANGO_NOMAD_GATE_BEFORE_MIGRATE: JSON list of argument lists; default []
  DJANGO_NOMAD_GATE_AFTER_MIGRATE: JSON list of argument lists; default []
  DJANGO_NOMAD_GATE_RELEASE_COMMANDS: JSON list of argument lists; default []
  DJANGO_NOMAD_GATE_START_COMMANDS: JSON list of argument lists; default []
  DJANGO_NOMAD_GATE_FAKE_INITIAL: yes: as migrate --fake-initial; default no
  DJANGO_NOMAD_GATE_BACKUP: yes: the task backup dumps first; default no
  NOMAD_ALLOC_INDEX: from Nomad itself
"""
import json

from django_nomad_gate.speech import GateError


def read_settings(environment):
    """All settings, or one error that names every bad one."""
    prefix, bad = "DJANGO_NOMAD_GATE_", []
    given = {name[len(prefix):]: value for name, value in environment.items() if name.startswith(prefix)}

    def take(name, default, parse, allowed):
        value = given.pop(name, None)
        try:
            return default if value in (None, "") else parse(value)
        except (ValueError, KeyError):
            bad.append("%s%s is \"%s\" and must be %s" % (prefix, name, value, allowed))

    def number(low, kind=float):
        def parse(value):
            if not low <= kind(value) <= 1e6:
                raise ValueError
            return kind(value)
        return parse

    def whole(value):
        if int(value) < 1:
            raise ValueError
        return int(value)

    def commands(value):
        lists = json.loads(value)
        if not all(isinstance(one, list) and one and all(isinstance(word, str) for word in one) for one in lists):
            raise ValueError
        return lists

    yes_or_no = {"yes": True, "no": False}.__getitem__
    leaders = {name: name for name in ("index-zero-first", "index-zero", "first-to-lock", "never")}
    seconds, json_lists = "a number of seconds from 1", "a JSON list of lists of strings, such as [[\"check\"]]"
    settings = {
        "leader": take("LEADER", "index-zero-first", leaders.__getitem__, "index-zero-first, index-zero, first-to-lock or never"),
        "release": take("RELEASE", None, whole, "a whole number from 1"),
        "record": take("RECORD", True, {"yes": True, "no": False}.__getitem__, "yes or no"),
        "application": take("APPLICATION", environment.get("NOMAD_JOB_NAME", ""), str, ""),
        "migrations": take("MIGRATIONS", "run", {name: name for name in ("run", "wait", "none")}.__getitem__,
                           "run, wait or none"),
        "databases": take("DATABASES", ["default"], lambda value: [one.strip() for one in value.split(",")], ""),
        "strict_databases": take("STRICT_DATABASES", False, {"yes": True, "no": False}.__getitem__, "yes or no"),
        "poll_seconds": take("POLL_SECONDS", 5, number(0.1), "a number of seconds from 0.1"),
        "poll_iters": take("POLL_ITERS", 5, number(1, int), "a whole number from 1"),
        "database_wait_seconds": take("DATABASE_WAIT_SECONDS", 60, number(0), "a number of seconds from 0"),
        "timeout_seconds": take("TIMEOUT_SECONDS", 600, number(1), seconds),
        "lock": take("LOCK", "database", {name: name for name in ("database", "none")}.__getitem__, "database or none"),
        "lock_key": take("LOCK_KEY", "", str, ""),
        "lock_timeout_seconds": take("LOCK_TIMEOUT_SECONDS", 0, number(0.001), "a number of seconds from 0.001"),
        "lock_retries": take("LOCK_RETRIES", 0, number(0, int), "a whole number from 0"),
        "statement_timeout_seconds": take("STATEMENT_TIMEOUT_SECONDS", 0, number(0.001), "a number of seconds from 0.001"),
        "before_migrate": take("BEFORE_MIGRATE", [], commands, json_lists),
        "protect_history": take("PROTECT_HISTORY", False, {"yes": True, "no": False}.__getitem__, "yes or no"),
        "application_role": take("APPLICATION_ROLE", None, str, ""),
        "backup": take("BACKUP", False, {"yes": True, "no": False}.__getitem__, "yes or no"),
        "after_migrate": take("AFTER_MIGRATE", [], commands, json_lists),
        "release_commands": take("RELEASE_COMMANDS", [], commands, json_lists),
        "start_commands": take("START_COMMANDS", [], commands, json_lists),
        "fake_initial": take("FAKE_INITIAL", False, yes_or_no, "yes or no"),
    }
    index = environment.get("NOMAD_ALLOC_INDEX", "")
    settings["index"] = int(index) if index.isdigit() else None
    if settings["index"] is None and settings["leader"] != "first-to-lock":
        bad.append("NOMAD_ALLOC_INDEX is \"%s\"; Nomad sets it to a number in every task" % index)
    bad += ["%s%s is not a setting of the gate" % (prefix, name) for name in given]
    if bad:
        raise GateError("bad-settings", "%s. Correct the migrate task's environment." % "; ".join(bad))
    return settings
