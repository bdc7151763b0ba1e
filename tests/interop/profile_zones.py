"""Zones whose delegations are hard on encoders and on servers that run out of room. The same for the same seed.

A delegation is written as cases.py writes them, or by hand where its hosts share one another's names.
"""
import os
import string
import sys

import servers

sys.path.append(os.path.join(servers.source_folder(), "tests", "golden", "sizes"))
import cases  # noqa: E402

SOA = "86400 IN SOA ns.registry.invalid. hostmaster.registry.invalid. 1 1800 900 604800 86400"


def golden():
    """{origin: text}: the measured delegations, in as few zones as they fit into."""
    roots = {}
    for key in ("A-only", "dual"):
        for owner, hosts in cases.ZONES[key].delegations.items():
            roots[owner] = hosts
    merged = cases.Zone("", ".", roots, apex_hosts="ns.registry.invalid/46")  # BIND wants an address for the apex's host
    zones = {".": cases.zone_text(merged)}
    for key in ("respsize-3", "rfc9471"):
        zone = cases.ZONES[key]
        zones[zone.origin] = cases.zone_text(zone)
    return zones


class Maker:
    """One zone in the making."""

    def __init__(self, origin):
        self.origin = origin
        self.lines = [f"{origin} {SOA}", f"{origin} 86400 IN NS ns.registry.invalid."]
        self.addressed = {}
        self.count = 0

    def cut(self, label, hosts):
        """`hosts`: names absolute, or relative to the cut when they begin with a dot."""
        owner = f"{label}.{self.origin}"
        seen = set()
        for host in hosts:
            name = host[1:] + "." + owner if host.startswith(".") and host != "." else host
            if name == "@":
                name = owner
            if name.lower() in seen:
                continue
            seen.add(name.lower())
            self.lines.append(f"{owner} 86400 IN NS {name}")
        self.count += 1
        return owner

    def address(self, name, a=0, aaaa=0):
        if name.lower() in self.addressed:
            return
        self.addressed[name.lower()] = True
        number = len(self.addressed)
        self.lines += [f"{name} 86400 IN A 198.51.{number % 250}.{1 + k}" for k in range(a)]
        self.lines += [f"{name} 86400 IN AAAA 2001:db8:{number:x}::{1 + k:x}" for k in range(aaaa)]

    def in_domain(self, owner, names, a, aaaa):
        for name in names:
            self.address(f"{name}.{owner}", a, aaaa)

    def text(self):
        return "\n".join(self.lines) + "\n"


