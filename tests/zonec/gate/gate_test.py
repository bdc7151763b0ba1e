"""`zonec gate` as a user meets it: pipe, socket, signals, reloads, and clients that are slow, gone or too many."""
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = os.environ.get("TORII_SOURCE", ".")
ZONEC = os.environ["TORII_ZONEC"]
ZONE = os.path.join(SOURCE, "zones", "example-tld.zone")
CREATE = {"operations": [{"op": "create", "delegation": "new.example", "ns": ["ns1.host.test"]}]}


def wait_for(what, condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Gate:
    """A gate on a socket in a folder of its own."""

    def __init__(self, folder, *arguments, zone=ZONE):
        self.path = os.path.join(folder, "gate.sock")
        self.process = subprocess.Popen([ZONEC, "gate", "--socket", self.path, *arguments, *([zone] if zone else [])],
                                        stderr=subprocess.PIPE)
        self.ready = self.process.stderr.readline().decode()
        assert "listening on" in self.ready, self.ready + self.process.stderr.read().decode()

    def connect(self):
        return Connection(self.path)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(20)
        self.process.stderr.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def send(self, octets):
        self.socket.sendall(octets)

    def read(self):
        return json.loads(self.file.readline())

    def ask(self, request):
        self.send(json.dumps(request).encode() + b"\n")
        return self.read()

    def close(self):
        self.file.close()
        self.socket.close()


def pipe(text, *arguments, status=0):
    done = subprocess.run([ZONEC, "gate", "--quiet", *(arguments or [ZONE])], input=text, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == status, (done.returncode, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def line(request):
    return json.dumps(request).encode() + b"\n"


def test_pipe_ends(_folder):
    answers, _ = pipe(b"")
    assert answers == []
    answers, _ = pipe(line(CREATE)[:-1])  # the last line may lack its end
    assert answers[0]["verdict"] == "accept"
    answers, _ = pipe(b"\r\n \n\t\n" + line(CREATE)[:-1] + b"\r\n\n")
    assert len(answers) == 1 and answers[0]["verdict"] == "accept"


def test_bad_usage(folder):
    for arguments in ([], [ZONE, "--image", folder], ["-"], ["--follow", "1", ZONE], [ZONE, "--zone", "a..b"],
                      [ZONE, "--socket-mode", "9", "--socket", "x"], [ZONE, "--policy", "no=error"],
                      ["--image", folder], [os.path.join(folder, "none.zone")], [ZONE, "--clients", "0"]):
        answers, text = pipe(b"", *arguments, status=2) if arguments else ([], "x")
        assert answers == [] and text, arguments


def test_lines_too_long(_folder):
    huge = b'{"id":"' + b"x" * (1 << 20) + b'"}\n'
    answers, _ = pipe(line(CREATE) + huge + line(CREATE) + huge * 3 + b"y" * (5 << 20) + b"\n" + line(CREATE))
    codes = [answer.get("error", {}).get("code", answer.get("verdict")) for answer in answers]
    assert codes == ["accept", "line-too-long", "accept"] + ["line-too-long"] * 4 + ["accept"], codes
    answers, _ = pipe(b"z" * (3 << 20))  # and none ends it
    assert [answer["error"]["code"] for answer in answers] == ["line-too-long"]
    almost = b'{"id":"a","operations":' + b" " * ((1 << 20) - 26) + b"[]}\n"
    assert len(almost) == (1 << 20) + 1
    assert pipe(almost)[0][0]["error"]["code"] == "out-of-range"


def test_bad_requests(_folder):
    op = {"op": "create", "delegation": "x.example", "ns": ["ns1.host.test"]}
    cases = [
        (b"[]", "wrong-type", ""), (b"null", "wrong-type", ""), (b"1", "wrong-type", ""), (b"{}", "missing-member", "/operations"),
        (b"\xff\xfe", "bad-json", ""), (b'{"id":"\xc3\x28"}', "bad-json", ""), (b'{"id":"\\ud800"}', "bad-json", ""),
        (b"[" * 100000, "bad-json", ""), (b'{"a":' * 40, "bad-json", ""), (b"{}{}", "bad-json", ""), (b"{} x", "bad-json", ""),
        (b'{"version":2,"operations":[]}', "unsupported-version", "/version"),
        (b'{"version":1.5}', "wrong-type", "/version"), (b'{"version":"1"}', "wrong-type", "/version"),
        (b'{"id":{}}', "wrong-type", "/id"), (b'{"id":"' + b"i" * 257 + b'"}', "out-of-range", "/id"),
        (b'{"id":99999999999999999999}', "wrong-type", "/id"),
        (b'{"mode":"try"}', "unknown-value", "/mode"), (b'{"request":7}', "wrong-type", "/request"),
        (b'{"request":"status","operations":[]}', "unknown-member", "/operations"),
        (b'{"a/b~c":1}', "unknown-member", "/a~1b~0c"), (b'{"affected_max":1001}', "out-of-range", "/affected_max"),
        (b'{"affected_max":-1}', "out-of-range", "/affected_max"), (b'{"fixes":1}', "wrong-type", "/fixes"),
        (b'{"operations":{}}', "wrong-type", "/operations"), (b'{"operations":[]}', "out-of-range", "/operations"),
        (b'{"operations":[[]]}', "wrong-type", "/operations/0"),
        (line({"operations": [op] * 1001}), "out-of-range", "/operations"),
        (line({"operations": [op, {}]}), "missing-member", "/operations/1/op"),
        (line({"operations": [{"op": "create"}]}), "missing-member", "/operations/0"),
        (line({"operations": [dict(op, host="x")]}), "missing-member", "/operations/0"),
        (line({"operations": [{"op": "create", "delegation": "x.example"}]}), "missing-member", "/operations/0/ns"),
        (line({"operations": [dict(op, ns="a")]}), "wrong-type", "/operations/0/ns"),
        (line({"operations": [dict(op, ns=[])]}), "no-hosts", "/operations/0"),
        (line({"operations": [dict(op, ns=["a.test", "A.TEST."])]}), "duplicate-host", "/operations/0/ns/1"),
        (line({"operations": [dict(op, ns=["h%d.test" % i for i in range(1001)])]}), "out-of-range", "/operations/0/ns"),
        (line({"operations": [dict(op, ns=[{"name": "a.test", "ttl": 1}])]}), "unknown-member", "/operations/0/ns/0/ttl"),
        (line({"operations": [dict(op, ns=[{"addresses": []}])]}), "missing-member", "/operations/0/ns/0/name"),
        (line({"operations": [dict(op, ns=[{"name": "a.test", "addresses": ["192.0.2.1"]}])]}), "addresses-outside-zone", "/operations/0/ns/0"),
        (line({"operations": [dict(op, ns=[{"name": "a.x.example", "addresses": ["192.0.2"]}])]}), "bad-address", "/operations/0/ns/0/addresses/0"),
        (line({"operations": [dict(op, ns=[{"name": "a.x.example", "addresses": ["::1%lo"]}])]}), "bad-address", "/operations/0/ns/0/addresses/0"),
        (line({"operations": [dict(op, ns=[{"name": "a.x.example", "addresses": ["1.1.1.1\0"]}])]}), "bad-address", "/operations/0/ns/0/addresses/0"),
        (line({"operations": [dict(op, ns=[{"name": "a.x.example", "addresses": ["::1", "0:0::1"]}])]}), "duplicate-address", "/operations/0/ns/0/addresses/1"),
        (line({"operations": [dict(op, delegation="")]}), "bad-name", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="@")]}), "bad-name", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="a..example")]}), "bad-name", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="x" * 64 + ".example")]}), "bad-name", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="x." * 124 + "example")]}), "bad-name", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="*.example")]}), "name-not-allowed", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation=".")]}), "name-not-allowed", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="example")]}), "outside-zone", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="x.test")]}), "outside-zone", "/operations/0/delegation"),
        (line({"operations": [dict(op, delegation="b\u00fccher.example")]}), "name-not-ascii", "/operations/0/delegation"),
        (line({"operations": [dict(op, ds=[{}])]}), "missing-member", "/operations/0/ds/0/key_tag"),
        (line({"operations": [dict(op, ds=[{"key_tag": 65536, "algorithm": 8, "digest_type": 2, "digest": "00" * 32}])]}), "out-of-range", "/operations/0/ds/0/key_tag"),
        (line({"operations": [dict(op, ds=[{"key_tag": 1, "algorithm": 8, "digest_type": 2, "digest": "00"}])]}), "bad-digest", "/operations/0/ds/0/digest"),
        (line({"operations": [dict(op, ds=[{"key_tag": 1, "algorithm": 8, "digest_type": 9, "digest": "0"}])]}), "bad-digest", "/operations/0/ds/0/digest"),
        (line({"operations": [{"op": "update", "delegation": "mixed.example"}]}), "missing-member", "/operations/0"),
        (line({"operations": [{"op": "update", "delegation": "mixed.example", "rem": {"ns": ["no.test"]}}]}), "object-missing", "/operations/0/rem/ns/0"),
        (line({"operations": [{"op": "update", "delegation": "mixed.example", "add": {"ns": ["ns1.nic.example"]}}]}), "object-exists", "/operations/0/add/ns/0"),
        (line({"operations": [{"op": "update", "delegation": "mixed.example", "rem": {"ns": [{"name": "ns1.nic.example"}]}}]}), "wrong-type", "/operations/0/rem/ns/0"),
        (line({"operations": [{"op": "update", "host": "ns1.nic.example", "rem": {"addresses": ["192.0.2.99"]}}]}), "object-missing", "/operations/0/rem/addresses"),
        (line({"operations": [{"op": "update", "host": "ns1.nic.example", "add": {"addresses": ["192.0.2.1"]}}]}), "object-exists", "/operations/0/add/addresses"),
        (line({"operations": [{"op": "update", "host": "ns1.nic.example", "chg": {"name": "ns2.nic.example"}}]}), "object-exists", "/operations/0/chg/name"),
        (line({"operations": [{"op": "update", "host": "no.example", "chg": {"addresses": []}}]}), "object-missing", "/operations/0/host"),
        (line({"operations": [{"op": "create", "host": "ns1.nic.example"}]}), "object-exists", "/operations/0/host"),
        (line({"operations": [{"op": "create", "host": "www.nic.example", "addresses": ["192.0.2.1"], "force": True}]}), "is-alias", "/operations/0/host"),
        (line({"operations": [op, op]}), "object-exists", "/operations/1/delegation"),
    ]
    answers, _ = pipe(b"".join(text.rstrip(b"\n") + b"\n" for text, _, _ in cases))
    assert len(answers) == len(cases)
    for answer, (text, code, at) in zip(answers, cases):
        error = answer.get("error", {})
        assert (error.get("code"), error.get("at")) == (code, at), (text[:200], answer)
        assert error["text"] and error["remedy"]


