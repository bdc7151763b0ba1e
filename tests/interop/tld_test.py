#!/usr/bin/python3
"""The sample registry zone, unsigned or in one of its signed forms: an exhaustive set of names and types, every answer
against NSD's and Knot's. Usage: tld_test.py plain|nsec|nsec3

Names: every owner (glue, occluded and NSEC3 owners too), every empty non-terminal, and for each of them a child, a
grandchild, a wildcard child, and the names just before and after it in canonical order (RFC 4034 section 6.1).
"""
import os
import subprocess
import sys
import time

import compare
import denial
import exchange
import servers
import wire

SERVER_LIMIT = 1232
# Delegations that nothing can reach but through sibling glue that leads back to them: that glue is required.
CYCLIC = frozenset(wire.name_to_wire(name) for name in ("cyclic-a.example.", "cyclic-b.example."))
WILDCARD_HOST = wire.name_to_wire("ns.wild.example.")
ALL_TYPES = [wire.TYPES[name] for name in (
    "A", "AAAA", "NS", "SOA", "DS", "MX", "TXT", "CNAME", "DNAME", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "SRV",
    "CAA", "TYPE65300")]
SOME_TYPES = [wire.A, wire.NS, wire.DS, wire.TXT, wire.MX]

# Where a peer differs from us in this zone's odd corners, on top of compare.PEER_RULES; `explain` says when each holds.
ZONE_RULES = {
    **compare.PEER_RULES,
    "knot-dname-too-long": "Knot 3.2 answers NXDOMAIN when a DNAME makes a name of more than 255 octets; RFC 6672 "
                           "section 2.2 asks for YXDOMAIN",
    "nsec-type-at-alias": "QTYPE NSEC or NSEC3 at a CNAME without such a record: we follow the CNAME as for any type "
                          "(RFC 1034 section 3.6.2), NSD or Knot answer NODATA",
    "peer-proof-fails": "the peer's NSEC or NSEC3 records do not prove its answer by denial.py, ours do",
    "other-proof": "both prove the same by denial.py, with other records",
    "optional-addresses": "addresses added to MX or SRV answers: only Knot adds glue there, only NSD chases further",
    "signed-wildcard-host": "an NS host that a wildcard answers for: we leave its address out in a signed zone, as it "
                            "would need a proof besides (RFC 4035 section 3.1.3.3)",
    "knot-truncated-alias": "Knot leaves RCODE 0 or TC 0 when a chain of aliases does not fit",
}


def explain(ours, peer, peer_name, apex, do, part):
    """The rule by which the peer's full answer may differ from ours in `part`, or None."""
    kind = ours.question[1]
    if peer_name == "knot" and ours.rcode == wire.YXDOMAIN and peer.rcode == wire.NXDOMAIN:
        return "knot-dname-too-long"
    if kind in (wire.NSEC, wire.NSEC3) and any(rr.type == wire.CNAME for rr in ours.answer) and not any(
            rr.type == wire.CNAME for rr in peer.answer):
        return "nsec-type-at-alias"
    if part == "authority" and do and is_denial_only(ours, peer) and denial.check(ours, apex) is None:
        return "other-proof" if denial.check(peer, apex) is None else "peer-proof-fails"
    if part == "additional" and any(rr.rdata == WILDCARD_HOST for rr in ours.authority + ours.answer):
        return "signed-wildcard-host"
    if part == "additional" and kind in (wire.MX, wire.SRV):
        return "optional-addresses"
    return None


def is_denial_only(ours, peer):
    """Whether the authority sections differ in NSEC and NSEC3 records and their signatures alone."""
    denials = {wire.NSEC, wire.NSEC3}
    return all(rr.type in denials or (rr.type == wire.RRSIG and int.from_bytes(rr.rdata[:2], "big") in denials)
               for rr in set(ours.authority) ^ set(peer.authority))


def zone_file(form):
    suffix = "" if form == "plain" else f".{form}"
    return os.path.join(servers.source_folder(), "zones", f"example-tld{suffix}.zone")


