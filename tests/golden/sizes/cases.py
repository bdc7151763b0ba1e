"""Referral sizes that were measured or published elsewhere, as zones and questions.

One table for the wire half (wire_test.py: the length of what the server sends); the formula half stands beside
include/torii/referral. Sizes are octets of DNS message. Sources: JPRS 2003, respsize (draft-ietf-dnsop-respsize), RFC
9471, measurements of BIND, NSD, Knot and PowerDNS on loopback, and the arithmetic of RFC 1035 for what remains.

A delegation is (owner, hosts); hosts are "a-m.gtld-servers.net/46": a range of first labels, then which addresses each
has (4, 6, 46 or nothing; 4x20 for twenty A). "/4+" repeats nothing: it is only there to be read.
"""
import string
from dataclasses import dataclass, field

LONGEST = 255


@dataclass
class Zone:
    """One zone of the test; `world` tells images apart, as one image holds one zone of a name."""
    world: str
    origin: str
    delegations: dict = field(default_factory=dict)
    sign: str = ""  # algorithm for dnssec-keygen, or empty
    apex_hosts: str = ""


@dataclass
class Case:
    name: str
    zone: str
    qname: str            # a delegation's owner; extended to `octets` by a prefix
    octets: int           # wire length of the whole QNAME; 0: exactly `qname`
    sizes: dict           # how it is asked -> (octets, TC); see ASK
    note: str = ""
    qtype: str = "A"


# How a question is asked: transport, EDNS buffer size or None, DO.
ASK = {
    "tcp": ("tcp", None, False),        # everything fits: the complete referral
    "udp512": ("udp", None, False),     # no EDNS
    "edns1232": ("udp", 1232, False),
    "do1232": ("udp", 1232, True),
}

NET13 = "a-m.gtld-servers.net"

ZONES = {
    "A-only": Zone("a", ".", {
        "com": f"{NET13}/4", "net": f"{NET13}/4",
        "ya": "a-n.dns.ya/4", "yb": "a-o.dns.yb/4", "yc": "a-m.dns.yc/4", "yd": "a-l.dns.yd/4",
        "yg": "yg/4", "yi": ".",
    }),
    "dual": Zone("b", ".", {
        "com": f"{NET13}/46", "net": f"{NET13}/46",
        "arpa": "a-i.ns.arpa/46 k-m.ns.arpa/46",
        "jp": "a-h.dns.jp/46",
        "br": "a-d.dns.br/46",
        "za": "a-c.dns.za/46", "ye": "s0-3.ye/46 a-c.dns.za",
        "yf": "big.yf/4x20 small.yf/4",
    }),
    "respsize-3": Zone("c", "zz.", {"xx.zz": "ns-ext.isc.org ns.psg.com ns.ripe.net ns.eu.int"}),
    "unrelated": Zone("c", "jp.", {
        "xx.jp": "ns1.host.example ns2.host.example", "xy.jp": "ns1.host.example ns2.other.test",
        "example.jp": "ns1-4.example.jp/46",
    }),
    "rfc9471": Zone("c", "test.", {
        "foo.test": "ns1.foo.test/4 ns2.foo.test/6", "bar.test": "ns1.foo.test ns2.foo.test",
    }),
    "root-hosts": Zone("d", ".", {"net": "ns.net/4"}, apex_hosts="a-m.root-servers.net/46"),
    "p256": Zone("c", "xx.", {"example.xx": "ns1-2.example.xx/46 DS", "insep.xx": "ns1-2.insep.xx/46"},
                 sign="ECDSAP256SHA256"),
    "rsa2048": Zone("d", "xx.", {"example.xx": "ns1-2.example.xx/46 DS"}, sign="RSASHA256 -b 2048"),
    "rsa1280": Zone("e", "xx.", {"example.xx": "ns1-2.example.xx/46 DS"}, sign="RSASHA256 -b 1280"),
}

