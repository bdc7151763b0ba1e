"""Where NSD, Knot, BIND and PowerDNS answer differently from the reference, and why: each rule names its text and says
who is right. Most are judged, not looked up: the peer's answer must be the reference's under one changed assumption
(`Reading`), or its denial must hold, or fail to hold, by the validator of denial.py."""
import copy
import itertools

import denial
import readings
import reference
import wire

KNOWN_RULES = {
    "any": "open: ANY may be answered with one RRset, some or all of them (RFC 8482 section 4)",
    "explicit-rrsig-nsec": "open: explicit questions for RRSIG and NSEC3, and for NSEC at a cut or an alias, have no "
                           "defined answer (RFC 4035 section 3.1); Torii gives all the signatures there are",
    "wildcard-dname": "open: DNAME at a wildcard has no defined meaning (RFC 6672 section 3.3)",
    "adds-apex-ns": "open: the apex NS RRset with a positive answer is optional (RFC 1034 section 4.3.2, step 6)",
    "adds-addresses": "open: additional addresses with MX, SRV and NS are optional (RFC 1034 section 4.3.2, step 6)",
    "fewer-addresses": "open: addresses of hosts outside the delegation are optional (RFC 9471 section 3.2)",
    "unsigned-ds": "open: DS in a zone that is not signed; RFC 4035 section 3.1.4 asks for DS and its RRSIG, and "
                   "there is none",
    "soa-ttl-zero": "peer wrong: the negative TTL is the SOA's (RFC 2308 section 3), for QTYPE SOA too",
    "own-zone-only": "peer stops: RFC 1034 section 4.3.2 step 3.a goes on with step 1, which looks through all zones "
                     "served; a client asks again, so nothing is lost",
    "serves-occluded": "peer wrong: names below a DNAME are not in the zone (RFC 6672 section 2.4), and it finds them",
    "hashes-exist": "peer wrong: owners of NSEC3 records are no names of the zone (RFC 5155 section 7.2.8), and names "
                    "below them match wildcards",
    "children-exist": "peer wrong: the names of a zone above or below, served beside, are not names of this one",
    "lower-cut": "peer wrong: of two cuts one below the other, it refers to the lower; a search from the apex down "
                 "ends at the first (RFC 1034 section 4.3.2, step 3.b), and what is below it belongs to the child",
    "ds-below-cut": "peer wrong: DS of a name below a cut is the child's business too (RFC 1034 section 4.3.2, step "
                    "3.b; RFC 4035 section 3.1.4.1 excepts the cut alone)",
    "refuses-octets": "peer wrong: SERVFAIL for a name with octets that a host name does not have; any octet may "
                      "stand in a label (RFC 2181 section 11)",
    "follows-cname": "peer wrong: an alias is followed only when QTYPE is not CNAME (RFC 1034 section 4.3.2, step "
                     "3.a)",
    "nsec-hidden": "peer wrong: without DO, or through a wildcard, it does not find the NSEC RRset that is asked for, "
                   "which is a type like any other (RFC 4035 section 3.1)",
    "zero-octet": "peer wrong: takes a label for the start of another that goes on with octet 0 (a, a\\000), so it "
                  "loses its way among the names below them; labels are octets (RFC 2181 section 11)",
    "ds-without-do": "peer wrong: DS goes along with a referral only when DO asks for it (RFC 4035 sections 3.1, "
                     "3.1.4)",
    "nsec3param": "peer wrong: NSEC3PARAM is an RRset of the zone like any other (RFC 5155 section 4); it makes one "
                  "up, with another TTL than the signed one, and finds none behind an alias",
    "aa-cleared": "peer wrong: NXDOMAIN below an empty non-terminal that opt-out leaves without NSEC3 is from the "
                  "zone's own data, so AA is set (RFC 1034 section 4.3.2)",
    "no-yxdomain": "peer wrong: a DNAME whose substitution is too long is answered with YXDOMAIN (RFC 6672 section "
                   "2.2)",
    "yxdomain-sections": "open: what comes with YXDOMAIN besides the DNAME (RFC 6672 section 3.2)",
    "cname-of-dname": "open: whether QTYPE CNAME is answered by the CNAME made from a DNAME or looked up at its "
                      "target too (RFC 6672 section 3.2)",
    "long-chain": "open: how many aliases are followed is the server's own limit (RFC 1034 section 3.6.2)",
    "other-proof": "open: other NSEC or NSEC3 records, and these prove the same (by denial.py)",
    "broken-proof": "peer wrong: its NSEC or NSEC3 records do not prove the answer (by denial.py, RFC 4035 section "
                    "5.4, RFC 5155 section 8)",
    "made-up-proof": "peer wrong: an NSEC or NSEC3 record that it made itself and the zone does not have, so that no "
                     "signature holds (RFC 4035 section 5.3)",
    "no-proof-exists": "open: the zone has no records that would prove it (an empty non-terminal under opt-out beside "
                       "a wildcard)",
}
KNOWN = {f"{peer} {rule}": text for peer in ("nsd", "knot", "bind", "pdns") for rule, text in KNOWN_RULES.items()}
LONG_CHAIN = 6
PDNS_OCTETS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_*./@ \\:")
RULE_OF = {"own_zone": "own-zone-only", "occluded": "serves-occluded", "hashes": "hashes-exist",
           "children": "children-exist", "lower_cut": "lower-cut", "follow_cname": "follows-cname",
           "no_nsec": "nsec-hidden", "ds_below": "ds-below-cut", "no_ds": "unsigned-ds",
           "lower_dname": "serves-occluded", "no_parameters": "nsec3param", "follow_dname": "cname-of-dname"}
