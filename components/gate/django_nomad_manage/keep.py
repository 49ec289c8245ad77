"""
The first process of a container that runs one command: passes signals on to it, takes what it prints no faster than Nomad
keeps it, and ends as the command ends.

Docker and Nomad pass a log on at their own pace. Docker throws away what it has kept for too long, and Nomad stops
listening when the container ends. So nothing runs far ahead of the log files, and the end waits for them.
"""

import os
import select
import signal
import sys
import time

# Bytes that may be on their way to the log.
AHEAD = 4000000
CHUNK = 65536
# Seconds. Without any log file by then, this client keeps no logs.
NO_LOG = 10
# Seconds of silence after which the last bytes are given up.
GIVE_UP = 60
# Docker keeps the begin of a line to itself until the line ends, and forgets the end of one of more than 16 KB. So a long
# line, and a last one without its end, get breaks. Who reads the log takes every one of these out again.
BREAK = b"\0\n"
LINE = 8000
NOT_PASSED = ("SIGKILL", "SIGSTOP", "SIGCHLD", "SIGCONT", "SIGPIPE", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG")


class Stream:
    """One of the command's two outputs."""

    def __init__(self, name, target):
        self.source, self.child = os.pipe()
        self.target = target
        self.begin = "%s.%s." % (os.environ.get("NOMAD_TASK_NAME", ""), name)
        self.folder = os.path.join(os.environ.get("NOMAD_ALLOC_DIR", "/alloc"), "logs")
        self.sizes = {}
        self.sent = 0
        self.column = 0
        self.after_zero = False
        self.is_line = True
        self.first = None
        self.is_open = True

    def kept(self):
        """Bytes that have arrived in the log, in files that are gone, too."""
        try:
            for entry in os.scandir(self.folder):
                if entry.name.startswith(self.begin):
                    self.sizes[entry.name] = entry.stat().st_size
        except OSError:
            pass
        return sum(self.sizes.values())

    def ahead(self):
        ahead = self.sent - self.kept()
        if not self.sizes and (self.first is None or time.monotonic() - self.first > NO_LOG):
            return 0
        return ahead

    def pump(self):
        data = os.read(self.source, CHUNK)
        if data:
            self.write(encoded(data, self.column, self.after_zero))
            newline = data.rfind(b"\n")
            self.column = (self.column + len(data)) % LINE if newline == -1 else (len(data) - newline - 1) % LINE
            self.after_zero = data.endswith(b"\0")
            self.is_line = data.endswith(b"\n")
        else:
            self.end()

    def end(self):
        self.is_open = False
        if not self.is_line:
            self.write(BREAK)

    def write(self, data):
        self.first = self.first or time.monotonic()
        self.sent += len(data)
        while data:
            data = data[os.write(self.target, data) :]


def encoded(data, column, after_zero):
    """With a break in each long line. A zero before a newline of the command's own gets one, too, which tells them apart."""
    pieces = []
    begin = 0
    room = LINE - column
    while len(data) - begin > room:
        newline = data.rfind(b"\n", begin, begin + room)
        end = begin + room if newline == -1 else newline + 1
        pieces.append(data[begin:end].replace(b"\0\n", b"\0" + BREAK + b"\n"))
        if newline == -1:
            pieces.append(BREAK)
        begin, room = end, LINE
    pieces.append(data[begin:].replace(b"\0\n", b"\0" + BREAK + b"\n"))
    return (BREAK if after_zero and data.startswith(b"\n") else b"") + b"".join(pieces)


def start(words, streams, signals):
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream.child)
        return child
    try:
        signal.set_wakeup_fd(-1)
        for number in signals + [signal.SIGPIPE]:
            signal.signal(number, signal.SIG_DFL)
        for stream in streams:
            os.dup2(stream.child, stream.target)
        os.execv(words[0], words)
    except OSError as error:
        os.write(2, ("%s can't be started: %s\n" % (words[0], error.strerror)).encode())
    finally:
        os._exit(127)


def main(words):
    streams = [Stream("stdout", 1), Stream("stderr", 2)]
    signals = [
        number
        for number in signal.Signals
        if number.name not in NOT_PASSED and number not in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
    ]
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    for number in signals + [signal.SIGCHLD]:
        signal.signal(number, lambda *_: None)
    child = start(words, streams, signals)
    status = None
    while status is None:
        waiting = [stream for stream in streams if stream.is_open]
        ready = [stream for stream in waiting if stream.ahead() < AHEAD]
        held = len(ready) < len(waiting)
        readable, _, _ = select.select([woken] + [stream.source for stream in ready], [], [], 0.02 if held else None)
        for stream in ready:
            if stream.source in readable:
                stream.pump()
        if woken in readable:
            status = pass_on(os.read(woken, 4096), child)
    for stream in streams:
        finish(stream)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def pass_on(numbers, child):
    """Gives the command's status once it has ended. Its orphans are ours: they are taken note of as well."""
    for number in numbers:
        if number != signal.SIGCHLD:
            try:
                os.kill(child, number)
            except ProcessLookupError:
                pass
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if ended == 0:
            return None
        if ended == child:
            return status


def finish(stream):
    """Takes what the command has printed until its end, and waits for Nomad to keep it. What the command left behind goes."""
    os.set_blocking(stream.source, False)
    last, silent = None, time.monotonic()
    while stream.is_open or last != 0:
        ahead = max(0, stream.ahead())
        if ahead != last:
            last, silent = ahead, time.monotonic()
        elif time.monotonic() - silent > GIVE_UP:
            return
        try:
            if stream.is_open and ahead < AHEAD:
                stream.pump()
                continue
        except BlockingIOError:
            stream.end()
        time.sleep(0.02)


main(sys.argv[1:])
