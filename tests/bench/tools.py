"""Where the programs are, and folders and children that do not outlive a test."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ.get("TORII_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TORII_BUILD") or os.path.join(SOURCE, "build", "release")
os.environ["PATH"] += ":/usr/sbin"
sys.path.insert(0, os.path.join(SOURCE, "bench", "compare"))


def bench(name):
    return os.path.join(BUILD, "bench", name, name)


def zonec():
    return os.environ.get("TORII_ZONEC") or os.path.join(BUILD, "zonec", "zonec")


def toriid():
    return os.environ.get("TORII_TORIID") or os.path.join(BUILD, "server", "toriid")


def run(*command, expect=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return udp.getsockname()[1]


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="torii-bench-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def child(self, *command):
        """Starts a child that is stopped at the end of the test."""
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.addCleanup(self._stop, process)
        return process

    @staticmethod
    def _stop(process):
        process.terminate()
        process.wait(20)
        process.stdout.close()

    def serve(self, image):
        """A toriid with `image`; its port, once it answers."""
        from ask import Asker
        port = free_port()
        self.child(toriid(), "serve", "--image", image, "--listen", f"127.0.0.1:{port}", "--workers", "1", "--log-level",
                   "warning")
        asker = Asker(port, "test.")
        self.addCleanup(asker.close)
        deadline = time.monotonic() + 20
        while asker.serial(0.1) is None:
            if time.monotonic() > deadline:
                self.fail("toriid does not answer")
        return port
