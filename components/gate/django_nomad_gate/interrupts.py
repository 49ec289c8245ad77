"""Signals and deadlines."""
import atexit
import os
import signal
import sys
import time
from contextlib import contextmanager

from django_nomad_gate.native import Alarm, Event, clock, home, posix, raise_at, thread
from django_nomad_gate.progress import fate
from django_nomad_gate.speech import GateError, last_words, one_line, say

NAP_SECONDS = 0.5
STOP_SECONDS = 4  # Nomad kills 5 s after SIGTERM unless kill_timeout says more


class Interrupted(KeyboardInterrupt):
    """A signal's way up the stack. Of this class since psycopg 3 cancels its statement for it."""


class Interrupts:
    """SIGTERM, SIGINT and the deadline (SIGALRM) end in one way: cancel the statement, unwind, roll back, report.

    PID 1 ignores signals without a handler, and a Python handler waits for the C call it interrupts.
    So the C-level handler wakes a thread that cancels what the driver waits for, and that ends the
    process by itself when the migration's own code swallows the exception.
    """

    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)

    def __init__(self):
        self.databases, self.reason, self.home = [], None, None
        self.deadline, self.deadline_error = None, None
        self.last_acts = []  # called with the error by the thread that ends a process which does not end by itself
        self.done = Event()

    def install(self):
        self.reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.before = {number: signal.signal(number, self.handle) for number in self.SIGNALS}
        # Held back meanwhile, since a signal between the fork and uninstall would be lost.
        os.register_at_fork(before=self.hold, after_in_parent=self.release, after_in_child=self.uninstall)
        self.home = home()
        thread.start_new_thread(self.watch, ())

    def uninstall(self):
        """In a migration's child processes: they share the pipe, and the end of a pool sends them SIGTERM."""
        signal.set_wakeup_fd(-1)
        for number, handler in self.before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        self.release()

    def hold(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)

    def release(self):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)

    def error_for(self, number):
        if number == signal.SIGALRM and self.deadline_error is not None:
            return self.deadline_error
        return GateError("stopped", "stopped by %s. Deploy again to continue." % signal.Signals(number).name)

    def handle(self, number, frame):
        if self.reason is None:
            self.reason = self.error_for(number)
            raise_at(self.home, Interrupted())

    def ignore(self):
        """From here on the process is leaving with what it has to say."""
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def check(self):
        """For an interrupt that Python lost, as in a destructor."""
        if self.reason is not None:
            raise Interrupted()

    @contextmanager
    def limit(self, seconds, error):
        """A limit within another one does not outlast it, and leaves it as it was."""
        outer, outer_end = self.deadline_error, self.deadline
        end = time.monotonic() + seconds
        if outer_end is None or end < outer_end:
            self.set_deadline(end, error)
        try:
            yield
        finally:
            self.set_deadline(outer_end, outer)

    def set_deadline(self, end, error):
        self.deadline, self.deadline_error = end, error
        # 0 would be no limit at all.
        signal.setitimer(signal.ITIMER_REAL, 0 if end is None else max(1e-3, end - time.monotonic()))

    def watch(self):
        number = 0
        while number not in self.SIGNALS:
            number = posix.read(self.reader, 1)[0]
        for _ in range(STOP_SECONDS):
            self.done.wait(0.2)
            if self.reason is None:  # the main thread is deep in C
                self.cancel_all()
            if self.done.wait(0.8):
                return
        self.cancel_all()
        error = self.reason or self.error_for(number)
        Alarm(STOP_SECONDS, self.cut_off, error)  # for a database that does not answer either
        for act in self.last_acts:
            act(error)
        self.cut_off(error)

    def cut_off(self, error):
        last_words("%s The migration did not stop in time and was cut off. %s" % (error.sentence, fate()))
        os._exit(error.code)

    def cancel_all(self):
        for database in self.databases:
            try:
                database.cancel()
            except Exception as error:  # the watchdog has to live on to end the process
                say("cancelling on %s: %s" % (database.alias, one_line(error)))

    def leave(self, code):
        """Exit handlers get a moment (an error tracker sends its report there), an application's threads none.

        Not sys.exit: that waits for those threads, and a manage.py that catches it would change the code.
        """
        self.done.set()
        Alarm(2, os._exit, code)
        try:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def rest(seconds):
    """In short naps: a signal that comes between the check and the nap does not end the nap."""
    end = clock.monotonic() + seconds
    while True:
        interrupts.check()
        left = end - clock.monotonic()
        if left <= 0:
            return
        clock.sleep(min(left, NAP_SECONDS))


interrupts = Interrupts()
