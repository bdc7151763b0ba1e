"""Measuring alone on a machine that others use: each step is taken while a command of the user's holds a lock."""
import contextlib
import shlex
import subprocess
import sys
import time


class Gate:
    """`command`: runs its arguments when nobody else measures, such as "flock LOCKFILE"; empty: no gate.

    The gate stays shut to others between steps until `hold` seconds have passed, since its turn may be long in coming."""

    def __init__(self, command="", hold=60):
        self.command, self.hold = shlex.split(command), hold
        self.holder, self.since = None, 0

    @contextlib.contextmanager
    def alone(self):
        if not self.command:
            yield
            return
        if self.holder is None:
            self._take()
        try:
            yield
            if self.holder.poll() is not None:
                print("compare: the gate closed before the step was over; its figures may be disturbed", file=sys.stderr)
        finally:
            if time.monotonic() - self.since > self.hold or self.holder.poll() is not None:
                self.release()

    def _take(self):
        self.holder = subprocess.Popen([*self.command, "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{self.command[0]} ended with {self.holder.wait()} before its turn came")
        self.since = time.monotonic()
        time.sleep(0.2)

    def release(self):
        if self.holder is not None:
            self.holder.stdin.close()
            self.holder.wait()
            self.holder.stdout.close()
            self.holder = None