READINGS = [flags for count in (1, 2, 3) for flags in itertools.combinations(RULE_OF, count)]
DENIALS = (wire.NSEC, wire.NSEC3)


def without_denials(section):
    return {rr for rr in section if rr.type not in DENIALS and not (
        rr.type == wire.RRSIG and int.from_bytes(rr.rdata[:2], "big") in DENIALS)}


def aliases(expected):
    return sum(step in ("cname", "dname") for step in expected.steps)


def without_ttl(rr):
    return (*rr[:3], rr[4])


def denials_of(zone):
    """(owner, RDATA) of all the NSEC and NSEC3 records of a reference zone: none but these have signatures."""
    return {(name, rdata) for source in (zone.sets, zone.nsec3) for name, sets in source.items()
            for kind in DENIALS if kind in sets for rdata in sets[kind][1]}


def only_types(rrs, kinds):
    return all(rr.type in kinds or (rr.type == wire.RRSIG and int.from_bytes(rr.rdata[:2], "big") in kinds)
               for rr in rrs)


def explain(peer, their, expected, known, name, kind, do):
    """The rule that explains why `their` answer is not `expected`, or None."""
    if peer == "pdns" and their.rcode == wire.SERVFAIL and not PDNS_OCTETS.issuperset(b"".join(wire.labels_of(name))):
        return "refuses-octets"
    if kind == wire.ANY:
        return "any"
    dnames = {rr.owner for rr in {*their.answer, *expected.answer} if rr.type == wire.DNAME}
    if any(owner[:2] == b"\1*" or all(owner not in zone.sets for zone in known.values()) for owner in dnames):
        return "wildcard-dname"
    if kind in (wire.RRSIG, wire.NSEC3) or (kind == wire.NSEC and {"referral", "cname", "dname"} & set(expected.steps)):
        return "explicit-rrsig-nsec"
    if "unproven" in expected.steps and not their.aa and their.rcode == expected.rcode:
        return "aa-cleared"
    if expected.rcode == wire.YXDOMAIN:
        return "no-yxdomain" if their.rcode != wire.YXDOMAIN else "yxdomain-sections"
    if kind == wire.CNAME and expected.steps == ["dname"]:
        return "cname-of-dname"
    if their.rcode == wire.NOERROR and their.answer and set(their.answer) <= expected.answer and \
            len(expected.zones) > 1 and set(their.authority) <= expected.authority:
        return "own-zone-only"  # it stops where the next zone begins
    if kind == wire.NSEC and any(rr.type == wire.NSEC and (rr.owner, rr.rdata) not in denials_of(expected.zones[-1])
                                 for rr in their.answer) and "wildcard" not in expected.steps:
        return "made-up-proof"
    rule = same_but_for(their, expected, do)
    if rule:
        return rule
    if aliases(expected) > LONG_CHAIN or their.rcode == wire.SERVFAIL and expected.looped:
        return "long-chain"
    if kind == wire.NSEC3PARAM and {without_ttl(rr) for rr in their.answer} == {
            without_ttl(rr) for rr in expected.answer} and not their.authority and expected.steps == ["exact"]:
        return "nsec3param"
    if kind == wire.SOA and zero_ttl(their, expected, do):
        return "soa-ttl-zero"
    others = []
    for flags in READINGS:
        other = reference.answer(known, name, kind, do, readings.Reading(**dict.fromkeys(flags, True)))
        if other.undefined or same(their, other) or same_but_for(their, other, do) or as_open(their, other, kind):
            return RULE_OF[flags[0]]
        others.append((RULE_OF[flags[0]], other))
    for rule, other in others:
        if begins(their, other):
            return rule
    return "zero-octet" if peer == "knot" and zero_octet(name, expected) else None


