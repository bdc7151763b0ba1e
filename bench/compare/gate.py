"""Measuring alone on a machine that others use: each step is taken while a command of the user's holds a lock."""
import contextlib
import shlex
import subprocess
import time


class Gate:
    """`command`: runs its arguments when nobody else measures, such as "flock /tmp/measuring"; empty: no gate."""

    def __init__(self, command=""):
        self.command = shlex.split(command)

    @contextlib.contextmanager
    def alone(self):
        if not self.command:
            yield
            return
        holder = subprocess.Popen([*self.command, "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        try:
            if holder.stdout.readline() != b"ready\n":
                raise RuntimeError(f"{self.command[0]} ended with {holder.wait()} before its turn came")
            time.sleep(0.2)
            yield
            if holder.poll() is not None:
                print("compare: the gate closed before the step was over; its figures may be disturbed")
        finally:
            holder.stdin.close()
            holder.wait()