CASES = [
    Case("respsize figure 1: com at a 64-octet QNAME", "A-only", "com", 64, {"tcp": (512, 0), "udp512": (512, 0)}),
    Case("com, 13 sibling hosts with A", "A-only", "com", LONGEST, {"tcp": (703, 0), "udp512": (511, 0)},
         "NS-only 495; one A fits; sibling glue may be left out without TC (RFC 9471 section 3.2)"),
    Case("com, dual stack, EDNS", "dual", "com", LONGEST, {"edns1232": (1078, 0), "tcp": (1067, 0)}),
    Case("com without EDNS", "dual", "com", LONGEST, {"udp512": (511, 0)}, "iana-512 needs 539 and misses it by 27"),
    Case("net, 13 in-domain hosts", "dual", "net", LONGEST, {"tcp": (1064, 0), "udp512": (508, 1)},
         "NS-only 492; iana-512 needs 536"),
    Case("arpa, 12 hosts", "dual", "arpa", LONGEST, {"tcp": (994, 0), "udp512": (510, 1)},
         "NS-only 466; with one A and one AAAA 510: iana-512 passes with 2 to spare"),
    Case("jp, 8 hosts", "dual", "jp", LONGEST, {"tcp": (755, 0), "udp512": (507, 1)}, "NS-only 403, iana-512 447"),
    Case("br, 4 hosts", "dual", "br", LONGEST, {"tcp": (515, 0), "udp512": (487, 1)}, "NS-only 339"),
    Case("respsize figure 3: four unrelated hosts", "respsize-3", "xx.zz", LONGEST, {"udp512": (371, 0)}),
    Case("two unrelated hosts", "unrelated", "xx.jp", LONGEST, {"udp512": (319, 0)}),
    Case("two unrelated hosts in two TLDs", "unrelated", "xy.jp", LONGEST, {"udp512": (329, 0)}),
    Case("example.jp, 4 in-domain hosts", "unrelated", "example.jp", LONGEST,
         {"tcp": (519, 0), "udp512": (491, 1), "edns1232": (530, 0)}, "NS-only 343, iana-512 387"),
    Case("example.jp at 248 octets, the longest QNAME that fits", "unrelated", "example.jp", 248, {"udp512": (512, 0)}),
    Case("example.jp at 249 octets", "unrelated", "example.jp", 249, {"udp512": (485, 1)}),
    Case("RFC 9471 section 2.1, QNAME www", "rfc9471", "foo.test", 14, {"udp512": (110, 0)}),
    Case("RFC 9471 section 2.1, longest QNAME", "rfc9471", "foo.test", LONGEST, {"udp512": (351, 0)}),
    Case("RFC 9471 section 2.2, QNAME www", "rfc9471", "bar.test", 14, {"udp512": (114, 0)}),
    Case("RFC 9471 section 2.2, longest QNAME", "rfc9471", "bar.test", LONGEST, {"udp512": (355, 0)}),
    Case("priming, all addresses", "root-hosts", ".", 0, {"tcp": (800, 0), "edns1232": (811, 0)},
         "13 NS in the answer, 13 A and 13 AAAA", qtype="NS"),
    Case("14 in-domain hosts: no address fits", "A-only", "ya", LONGEST, {"udp512": (499, 1), "tcp": (723, 0)}),
    Case("15 in-domain hosts: the NS RRset does not fit", "A-only", "yb", LONGEST,
         {"udp512": (271, 1), "tcp": (755, 0)}, "NS-only 515"),
    Case("13 in-domain hosts: one address fits", "A-only", "yc", LONGEST, {"udp512": (499, 1), "tcp": (691, 0)},
         "NS-only 483"),
    Case("12 in-domain hosts: two addresses fit", "A-only", "yd", LONGEST, {"udp512": (499, 1), "tcp": (659, 0)},
         "NS-only 467: the 12 of JPRS"),
    Case("one host, the delegation's own name", "A-only", "yg", LONGEST, {"udp512": (301, 0)}, "NS-only 285"),
    Case("one host, the root", "A-only", "yi", LONGEST, {"udp512": (284, 0)}),
    Case("3 sibling and 4 in-domain hosts", "dual", "ye", LONGEST, {"edns1232": (712, 0), "tcp": (701, 0)}),
    Case("twenty A on the first host", "dual", "yf", LONGEST, {"udp512": (325, 1), "tcp": (645, 0)},
         "NS-only 309; the twenty do not fit and go whole or not at all (RFC 2181 section 9), the one does"),
    Case("signed delegation, P-256", "p256", "example.xx", LONGEST, {"do1232": (552, 0), "edns1232": (406, 0)}),
    Case("opt-out proof, P-256", "p256", "insep.xx", LONGEST, {"do1232": (761, 0)},
         "the name's hash is covered by example.xx, so the proof takes two NSEC3 records"),
    Case("signed delegation, RSA-2048", "rsa2048", "example.xx", LONGEST, {"do1232": (744, 0)}),
    Case("signed delegation, RSA-1280", "rsa1280", "example.xx", LONGEST, {"do1232": (648, 0)}),
]