def as_open(their, other, kind):
    """YXDOMAIN, whatever comes with it; SERVFAIL at the end of a chain that is too long; NSEC at a cut."""
    return their.rcode == other.rcode == wire.YXDOMAIN or \
        their.rcode == wire.SERVFAIL and (other.looped or aliases(other) > LONG_CHAIN) or \
        kind == wire.NSEC and "referral" in other.steps and (their.rcode, their.aa) == (other.rcode, other.aa)


def begins(their, other):
    """Whether it is the beginning of a chain that is too long for the peer."""
    return aliases(other) > LONG_CHAIN and their.rcode == wire.NOERROR and their.aa and not their.authority and \
        bool(their.answer) and set(their.answer) < other.answer


def zero_octet(name, expected):
    """Whether a name beside one on the way to `name`, or to a name that an alias leads to, is longer by an octet 0."""
    goals = [name, *(rr.rdata for rr in expected.answer if rr.type == wire.CNAME)]
    for zone in expected.zones:
        cut_off = {(one[1:1 + one[0]].split(b"\0")[0], reference.parent(one)) for one in zone.names
                   if b"\0" in one[1:1 + one[0]]}
        for goal in (goal for goal in goals if wire.is_at_or_below(goal, zone.apex)):
            if any((node[1:1 + node[0]], reference.parent(node)) in cut_off
                   for node in reference.lines_up(goal, zone.apex)[1:]):
                return True
    return False


def zero_ttl(their, expected, do):
    """Whether the answers agree, or differ by another rule, once the SOA's TTL is 0."""
    other = copy.copy(expected)
    other.authority = {wire.RR((*rr[:3], 0, rr[4])) if rr.type == wire.SOA or rr.type == wire.RRSIG and rr.rdata[:2] ==
                       b"\0\6" else rr for rr in expected.authority}
    return same(their, other) or same_but_for(their, other, do) is not None


def same(their, expected):
    return (their.rcode, their.aa) == (expected.rcode, expected.aa) and set(their.answer) == expected.answer \
        and set(their.authority) == expected.authority and set(their.additional) == expected.additional


def same_but_for(their, expected, do):
    """A rule, when the answers agree but for what it says."""
    if (their.rcode, their.aa) != (expected.rcode, expected.aa) or set(their.answer) != expected.answer:
        return None
    extra, lacking = set(their.authority) - expected.authority, expected.authority - set(their.authority)
    more, fewer = set(their.additional) - expected.additional, expected.additional - set(their.additional)
    if not extra and not lacking:
        if not fewer:
            return "adds-addresses" if only_types(more, (wire.A, wire.AAAA)) else None
        return "fewer-addresses" if only_types(fewer | more, (wire.A, wire.AAAA)) else None
    apex_ns = {rr for rr in extra if only_types([rr], (wire.NS,))} if their.answer else set()
    extra -= apex_ns
    if not extra and not lacking:
        return "adds-apex-ns"
    if only_types(lacking, (wire.DS,)) and not extra and not expected.zones[-1].nsec and not expected.zones[-1].hashes:
        return "unsigned-ds"
    if only_types(extra, (wire.DS,)) and not lacking and not do and "referral" in expected.steps:
        return "ds-without-do"
    if without_denials(their.authority) - apex_ns == without_denials(expected.authority):
        if expected.unprovable:
            return "no-proof-exists"
        real = denials_of(expected.zones[-1])
        if any(rr.type in DENIALS and (rr.owner, rr.rdata) not in real for rr in their.authority):
            return "made-up-proof"
        return "broken-proof" if denial.check(their, expected.zones[-1].apex) else "other-proof"
    return None
