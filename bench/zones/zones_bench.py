#!/usr/bin/env python3
"""Many small zones: what 100,000 of them cost toriid, NSD, Knot, BIND and PowerDNS to load, to hold and to look up.

    zones_bench.py FOLDER make [COUNT]     writes the zones (100,000) and the servers' configurations
    zones_bench.py FOLDER load SERVER...   compile and load, each server alone: CPU, time to the first answer, memory
    zones_bench.py FOLDER lookup SERVER... CPU time of a query, interleaved rounds
    zones_bench.py FOLDER table            the figures as a table

`./dev bench zones` does all of it. The phases are apart so that each can run on an otherwise idle machine.

A zone has 14 records: SOA, two NS, two hosts' addresses, MX, TXT, www, and one delegation with glue. Queries go to
uniformly random zones at a fixed rate, 10 at a time: 60 % an address, 20 % a name that does not exist, 20 % a referral,
without EDNS. Every response is checked: ID, RCODE, AA, counts, and the address. The cost is the CPU time that the server's
processes took (schedstat, nanoseconds), kernel included, for each response.
"""
import json
import os
import random
import resource
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

SERVERS = ["torii", "nsd", "knot", "bind", "pdns"]
PORTS = {name: 5471 + i for i, name in enumerate(SERVERS)}
RATE, BURST, SECONDS, WARM_SECONDS, ROUNDS = 10_000, 10, 4.0, 1.0, 5
A, SOA = 1, 6
ZONE = """$TTL 3600
@ SOA ns1 hostmaster 2026010101 7200 900 1209600 300
@ NS ns1
@ NS ns2
@ MX 10 mail
@ TXT "v=spf1 mx -all"
@ A {address}
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
ns2 A 192.0.2.2
mail A 192.0.2.3
www A {address}
www AAAA 2001:db8:1::{number:x}
sub NS ns.sub
ns.sub A 192.0.2.4
"""


def apex(number):
    """Labels in no order, as registrants choose them."""
    return f"z{(number * 2654435761) % 4294967296:08x}.example."


def address(number):
    return socket.inet_aton(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")


def zone_file(folder, number):
    return os.path.join(folder, "zones", f"{number % 256:02x}", f"{number}.zone")


def count_of(folder):
    with open(os.path.join(folder, "count"), encoding="ascii") as file:
        return int(file.read())


def make(folder, count):
    for part in range(256):
        os.makedirs(os.path.join(folder, "zones", f"{part:02x}"), exist_ok=True)
    lists = {name: open(os.path.join(folder, f"{name}.conf"), "w", encoding="ascii") for name in SERVERS}
    run = {name: os.path.join(folder, f"{name}.run") for name in SERVERS}
    for path in run.values():
        os.makedirs(path, exist_ok=True)
    lists["nsd"].write(f"""server:
  ip-address: 127.0.0.1@{PORTS['nsd']}
  username: ""
  zonesdir: "{folder}"
  pidfile: ""
  database: ""
  xfrdfile: "{run['nsd']}/xfrd.state"
  zonelistfile: "{run['nsd']}/zone.list"
  xfrdir: "{run['nsd']}"
  server-count: 1
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
""")
    lists["knot"].write(f"""server:
    rundir: "{run['knot']}"
    listen: 127.0.0.1@{PORTS['knot']}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: error
database:
    storage: "{run['knot']}"
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
zone:
""")
    lists["bind"].write(f"""options {{
  directory "{run['bind']}";
  listen-on port {PORTS['bind']} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-responses yes;
  empty-zones-enable no;
  dnssec-validation no;
  notify no;
}};
controls {{ }};
""")
    lists["pdns"].write(f"""launch=bind
bind-config={folder}/bind.conf
local-address=127.0.0.1
local-port={PORTS['pdns']}
socket-dir={run['pdns']}
daemon=no
guardian=no
receiver-threads=1
distributor-threads=1
zone-cache-refresh-interval=300
""")
    for number in range(count):
        path, name = zone_file(folder, number), apex(number)
        with open(path, "w", encoding="ascii") as file:
            file.write(ZONE.format(address=socket.inet_ntoa(address(number)), number=number & 0xFFFF))
        lists["torii"].write(f"{name}={path}\n")
        lists["nsd"].write(f'zone:\n  name: "{name}"\n  zonefile: "{path}"\n')
        lists["knot"].write(f'  - domain: "{name}"\n    file: "{path}"\n')
        lists["bind"].write(f'zone "{name}" {{ type master; file "{path}"; }};\n')
    for file in lists.values():
        file.close()
    with open(os.path.join(folder, "count"), "w", encoding="ascii") as file:
        file.write(str(count))


def command(folder, name):
    conf = os.path.join(folder, f"{name}.conf")
    return {
        "torii": [os.environ.get("TORII_TORIID", "toriid"), "serve", "--image", os.path.join(folder, "image"),
                  "--listen", f"127.0.0.1:{PORTS['torii']}", "--workers", "1"],
        "nsd": ["nsd", "-d", "-c", conf],
        "knot": ["knotd", "-c", conf],
        "bind": ["named", "-g", "-n", "1", "-c", conf],
        "pdns": ["pdns_server", f"--config-dir={folder}", "--config-name=torii-bench"],
    }[name]


def wire_name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".")) + b"\0"


