"""A long life of a gate: random valid requests by the million and malformed ones, through the process's pipe.

    soak.py [VALID [MALFORMED [SEED [DELEGATIONS]]]]

Every line has one answer. A valid request has a verdict, and the commits among them make the registry grow, shrink and
change; a malformed one has an error, or, where the damage left a valid request, a verdict. Samples are compared with
`zonec check` of the zone as it would be: what it says of the delegations that the request names, and which others have
findings of warning or error severity that they had not, or no longer have. The registry is kept here as plain dictionaries,
and the zone for `zonec check` is written out of them. At the end the process's memory is what it was at the half.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

ZONEC = os.environ["TORII_ZONEC"]
APEX = "test."
WORSE = ("warning", "error")
# `zonec check` gives up after 20 errors, so only a rule that few miss is one here.
POLICIES = [part for choice in ("g1-glue-present=warning", "g2-cyclic=warning", "iana-512=warning",
                                "edns-1232=warning", "full@700=warning", "full@1000=error")
            for part in ("--policy", choice)]
NAMES = ("occluded-record", "ns-target-is-alias", "ns-target-without-address")  # structure findings that the gate gives


def can_have(host):
    """Addresses: not outside the zone, and not beside an alias."""
    return host.endswith(APEX) and host != "alias.test."


class Registry:
    """Delegations with hosts and DS, hosts with addresses."""

    def __init__(self, rng, size):
        self.rng = rng
        self.ns, self.ds, self.addresses, self.users, self.made = {}, {}, {}, {}, set()
        self.next = 0
        self.wide = ["%s%d.%s.example." % (chr(97 + i % 26) * 50, i, chr(97 + i % 26) * 20) for i in range(60)]
        self.shared = ["ns%d.provider%d.example." % (i % 4, i // 4) for i in range(200)]
        self.rest = "*.wild.test. A 192.0.2.200\nalias.test. CNAME x.example.\n" \
                    "dname.test. DNAME x.example.\n"
        self.addresses["nic.test."] = {"192.0.2.1"}
        for _ in range(size):
            name = self.fresh_name()
            self.set_ns(name, self.some_hosts(name))
            for host in self.ns[name]:
                if can_have(host) and rng.random() < 0.8 and not self.addresses.get(host):
                    self.addresses[host] = self.some_addresses()

    def set_ns(self, name, hosts):
        for host in self.ns.get(name, ()):
            self.users[host].discard(name)
        for host in hosts:
            self.users.setdefault(host, set()).add(name)
        if hosts:
            self.ns[name] = hosts
        else:
            self.ns.pop(name, None)

    def fresh_name(self):
        self.next += 1
        kind = self.rng.random()
        label = "d%d%s" % (self.next, "x" * self.rng.choice((0, 0, 0, 5, 40)))
        if kind < 0.05 and self.ns:
            return label + "." + self.any_name()  # below another
        if kind < 0.08:
            return label + self.rng.choice((".wild.", ".nic.", ".dname.", ".empty.non.terminal.")) + APEX
        return label + "." + APEX

    def any_name(self):
        return self.rng.choice(self.names()) if self.rng.random() < 0.05 else self.cached()

    def names(self):
        self.list = list(self.ns)
        return self.list

    def cached(self):
        for _ in range(20):
            name = self.rng.choice(self.list) if getattr(self, "list", None) else next(iter(self.ns))
            if name in self.ns:
                return name
        return self.rng.choice(self.names())

    def any_host(self):
        name = self.any_name()
        return self.rng.choice(sorted(self.ns[name]))

    def some_hosts(self, name):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.35:
            return set(rng.sample(self.shared, rng.randrange(1, 5)))
        if kind < 0.65:
            return {"ns%d.%s" % (i, name) for i in range(rng.randrange(1, 5))}
        if kind < 0.87 and self.ns:  # hosts of others
            return {self.any_host() if rng.random() < 0.7 else "ns%d.%s" % (rng.randrange(3), self.any_name())
                    for _ in range(rng.randrange(1, 4))}
        if kind < 0.90:
            return set(rng.sample(self.wide, rng.randrange(2, 8)))
        return {rng.choice(["h%d.wild.test." % rng.randrange(9), "alias.test.", "nic.test.", "x.nic.test.", "no.test.", "n.dname.test.",
                            name]) for _ in range(2)}

    def some_addresses(self):
        rng = self.rng
        most = 25 if rng.random() < 0.05 else 2
        return {"192.0.2.%d" % rng.randrange(256) for _ in range(rng.randrange(0, most + 1))} | \
               {"2001:db8::%x" % rng.randrange(1, 65536) for _ in range(rng.randrange(0, 3))}

    def some_ds(self):
        return {(self.rng.randrange(65536), 13, 2, "%064x" % self.rng.getrandbits(256)) for _ in range(self.rng.randrange(0, 3))}

    def text(self):
        lines = ["$TTL 60\n%s SOA a.example. b.example. 1 2 3 4 5\n%s NS a.example.\n" % (APEX, APEX), self.rest]
        for name, hosts in self.ns.items():
            lines += ["%s NS %s\n" % (name, host) for host in hosts]
        for name, records in self.ds.items():
            lines += ["%s DS %d %d %d %s\n" % ((name,) + record) for record in records]
        for name, addresses in self.addresses.items():
            lines += ["%s %s %s\n" % (name, "AAAA" if ":" in address else "A", address) for address in addresses]
        return "".join(lines)

    def is_host(self, name):
        return name in self.made or bool(self.addresses.get(name))


def ds_json(records):
    return [dict(zip(("key_tag", "algorithm", "digest_type", "digest"), record)) for record in sorted(records)]


class Change:
    """An operation, and what it does to a registry."""

    def __init__(self, operation, apply, delegation=None):
        self.operation, self.apply, self.delegation = operation, apply, delegation


def random_change(reg, taken):
    """One that is valid now; `taken`: names that the transaction has touched already."""
    rng = reg.rng
    kind = rng.random()
    if kind < 0.35:
        name = reg.fresh_name()
        hosts, ds = reg.some_hosts(name), reg.some_ds()
        given = {host: reg.some_addresses() for host in hosts
                 if host.endswith(name) and host not in taken and rng.random() < 0.8}
        ns = [{"name": host, "addresses": sorted(given[host])} if host in given else host for host in sorted(hosts)]

        def create(to):
            to.set_ns(name, hosts)
            to.ds[name] = ds
            for host, addresses in given.items():
                to.addresses[host] = addresses
                to.made.add(host)
        return Change({"op": "create", "delegation": name, "ns": ns, "ds": ds_json(ds), "force": True}, create, name)
    name = reg.any_name()
    if kind < 0.60:
        if name in taken:
            return None
        if rng.random() < 0.4:
            ds = reg.some_ds()
            return Change({"op": "update", "delegation": name, "chg": {"ds": ds_json(ds)}},
                          lambda to: to.ds.__setitem__(name, ds), name)
        if rng.random() < 0.5:
            hosts = reg.some_hosts(name)
            return Change({"op": "update", "delegation": name, "chg": {"ns": sorted(hosts)}},
                          lambda to: to.set_ns(name, hosts), name)
        add = reg.some_hosts(name) - reg.ns[name]
        rem = {host for host in reg.ns[name] if rng.random() < 0.3}
        if not (reg.ns[name] - rem) | add:
            return None
        after = (reg.ns[name] - rem) | add
        return Change({"op": "update", "delegation": name, "add": {"ns": sorted(add)}, "rem": {"ns": sorted(rem)}},
                      lambda to: to.set_ns(name, after), name)
    if kind < 0.70:
        if name in taken:
            return None

        def delete(to):
            to.set_ns(name, set())
            to.ds.pop(name, None)
        return Change({"op": "delete", "delegation": name, "force": True}, delete, name)
    host = reg.any_host()
    if host in taken or host == APEX:
        return None
    if kind < 0.90:
        if not can_have(host):
            return None
        addresses = reg.some_addresses()

        def change(to):
            to.addresses[host] = addresses
            to.made.add(host)
        return Change({"op": "update", "host": host, "chg": {"addresses": sorted(addresses)}, "force": True}, change)
    new = ("r%d." % rng.randrange(10 ** 9)) + host.split(".", 1)[1]
    if kind > 0.97:
        new = rng.choice(("r%d.provider1.example.", "r%d." + reg.any_name())) % rng.randrange(10 ** 9)

    def rename(to):
        for user in list(to.users.get(host, ())):
            to.set_ns(user, (to.ns[user] - {host}) | {new})
        addresses = to.addresses.pop(host, None)
        if addresses and new.endswith(APEX):
            to.addresses[new] = addresses
        to.made.discard(host)
        to.made.add(new)
    return Change({"op": "update", "host": host, "chg": {"name": new}, "force": True}, rename)


def random_request(reg, number):
    changes, taken = [], set()
    for _ in range(reg.rng.choice((1, 1, 1, 1, 2, 3))):
        change = random_change(reg, taken)
        if change is None:
            continue
        touched = {change.operation.get("delegation"), change.operation.get("host")}
        # Names in one transaction depend on its earlier operations; this generator keeps them apart.
        if changes and ("name" in change.operation.get("chg", {}) or any("name" in c.operation.get("chg", {}) for c in changes)):
            continue
        if touched & taken:
            continue
        for item in change.operation.get("ns", ()):
            touched.add(item["name"] if isinstance(item, dict) else item)
        taken |= touched
        changes.append(change)
    if not changes:
        return random_request(reg, number)
    return {"version": 1, "id": number, "affected_max": 1000, "operations": [c.operation for c in changes]}, changes


def malform(rng, text):
    """A line that has been damaged: octets changed, cut, doubled, put in; nested, typed, named or escaped wrongly."""
    line = bytearray(text)
    kind = rng.randrange(12)
    at = rng.randrange(len(line))
    if kind == 0:
        line[at] = rng.randrange(256)
    elif kind == 1:
        del line[at:]
    elif kind == 2:
        line[at:at] = line[at:at + rng.randrange(1, 60)]
    elif kind == 3:
        del line[at:at + rng.randrange(1, 30)]
    elif kind == 4:
        line[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
    elif kind == 5:
        line = bytearray(rng.choice((b"[", b'{"a":', b'{"operations":[')) * rng.randrange(1, 3000))
    elif kind == 6:
        line = line.replace(rng.choice((b'"op"', b'"ns"', b'"create"', b'"delegation"', b'"operations"', b'"id"')),
                            rng.choice((b'"OP"', b"null", b"1e999", b'"\\u0000"', b'"\\ud83d"', b"{}", b"[]", b'"id"', b"-0", b"true")), 1)
    elif kind == 7:
        line = line.replace(b".", rng.choice((b"..", b"\\\\.", b"\\\\256.", b"\xc3\xa9.", b"*.", b".." * 200, b"x" * 64 + b".")), rng.randrange(1, 4))
    elif kind == 8:
        line = bytearray(rng.randrange(256) for _ in range(rng.randrange(1, 400)))
    elif kind == 9:
        line = line.replace(b"192.0.2.", rng.choice((b"192.0.2.2", b"::", b"1.", b"192.0.2.0x", b"fe80::1%")))
    elif kind == 10:
        line = line[:-1] + b',"operations":' + rng.choice((b"[]", b"[[]]", b"0")) + b"}"
    else:
        line = line[:-1] + b',"more":' + b"[" * rng.randrange(1, 20) + b"1" + b"]" * rng.randrange(0, 20) + b"}"
    return bytes(line).replace(b"\n", b" ").strip(b" \t\r") or b"0"


class Gate:
    def __init__(self, zone):
        self.process = subprocess.Popen([ZONEC, "gate", "--quiet", *POLICIES, zone], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask_all(self, lines):
        """Answers of lines, in order, sent while answers come."""
        text = b"".join(line + b"\n" for line in lines)
        writer = threading.Thread(target=lambda: (self.process.stdin.write(text), self.process.stdin.flush()))
        writer.start()
        answers = []
        for line in lines:
            answer = self.process.stdout.readline()
            assert answer.endswith(b"\n"), "the gate ended, perhaps at %r" % line[:2000]
            answers.append(answer)
        writer.join()
        return answers

    def ask(self, request):
        return json.loads(self.ask_all([json.dumps(request).encode()])[0])

    def resident(self):
        with open("/proc/%d/statm" % self.process.pid, encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def end(self):
        self.process.stdin.close()
        assert self.process.stdout.read() == b""
        status = self.process.wait(600)
        self.process.stdout.close()
        assert status == 0, status


def check(path, text):
    """What `zonec check` says: {delegation: {code: severity}} of size findings and of the structure of NS RRsets."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    # A list is cut at 100 findings of a code, which would hide some of the structure: told apart by the caller.
    done = subprocess.run([ZONEC, "check", "--quiet", "--format", "json", *POLICIES, path], capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found, whole = {}, True
    rank = {"info": 0, "notice": 1, "warning": 2, "error": 3}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if "policy" in record:
            name, code = record["delegation"], record["policy"]
        elif record.get("code") in NAMES and " NS: " in record["text"]:
            name, code = record["owner"], record["code"]
        else:
            whole = whole and "are not listed" not in record["text"]
            if record.get("code") == "too-many-errors":
                return None, False
            continue
        codes = found.setdefault(name, {})
        if rank[codes.get(code, "info")] <= rank[record["severity"]]:
            codes[code] = record["severity"]
    return found, whole


def codes_of(findings):
    rank = {"info": 0, "notice": 1, "warning": 2, "error": 3}
    out = {}
    for finding in findings:
        code = finding.get("policy") or finding["code"]
        if rank[out.get(code, "info")] <= rank[finding["severity"]]:
            out[code] = finding["severity"]
    return out


def sizes_only(codes, whole):
    return codes if whole else {code: severity for code, severity in codes.items() if code not in NAMES}


def compare(reg, changes, answer, path):
    """The answer to a request that was checked, beside compiles of the zone before and after it."""
    import copy
    after = copy.copy(reg)
    for member in ("ns", "ds", "addresses"):
        setattr(after, member, dict(getattr(reg, member)))
    after.users = {host: set(users) for host, users in reg.users.items()}
    after.made = set(reg.made)
    for change in changes:
        change.apply(after)
    was, whole_was = check(path, reg.text())
    now, whole_now = check(path, after.text())
    if was is None or now is None:
        return False
    whole = whole_was and whole_now
    named = {change.delegation for change in changes if change.delegation}
    for subject in answer["delegations"]:
        name = subject["delegation"]
        assert subject["exists"] == (name in after.ns), name
        got = sizes_only(codes_of(subject["findings"]), whole)
        assert got == sizes_only(now.get(name, {}), whole), (name, got, now.get(name), answer)
    rank = {"info": 0, "notice": 1, "warning": 2, "error": 3}
    worst = max([rank[s] for n in named for s in sizes_only(now.get(n, {}), whole).values()] + [0])
    for key, before, with_ in (("broken", was, now), ("healed", now, was)):
        expected = {}
        for name, codes in with_.items():
            if name in named:
                continue
            had = before.get(name, {})
            new = {c: s for c, s in sizes_only(codes, whole).items() if s in WORSE and rank[had.get(c, "info")] < rank[s]}
            if new:
                expected[name] = new
        if key == "broken":
            worst = max([worst] + [rank[s] for codes in expected.values() for s in codes.values()])
        listed = {e["delegation"]: sizes_only(codes_of(e["findings"]), whole) for e in answer["affected"][key]["list"]}
        listed = {name: codes for name, codes in listed.items() if codes}
        assert listed == expected, (key, listed, expected, answer)
    if whole:
        assert answer["verdict"] == {3: "refuse", 2: "accept-with-warnings"}.get(worst, "accept"), answer
    return True


def main():
    numbers = [int(text) for text in sys.argv[1:]] + [0] * 4
    valid, malformed = numbers[0] or 2000, numbers[1] or 500
    seed = numbers[2] or random.SystemRandom().randrange(1, 1 << 30)
    rng = random.Random(seed)
    print("seed", seed, flush=True)
    reg = Registry(rng, numbers[3] or 300)
    start = time.monotonic()
    done = {"valid": 0, "malformed": 0, "errors": 0, "verdicts": {}, "commits": 0, "compared": 0, "skipped": 0, "broken": 0, "healed": 0}
    rounds = max(10, min(valid // 20, 3000))  # at the end of each a commit
    compare_every = max(1, rounds // 300)
    resident_at_half = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "zone")
        with open(path, "w", encoding="ascii") as file:
            file.write(reg.text())
        gate = Gate(path)
        for number in range(rounds):
            reg.names()
            count = valid * (number + 1) // rounds - done["valid"]
            requests = [random_request(reg, done["valid"] + i) for i in range(count - 1)]
            lines = [json.dumps(request).encode() for request, _ in requests]
            bad = malformed * (number + 1) // rounds - done["malformed"]
            crooked = [malform(rng, rng.choice(lines)) if lines else b"0" for _ in range(bad)]
            answers = gate.ask_all(lines + crooked)
            for (request, _), answer in zip(requests, answers):
                assert b'"verdict":"' in answer, (request, answer)
            for line, answer in zip(crooked, answers[len(lines):]):
                answer = json.loads(answer)
                assert answer["version"] == 1, (line, answer)
                if "error" in answer:
                    done["errors"] += 1
                else:
                    assert "verdict" in answer or "status" in answer, (line, answer)
            if number % compare_every == 0 and requests:
                at = rng.randrange(len(requests))
                answer = json.loads(answers[at])
                if compare(reg, requests[at][1], answer, os.path.join(folder, "changed")):
                    done["compared"] += 1
                else:
                    done["skipped"] += 1
            # One commit a round, on top of which all that follow are judged.
            request, changes = random_request(reg, done["valid"] + len(lines))
            answer = gate.ask(dict(request, mode="commit"))
            assert "verdict" in answer, (request, answer)
            done["broken"] += answer["affected"]["broken"]["count"]
            done["healed"] += answer["affected"]["healed"]["count"]
            done["verdicts"][answer["verdict"]] = done["verdicts"].get(answer["verdict"], 0) + 1
            if answer["committed"]:
                done["commits"] += 1
                for change in changes:
                    change.apply(reg)
            done["valid"] += len(lines) + 1
            done["malformed"] += bad
            if number == rounds // 2:
                resident_at_half = gate.resident()
        grown = gate.resident() - resident_at_half
        status = gate.ask({"request": "status"})
        gate.end()
    done["seconds"] = round(time.monotonic() - start, 1)
    done["resident_grown"] = grown
    done["changes"] = status["changes"]
    print(json.dumps(done))
    assert done["compared"] > done["skipped"]
    if "asan" not in ZONEC:
        assert grown < 8 << 20, grown


main()
