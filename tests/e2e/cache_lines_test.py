#!/usr/bin/env python3
"""While queries are answered, no thread of toriid writes a cache line that another thread reads or writes.

Valgrind's lackey prints every address that an instruction loads from or stores to, and which thread runs; what the kernel
writes for a thread, a preloaded library writes once more (kernel_writes.cpp). Three threads are watched: two workers, who
answer over UDP and TCP with rate limits on, and the admin thread, who has its timers meanwhile. The addresses of each are cut
into lines of 64 octets and compared.

    TORII_KERNEL_WRITES=LIBRARY TORII_ZONEC=... TORII_TORIID=... cache_lines_test.py [--queries N]
"""
import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import dns.message

import harness

LINE = 64
SKIPPED = 77
EVENT = re.compile(rb"^(?:(I| [LSM]) +([0-9a-f]+),(\d+)|.*SCHED\[(\d+)\]:\s+(acquired).*)$", re.M)
NAMES = [("www.gate.test.", "A"), ("d7.gate.test.", "NS"), ("www.d123.gate.test.", "AAAA"), ("nothing.gate.test.", "A"),
         ("gate.test.", "SOA"), ("many.gate.test.", "TXT"), ("www.elsewhere.test.", "A"), ("d9.gate.test.", "DS")]


class Thread:
    """What one thread touched: lines, and for lines that it wrote, the first instruction that did."""

    def __init__(self):
        self.touched = {}
        self.written = {}


class Trace:
    """Reads lackey's output from a pipe as it comes; keeps what happens between `begin` and `end`."""

    def __init__(self, path):
        self.threads = {}
        self.events = 0
        self.keeps = False
        self.pending = b""
        self.last = time.monotonic()
        self.file = open(path, "rb", buffering=0)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.current, self.instruction = Thread(), 0
        self.reader.start()

    def _read(self):
        while True:
            data = self.file.read(1 << 20)
            if not data:
                return
            self.last = time.monotonic()
            whole, newline, rest = data.rpartition(b"\n")
            if not newline:
                self.pending += data
                continue
            self._take(self.pending + whole)
            self.pending = rest

    def _take(self, text):
        if not self.keeps:  # only who runs is of interest
            for match in re.finditer(rb"SCHED\[(\d+)\]:\s+acquired", text):
                self.current = self.threads.setdefault(int(match.group(1)), Thread())
            return
        for kind, address, octets, thread, acquired in EVENT.findall(text):
            if acquired:
                self.current = self.threads.setdefault(int(thread), Thread())
                continue
            at = int(address, 16)
            if kind == b"I":
                self.instruction = at
                continue
            self.events += 1
            for line in range(at // LINE, (at + int(octets) - 1) // LINE + 1):
                self.current.touched.setdefault(line, self.instruction)
                if kind != b" L":
                    self.current.written.setdefault(line, self.instruction)

    def settle(self, seconds=0.3):
        """Waits until nothing came for so long: the program is idle, but for its timers."""
        until = time.monotonic() + 30
        while time.monotonic() - self.last < seconds and time.monotonic() < until:
            time.sleep(0.02)


class Places:
    """Names for addresses of the running program."""

    def __init__(self, pid):
        self.maps = []
        with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
            for line in file:
                words = line.split()
                begin, end = (int(word, 16) for word in words[0].split("-"))
                self.maps.append((begin, end, words[1], int(words[2], 16), words[5] if len(words) > 5 else ""))

    def region(self, address):
        for begin, end, rights, offset, path in self.maps:
            if begin <= address < end:
                return rights, address - begin + offset, path
        return "----", address, "unknown"

    def code(self, address):
        _, offset, path = self.region(address)
        done = subprocess.run(["addr2line", "-Cfspi", "-e", path, hex(offset)], capture_output=True, text=True, check=False)
        return f"{os.path.basename(path)}: {done.stdout.strip().splitlines()[0] if done.stdout else hex(offset)}"


def serve(image, folder):
    """toriid under lackey; the server and its trace. The library is preloaded into toriid, not into valgrind's launcher."""
    fifo, wrapper = os.path.join(folder, "trace"), os.path.join(folder, "toriid")
    os.mkfifo(fifo)
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f"""#!/bin/sh
exec 9>"{fifo}"
LD_PRELOAD="{os.environ['TORII_KERNEL_WRITES']}" exec valgrind --tool=lackey --trace-mem=yes --trace-sched=yes \\
  --fair-sched=yes --log-fd=9 "{harness.program('toriid')}" "$@"
""")
    os.chmod(wrapper, 0o755)
    opened = []
    opener = threading.Thread(target=lambda: opened.append(Trace(fifo)))
    opener.start()
    server = harness.Server(image, "--workers", "2", "--verify", "off", "--set", 'rrl.mode="dry-run"', "--set",
                            "rrl.responses_per_second=5", "--set", "server.image_poll_ms=1000", toriid=wrapper,
                            admin=False, patience=90)
    opener.join()
    return server, opened[0]


