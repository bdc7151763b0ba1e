"""The steps of a comparison: start, a run of load, reload. Each appends what it saw to the runs."""
import json
import subprocess
import threading
import time

import proc
from servers import Failed

#: Share of the machine that others may take during a run before it is repeated.
FOREIGN_MAX = 0.04
repeats = 2


def start(server, runs, seconds, cold=False):
    """Starts `server`. Returns False, with the reason in the runs, when it cannot serve the zone."""
    try:
        facts = server.start(seconds)
    except (Failed, OSError) as reason:
        runs.add("failed", server.name, reason=str(reason))
        server.stop()
        return False
    runs.add("cold start" if cold else "start", server.name, **facts)
    return True


def load(server, runs, kind, options, flags=(), round_number=0):
    """One run of load against `server`; repeated when others disturbed it. Returns its figures."""
    work = server.work
    command = [work.load, work.queries, "--server", f"127.0.0.1:{server.port}", *flags]
    for option, value in options.items():
        command += [f"--{option}", str(value)]
    for pid in server.pids():
        command += ["--pid", str(pid)]
    if not server.serves_dns:
        command.append("--any-rcode")
    for _ in range(1 + repeats):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode not in (0, 1) or not done.stdout:
            runs.add("failed", server.name, reason=f"{kind}: {done.stderr.strip()}")
            return None
        facts = json.loads(done.stdout)
        foreign = facts.get("foreign_cpu_seconds", 0) / facts["seconds"] / proc.machine()["cores"]
        facts["disturbed"] = foreign > FOREIGN_MAX
        if not facts["disturbed"]:
            break
    runs.add(kind, server.name, round=round_number, options=options, **facts)
    return facts


class Watch:
    """A server's processes while something goes on, sampled: the largest memory, and CPU time of all there ever were."""

    def __init__(self, server, every=0.1):
        self.server, self.every, self.anonymous = server, every, 0
        self.before, self.last = {}, {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _look(self):
        pids = self.server.pids()
        self.last.update({pid: seconds for pid in pids if (seconds := proc.cpu_seconds([pid])) > 0})
        self.anonymous = max(self.anonymous, proc.Memory(pids).anonymous)

    def _watch(self):
        while not self.done.wait(self.every):
            self._look()

    @property
    def cpu_seconds(self):
        """Of each process since the watch began, or since it was forked."""
        return sum(seconds - self.before.get(pid, 0) for pid, seconds in self.last.items())

    def __enter__(self):
        self._look()
        self.before = dict(self.last)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self._look()


def reload(server, runs, serial, seconds):
    """Times from a new zone file to its first answer; for toriid the compilation is part of it."""
    work = server.work
    work.write_zone(serial)
    try:
        with Watch(server) as watch:
            began = time.monotonic()
            compiled = work.compile(nice=False) if server.name == "toriid" else None
            if compiled is None:
                server.reload()
            took = server.wait_for_answer(began, seconds, serial)
            time.sleep(1)  # NSD's old processes end a moment later
    except (Failed, OSError, subprocess.SubprocessError) as reason:
        runs.add("failed", server.name, reason=f"reload: {reason}")
        return
    runs.add("reload", server.name, seconds=took, peak=watch.anonymous, cpu_seconds=watch.cpu_seconds, compile=compiled)