def test_all_or_nothing(_folder):
    commit = dict(CREATE, mode="commit")
    bad = {"mode": "commit", "operations": commit["operations"] + [{"op": "delete", "delegation": "none.example"}]}
    refused = {"mode": "commit", "operations": [{"op": "create", "delegation": "wide.example",
                                                 "ns": ["%s%d.test" % (chr(97 + i) * 60, i) for i in range(9)]}]}
    answers, _ = pipe(line(bad) + line(CREATE) + line(refused) + line(commit) + line(CREATE))
    assert answers[0]["error"]["at"] == "/operations/1/delegation"
    assert answers[1]["verdict"] == "accept" and answers[1]["changes"] == 0
    assert answers[2]["verdict"] == "refuse" and not answers[2]["committed"]
    assert answers[3]["committed"] and answers[4]["error"]["code"] == "object-exists"


def test_names_in_any_spelling(_folder):
    same = [{"op": "create", "delegation": text, "ns": ["NS1.Host.Test."]}
            for text in ("Sh\\111P.example", "shop.EXAMPLE.", "sh\\op.example")]
    answers, _ = pipe(b"".join(line({"operations": [operation]}) for operation in same))
    assert {answer["delegations"][0]["delegation"] for answer in answers} == {"shop.example."}


def test_affected_lists(folder):
    """A shared host that is given twenty addresses breaks those that must carry them: counted exactly, listed in part."""
    zone = os.path.join(folder, "shared.zone")
    with open(zone, "w", encoding="ascii") as file:
        file.write("$TTL 60\ntest. SOA a.example. b.example. 1 2 3 4 5\ntest. NS a.example.\n")
        for i in range(50):  # each pair leads only to each other, so that their sibling glue is required
            for a, b in (("a", "b"), ("b", "a")):
                file.write("%s%02d.test. NS ns.%s%02d.test.\n" % (a, i, b, i))
                file.write("%s%02d.test. NS %s.%s%02d.test.\n" % (a, i, "w" * 63, b, i))
                file.write("ns.%s%02d.test. A 192.0.2.1\n" % (a, i))
                file.write("%s.%s%02d.test. A 192.0.2.1\n" % ("w" * 63, a, i))
    many = ["192.0.2.%d" % i for i in range(60)]
    operations = [{"op": "update", "host": "ns.a%02d.test" % i, "chg": {"addresses": many}} for i in range(30)]
    answers, _ = pipe(line({"operations": operations}) + line({"operations": operations, "affected_max": 3}) +
                      line({"operations": operations, "mode": "commit"}) +
                      line({"operations": [{"op": "update", "host": "ns.a07.test", "chg": {"addresses": []}}]}),
                      zone)
    assert answers[0]["affected"]["broken"]["count"] == 30 and len(answers[0]["affected"]["broken"]["list"]) == 20
    names = [entry["delegation"] for entry in answers[1]["affected"]["broken"]["list"]]
    assert names == ["b00.test.", "b01.test.", "b02.test."], names
    assert answers[2]["committed"] and answers[2]["verdict"] == "accept-with-warnings"
    assert [entry["delegation"] for entry in answers[3]["affected"]["healed"]["list"]] == ["b07.test."]


