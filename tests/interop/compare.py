"""Compares one server's answers with its peers', and each with what the RFCs ask for.

The yardstick of one question is our answer over TCP, where everything fits: it must equal the peers' TCP answers, all
sections as sets of RRs, but for the rules of PEER_RULES. What a UDP answer must then look like at a size limit follows
from it: TC by RFC 9471 and RFC 4035, whole RRsets (RFC 2181 section 9), nothing left out that would have fit.
"""
import wire

OPT_OCTETS = 11  # RFC 6891 section 6.1.2, no options

# Known differences between peers (NSD 4.6, Knot 3.2) and us, each as narrow as it can be made. Counted and printed.
PEER_RULES = {
    "nsd-tc-partial-glue": "NSD sets TC only when no glue at all fits; RFC 9471 section 3.1 asks for TC as soon as one "
                           "in-domain RRset is left out",
    "nsd-tc-no-glue": "NSD sets TC when no glue at all fits, sibling glue too; RFC 9471 section 3.2 leaves that open, "
                      "we set TC for in-domain glue only",
    "nsd-drops-optional": "NSD keeps fewer additional RRsets than fit (limits of its own at 1232 and 1220 octets)",
    "nsd-adds-apex-ns": "NSD adds the apex NS RRset and its addresses to positive answers (RFC 1034 section 4.3.2 lets "
                        "a server add them or not); we send only what was asked for",
    "knot-larger-encoding": "Knot compresses against one earlier name only, so its answer can pass a limit ours stays "
                            "under; its TC is right for its own size",
    "our-larger-encoding": "NSD and Knot compress against every suffix of QNAME; answers laid out ahead only against "
                           "the zone, the cut or the closest encloser: some octets more, so TC a little earlier",
    "cyclic-glue": "glue of siblings that lead only back to the delegation counts as required for us (RFC 9471 section "
                   "2.3), not for the peers",
    "truncated-chain": "a chain of aliases that does not fit ends early, with TC; its RCODE may be that of what it "
                       "holds",
    "peer-truncated-style": "both set TC; what a truncated answer still carries is the server's own choice",
    "fewer-or-other-rrsets": "which optional additional RRsets are kept under a limit is the server's own choice",
}


class Findings:
    """Collects differences; prints the first of each kind in full."""

    def __init__(self, shown=12):
        self.failures, self.rules, self.compared, self.shown = [], {}, 0, shown

    def fail(self, what, question, detail=""):
        self.failures.append(f"{what}: {question}\n    {detail}".rstrip())

    def allow(self, rule, known=PEER_RULES):
        assert rule in known, rule
        self.rules[rule] = self.rules.get(rule, 0) + 1

    def merge(self, other):
        self.failures += other.failures
        self.compared += other.compared
        for rule, count in other.rules.items():
            self.rules[rule] = self.rules.get(rule, 0) + count

    def report(self, title, known=PEER_RULES):
        for rule, count in sorted(self.rules.items()):
            print(f"  {count} x {rule}: {known[rule]}")
        for failure in self.failures[:self.shown]:
            print(f"FAIL {failure}")
        print(f"{title}: {self.compared} answers compared, {len(self.failures)} differences")
        return 1 if self.failures else 0


def with_opt(data, options=b""):
    """The same message as if the question had carried an OPT RR, and the answer's had these options."""
    additional = (data[10] << 8 | data[11]) + 1
    opt = bytes([0, 0, wire.OPT, 4, 208, 0, 0, 0, 0]) + len(options).to_bytes(2, "big") + options
    return data[:10] + bytes(divmod(additional, 256)) + data[12:] + opt


def describe(query):
    """A query's octets (without ID) as a line to read and to type into dig."""
    data = b"\0\0" + query
    message = wire.Message(data)
    qname, qtype, _ = message.question
    text = f"{wire.name_to_text(qname)} {wire.TYPE_NAMES.get(qtype, qtype)}"
    if message.edns:
        text += f" bufsize {message.edns[0]}" + (" DO" if message.edns[1] & 0x8000 else "")
    return text


