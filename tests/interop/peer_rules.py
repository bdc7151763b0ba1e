"""Where NSD, Knot and BIND answer differently from the reference, and why: each rule names its text and says who is
right. Most are judged, not looked up: the peer's answer must be the reference's under one changed assumption
(`Reading`), or its denial must hold, or fail to hold, by the validator of denial.py."""
import copy
import itertools

import denial
import reference
import wire

KNOWN_RULES = {
    "any": "open: ANY may be answered with one RRset, some or all of them (RFC 8482 section 4)",
    "explicit-rrsig-nsec": "open: explicit questions for RRSIG and NSEC3, and for NSEC at a cut or an alias, "
                           "have no defined answer (RFC 4035 "
                           "section 3.1); Torii gives all the signatures there are",
    "wildcard-dname": "open: DNAME at a wildcard has no defined meaning (RFC 6672 section 3.3)",
    "adds-apex-ns": "open: the apex NS RRset with a positive answer is optional (RFC 1034 section 4.3.2, step 6)",
    "adds-addresses": "open: additional addresses with MX, SRV and NS are optional (RFC 1034 section 4.3.2, step 6)",
    "fewer-addresses": "open: addresses of hosts outside the delegation are optional (RFC 9471 section 3.2)",
    "unsigned-ds": "open: DS in a zone that is not signed; RFC 4035 section 3.1.4 asks for DS and its RRSIG, "
                   "and there is none",
    "soa-ttl-zero": "peer wrong: the negative TTL is the SOA's (RFC 2308 section 3), for QTYPE SOA too",
    "own-zone-only": "peer stops: RFC 1034 section 4.3.2 step 3.a goes on with step 1, which looks through all zones "
                     "served; a client asks again, so nothing is lost",
    "serves-occluded": "peer wrong: names below a DNAME are not in the zone (RFC 6672 section 2.4), and it finds "
                       "them",
    "hashes-exist": "peer wrong: owners of NSEC3 records are no names of the zone (RFC 5155 section 7.2.8), and "
                    "names "
                    "below them match wildcards",
    "children-exist": "peer wrong: the names of a zone above or below, served beside, are not names of this one",
    "aa-cleared": "peer wrong: NXDOMAIN below an empty non-terminal that opt-out leaves without NSEC3 is from "
                  "the zone's "
                  "own data, so AA is set (RFC 1034 section 4.3.2)",
    "no-yxdomain": "peer wrong: a DNAME whose substitution is too long is answered with YXDOMAIN (RFC 6672 "
                   "section 2.2)",
    "yxdomain-sections": "open: what comes with YXDOMAIN besides the DNAME (RFC 6672 section 3.2)",
    "cname-of-dname": "open: whether QTYPE CNAME is answered by the CNAME made from a DNAME or looked up at its "
                      "target too "
                      "(RFC 6672 section 3.2)",
    "long-chain": "open: how many aliases are followed is the server's own limit (RFC 1034 section 3.6.2)",
    "other-proof": "open: other NSEC or NSEC3 records, and these prove the same (by denial.py)",
    "broken-proof": "peer wrong: its NSEC or NSEC3 records do not prove the answer (by denial.py, RFC 4035 "
                    "section 5.4, "
                    "RFC 5155 section 8)",
    "no-proof-exists": "open: the zone has no records that would prove it (an empty non-terminal under opt-out "
                       "beside a "
                       "wildcard)",
}
KNOWN = {f"{peer} {rule}": text for peer in ("nsd", "knot", "bind") for rule, text in KNOWN_RULES.items()}
LONG_CHAIN = 6
RULE_OF = {"own_zone": "own-zone-only", "occluded": "serves-occluded", "hashes": "hashes-exist",
           "children": "children-exist"}
READINGS = [flags for count in (1, 2, 3) for flags in itertools.combinations(RULE_OF, count)]
DENIALS = (wire.NSEC, wire.NSEC3)


def without_denials(section):
    return {rr for rr in section if rr.type not in DENIALS and not (
        rr.type == wire.RRSIG and int.from_bytes(rr.rdata[:2], "big") in DENIALS)}


def only_types(rrs, kinds):
    return all(rr.type in kinds or (rr.type == wire.RRSIG and int.from_bytes(rr.rdata[:2], "big") in kinds)
               for rr in rrs)


def explain(peer, their, expected, known, name, kind, do):
    """The rule that explains why `their` answer is not `expected`, or None."""
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
    rule = same_but_for(their, expected)
    if rule:
        return rule
    chain = sum(step in ("cname", "dname") for step in expected.steps)
    if chain > LONG_CHAIN or their.rcode == wire.SERVFAIL and expected.looped:
        return "long-chain"
    if kind == wire.SOA and zero_ttl(their, expected):
        return "soa-ttl-zero"
    for flags in READINGS:
        other = reference.answer(known, name, kind, do, reference.Reading(**dict.fromkeys(flags, True)))
        if other.undefined or same(their, other) or same_but_for(their, other):
            return RULE_OF[flags[0]]
    return None


def zero_ttl(their, expected):
    """Whether the answers agree, or differ by another rule, once the SOA's TTL is 0."""
    other = copy.copy(expected)
    other.authority = {wire.RR((*rr[:3], 0, rr[4])) if rr.type == wire.SOA or rr.type == wire.RRSIG and rr.rdata[:2] ==
                       b"\0\6" else rr for rr in expected.authority}
    return same(their, other) or same_but_for(their, other) is not None


def same(their, expected):
    return (their.rcode, their.aa) == (expected.rcode, expected.aa) and set(their.answer) == expected.answer \
        and set(their.authority) == expected.authority and set(their.additional) == expected.additional


def same_but_for(their, expected):
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
    if without_denials(their.authority) - apex_ns == without_denials(expected.authority):
        if expected.unprovable:
            return "no-proof-exists"
        return "broken-proof" if denial.check(their, expected.zones[-1].apex) else "other-proof"
    return None