def question(name, rdtype):
    return struct.pack("!HHHHH", 0, 1, 0, 0, 0) + wire_name(name) + struct.pack("!HH", rdtype, 1)


def family(pid):
    """The process and its descendants."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def cpu_ns(pids):
    """CPU time of all threads that still run, nanoseconds."""
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total


def cpu_of_ended(pids):
    """CPU seconds of threads and children that have ended: what the processes' totals have beyond their threads'."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += sum(int(field) for field in fields[11:15])
    return max(total / ticks - cpu_ns(pids) / 1e9, 0)


def memory(pids):
    """MiB: Rss, Pss and private of all processes."""
    sums = {"Rss": 0, "Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                key = line.split(":")[0]
                if key in sums:
                    sums[key] += int(line.split()[1])
    return {"rss": sums["Rss"] / 1024, "pss": sums["Pss"] / 1024,
            "private_dirty": sums["Private_Dirty"] / 1024}


class Running:
    """A server, started and ready: its last zone and 200 others answer."""

    def __init__(self, folder, name, patience=280):
        self.name, self.port = name, PORTS[name]
        self.log = open(os.path.join(folder, f"{name}.log"), "w", encoding="utf-8")
        count = count_of(folder)
        started = time.monotonic()
        self.process = subprocess.Popen(command(folder, name), stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        self.first = None
        numbers = [count - 1, *random.Random(7).sample(range(count), min(200, count))]
        while numbers:
            if self.answers(numbers[-1]):
                self.first = self.first or time.monotonic() - started
                numbers.pop()
                continue
            if self.process.poll() is not None or time.monotonic() - started > patience:
                self.stop()
                raise SystemExit(f"{name} is not ready, status {self.process.returncode}: see {self.log.name}")
            time.sleep(0.002)
        self.all = time.monotonic() - started
        self.pids = family(self.process.pid)
        self.load_cpu = cpu_ns(self.pids) / 1e9 + cpu_of_ended(self.pids)

    def answers(self, number):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.25)
            sock.connect(("127.0.0.1", self.port))
            try:
                sock.send(b"\x12\x34" + question("www." + apex(number), A))
                reply = sock.recv(512)
            except (ConnectionError, socket.timeout):
                return False
            return reply[3] & 15 == 0 and address(number) in reply

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def load(folder, name):
    figures = {}
    if name == "torii":
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        subprocess.run([os.environ.get("TORII_ZONEC", "zonec"), "compile", "--quiet", "--image",
                        os.path.join(folder, "image"), "--list", os.path.join(folder, "torii.conf")], check=True,
                       stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures["compile_seconds"] = time.monotonic() - started
        figures["compile_cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures["compile_rss"] = after.ru_maxrss / 1024
        figures["image_mib"] = sum(os.path.getsize(os.path.join(folder, "image", file))
                                   for file in os.listdir(os.path.join(folder, "image"))) / 2**20
    server = Running(folder, name)
    try:
        time.sleep(1)
        figures.update(first_seconds=server.first, all_seconds=server.all, load_cpu=server.load_cpu,
                       processes=len(server.pids), **memory(server.pids))
    finally:
        server.stop()
    return figures


def piece(server, rng, count, seconds):
    """Queries at the fixed rate for `seconds`; CPU ns a response. Raises on any wrong or missing answer."""
    total = int(RATE * seconds) // BURST * BURST
    queries, expected = [], []
    for i in range(total):
        number, kind = rng.randrange(count), rng.choices("anr", (60, 20, 20))[0]
        name = {"a": "www.", "n": "nosuch.", "r": "x.sub."}[kind] + apex(number)
        queries.append(struct.pack("!H", i & 0xFFFF) + question(name, A))
        expected.append((kind, number))
    received = [None] * total
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.connect(("127.0.0.1", server.port))
        sock.setblocking(False)
        before, started, sent, arrived = cpu_ns(server.pids), time.monotonic(), 0, 0
        deadline = started + seconds + 5
        while arrived < total and time.monotonic() < deadline:
            due = started + sent / RATE
            if sent < total and time.monotonic() >= due:
                for query in queries[sent:sent + BURST]:
                    sock.send(query)
                sent += BURST
            try:
                while True:
                    reply = sock.recv(1024)
                    index = reply[0] << 8 | reply[1]
                    index += (sent - 1 - index) // 65536 * 65536
                    received[index] = reply
                    arrived += 1
            except BlockingIOError:
                pass
        cost = (cpu_ns(server.pids) - before) / max(arrived, 1)
    lost = wrong = 0
    for reply, (kind, number) in zip(received, expected):
        if reply is None:
            lost += 1
            continue
        flags, answers, authority = struct.unpack("!H", reply[2:4])[0], *struct.unpack("!HH", reply[6:10])
        good = {
            "a": flags & 0x040F == 0x0400 and answers == 1 and address(number) in reply,
            "n": flags & 0x040F == 0x0403 and answers == 0 and authority == 1,
            "r": flags & 0x040F == 0 and answers == 0 and authority == 1,
        }[kind]
        wrong += not good
    if wrong:
        raise SystemExit(f"{server.name}: {wrong} of {total} responses are wrong")
    return cost, lost


def lookup(folder, names):
    count, rng = count_of(folder), random.Random(11)
    servers = [Running(folder, name) for name in names]
    costs, losses = {name: [] for name in names}, {name: 0 for name in names}
    try:
        for _ in range(ROUNDS):
            for server in servers:
                piece(server, rng, count, WARM_SECONDS)
                cost, lost = piece(server, rng, count, SECONDS)
                costs[server.name].append(cost)
                losses[server.name] += lost
            servers = servers[1:] + servers[:1]
        return {server.name: {"query_ns": costs[server.name], "lost": losses[server.name],
                              "rss_after": memory(server.pids)["rss"]} for server in servers}
    finally:
        for server in servers:
            server.stop()


def table(figures):
    rows = [("", *SERVERS)]

    def row(title, key, form):
        rows.append((title, *(form(figures[name][key]) if key in figures.get(name, {}) else "" for name in SERVERS)))

    seconds, mib = (lambda value: f"{value:.2f}"), (lambda value: f"{value:.0f}")
    row("compile: CPU seconds", "compile_cpu", seconds)
    row("compile: peak memory, MiB", "compile_rss", mib)
    row("image, MiB", "image_mib", mib)
    row("load: CPU seconds", "load_cpu", seconds)
    row("start to the first answer, seconds", "first_seconds", lambda value: f"{value:.3f}")
    row("start until all zones answer, seconds", "all_seconds", lambda value: f"{value:.3f}")
    row("memory after the load: Rss, MiB", "rss", mib)
    row("the same, shared pages divided (Pss), MiB", "pss", mib)
    row("of it private and dirty, MiB", "private_dirty", mib)
    row("Rss after the queries, MiB", "rss_after", mib)
    row("a query: CPU ns, median of the rounds", "query_ns", lambda value: f"{statistics.median(value):.0f}")
    row("least to most of the rounds", "query_ns", lambda value: f"{min(value):.0f} to {max(value):.0f}")
    row("queries lost", "lost", str)
    for at, cells in enumerate(rows):
        print("| " + " | ".join(cells) + " |")
        if at == 0:
            print("|---" * len(cells) + "|")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder, phase, rest = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    results = os.path.join(folder, "figures.json")
    os.environ["PATH"] += ":/usr/sbin"
    figures = {}
    if os.path.exists(results):
        with open(results, encoding="ascii") as file:
            figures = json.load(file)
    if phase == "make":
        make(folder, int(rest[0]) if rest else 100_000)
        os.replace(os.path.join(folder, "pdns.conf"), os.path.join(folder, "pdns-torii-bench.conf"))
    elif phase == "load":
        for name in rest or SERVERS:
            figures.setdefault(name, {}).update(load(folder, name))
            print(name, figures[name], flush=True)
    elif phase == "lookup":
        for name, found in lookup(folder, rest or SERVERS).items():
            figures.setdefault(name, {}).update(found)
            print(name, found, flush=True)
    elif phase == "table":
        table(figures)
    else:
        sys.exit(__doc__)
    with open(results, "w", encoding="ascii") as file:
        json.dump(figures, file)


if __name__ == "__main__":
    main()