# zones/jp-2003.zone: name, NS/AAAA/A, NS-only, +AAAA, A that then fit, total, status as JPRS printed it in 2003.
JPRS = [
    ("xa", "3/3/3", 323, 407, 3, 455, "all"), ("xb", "4/3/4", 339, 423, 4, 487, "all"),
    ("xc", "5/3/5", 355, 439, 4, 503, "part"), ("xd", "6/3/6", 371, 455, 3, 503, "part"),
    ("xe", "7/3/7", 387, 471, 2, 503, "part"), ("xf", "8/3/8", 403, 487, 1, 503, "part"),
    ("xg", "9/3/9", 419, 503, 0, 503, "part"), ("xh", "10/3/10", 435, 519, 0, 519, "over"),
    ("xi", "4/4/4", 339, 451, 3, 499, "part"), ("xj", "5/4/5", 355, 467, 2, 499, "part"),
    ("xk", "6/4/6", 371, 483, 1, 499, "part"),
    # JPRS printed "over" for 7/4/7. 387 + 4 * 28 = 499 <= 512: by the convention of its own rows 9/3/9 and 6/5/6
    # (all AAAA fit, no A does) it is "part", and so it is here.
    ("xl", "7/4/7", 387, 499, 0, 499, "part"),
    ("xm", "5/5/5", 355, 495, 1, 511, "part"), ("xn", "7/5/7", 387, 527, 0, 527, "over"),
    ("xo", "6/5/6", 371, 511, 0, 511, "part"), ("xp", "6/6/6", 371, 539, 0, 539, "over"),
]

# zones/jp-2003.zone, the rest: name, NS-only, complete, answer at 512 and its TC.
JP_2003 = [
    ("jp", 410, 590, 502, 1),  # 28 for one AAAA, 4 * 16: another A would make 518
    ("xq", 467, 659, 499, 1), ("xr", 483, 691, 499, 1),
]


def expand(hosts):
    """The hosts of a delegation: [(name, number of A, number of AAAA)], and whether there is a DS."""
    found, signed = [], False
    for word in hosts.split():
        if word == "DS":
            signed = True
            continue
        name, _, addresses = word.partition("/")
        a, aaaa = {"": (0, 0), "4": (1, 0), "6": (0, 1), "46": (1, 1), "4x20": (20, 0)}[addresses]
        first, dot, rest = name.partition(".")
        if "-" in first and first != "ns-ext":
            start, end = first.split("-")
            if end.isdigit():
                stem = start.rstrip(string.digits)
                labels = [f"{stem}{i}" for i in range(int(start[len(stem):]), int(end) + 1)]
            else:
                labels = [chr(c) for c in range(ord(start), ord(end) + 1)]
        else:
            labels = [first]
        found += [(label + dot + rest, a, aaaa) for label in labels]
    return found, signed


def zone_text(zone):
    """A master file for the zone."""
    def absolute(name):
        return name if name.endswith(".") else name + "."
    apex_hosts = expand(zone.apex_hosts)[0] or [("ns.registry.invalid", 0, 0)]
    lines = [f"{zone.origin} 86400 IN SOA ns.registry.invalid. hostmaster.registry.invalid. 1 1800 900 604800 86400"]
    addresses = {}
    delegations = [(zone.origin, apex_hosts, False)]
    delegations += [(owner, *expand(hosts)) for owner, hosts in zone.delegations.items()]
    for owner, hosts, signed in delegations:
        lines += [f"{absolute(owner)} 86400 IN NS {absolute(name)}" for name, _, _ in hosts]
        if signed:
            lines.append(f"{absolute(owner)} 86400 IN DS 12345 13 2 {'0123456789ABCDEF' * 4}")
        for name, a, aaaa in hosts:
            if a or aaaa:
                addresses[name] = (a, aaaa)
    for number, (name, (a, aaaa)) in enumerate(sorted(addresses.items())):
        lines += [f"{absolute(name)} 86400 IN A 198.51.100.{1 + (number + k) % 250}" for k in range(a)]
        lines += [f"{absolute(name)} 86400 IN AAAA 2001:db8:{number:x}::{1 + k:x}" for k in range(aaaa)]
    return "\n".join(lines) + "\n"