def test_socket(folder):
    with Gate(folder) as gate:
        assert stat.S_IMODE(os.stat(gate.path).st_mode) == 0o600
        one, two = gate.connect(), gate.connect()
        assert one.ask(dict(CREATE, id=1, mode="commit"))["committed"]
        assert two.ask(dict(CREATE, id=2))["error"]["code"] == "object-exists"
        two.send(b'{"request":"sta')  # half a line holds nobody up
        assert one.ask({"request": "status"})["changes"] == 1
        two.send(b'tus"}\n')
        assert two.read()["status"]["commits"] == 1
        one.send(line({"request": "status", "id": 5}) * 500)  # all of them are answered after it closes its side
        one.socket.shutdown(socket.SHUT_WR)
        assert len([json.loads(text) for text in one.file]) == 500
        one.close()
        two.close()
        assert gate.stop() == 0
        assert not os.path.exists(gate.path)
    with Gate(folder, "--socket-mode", "0660") as gate:
        assert stat.S_IMODE(os.stat(gate.path).st_mode) == 0o660
        assert gate.stop(signal.SIGINT) == 0


def test_socket_paths(folder):
    with Gate(folder) as gate:
        answers, text = pipe(b"", ZONE, "--socket", gate.path, status=3)
        assert answers == [] and "another process listens" in text, text
        gate.process.kill()
        gate.process.wait()
        gate.process.stderr.close()
        assert os.path.exists(gate.path)
    with Gate(folder) as gate:  # what it left behind is replaced
        assert gate.connect().ask({"request": "status"})["status"]["requests"] == 1
    plain = os.path.join(folder, "plain")
    with open(plain, "w", encoding="ascii"):
        pass
    for path, what in ((plain, "no socket"), (folder + "/" + "x" * 200, "octets"), (folder + "/no/such", "cannot be bound")):
        _, text = pipe(b"", ZONE, "--socket", path, status=3)
        assert what in text, text
    assert os.path.exists(plain)


