"""The work folder of one zone: the zone, its queries, the image, and the runs that were measured. What is there is used
again; the zone's options are in the folder's name."""
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time


class Work:
    def __init__(self, root, build, shape, delegations, queries=None):
        self.shape, self.delegations = shape, delegations
        self.signed = {"unsigned": "", "signed": "nsec3", "nsec": "nsec"}[shape]
        self.folder = os.path.abspath(os.path.join(root, f"{shape}-{delegations}"))
        os.makedirs(self.path("servers"), exist_ok=True)
        build = os.path.abspath(build)
        self.zonegen = os.path.join(build, "bench", "zonegen", "zonegen")
        self.load = os.path.join(build, "bench", "load", "load")
        self.echo = os.path.join(build, "bench", "echo", "echo")
        self.zonec = os.environ.get("TORII_ZONEC") or os.path.join(build, "zonec", "zonec")
        self.toriid = os.environ.get("TORII_TORIID") or os.path.join(build, "server", "toriid")
        self.zone = self.path("zone")
        self.queries = self.path("queries")
        self.image = self.path("image")
        self.query_count = queries or min(max(delegations, 100_000), 4_000_000)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def say(self, *words):
        print("==", f"{self.shape} {self.delegations}:", *words, file=sys.stderr, flush=True)

    def options(self):
        options = ["--delegations", str(self.delegations)]
        if self.signed:
            options += ["--shape", self.signed, "--ds", "0.08"]
        return options

    def prepare(self, compile_image=True):
        """Makes what is not there yet."""
        if not os.path.exists(self.zone):
            self.say("writing the zone")
            self.write_zone(1)
        if not os.path.exists(self.queries):
            self.say("writing the queries")
            subprocess.run([self.zonegen, *self.options(), "--queries", self.path("queries.part"), "--dnsperf",
                            self.path("queries.dnsperf"), "--kxdpgun", self.path("queries.kxdpgun"), "--query-count",
                            str(self.query_count)], check=True)
            os.rename(self.path("queries.part"), self.queries)
        if compile_image and not os.path.exists(os.path.join(self.image, "current")):
            self.say("compiling the image")
            self.compile(nice=False)

    def write_zone(self, serial):
        part = self.path("zone.part")
        subprocess.run([self.zonegen, *self.options(), "--serial", str(serial), "--zone", part], check=True,
                       stderr=subprocess.DEVNULL)
        os.rename(part, self.zone)

    def compile(self, nice, cores=None):
        """Publishes the zone. Returns {seconds, cpu_seconds, peak, image}: whole process, octets."""
        began = time.monotonic()
        def setup():
            if nice:
                os.nice(5)
            if cores:
                os.sched_setaffinity(0, cores)
        with open(self.path("zonec.findings"), "w") as out:
            # zonegen's signatures are random octets, and no other server here verifies any when it loads a zone.
            process = subprocess.Popen([self.zonec, "compile", "--quiet", "--verify", "none", "--allow",
                                        "serial=the benchmark starts anew", "--image", self.image, self.zone],
                                       stdout=out, stderr=subprocess.STDOUT, preexec_fn=setup)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            with open(self.path("zonec.findings")) as findings:
                raise RuntimeError(f"zonec ended with {process.returncode}: {findings.read()[:2000]}")
        return {"seconds": time.monotonic() - began, "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak": usage.ru_maxrss * 1024, "image": self.image_octets(), "zone": os.path.getsize(self.zone)}

    def image_octets(self):
        """Octets of the current generation's files, {"answers": ..., "records": ...}."""
        done = subprocess.run([self.zonec, "inspect", "--image", self.image], capture_output=True, text=True)
        found = re.findall(r"^(answers|records) \S+ (\d+) octets", done.stdout, re.M)
        sizes = {name: int(octets) for name, octets in found}
        return sizes

    def drop_from_cache(self):
        """Lets the kernel forget the image's pages, as far as nobody maps them."""
        os.sync()
        for name in os.listdir(self.image):
            descriptor = os.open(os.path.join(self.image, name), os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


class Runs:
    """What was measured, a JSON object a line; appended as it comes, so an interrupted comparison keeps what it has."""

    def __init__(self, path):
        self.path = path

    def add(self, kind, server, **facts):
        with open(self.path, "a") as file:
            file.write(json.dumps({"kind": kind, "server": server, **facts}) + "\n")

    def read(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path) as file:
            return [json.loads(line) for line in file if line.strip()]


def set_up_process():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped on the way out
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
