"""Runs a command for so many seconds at most: LIMIT COMMAND WORDS...

Passes signals on, ends with the command's exit code, or with 124 when its time was over, as `timeout` does.
"""
import os
import shlex
import signal
import subprocess
import sys

GRACE = 10
limit, command = float(sys.argv[1]), sys.argv[2:]
shown = shlex.join(command) if hasattr(shlex, "join") else " ".join(command)
shown = shown if len(shown) <= 200 else shown[:200] + "..."
late = False
early = []
child = None


def say(text):
    print("timeout: " + text, file=sys.stderr, flush=True)


def send(number):
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass


def forward(number, _frame):
    if child is None:
        early.append(number)
    else:
        send(number)


def over(_number, _frame):
    global late
    if late:
        say("it has not ended %d s after SIGTERM: killed" % GRACE)
        send(signal.SIGKILL)
        return
    late = True
    say("%s is stopped: it has run for %g s, as long as it may" % (shown, limit))
    send(signal.SIGTERM)
    signal.setitimer(signal.ITIMER_REAL, GRACE)


for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"):
    signal.signal(getattr(signal, name), forward)
signal.signal(signal.SIGALRM, over)
try:
    # A session of its own: whatever the command starts ends together with it.
    child = subprocess.Popen(command, start_new_session=True)
except OSError as error:
    say("%s can't be started: %s" % (shown, error.strerror or error))
    sys.exit(126 if isinstance(error, PermissionError) else 127)
signal.setitimer(signal.ITIMER_REAL, limit)
for number in early:
    send(number)
code = child.wait()
signal.setitimer(signal.ITIMER_REAL, 0)
send(signal.SIGKILL)
sys.exit(124 if late else code if code >= 0 else 128 - code)
