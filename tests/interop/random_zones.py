"""Small random zones and questions about them, both from a seed: the same seed gives the same zones.

The zones are made of what goes wrong in name servers: wildcards at several levels, CNAME and DNAME chains and loops,
empty non-terminals, cuts with glue of all kinds, occluded data, deep and long names, octets that need escaping,
parents served beside their children. Some are signed with BIND's dnssec-signzone.
"""
import os
import random
import subprocess

import wire

LABELS = [b"a", b"b", b"c", b"d", b"ns", b"www", b"e", b"x"]
ODD_LABELS = [b"\0", b"a.b", b"\xff\xfe", b"MiXed", b"_tcp", b"-", b"q" * 63, b"with space", b"\\x", b"1", b"\"", b"**",
              b"@", b"a\0", b"*x", b"xn--nxasmq6b"]
DENIALS = ("unsigned", "nsec", "nsec3", "optout")
TYPES = ("A", "AAAA", "NS", "SOA", "CNAME", "DNAME", "DS", "TXT", "MX", "SRV", "TYPE65300", "NSEC", "RRSIG", "DNSKEY",
         "NSEC3PARAM", "NSEC3", "ANY")


def text(labels):
    return wire.name_to_text(wire.wire_from_labels(labels))


class RandomZone:
    """One zone: `origin` (text), `records` as lines, `path` once written, `form` of denial."""

    def __init__(self, rng, origin, form, aims=()):
        self.rng, self.origin, self.form, self.aims = rng, tuple(origin), form, list(aims)
        self.sets = {}  # labels -> {type: [rdata]}
        self.wildcard_ns = False
        self.owners = self._names()
        self._fill()

    def pick_label(self):
        chance = self.rng.random()
        if chance < 0.15:
            return b"*"
        return self.rng.choice(ODD_LABELS if chance < 0.27 else LABELS)

    def _names(self):
        rng, found = self.rng, [self.origin]
        for _ in range(rng.randint(4, 26)):
            name = rng.choice(found)
            for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
                name = (self.pick_label(), *name)
            if rng.random() < 0.02:
                name = (b"l" * 63, b"m" * 63, *name)
            if sum(len(label) + 1 for label in name) < 254 and name not in found:
                found.append(name)
        lower = {}
        for name in found:
            lower.setdefault(tuple(label.lower() for label in name), name)
        return list(lower.values())

    def some_name(self):
        """A target: mostly a name of this zone, or near one; else of another zone, or of none."""
        rng, chance = self.rng, self.rng.random()
        if chance < 0.5:
            return rng.choice(self.owners)
        if chance < 0.75:
            return (self.pick_label(), *rng.choice(self.owners))
        if chance < 0.9 and self.aims:
            return rng.choice(self.aims)
        return (b"host", b"elsewhere", b"invalid") if chance < 0.98 else ()

    def add(self, name, kind, *rdatas):
        self.sets.setdefault(tuple(label.lower() for label in name), {})[kind] = (name, list(rdatas))

    def _address(self, kind):
        low = self.rng.randint(1, 250)
        return f"192.0.2.{low}" if kind == "A" else f"2001:db8::{low:x}"

    def _delegate(self, name):
        """NS with hosts of every kind, glue or none, a DS perhaps, and occluded data."""
        rng, hosts = self.rng, []
        for _ in range(rng.randint(1, 3)):
            chance = rng.random()
            if chance < 0.4:
                hosts.append((rng.choice((b"ns", b"ns1", b"ns2")), *name) if rng.random() < 0.8 else name)
            elif chance < 0.8:
                other = rng.choice(self.owners)
                hosts.append((b"ns", *other) if rng.random() < 0.5 else other)
            else:
                hosts.append((b"ns", b"outside", b"invalid"))
        self.add(name, "NS", *sorted({text(host) for host in hosts if self._fits(host)} or {"ns.outside.invalid."}))
        for host in hosts:
            if host[-len(name):] == name and self._fits(host):
                for kind in ("A", "AAAA"):
                    if rng.random() < 0.7 and kind not in self.sets.get(host, {}):
                        self.add(host, kind, self._address(kind))
        if rng.random() < 0.35:
            self.add(name, "DS", f"{rng.randint(1, 65535)} 13 2 {rng.randbytes(32).hex()}")
        if rng.random() < 0.3:
            self.add((b"occluded", *name), "TXT", "hidden")

    @staticmethod
    def _fits(name):
        return sum(len(label) + 1 for label in name) < 255

    def _fill(self):
        rng = self.rng
        ns = [(b"ns1", *self.origin), (b"ns", b"outside", b"invalid")]
        minimum = rng.choice((60, 300, 3600, 86400))
        self.add(self.origin, "SOA", f"ns1 hostmaster {rng.randint(1, 2**32 - 1)} 7200 3600 1209600 {minimum}")
        self.add(self.origin, "NS", *(text(host) for host in ns[:rng.randint(1, 2)]))
        self.add(ns[0], "A", self._address("A"))
        if rng.random() < 0.06:
            self.add(self.origin, "DNAME", text(self.some_name() or (b"t", b"invalid")))
        if rng.random() < 0.3:
            self.add(self.origin, "MX", "10 " + text(self.some_name()))
        for name in self.owners[1:]:
            if tuple(label.lower() for label in name) in self.sets:
                continue
            chance, wild = rng.random(), name[0] == b"*"
            # BIND neither signs nor loads a zone with NS at a wildcard.
            if chance < 0.22 and not (wild and (self.form != "unsigned" or rng.random() < 0.8)):
                self._delegate(name)
                self.wildcard_ns = self.wildcard_ns or wild
            elif chance < 0.42:
                self.add(name, "CNAME", text(self.some_name()))
            elif chance < 0.52 and not (wild and rng.random() < 0.7):
                self.add(name, "DNAME", text(self.some_name()))
                if rng.random() < 0.3:
                    self.add(name, "TXT", "beside-a-dname")
            else:
                for kind in rng.sample(("A", "AAAA", "TXT", "MX", "SRV", "TYPE65300"), rng.randint(1, 3)):
                    self.add(name, kind, *self._rdata(kind))
        if rng.random() < 0.3:
            self._cycle()
        self._aliases(random.Random(f"aliases of {text(self.origin)}"))
        if rng.random() < 0.7:
            self._tidy()

    def _tidy(self):
        """No DNAME with names below it: NSD refuses such zones, so most have none."""
        for name, sets in self.sets.items():
            if "DNAME" in sets and any(len(other) > len(name) and other[-len(name):] == name for other in self.sets):
                owner, _ = sets.pop("DNAME")
                sets["TXT"] = (owner, ["was-a-dname"])

    def _cycle(self):
        """Two delegations that are served by each other's hosts (RFC 9471 section 2.3)."""
        one, two = (b"cycle1", *self.origin), (b"cycle2", *self.origin)
        self.add(one, "NS", text((b"ns", *two)))
        self.add(two, "NS", text((b"ns", *one)))
        self.add((b"ns", *one), "A", self._address("A"))
        self.add((b"ns", *two), "AAAA", self._address("AAAA"))
        self.owners += [one, two]

    def _aliases(self, rng):
        """Rings of aliases, entered at any member: of CNAMEs, through a DNAME, through a wildcard, across zones, each of
        them shorter than the longest chain that is followed or longer; and chains about as long as that, which end."""
        way, at = rng.randrange(8), self.origin
        if way < 2:  # from the last member on, to the first: a ring; to one between: a tail that leads into a ring
            members = [(b"ring%d" % number, *at) for number in range(rng.choice((1, 1, 2, 3, 5, 15, 16, 17, 18)))]
            for member, following in zip(members, members[1:] + [rng.choice(members)]):
                self.add(member, "CNAME", text(following))
        elif way == 2:  # a.from -> a.to -> a.from, and names below that go on for ever, or until they are too long
            self.add((b"from", *at), "DNAME", text((b"to", *at)))
            self.add((b"to", *at), "DNAME", text(rng.choice(((b"from", *at), (b"b", b"from", *at)))))
        elif way == 3:  # an alias into a DNAME and back out of it
            self.add((b"from", *at), "DNAME", text((b"to", *at)))
            self.add((b"a", b"to", *at), "CNAME", text((b"a", b"from", *at)))
        elif way == 4:  # each name below leads to the next, and that is the wildcard's too
            self.add((b"*", b"turn", *at), "CNAME", text((rng.choice((b"x", b"a")), b"turn", *at)))
        elif way == 5:
            members = [(b"step%d" % number, *at) for number in range(rng.randint(14, 18))]
            for member, following in zip(members, members[1:]):
                self.add(member, "CNAME", text(following))
            self.add(members[-1], "A", "192.0.2.251")
        if self.aims:  # the other zone has such an alias back
            self.add((b"across", *at), "CNAME", text((b"across", *self.aims[0])))

    def _rdata(self, kind):
        rng = self.rng
        if kind in ("A", "AAAA"):
            return sorted({self._address(kind) for _ in range(rng.randint(1, 3))})
        if kind == "TXT":
            return [f'"{"t" * rng.choice((1, 10, 200))}{number}"' for number in range(rng.randint(1, 3))]
        if kind == "MX":
            return [f"{number}0 {text(self.some_name())}" for number in range(rng.randint(1, 2))]
        if kind == "SRV":
            return [f"0 0 53 {text(self.some_name())}"]
        return ["\\# 3 abcdef"]

    def write(self, folder):
        origin = text(self.origin)
        stem = os.path.join(folder, origin.replace("/", "_").replace("\\", "_"))
        lines = [f"$ORIGIN {origin}", "$TTL 3600"]
        for name, (_, soa) in ((name, sets["SOA"]) for name, sets in self.sets.items() if "SOA" in sets):
            lines.append(f"{text(name)} {self.rng.choice((30, 900, 86400))} IN SOA {soa[0]}")
        for sets in self.sets.values():
            for kind, (name, rdatas) in sets.items():
                ttl = self.rng.choice((0, 60, 300, 7200, 86400))
                lines += [f"{text(name)} {ttl} IN {kind} {rdata}" for rdata in rdatas if kind != "SOA"]
        self.path = stem + "zone"
        with open(self.path, "w") as out:
            out.write("\n".join(lines) + "\n")
        if self.form != "unsigned":
            self._sign(folder)

    def _sign(self, folder):
        """With one key that signs everything. Raises CalledProcessError when BIND does not take the zone."""
        origin, run = text(self.origin), {"check": True, "capture_output": True, "text": True, "cwd": folder}
        key = subprocess.run(["dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", "-f", "KSK", origin],
                             **run).stdout.strip()
        with open(os.path.join(folder, key + ".key")) as public, open(self.path, "a") as out:
            out.write("".join(line for line in public if not line.startswith(";")))
        command = ["dnssec-signzone", "-q", "-P", "-z", "-O", "full", "-K", folder, "-o", origin, "-f",
                   self.path + ".signed"]
        if self.form != "nsec":
            salt = self.rng.choice(("-", "-", "ab", "00ff10"))
            command += ["-3", salt, "-H", str(self.rng.choice((0, 0, 0, 1, 5)))]
            command += ["-A"] if self.form == "optout" else []
        subprocess.run([*command, self.path, key], **run)
        self.path += ".signed"


