"""Threads, waits and writes of the operating system's, whatever a library has put in the place of Python's.

gevent, eventlet and others replace Python's own, so that a thread is a coroutine that runs whenever the program gives
way. One that is to end a program which does not give way would never run.
"""
import sys
from importlib.machinery import BuiltinImporter
from importlib.util import module_from_spec


def as_made(name):
    """A module built into Python as it was at the start: a patch changes the one that everybody imports."""
    patched = sys.modules.pop(name)  # else Python would put the originals back into it
    try:
        spec = BuiltinImporter.find_spec(name)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.modules[name] = patched


thread, clock, posix = as_made("_thread"), as_made("time"), as_made("posix")


class Event:
    """As threading's, and in real seconds."""

    def __init__(self):
        self.lock, self.is_set = thread.allocate_lock(), False
        self.lock.acquire()

    def set(self):
        if not self.is_set:
            self.is_set = True
            self.lock.release()

    def wait(self, seconds):
        """Whether it is set, at the latest after this many seconds."""
        if self.lock.acquire(True, seconds):
            self.lock.release()
            return True
        return False


class Alarm:
    """Calls from a thread of its own after some seconds, unless it is cancelled before."""

    def __init__(self, seconds, act, *args):
        self.cancelled = Event()
        thread.start_new_thread(self.run, (seconds, act) + args)

    def run(self, seconds, act, *args):
        if not self.cancelled.wait(seconds):
            act(*args)

    def cancel(self):
        self.cancelled.set()


def home():
    """The greenlet that runs now, or None where the project has none. A signal's handler may run in another one."""
    greenlet = sys.modules.get("greenlet")
    return greenlet and greenlet.getcurrent()


def raise_at(place, error):
    """Where a signal's handler runs, except in gevent's own greenlets, which would print the error and go on."""
    now = home()
    if now is None or now is place or not any(base.__module__.startswith("gevent") for base in type(now).__mro__):
        raise error
    if place is None:  # gevent came later: the program has run in the outermost one
        place = now
        while place.parent is not None:
            place = place.parent
    place.throw(error)
