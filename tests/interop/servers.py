"""Starts servers in the foreground as children, on free ports of 127.0.0.1 with generated configurations, and stops
them by process ID. Nothing outside a temporary folder is read or written."""
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import exchange
import wire

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def program(variable, fallback):
    """A program's path: from the environment (ctest sets it), else by name."""
    path = os.environ.get(variable) or shutil.which(fallback)
    if not path or not os.path.exists(path):
        sys.exit(f"{fallback} not found: set {variable}")
    return path


def need(*tools):
    """Peers and tools that must be installed; `./dev setup` brings them."""
    os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        skip(f"not installed: {' '.join(missing)} (./dev setup installs them)")


def source_folder():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("TORII_SOURCE") or os.path.dirname(os.path.dirname(here))


def root_zone_path():
    return os.environ.get("TORII_ROOT_ZONE") or os.path.join(source_folder(), "..", "shared", "data", "root.zone.gz")


def root_zone(folder):
    """The real root zone, unpacked into `folder`; skips where there is none."""
    import gzip
    packed = root_zone_path()
    if not os.path.exists(packed):
        skip(f"no root zone at {packed}; set TORII_ROOT_ZONE to a copy of it, gzipped or not")
    path = os.path.join(folder, "root.zone")
    with open(packed, "rb") as file:
        opener = gzip.open if file.read(2) == b"\x1f\x8b" else open
    with opener(packed, "rb") as packed_file, open(path, "wb") as out:
        shutil.copyfileobj(packed_file, out)
    return path


#: For `Lab.compile`: the copy of the root zone may be of any day, and its signatures long expired.
ANY_DAY = ("--expire-min", "0")


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


class Server:
    """A running child. `probe`: a zone it must answer for before the constructor returns."""

    def __init__(self, name, command, port, log, probe, seconds=60):
        self.name, self.port, self.log_path = name, port, log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        question = wire.query(wire.name_to_wire(probe), wire.SOA)
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"{name} ended with {self.process.returncode}:\n{self.log()}")
            try:
                reply = wire.Message(exchange.udp(port, [question], seconds=0.2, tries=1)[0])
                if reply.rcode == wire.NOERROR and reply.answer:
                    return
            except (exchange.Lost, ConnectionError):
                pass
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{name} does not answer for {probe} after {seconds} s:\n{self.log()}")
            time.sleep(0.05)

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()[-4000:]

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Stops the child and gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise RuntimeError(f"{self.name} did not stop within {seconds} s") from None
        return self.process.returncode