def zones_of(seed):
    """The zones of one seed: one alone, or a parent with a child or two."""
    rng = random.Random(seed)
    root = rng.choice(((b"test",), (b"t", b"example"), (b"a", b"b", b"deep", b"test"), (b"\0", b"test")))
    origin = (b"z%d" % seed, *root)
    form = rng.choice(DENIALS)
    if rng.random() < 0.75:
        return [RandomZone(rng, origin, form)]
    child = (rng.choice(LABELS[:4]), *((b"e",) if rng.random() < 0.3 else ()), *origin)
    parent = RandomZone(rng, origin, form, [child, (b"www", *child), (b"a", b"b", *child)])
    children = [RandomZone(rng, child, rng.choice(DENIALS), [origin, *parent.owners])]
    return [parent, *children]


def mutate(rng, labels):
    """A name near one that exists."""
    labels, way = list(labels), rng.randrange(8)
    if way == 0:
        return [rng.choice(LABELS + ODD_LABELS), *labels]
    if way == 1:
        return [rng.choice(LABELS), rng.choice(LABELS), *labels]
    if way == 2:
        return [b"*", *labels]
    if way == 3 and len(labels) > 1:
        return [rng.choice(LABELS + ODD_LABELS), *labels[1:]]
    if way == 4 and labels:
        first = bytearray(labels[0])
        first[rng.randrange(len(first))] = rng.randrange(256)
        return [bytes(first), *labels[1:]]
    if way == 5:
        room = 253 - sum(len(label) + 1 for label in labels)
        return [b"y" * min(63, room - 1), *labels] if room > 2 else labels
    if way == 6 and len(labels) > 1:
        return labels[rng.randrange(1, len(labels)):]
    return [label.swapcase() for label in labels]


def questions(seed, zone, names, count):
    """`count` (qname, type number, do) about `zone`. `names`: every name that has records or is an ENT, and the owners
    of NSEC3 records, as wire names."""
    rng = random.Random(f"{seed} {text(zone.origin)}")
    apex, found = list(zone.origin), {}
    kinds = [wire.TYPES[kind] for kind in TYPES]
    names = sorted(names)
    for attempt in range(count * 3):
        if len(found) >= count:
            break
        labels = wire.labels_of(rng.choice(names))
        chance = rng.random()
        if chance > 0.35:
            labels = mutate(rng, labels)
            if chance > 0.85:
                labels = mutate(rng, labels)
            if chance > 0.98:
                labels = list(wire.labels_of(wire.longest_below(wire.wire_from_labels(labels), 255))) if sum(
                    len(label) + 1 for label in labels) < 240 else labels
        name = wire.wire_from_labels(labels)
        if len(name) > 255 or any(not label or len(label) > 63 for label in labels):
            continue
        kind = rng.choice(kinds[:8]) if rng.random() < 0.75 else rng.choice(kinds)
        found[name, kind, rng.random() < 0.6] = True
    return list(found)