def difference(left, right):
    """The RRs that only one side has, in words."""
    only_left, only_right = set(left) - set(right), set(right) - set(left)
    lines = [f"ours only: {rr.text()}" for rr in sorted(only_left)[:6]]
    lines += [f"theirs only: {rr.text()}" for rr in sorted(only_right)[:6]]
    return "\n    ".join(lines)


def duplicates(message):
    """RRs that stand twice in a message. Source: RFC 2181 section 5; the DNAME's own may not repeat either."""
    every = message.answer + message.authority + message.additional
    return [rr for rr in set(every) if every.count(rr) > 1] if len(set(every)) != len(every) else []


def required_additional(message, cyclic=frozenset()):
    """Octets of the additional RRs without which a referral must say TC: in-domain glue (RFC 9471 section 3.1), and the
    sibling glue of delegations in `cyclic`, which nothing can reach without it (section 2.3)."""
    if not message.is_referral():
        return 0
    cuts = {rr.owner for rr in message.authority if rr.type == wire.NS}
    return sum(size for rr, size in zip(message.additional, message.octets[2])
               if any(wire.is_at_or_below(rr.owner, cut) or cut in cyclic for cut in cuts))


def must_truncate(full, limit, cyclic=frozenset()):
    """Whether an answer of at most `limit` octets must set TC, from the answer that fits everything."""
    edns = OPT_OCTETS if full.edns else 0
    return full.authority_end + required_additional(full, cyclic) + edns > limit


def drop_apex_ns(findings, ours, peer, peer_name):
    """The peer's authority and additional sections as if it had not added the apex NS RRset to a positive answer."""
    authority, additional = set(peer.authority), set(peer.additional)
    extra = authority - set(ours.authority)
    apex_ns = {rr for rr in extra if rr.type == wire.NS or (rr.type == wire.RRSIG and rr.rdata[:2] == b"\0\2")}
    if peer_name != "nsd" or not (peer.aa and peer.answer and extra and extra == apex_ns):
        return authority, additional
    findings.allow("nsd-adds-apex-ns")
    hosts = {rr.rdata for rr in apex_ns if rr.type == wire.NS}
    return authority - apex_ns, {rr for rr in additional if rr in set(ours.additional) or rr.owner not in hosts}


def check_sane(findings, question, message, ours=True):
    """What holds for any answer of ours, whatever the size."""
    if not ours:
        return
    twice = duplicates(message)
    if twice:
        findings.fail("a record stands twice", question, twice[0].text())


def full_difference(findings, ours, peer, peer_name):
    """What differs between two answers without a size limit: (part, in words), or None."""
    for what, mine, theirs in (("RCODE", ours.rcode, peer.rcode), ("AA", ours.aa, peer.aa), ("TC", ours.tc, peer.tc),
                               ("question", ours.question, peer.question)):
        if mine != theirs:
            return what, f"{mine}, {peer_name} {theirs}"
    authority, additional = drop_apex_ns(findings, ours, peer, peer_name)
    for what, mine, theirs in (("answer", ours.answer, peer.answer), ("authority", ours.authority, authority),
                               ("additional", ours.additional, additional)):
        if set(mine) != set(theirs):
            return what, difference(mine, theirs)
    return None


def check_full(findings, question, ours, peer, peer_name):
    """Two answers without a size limit, which must be equal."""
    findings.compared += 1
    found = full_difference(findings, ours, peer, peer_name)
    if found:
        findings.fail(f"{found[0]} differs from {peer_name}'s (TCP)", question, found[1])