class Lab:
    """A temporary folder and the servers started in it; all gone at the end of the `with` block."""

    def __init__(self):
        self.servers = []

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="torii-test-")
        return self

    def __exit__(self, kind, error, trace):
        for server in self.servers:
            try:
                server.stop()
            except RuntimeError as stuck:
                print(stuck, file=sys.stderr)
            if error is not None and not isinstance(error, SystemExit):
                print(f"--- {server.name}'s log\n{server.log()}", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self, name, command, port, probe):
        server = Server(name, command, port, self.path(f"{name}.log"), probe)
        self.servers.append(server)
        return server

    def compile(self, image, zones, *options):
        """`zones`: {origin: file}. Fails loudly unless zonec publishes."""
        command = [program("TORII_ZONEC", "zonec"), "compile", "--image", image,
                   *(f"{origin}={file}" for origin, file in zones.items()), *options]
        if "." in zones:  # com and net miss iana-512, which refuses a root zone otherwise
            command += ["--policy", "iana-512=warning"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
        return done

    def toriid(self, zones, *options, compile_options=()):
        image, port = self.path(f"image-{len(self.servers)}"), free_port()
        self.compile(image, zones, *compile_options)
        return self.serve(image, port, next(iter(zones)), *options)

    def serve(self, image, port, probe, *options):
        return self.start("toriid", [program("TORII_TORIID", "toriid"), "serve", "--image", image, "--listen",
                                     f"127.0.0.1:{port}", *options], port, probe)

    def nsd(self, zones):
        port, config = free_port(), self.path("nsd.conf")
        with open(config, "w") as out:
            out.write(f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  zonesdir: "{self.folder}"
  pidfile: ""
  database: ""
  xfrdfile: "{self.path('xfrd.state')}"
  zonelistfile: "{self.path('zone.list')}"
  xfrdir: "{self.folder}"
  server-count: 1
  tcp-count: 100
  tcp-timeout: 120
  rrl-ratelimit: 0
remote-control:
  control-enable: no
""")
            for origin, file in zones.items():
                out.write(f'zone:\n  name: "{origin}"\n  zonefile: "{file}"\n')
        return self.start("nsd", ["nsd", "-d", "-c", config], port, next(iter(zones)))

    def knot(self, zones):
        port, config = free_port(), self.path("knot.conf")
        os.makedirs(self.path("knot"), exist_ok=True)
        with open(config, "w") as out:
            out.write(f"""server:
    rundir: "{self.path('knot')}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    tcp-idle-timeout: 60
log:
  - target: stderr
    any: warning
database:
    storage: "{self.path('knot')}"
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
    semantic-checks: soft
zone:
""")
            for origin, file in zones.items():
                out.write(f'  - domain: "{origin}"\n    file: "{file}"\n')
        return self.start("knot", ["knotd", "-c", config], port, next(iter(zones)))

    def bind(self, zones, minimal=True, order="random"):
        """`order`: of the records in an RRset; BIND's default is random."""
        home = self.path(f"named-{len(self.servers)}")
        port, config = free_port(), os.path.join(home, "named.conf")
        os.makedirs(home)
        with open(config, "w") as out:
            out.write(f"""options {{
  directory "{home}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-responses {"yes" if minimal else "no-auth"};
  empty-zones-enable no;
  rrset-order {{ order {order}; }};
  dnssec-validation no;
  notify no;
  tcp-clients 100;
  tcp-idle-timeout 600;
}};
controls {{ }};
""")
            for origin, file in zones.items():
                out.write(f'zone "{origin}" {{ type primary; file "{file}"; check-names ignore; check-integrity no; '
                          'check-mx ignore; check-srv-cname ignore; check-mx-cname ignore; };\n')
        return self.start("bind", ["named", "-g", "-n", "1", "-c", config], port, next(iter(zones)))

    def pdns(self, zones, presigned=None):
        """`presigned`: {origin: NSEC3 parameters, or None for NSEC} of the zones that are signed already. PowerDNS
        learns neither from the zone file: without the rows in its database it would leave out the signatures."""
        port, config, named = free_port(), self.path("pdns.conf"), self.path("pdns-named.conf")
        database = self.path("pdns-dnssec.db")
        with open(named, "w") as out:
            for origin, file in zones.items():
                out.write(f'zone "{origin}" {{ type master; file "{file}"; }};\n')
        with open(config, "w") as out:
            out.write(f"""launch=bind
bind-config={named}
bind-dnssec-db={database}
local-address=127.0.0.1
local-port={port}
socket-dir={self.folder}
daemon=no
guardian=no
receiver-threads=1
distributor-threads=1
cache-ttl=0
negquery-cache-ttl=0
query-cache-ttl=0
max-tcp-connections=100
max-tcp-connection-duration=0
max-tcp-transactions-per-conn=0
tcp-idle-timeout=60
security-poll-suffix=
dname-processing=yes
loglevel=4
""")
        subprocess.run(["pdnsutil", f"--config-dir={self.folder}", "create-bind-db", database], check=True,
                       capture_output=True, timeout=60)
        with contextlib.closing(sqlite3.connect(database)) as rows, rows:
            insert = "insert into domainmetadata (domain, kind, content) values (?, ?, ?)"
            for origin, parameters in (presigned or {}).items():
                zone = origin.rstrip(".").lower() or "."
                rows.execute(insert, (zone, "PRESIGNED", "1"))
                if parameters:
                    rows.execute(insert, (zone, "NSEC3PARAM", parameters))
        return self.start("pdns", ["pdns_server", f"--config-dir={self.folder}"], port, next(iter(zones)))