def load(port, count, flows=24, burst=8):
    """Sends `count` queries in bursts from many ports, and some over TCP. Returns how many were answered."""
    sockets = []
    for _ in range(flows):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.connect(("127.0.0.1", port))
        one.settimeout(30)
        sockets.append(one)
    wires = [dns.message.make_query(name, rdtype, use_edns=edns, want_dnssec=bool(edns == 0 and number % 2)).to_wire()
             for number, (name, rdtype) in enumerate(NAMES) for edns in (0, -1)]
    answered = sent = 0
    while sent < count:
        for one in sockets:
            for number in range(burst):
                one.send(wires[(sent + number) % len(wires)])
            sent += burst
        for one in sockets:
            for _ in range(burst):
                one.recv(4096)
                answered += 1
    for one in sockets:
        one.close()
    for number in range(max(count // 32, 8)):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as stream:
            for k in range(4):
                stream.sendall(harness.frame(wires[(number + k) % len(wires)]))
            answered += sum(harness.read_frame(stream) is not None for _ in range(4))
    return answered


def shared_lines(threads):
    """(line, writers, others who touch it) of every line that one thread writes and another touches."""
    found = []
    for line in sorted(set().union(*(thread.written for thread in threads.values()))):
        writers = [number for number, thread in threads.items() if line in thread.written]
        others = [number for number, thread in threads.items() if line in thread.touched and number not in writers]
        if len(writers) + len(others) > 1:
            found.append((line, writers, others))
    return found


def check(count):
    with tempfile.TemporaryDirectory(prefix="torii-lines-") as folder:
        image = os.path.join(folder, "image")
        harness.compile_image(image, 1)
        server, trace = serve(image, folder)
        with server:
            load(server.port, min(count, 400))  # what happens only once is over,
            harness.compile_image(image, 2)     # and a swap, which hands over an image that all hold
            if not harness.eventually(lambda: server.serial() == 2, 30):
                print("the second image was not taken up")
                return 1
            load(server.port, min(count, 400))
            trace.settle()
            trace.keeps = True
            answered = load(server.port, count)
            trace.settle()
            trace.keeps = False
            threads = {number: thread for number, thread in trace.threads.items() if thread.touched}
            places = Places(server.process.pid)
            found = shared_lines(threads)
            for number, thread in sorted(threads.items()):
                print(f"thread {number}: {len(thread.touched)} lines touched, {len(thread.written)} written")
            common = set.intersection(*(set(thread.touched) for thread in list(threads.values())[-2:])) if threads else set()
            print(f"{answered} queries answered, {trace.events} loads and stores; {len(common)} lines that both workers "
                  f"read; {len(found)} that one thread writes and another touches")
            for line, writers, others in found:
                rights, offset, path = places.region(line * LINE)
                print(f"line {line * LINE:#x} ({path or 'anonymous'} {rights} +{offset:#x}):")
                for number in writers:
                    print(f"  thread {number} writes: {places.code(threads[number].written[line])}")
                for number in others:
                    print(f"  thread {number} reads: {places.code(threads[number].touched[line])}")
    workers = [thread for number, thread in threads.items() if number > 1 and len(thread.written) > 20]
    if len(workers) != 2:
        print(f"{len(workers)} workers were seen at work, not 2: nothing is shown")
        return 1
    return 1 if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--queries", type=int, default=600)
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("SKIPPED: valgrind is not installed (./dev setup test)")
        return SKIPPED
    return check(options.queries)


if __name__ == "__main__":
    sys.exit(main())
