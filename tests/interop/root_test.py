#!/usr/bin/python3
"""The real root zone: every answer against NSD's and Knot's, which serve the same file.

For all delegations and 2000 names that do not exist, with and without DO, over UDP at 512, 1232 and 4096 octets and
over TCP: RCODE, AA, TC and all sections as sets. TORII_ROOT_ZONE names the zone file; see docs/testing.md.
"""
import random
import sys
import time

import compare
import exchange
import servers
import wire

SERVER_LIMIT = 1232  # the default of all three servers


def delegations(path):
    with open(path) as zone:
        return sorted({line.split(None, 1)[0] for line in zone if line.split()[3:4] == ["NS"]} - {"."})


def missing_names(tlds, count, rng):
    """Names whose top label is no delegation: one label, several, odd octets, neighbours of names that exist."""
    present = {wire.labels_of(wire.name_to_wire(tld))[0] for tld in tlds} | {b"arpa"}
    names = []
    while len(names) < count:
        kind = rng.randrange(6)
        if kind == 0:
            label = bytes(rng.choice(b"abcdefghijklmnopqrstuvwxyz0123456789-") for _ in range(rng.randint(1, 12)))
        elif kind == 1:  # any octet at all
            label = bytes(rng.randrange(256) for _ in range(rng.randint(1, 63)))
        elif kind == 2:  # just before or after a name that exists
            base = bytearray(rng.choice(sorted(present)))
            base[-1] = (base[-1] + rng.choice((-1, 1))) % 256
            label = bytes(base)
        elif kind == 3:
            label = rng.choice(sorted(present)) + rng.choice((b"\0", b"-", b"0", b"z", b"\xff"))
        elif kind == 4:
            label = rng.choice((b"*", b"_tcp", b"a.b", b"\\", b" ", b"LOCALHOST", b"Invalid"))
        else:
            label = rng.choice(sorted(present))[:-1] or b"q"
        label = label[:63]
        if label.lower() in present:
            continue
        below = [bytes(rng.randrange(256) for _ in range(rng.randint(1, 20))) for _ in range(rng.choice((0, 0, 1, 3)))]
        names.append(wire.wire_from_labels([*below, label]))
    return names


def questions(path):
    """(name, type) pairs, the same in every run."""
    rng, tlds = random.Random(20260731), delegations(path)
    pairs = []
    for tld in tlds:
        name = wire.name_to_wire(tld)
        below = wire.wire_from_labels([b"www", b"Example", *wire.labels_of(name)])
        pairs += [(below, wire.A), (name, wire.NS), (name, wire.DS), (wire.longest_below(name, 255), wire.AAAA)]
    pairs += [(name, rng.choice((wire.A, wire.AAAA, wire.NS, wire.DS, wire.MX, 65300)))
              for name in missing_names(tlds, 2000, rng)]
    apex = b"\0"
    pairs += [(apex, kind) for kind in (wire.NS, wire.SOA, wire.DNSKEY, wire.NSEC, wire.A, wire.DS, wire.TXT, 63)]
    return tlds, pairs


def variants():
    """(what, EDNS buffer size or None, DO, limit; None for TCP). Without DO there is a query without EDNS too."""
    for do in (False, True):
        yield "TCP", (4096 if do else None), do, None
        yield "UDP", (512 if do else None), do, 512
        for size in (1232, 4096):
            yield "UDP", size, do, min(size, SERVER_LIMIT)


def main():
    servers.need("nsd", "knotd")
    started = time.monotonic()
    findings = compare.Findings()
    with servers.Lab() as lab:
        zone = servers.root_zone(lab.folder)
        tlds, pairs = questions(zone)
        toriid, nsd, knot = lab.toriid({".": zone}, compile_options=servers.ANY_DAY), lab.nsd({".": zone}), lab.knot({".": zone})
        peers = (("nsd", nsd), ("knot", knot))
        full = {}
        for transport, size, do, limit in variants():
            queries = [wire.query(name, kind, edns=size, do=do) for name, kind in pairs]
            send = exchange.tcp if limit is None else exchange.udp
            mine = [wire.Message(data) for data in send(toriid.port, queries)]
            for index, message in enumerate(mine):
                compare.check_sane(findings, compare.describe(queries[index]), message)
                if message.data[12:12 + len(pairs[index][0])] != pairs[index][0]:
                    findings.fail("the question's case is not kept", compare.describe(queries[index]))
            if limit is None:
                full["toriid", do] = mine
            for peer_name, peer in peers:
                theirs = [wire.Message(data) for data in send(peer.port, queries)]
                if limit is None:
                    full[peer_name, do] = theirs
                for index, (ours, other) in enumerate(zip(mine, theirs)):
                    text = f"{compare.describe(queries[index])} {transport}"
                    if limit is None:
                        compare.check_full(findings, text, ours, other, peer_name)
                    else:
                        compare.check_limited_peer(findings, text, ours, full["toriid", do][index], other,
                                                   full[peer_name, do][index], limit, peer_name)
            if limit is not None:
                for index, ours in enumerate(mine):
                    whole = full["toriid", do][index]
                    if size is not None and whole.edns is None:  # the TCP question had no OPT
                        whole = wire.Message(compare.with_opt(whole.data, ours.edns[2] if ours.edns else b""))
                    compare.check_limited(findings, f"{compare.describe(queries[index])} UDP", ours, whole, limit)
    print(f"{len(tlds)} delegations, {len(pairs)} questions, {time.monotonic() - started:.0f} s")
    return findings.report("root zone")


if __name__ == "__main__":
    sys.exit(main())
