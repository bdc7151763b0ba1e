"""Both programs on the loopback: images that zonec compiles, a toriid that serves them as a child on a port the kernel
chooses. Children are stopped by process ID; nothing outside a temporary folder is written."""
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import dns.flags
import dns.message
import dns.query
import dns.rcode

ZONE = """$ORIGIN gate.test.
$TTL 3600
@ SOA ns1 hostmaster {serial} 3600 900 604800 300
  NS ns1
  NS ns2
ns1 A 192.0.2.1
ns2 AAAA 2001:db8::2
www A 192.0.2.80
many TXT "{text}" "{text}" "{text}" "{text}" "{text}" "{text}" "{text}" "{text}"
"""


def program(name):
    """A program's path: from the environment (ctest sets it), else by name."""
    path = os.environ.get("TORII_" + name.upper()) or shutil.which(name)
    if not path or not os.path.exists(path):
        sys.exit(f"{name} not found: set TORII_{name.upper()}")
    return path


def zone_text(serial, delegations=200):
    lines = [ZONE.format(serial=serial, text="x" * 250)]
    for number in range(delegations):
        lines.append(f"d{number} NS ns1.d{number}\nd{number} NS ns.other.test.\nns1.d{number} A 192.0.2.{number % 250}\n")
    return "".join(lines)


def compile_image(folder, serial, delegations=200):
    """Publishes gate.test. with `serial` to `folder`."""
    with tempfile.NamedTemporaryFile("w", suffix=".zone") as file:
        file.write(zone_text(serial, delegations))
        file.flush()
        done = subprocess.run([program("zonec"), "compile", "--image", folder, "gate.test.=" + file.name],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"zonec: exit status {done.returncode}: {done.stderr}")


class Server:
    """A running toriid. `log()` gives its lines so far as dictionaries."""

    def __init__(self, image, *flags, listen=("127.0.0.1:0",), admin=True, toriid=None, ready=True, environment=None,
                 patience=20):
        self.log_file = tempfile.NamedTemporaryFile("w+", suffix=".log")
        command = [toriid or program("toriid"), "serve", "--image", image, "--log-format", "json", *flags]
        for endpoint in listen:
            command += ["--listen", endpoint]
        if admin:
            command += ["--admin", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.log_file, env={**os.environ, **(environment or {})})
        self.addresses = []
        self.admin = None
        try:
            self.wait_for(" serves with ", patience)
        except Exception:
            self.stop()
            raise
        for message in self.messages():
            if message.startswith("listening on "):
                self.addresses.append(message.split()[2])
            if message.startswith("admin on "):
                self.admin = message.split()[2]
        self.port = int(self.addresses[0].rsplit(":", 1)[1])

    def raw_log(self):
        with open(self.log_file.name, encoding="utf-8") as file:
            return file.read()

    def log(self):
        return [json.loads(line) for line in self.raw_log().splitlines() if line.startswith("{")]

    def messages(self):
        return [entry["message"] for entry in self.log()]

    def wait_for(self, text, seconds=20):
        """Waits until a log message contains `text`; returns it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in self.messages():
                if text in message:
                    return message
            if self.process.poll() is not None and not any(text in message for message in self.messages()):
                break
            time.sleep(0.01)
        raise AssertionError(f"no log message with '{text}' (status {self.process.poll()}):\n{self.raw_log()}")

    def get(self, path):
        """HTTP status and body of a page of the admin endpoint."""
        try:
            with urllib.request.urlopen(self.admin + path, timeout=10) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, sample):
        """Value of one sample, written as on the page."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(sample + " "):
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no sample {sample}")

    def readiness(self):
        status, body = self.get("/readyz")
        return status, json.loads(body)

    def ask(self, name, rdtype="A", tcp=False, address="127.0.0.1", **options):
        query = dns.message.make_query(name, rdtype, **options)
        exchange = dns.query.tcp if tcp else dns.query.udp
        return exchange(query, address, port=self.port, timeout=5)

    def exchange(self, query, tcp=False):
        """Octets for octets."""
        kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as client:
            client.settimeout(5)
            client.connect(("127.0.0.1", self.port))
            client.sendall(frame(query) if tcp else query)
            return read_frame(client) if tcp else client.recv(65535)

    def serial(self):
        return self.ask("gate.test.", "SOA").answer[0][0].serial

    def image_files(self):
        """Names of the image files that the server has mapped or open."""
        process = f"/proc/{self.process.pid}"
        with open(f"{process}/maps", encoding="utf-8") as maps:
            paths = [line.split()[5] for line in maps if ".mdb" in line]
        for number in os.listdir(f"{process}/fd"):
            try:
                paths.append(os.readlink(f"{process}/fd/{number}").removesuffix(" (deleted)"))
            except FileNotFoundError:
                pass
        return {os.path.basename(path) for path in paths if path.endswith(".mdb")}

    def send_signal(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=20):
        """Ends the server; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def eventually(condition, seconds=10):
    """Waits until `condition()` is true; returns whether it became so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return False