def flatten(path, out):
    """The zone as plain absolute records, by BIND: the peers read that, as Knot knows no $GENERATE."""
    subprocess.run(["named-compilezone", "-q", "-i", "none", "-s", "full", "-o", out, "example.", path], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(out) as flat:
        return [line.split(None, 4) for line in flat if not line.startswith(";")]


def owners(records):
    """Every owner of the zone and every name between it and the apex, as lists of labels."""
    found = set()
    for name in {record[0] for record in records}:
        labels = wire.labels_of(wire.name_to_wire(name))
        while labels:
            found.add(tuple(labels))
            labels = labels[1:]
    return sorted(found)


def neighbours(labels):
    """Names around one that exists: below it, and the nearest before and after it beside it."""
    first, rest = labels[0], labels[1:]
    near = [(b"x", *labels), (b"a", b"b", *labels), (b"*", *labels), (b"\0", *labels), (b"X" * 63, *labels)]
    if rest:
        near += [(first + b"\0", *rest), (first + b"~", *rest), (b"-" + first, *rest), (b"\0", *rest)]
        before = first[:-1] + bytes([first[-1] - 1]) if first[-1] else first[:-1]
        after = first[:-1] + bytes([first[-1] + 1]) if first[-1] < 255 else first + b"\0"
        near += [(label, *rest) for label in (before + b"\xff", after) if label]
    return [name for name in near if all(len(label) < 64 for label in name)]


def questions(records):
    """(name, type) pairs: all types at every owner, some types around it."""
    present = owners(records)
    pairs = [(wire.wire_from_labels(name), kind) for name in present for kind in ALL_TYPES]
    around = sorted({name for owner in present for name in neighbours(owner)} - set(present))
    pairs += [(wire.wire_from_labels(name), kind) for name in around for kind in SOME_TYPES]
    for name in ([b"Any", b"WILD"], [b"deep", b"er", b"wild"], [b"x", b"WildCname"], [b"other", b"wilddeleg"]):
        pairs += [(wire.wire_from_labels([*name, b"example"]), kind) for kind in ALL_TYPES]
    for under in ("dname", "dname-out", "dname-cut", "dname-long"):
        for labels in ([b"www"], [b"whois", b"_tcp"], [b"y" * 63] * 2, [b"no"], [b"a" * 60] * 3):
            pairs += [(wire.wire_from_labels([*labels, under.encode(), b"example"]), kind) for kind in SOME_TYPES]
    longest = [wire.longest_below(wire.wire_from_labels(name), 255) for name in present if len(name) > 1]
    pairs += [(name, wire.A) for name in longest]
    pairs += [(wire.name_to_wire(name), wire.A) for name in ("test.", "exampl.", "examplee.", "www.test.", ".")]
    return [(name, kind) for name, kind in pairs if len(name) <= 255]


def variants(form):
    for do in (False, True) if form != "plain" else (False,):
        yield (4096 if do else None), do, None
        yield (512 if do else None), do, 512
        yield 1232, do, SERVER_LIMIT


def judge(findings, text, pair, answers, full, unequal, size, do, limit):
    """One question's answers at one size. `unequal` collects the peers whose full answer differs by a rule."""
    ours = answers["toriid"][pair]
    compare.check_sane(findings, text, ours)
    if ours.data[12:12 + len(pair[0])] != pair[0]:
        findings.fail("the question's case is not kept", text)
    for peer_name in ("nsd", "knot"):
        peer = answers[peer_name][pair]
        if limit is None:
            findings.compared += 1
            found = compare.full_difference(findings, ours, peer, peer_name)
            if found:
                rule = explain(ours, peer, peer_name, wire.name_to_wire("example."), do, found[0])
                if rule:
                    findings.allow(rule, ZONE_RULES)
                    unequal.add((peer_name, pair))
                else:
                    findings.fail(f"{found[0]} differs from {peer_name}'s (TCP)", text, found[1])
        elif (peer_name, pair) in unequal:
            continue  # the full answers differ already, by a rule
        elif peer_name == "knot" and peer.tc != ours.tc and any(rr.type == wire.CNAME for rr in
                                                                full["toriid"][pair].answer):
            findings.allow("knot-truncated-alias", ZONE_RULES)
        else:
            compare.check_limited_peer(findings, text, ours, full["toriid"][pair], peer, full[peer_name][pair], limit,
                                       peer_name, CYCLIC)
    if limit is not None:
        whole = full["toriid"][pair]
        if size is not None and whole.edns is None:
            whole = wire.Message(compare.with_opt(whole.data, ours.edns[2] if ours.edns else b""))
        compare.check_limited(findings, f"{text} UDP", ours, whole, limit, CYCLIC)


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("plain", "nsec", "nsec3"):
        sys.exit(__doc__)
    form = sys.argv[1]
    servers.need("nsd", "knotd", "named-compilezone")
    started = time.monotonic()
    findings = compare.Findings()
    with servers.Lab() as lab:
        flat = lab.path("example.flat")
        pairs = questions(flatten(zone_file(form), flat))
        toriid, nsd, knot = (lab.toriid({"example.": zone_file(form)}), lab.nsd({"example.": flat}),
                             lab.knot({"example.": flat}))
        full, unequal = {}, set()
        for size, do, limit in variants(form):
            chosen = pairs if limit is None else [pair for pair in pairs if pair[1] in SOME_TYPES]
            queries = [wire.query(name, kind, edns=size, do=do) for name, kind in chosen]
            send = exchange.tcp if limit is None else exchange.udp
            answers = {server.name: dict(zip(chosen, map(wire.Message, send(server.port, queries))))
                       for server in (toriid, nsd, knot)}
            if limit is None:
                full, unequal = answers, set()
            for pair, query in zip(chosen, queries):
                judge(findings, compare.describe(query), pair, answers, full, unequal, size, do, limit)
    names = len({name for name, _ in pairs})
    print(f"{form}: {names} names, {len(pairs)} questions, {time.monotonic() - started:.0f} s")
    return findings.report(f"example. ({form})", ZONE_RULES)


if __name__ == "__main__":
    sys.exit(main())