def check_limited(findings, question, ours, full, limit, cyclic=frozenset()):
    """Our UDP answer against our full one: size, TC exactly when due, whole RRsets, nothing needlessly left out."""
    findings.compared += 1
    if len(ours.data) > limit:
        findings.fail(f"{len(ours.data)} octets pass the limit of {limit}", question)
    if (ours.rcode, ours.aa) != (full.rcode, full.aa) and not is_cut_chain(ours, full):
        findings.fail(f"RCODE/AA {ours.rcode}/{ours.aa}, over TCP {full.rcode}/{full.aa}", question)
        return
    due = must_truncate(full, limit, cyclic)
    if ours.tc != due:
        findings.fail(f"TC={int(ours.tc)}, {int(due)} is due at {limit}", question,
                      f"{full.authority_end} octets to the end of authority, {required_additional(full, cyclic)} of "
                      f"required glue, {len(full.data)} in all")
        return
    for what in ("answer", "authority", "additional"):
        mine, whole = ours.rrsets(getattr(ours, what)), full.rrsets(getattr(full, what))
        for key, rrs in mine.items():
            if set(rrs) != set(whole.get(key, ())):
                findings.fail(f"part of an RRset, or one that TCP does not have, in {what}", question, rrs[0].text())
        if not due and what != "additional" and len(mine) != len(whole):
            findings.fail(f"{what} lacks an RRset without TC", question, difference(
                getattr(ours, what), getattr(full, what)))
            return
    if len(full.data) <= limit and len(ours.data) != len(full.data):
        findings.fail(f"all {len(full.data)} octets fit {limit}, {len(ours.data)} were sent", question, difference(
            ours.additional, full.additional))


def is_cut_chain(ours, full):
    """Whether an alias had to be left out: then what follows it, RCODE too, is for the client to ask for over TCP."""
    return ours.tc and ours.aa and ours.rcode == wire.NOERROR and any(
        rr.type in (wire.CNAME, wire.DNAME) for rr in full.answer) and len(ours.answer) < len(full.answer)


def check_limited_peer(findings, question, ours, full, peer, peer_full, limit, peer_name, cyclic=frozenset()):
    """Our UDP answer (`full`: over TCP) against a peer's."""
    findings.compared += 1
    if is_cut_chain(ours, full):
        findings.allow("truncated-chain")
        return
    if (ours.rcode, ours.aa) != (peer.rcode, peer.aa):
        findings.fail(f"RCODE/AA {ours.rcode}/{ours.aa}, {peer_name} {peer.rcode}/{peer.aa} at {limit}", question)
        return
    if ours.tc != peer.tc:
        if ours.tc and peer_name == "nsd" and peer.additional and peer.is_referral():
            findings.allow("nsd-tc-partial-glue")
        elif ours.tc and set(peer.answer) == set(full.answer) and set(peer.authority) >= set(full.authority) and (
                not ours.is_referral() or set(peer.additional) >= set(full.additional)):
            findings.allow("our-larger-encoding")  # the peer got the same records into the same room
        elif ours.tc and peer.is_referral() and must_truncate(full, limit, cyclic) and not must_truncate(full, limit):
            findings.allow("cyclic-glue")
        elif peer.tc and peer_name == "nsd" and peer.is_referral() and not peer.additional and peer_full.additional:
            findings.allow("nsd-tc-no-glue")
        elif peer.tc and peer_name == "knot" and must_truncate(peer_full, limit):
            findings.allow("knot-larger-encoding")
        else:
            findings.fail(f"TC={int(ours.tc)}, {peer_name} {int(peer.tc)} at {limit}", question,
                          f"ours {len(ours.data)} octets, theirs {len(peer.data)}, in full {len(peer_full.data)}")
        return
    if ours.tc:
        findings.allow("peer-truncated-style")
        return
    authority, additional = drop_apex_ns(findings, ours, peer, peer_name)
    for what, mine, theirs in (("answer", ours.answer, peer.answer), ("authority", ours.authority, authority)):
        if set(mine) != set(theirs):
            findings.fail(f"{what} differs from {peer_name}'s at {limit}", question, difference(mine, theirs))
            return
    if set(ours.additional) != additional:
        if additional < set(ours.additional) and peer_name == "nsd":
            findings.allow("nsd-drops-optional")
        elif len(peer_full.data) > limit:
            findings.allow("fewer-or-other-rrsets")
        else:
            findings.fail(f"additional differs from {peer_name}'s at {limit}", question,
                          difference(ours.additional, additional))