def frame(message):
    return struct.pack("!H", len(message)) + message


def read_frame(stream):
    """The next message of a TCP connection; None at its end."""
    prefix = read_exactly(stream, 2)
    return None if prefix is None else read_exactly(stream, struct.unpack("!H", prefix)[0])


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        part = stream.recv(count - len(data))
        if not part:
            return None
        data += part
    return data


class UdpLoop(threading.Thread):
    """Closed-loop clients: each socket has one query outstanding, so a query that is lost was lost by the server.
    `names` are asked in turn; `check(message)` raises when an answer is wrong."""

    PATIENCE = 3.0

    def __init__(self, port, names, sockets=32, check=None, address="127.0.0.1"):
        super().__init__(daemon=True)
        self.asked = self.answered = self.lost = self.wrong = 0
        self.failure = None
        self.ending = threading.Event()
        self.queries = [dns.message.make_query(name, "A").to_wire() for name in names]
        self.check = check
        self.sockets = []
        for _ in range(sockets):
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.connect((address, port))
            client.setblocking(False)
            self.sockets.append(client)

    def run(self):
        import selectors
        selector = selectors.DefaultSelector()
        outstanding = {}
        sweep = 0

        def send(client):
            identity = self.asked & 0xFFFF
            query = self.queries[self.asked % len(self.queries)]
            try:
                client.send(struct.pack("!H", identity) + query[2:])
            except ConnectionRefusedError:
                pass
            outstanding[client] = (identity, time.monotonic())
            self.asked += 1

        for client in self.sockets:
            selector.register(client, selectors.EVENT_READ)
            send(client)
        while outstanding:
            ready = selector.select(0.2)
            now = time.monotonic()
            for key, _ in ready:
                client = key.fileobj
                try:
                    message = client.recv(4096)
                except ConnectionRefusedError:  # the server has ended: what is outstanding is lost
                    continue
                identity, _ = outstanding.get(client, (None, 0))
                if struct.unpack("!H", message[:2])[0] != identity:
                    continue  # late: counted as lost already
                self.answered += 1
                try:
                    if self.check:
                        self.check(message)
                except Exception as error:  # pylint: disable=broad-except
                    self.wrong += 1
                    self.failure = self.failure or f"{error}: {message.hex()}"
                del outstanding[client]
                if not self.ending.is_set():
                    send(client)
            if now >= sweep:
                sweep = now + 0.2
                for client, (_, sent) in list(outstanding.items()):
                    if now - sent > self.PATIENCE:
                        self.lost += 1
                        del outstanding[client]
                        if not self.ending.is_set():
                            send(client)

    def finish(self):
        self.ending.set()
        self.join(30)
        for client in self.sockets:
            client.close()


class E2eTest(unittest.TestCase):
    """A folder for each test, and whatever it starts ends with it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="torii-e2e-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.image = os.path.join(self.folder, "image")

    def serve(self, *flags, **options):
        server = Server(self.image, *flags, **options)
        self.addCleanup(server.stop)
        return server