def test_too_many_clients(folder):
    with Gate(folder, "--clients", "3") as gate:
        kept = [gate.connect() for _ in range(3)]
        for client in kept:
            client.ask({"request": "status"})
        late = gate.connect()
        assert late.read()["error"]["code"] == "too-many-clients" and late.file.read() == b""
        kept[0].close()

        def again():
            client = gate.connect()
            answer = client.ask({"request": "status"})
            client.close()
            return "status" in answer
        wait_for("a place that became free", again)


def test_slow_and_gone(folder):
    with Gate(folder) as gate:
        slow = gate.connect()
        slow.socket.setblocking(False)
        request = line(dict(CREATE, id="s" * 200)) * 100
        sent = 0
        until = time.monotonic() + 3
        while time.monotonic() < until:  # never reads
            try:
                sent += slow.socket.send(request)
            except BlockingIOError:
                time.sleep(0.01)
        for _ in range(20):
            gone = gate.connect()
            gone.send(line(CREATE) * 1000)
            gone.close()
        quick = gate.connect()
        from_ = time.monotonic()
        for number in range(200):
            assert quick.ask(dict(CREATE, id=number))["id"] == number
        assert time.monotonic() - from_ < 5
        with open("/proc/%d/statm" % gate.process.pid, encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        if "asan" not in ZONEC:
            assert resident < 64 << 20, (resident, sent)
        slow.socket.setblocking(True)
        slow.socket.settimeout(20)
        assert json.loads(slow.file.readline())["verdict"] == "accept"  # and is served again when it reads
        from_ = time.monotonic()
        status = gate.stop()
        assert status == 0, status
        assert time.monotonic() - from_ < 10


def test_many_clients_commit(folder):
    """Commits of clients at once stand in one order: each name is created by one of them."""
    with Gate(folder) as gate:
        created = []

        def work(number):
            client = gate.connect()
            for i in range(200):
                operation = {"op": "create", "delegation": "d%d.example" % i, "ns": ["ns%d.test" % number]}
                if client.ask({"mode": "commit", "operations": [operation]}).get("committed"):
                    created.append(i)
            client.close()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(created) == list(range(200)), len(created)


def test_terminated_pipe(_folder):
    process = subprocess.Popen([ZONEC, "gate", ZONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(line(CREATE))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["verdict"] == "accept"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    for file in (process.stdin, process.stdout, process.stderr):
        file.close()
    # Nobody reads the answers any more.
    process = subprocess.Popen([ZONEC, "gate", ZONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.close()
    try:
        process.stdin.write(line(CREATE) * 10)
        process.stdin.close()
    except BrokenPipeError:
        pass
    assert process.wait(20) == 3
    assert b"cannot be written" in process.stderr.read()
    process.stderr.close()


def publish(image, text):
    path = image + ".zone"
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    subprocess.run([ZONEC, "compile", "--quiet", "--image", image, path], check=True, capture_output=True)


def zone_text(serial, more=""):
    return "$TTL 60\ntest. SOA a.example. b.example. %d 2 3 4 5\ntest. NS a.example.\n" % serial + more


def test_generations(folder):
    image = os.path.join(folder, "image")
    publish(image, zone_text(1))
    create = {"mode": "commit", "operations": [{"op": "create", "delegation": "new.test", "ns": ["ns.example"]}]}
    other = {"mode": "commit", "operations": [{"op": "create", "delegation": "other.test", "ns": ["ns.example"]}]}
    with Gate(folder, "--image", image, zone=None) as gate:
        client = gate.connect()
        assert client.ask(create)["generation"] == 1
        assert client.ask(other)["committed"]
        publish(image, zone_text(2, "new.test. NS ns.example.\n"))
        assert client.ask({"request": "status"})["generation"] == 1  # as long as nobody asks for the new one
        answer = client.ask({"request": "reload"})
        assert (answer["generation"], answer["serial"], answer["changes"]) == (2, 2, 1)  # `other` is not in it yet
        assert client.ask(other)["error"]["code"] == "object-exists"
        assert client.ask({"request": "reload", "drop_changes": True})["changes"] == 0
        assert client.ask(other)["committed"]
        os.rename(image + "/current", image + "/kept")
        answer = client.ask({"request": "reload"})
        assert answer["error"]["code"] == "reload-failed" and answer["generation"] == 2
        assert client.ask(other)["error"]["code"] == "object-exists"
        os.rename(image + "/kept", image + "/current")
    with Gate(folder, "--image", image, "--follow", "1", zone=None) as gate:
        client = gate.connect()
        publish(image, zone_text(3))
        wait_for("the new generation", lambda: client.ask({"request": "status"})["generation"] == 3)
        assert gate.stop() == 0


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print("ok", test.__name__, flush=True)


main()