def adversarial(origin, rng, count):
    """At least `count` delegations of `origin`."""
    zone = Maker(origin)
    zone.lines.append(f"*.wild.{origin} 86400 IN A 192.0.2.77")
    zone.address(f"auth.{origin}", 1, 1)
    zone.address(f"deep.auth.data.{origin}", 2, 0)

    alternating = [f"{c}{'ab'[i % 2] * 3}.{('provider-one.net', 'other-provider.org')[i % 2]}."
                   for i, c in enumerate("qwertz")]
    zone.cut("alternating", alternating)
    zone.cut("grouped", sorted(alternating, key=lambda name: name.split(".")[1]))
    own = zone.cut("itself", ["@"])
    zone.address(own, 1, 1)
    own = zone.cut("itself-too", ["@", ".a", ".b"])
    for name in (own, f"a.{own}", f"b.{own}"):
        zone.address(name, 1, 2)
    zone.cut("root", ["."])
    zone.cut("root-too", [".", "ns.example.net."])
    mixed = zone.cut("MiXeD-Case", [".NS1", ".ns2", "Ns1.Provider.NET.", "ns2.PROVIDER.net.", "ns3.provider.net."])
    zone.in_domain(mixed, ["nS1", "NS2"], 1, 1)
    deep = zone.cut("deep", [".a.b.c.d.e", ".b.b.c.d.e", ".f", "a.b.c.d.e.f.test.", "b.b.c.d.e.f.test.", "f.test."])
    zone.in_domain(deep, ["a.b.c.d.e", "b.b.c.d.e", "f"], 1, 1)
    many = ".".join(string.ascii_lowercase + "0123456789")
    zone.cut("labels", [f"{many}.test.", f"x.{many}.test.", f"{many[2:]}.test.", f"{many[4:]}.test.", "a.test."])
    own = zone.cut("own-labels", [f".{many}", f".x.{many}", ".a"])
    zone.in_domain(own, [many, f"x.{many}", "a"], 1, 1)
    zone.cut("forty", [f"ns{i}.provider{i % 5}.example." for i in range(40)])
    zone.cut("eighty", [f"{c}{d}.host{i % 7}.zone{i % 3}.example." for i, c in enumerate("abcdefgh") for d in "0123456789"])
    own = zone.cut("twenty-hosts", [f".n{i}" for i in range(20)])
    zone.in_domain(own, [f"n{i}" for i in range(20)], 1, 1)
    own = zone.cut("twenty-addresses", [".big", ".small", ".other"])
    zone.address(f"big.{own}", 20, 0)
    zone.address(f"small.{own}", 1, 0)
    zone.address(f"other.{own}", 0, 1)
    own = zone.cut("aaaa-only", [f".{c}" for c in "abcdefghij"])
    zone.in_domain(own, "abcdefghij", 0, 1)
    own = zone.cut("glueless", [".a", ".b", "ns.example.net."])
    zone.address(f"b.{own}", 1, 0)
    for size in (62, 126, 190, 240, 253):  # L(D); 63-octet labels fall one short of 255 at the first three
        room = size - len(origin) - 1
        labels = []
        while room > 0:
            take = min(64, room) if room not in (65, 1) else 60
            labels.append("d" * (take - 1))
            room -= take
        own = zone.cut(".".join(labels), [".a", ".b"] if size < 253 else ["ns.example.net.", "ns.example.org."])
        if size < 253:
            zone.in_domain(own, "ab", 1, 1)
    one = zone.cut("ring-one", [f"ns.ring-two.{origin}"])
    two = zone.cut("ring-two", [f"ns.ring-one.{origin}"])
    zone.address(f"ns.{one}", 1, 1)
    zone.address(f"ns.{two}", 1, 1)
    zone.cut("wild-hosts", [f"a.wild.{origin}", f"b.wild.{origin}", "ns.example.net."])
    zone.cut("auth-hosts", [f"auth.{origin}", f"deep.auth.data.{origin}", f"missing.{origin}", "ns.example.net."])
    below = [f"x{i}" for i in range(9)]
    parent = zone.cut("provider", [f".{name}" for name in below])
    zone.in_domain(parent, below, 1, 1)
    zone.cut("hosted", [f"{name}.{parent}" for name in below])
    zone.cut("hosted-too", [f"{name}.{parent}" for name in below[:5]] + [".own"])
    zone.address(f"own.hosted-too.{origin}", 2, 2)
    zone.cut("host-of-host", ["a.x.test.", "y.test.", "x.test.", "test.", "b.a.x.test."])

    suffixes = ["net.", "example.net.", "dns.example.net.", "org.", "a.b.c.test.", "Example.Net.", origin,
                f"provider.{origin}", f"ns.data.{origin}"]
    while zone.count < count:
        label = f"r{zone.count}"
        owner = f"{label}.{origin}"
        hosts = []
        for _ in range(rng.choice((1, 2, 2, 3, 4, 6, 8, 13, 17))):
            first = rng.choice(("ns", "a", "dns", "long-label-of-a-name-server", "n")) + str(rng.randrange(30))
            if rng.randrange(2):
                name = "." + first + rng.choice(("", "", ".dns", ".x.y"))
                absolute = name[1:] + "." + owner
                zone.address(absolute, *rng.choice(((1, 1), (1, 1), (1, 0), (0, 1), (2, 3), (0, 0), (9, 1))))
            else:
                name = first + "." + rng.choice(suffixes)
                if name.endswith(f".provider.{origin}"):
                    zone.address(name, *rng.choice(((1, 1), (1, 0), (0, 1), (3, 3))))
            hosts.append(name)
        hosts.append("last-resort.example.org.")
        zone.cut(label, hosts)
    return zone.text()
