"""The servers that are compared, each in the foreground with one worker on 127.0.0.1, with a configuration of its own in
a folder of its own, and stopped by process ID. Settings are the packages' defaults, but for: one worker, no log of
queries, no rate limit, 1232 octets over UDP, minimal responses, as many TCP connections as the load opens."""
import os
import shutil
import signal
import socket
import subprocess
import time

import proc
from ask import Asker

ZONE = "test."


def free_port():
    """A port free for UDP and TCP on 127.0.0.1 at this moment."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                try:
                    datagram.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
    raise RuntimeError("no free port")


class Failed(Exception):
    """A server that cannot do what was asked, such as load the zone in time; the text says why."""


class Server:
    """`work`: the Work folder with zone and image. A subclass gives `name`, `program` and `command()`."""
    name = ""
    program = ""
    serves_dns = True

    def __init__(self, work, cores, workers=1):
        self.work, self.cores, self.workers = work, cores, workers
        self.port = free_port()
        self.folder = work.path("servers", self.name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.process = None

    @classmethod
    def installed(cls):
        return shutil.which(cls.program) is not None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def start(self, seconds):
        """Starts it and waits for the first answer. Returns {seconds, cpu_seconds, memory}. Raises Failed."""
        command = self.command()
        with open(self.path("log"), "ab") as log:
            began = time.monotonic()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                            preexec_fn=lambda: os.sched_setaffinity(0, self.cores))
        took = self.wait_for_answer(began, seconds)
        pids = self.pids()
        return {"seconds": took, "memory": proc.Memory(pids).as_dict(),
                "cpu_seconds": proc.cpu_seconds(pids) + proc.ended_children_cpu_seconds(self.process.pid)}

    def wait_for_answer(self, began, seconds, serial=None):
        """Seconds since `began` until the zone is answered for, with `serial` if given."""
        asker = Asker(self.port, ZONE)
        try:
            while time.monotonic() - began < seconds:
                seen = asker.serial(0.05)
                if seen is not None and serial in (None, seen):
                    return time.monotonic() - began
                if self.process.poll() is not None:
                    raise Failed(f"{self.name} ended with status {self.process.returncode}: {self.last_log()}")
                time.sleep(0.0005)
        finally:
            asker.close()
        raise Failed(f"{self.name} does not answer for the zone after {seconds} s: {self.last_log()}")

    def last_log(self):
        with open(self.path("log"), errors="replace") as file:
            return file.read()[-300:].strip()

    def pids(self):
        return proc.family(self.process.pid)

    def reload(self):
        """Makes it take up the zone file, or image, that is there now."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()


class Echo(Server):
    name, serves_dns = "echo", False
    octets = 110

    @classmethod
    def installed(cls):
        return True

    def command(self):
        return [self.work.echo, "--port", str(self.port), "--octets", str(round(self.octets))]

    def wait_for_answer(self, began, seconds, serial=None):
        del seconds, serial
        time.sleep(0.1)
        if self.process.poll() is not None:
            raise Failed(f"echo ended: {self.last_log()}")
        return time.monotonic() - began


class Toriid(Server):
    name = "toriid"

    @classmethod
    def installed(cls):
        return True

    def command(self):
        return [self.work.toriid, "serve", "--image", self.work.image, "--listen", f"127.0.0.1:{self.port}", "--workers",
                str(self.workers), "--log-level", "warning"]

    def reload(self):
        self.work.compile(nice=False)


class Nsd(Server):
    name, program = "nsd", "nsd"

    def command(self):
        return ["nsd", "-d", "-c", self.write("nsd.conf", f"""server:
  ip-address: 127.0.0.1@{self.port}
  username: ""
  zonesdir: "{self.folder}"
  pidfile: ""
  database: ""
  xfrdfile: "{self.path('xfrd.state')}"
  zonelistfile: "{self.path('zone.list')}"
  xfrdir: "{self.folder}"
  server-count: {self.workers}
  reuseport: {"yes" if self.workers > 1 else "no"}
  receive-buffer-size: 4194304
  send-buffer-size: 4194304
  ipv4-edns-size: 1232
  tcp-count: 200
  tcp-timeout: 120
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "{ZONE}"
  zonefile: "{self.work.zone}"
""")]


class Knot(Server):
    name, program = "knot", "knotd"

    def command(self):
        return ["knotd", "-c", self.write("knot.conf", f"""server:
    rundir: "{self.folder}"
    listen: 127.0.0.1@{self.port}
    udp-workers: {self.workers}
    tcp-workers: {self.workers}
    background-workers: 1
    tcp-idle-timeout: 60
    udp-max-payload: 1232
control:
    listen: "{self.path('knot.sock')}"
log:
  - target: stderr
    any: warning
database:
    storage: "{self.folder}"
zone:
  - domain: "{ZONE}"
    file: "{self.work.zone}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
""")]

    def reload(self):
        subprocess.run(["knotc", "-s", self.path("knot.sock"), "zone-reload", ZONE], check=True, capture_output=True,
                       timeout=60)


class Bind(Server):
    name, program = "bind", "named"

    def command(self):
        return ["named", "-g", "-n", str(self.workers), "-c", self.write("named.conf", f"""options {{
  directory "{self.folder}";
  listen-on port {self.port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-responses yes;
  max-udp-size 1232;
  empty-zones-enable no;
  dnssec-validation no;
  notify no;
  tcp-clients 200;
  tcp-idle-timeout 600;
}};
controls {{ }};
zone "{ZONE}" {{ type primary; file "{self.work.zone}"; check-names ignore; check-integrity no; }};
""")]


class Powerdns(Server):
    name, program = "powerdns", "pdns_server"

    def command(self):
        named = self.write("named.conf", f'zone "{ZONE.rstrip(".")}" {{ type master; file "{self.work.zone}"; }};\n')
        database = ""
        if self.work.signed:
            database = f"bind-dnssec-db={self.path('dnssec.sqlite')}\n"
        self.write("pdns.conf", f"""launch=bind
bind-config={named}
{database}local-address=127.0.0.1
local-port={self.port}
socket-dir={self.folder}
daemon=no
guardian=no
write-pid=no
receiver-threads={self.workers}
distributor-threads=1
udp-truncation-threshold=1232
max-tcp-connections=200
max-tcp-connection-duration=0
loglevel=3
security-poll-suffix=
""")
        if self.work.signed:
            for arguments in (["create-bind-db", self.path("dnssec.sqlite")],
                              ["set-presigned", ZONE.rstrip(".")],
                              *([["set-nsec3", ZONE.rstrip("."), "1 1 0 -"]] if self.work.signed == "nsec3" else [])):
                done = subprocess.run(["pdnsutil", f"--config-dir={self.folder}", *arguments], capture_output=True,
                                      text=True, timeout=600)
                if done.returncode != 0:
                    raise Failed(f"pdnsutil {arguments[0]}: {done.stderr[-300:]}")
        return ["pdns_server", f"--config-dir={self.folder}"]

    def reload(self):
        # It stops waiting after some seconds and says so; the reload goes on.
        subprocess.run(["pdns_control", f"--config-dir={self.folder}", "bind-reload-now", ZONE.rstrip(".")],
                       capture_output=True, timeout=600)


ALL = {server.name: server for server in (Echo, Toriid, Nsd, Knot, Bind, Powerdns)}
