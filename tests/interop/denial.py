"""What a validator concludes from one answer of a signed zone, written from the text of RFC 4035 section 5.4,
RFC 5155 section 8 and RFC 6840 section 4; independent of the server's way of choosing records.

`check` says what a proof lacks, as a sentence, or None when the answer proves what it claims.
"""
import base64
import hashlib
import struct

import wire

APPLICABLE_OPTOUT = 1


class Incomplete(Exception):
    """The answer does not prove what it claims."""


def order(name):
    """Sort key of canonical order. Source: RFC 4034 section 6.1."""
    return tuple(reversed(wire.labels_of(name)))


def ancestors(name, apex):
    """`name`, its parent, and so on up to `apex`."""
    labels = wire.labels_of(name)
    depth = len(wire.labels_of(apex))
    return [wire.wire_from_labels(labels[i:]) for i in range(len(labels) - depth + 1)]


def wildcard_at(name):
    return b"\1*" + name


def types_in(bitmap):
    """Source: RFC 4034 section 4.1.2."""
    found, i = set(), 0
    while i < len(bitmap):
        window, length = bitmap[i], bitmap[i + 1]
        for k, octet in enumerate(bitmap[i + 2:i + 2 + length]):
            found |= {window * 256 + k * 8 + bit for bit in range(8) if octet & 0x80 >> bit}
        i += 2 + length
    return found


class NsecProofs:
    def __init__(self, records, apex):
        self.apex, self.records = apex, []
        for rr in records:
            at = 0
            while rr.rdata[at]:
                at += 1 + rr.rdata[at]
            self.records.append((rr.owner, rr.rdata[:at + 1], types_in(rr.rdata[at + 1:])))

    def match(self, name):
        return next((types for owner, _, types in self.records if owner == name), None)

    def covering(self, name):
        """(owner, next, types) of the NSEC that says `name` does not exist."""
        key = order(name)
        for owner, following, types in self.records:
            if not order(owner) < key or not (key < order(following) or following == self.apex):
                continue
            cut = wire.NS in types and wire.SOA not in types
            if (cut or wire.DNAME in types) and wire.is_at_or_below(name, owner):
                continue  # RFC 6840 section 4.1: an ancestor's delegation says nothing about names below it
            return owner, following, types
        return None

    def closest_encloser(self, name):
        covering = self.covering(name)
        if covering is None:
            raise Incomplete("no NSEC covers the name")
        for candidate in ancestors(name, self.apex)[1:]:
            if wire.is_at_or_below(covering[0], candidate) or wire.is_at_or_below(covering[1], candidate):
                return candidate
        return self.apex

    def prove_expansion(self, name, _encloser):
        if self.covering(name) is None:
            raise Incomplete("wildcard answer: no NSEC says that the name itself does not exist")

    def prove_nxdomain(self, name):
        encloser = self.closest_encloser(name)
        if self.covering(name)[1] != self.apex and wire.is_at_or_below(self.covering(name)[1], name):
            raise Incomplete("NXDOMAIN for an empty non-terminal")
        if self.covering(wildcard_at(encloser)) is None:
            raise Incomplete(f"no NSEC denies the wildcard *.{wire.name_to_text(encloser)}")

    def prove_nodata(self, name, kind):
        types = self.match(name)
        if types is not None:
            refuse_types(types, kind, name == self.apex)
            return
        covering = self.covering(name)
        if covering is None:
            raise Incomplete("NODATA: no NSEC matches or covers the name")
        if wire.is_at_or_below(covering[1], name):
            return  # an empty non-terminal: RFC 4035 section 5.4 by way of the next name below it
        wildcard = wildcard_at(self.closest_encloser(name))
        types = self.match(wildcard)
        if types is None:
            covering = self.covering(wildcard)
            if covering is not None and wire.is_at_or_below(covering[1], wildcard):
                return  # the wildcard is an empty non-terminal itself: RFC 4592 section 4.9
            raise Incomplete("NODATA: neither the name nor a wildcard has an NSEC")
        refuse_types(types, kind, False)

    def prove_insecure(self, cut):
        types = self.match(cut)
        if types is None or wire.NS not in types or wire.DS in types or wire.SOA in types:
            raise Incomplete("referral: no NSEC of the cut with NS and without DS and SOA")


class Nsec3Proofs:
    def __init__(self, records, apex):
        self.apex, self.records, self.cache = apex, [], {}
        self.parameters = None
        for rr in records:
            algorithm, flags, iterations, salt_length = struct.unpack("!BBHB", rr.rdata[:5])
            salt = rr.rdata[5:5 + salt_length]
            at = 5 + salt_length
            following = rr.rdata[at + 1:at + 1 + rr.rdata[at]]
            parameters = (algorithm, iterations, salt)
            if algorithm != 1 or self.parameters not in (None, parameters):
                raise Incomplete("NSEC3 records with different parameters")
            self.parameters = parameters
            text = rr.owner[1:1 + rr.owner[0]].decode().upper()
            alphabet = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUV", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            owner = base64.b32decode(text.translate(alphabet))
            self.records.append((owner, following, flags, types_in(rr.rdata[at + 1 + rr.rdata[at]:])))

    def hash(self, name):
        """Source: RFC 5155 section 5."""
        if name not in self.cache:
            _, iterations, salt = self.parameters
            digest = hashlib.sha1(name + salt).digest()
            for _ in range(iterations):
                digest = hashlib.sha1(digest + salt).digest()
            self.cache[name] = digest
        return self.cache[name]

    def match(self, name):
        return next((types for owner, _, _, types in self.records if owner == self.hash(name)), None)

    def covering(self, name):
        digest = self.hash(name)
        for owner, following, flags, types in self.records:
            if owner < digest < following or (owner >= following and (digest > owner or digest < following)):
                return flags, types
        return None

    def encloser_proof(self, name):
        """(closest encloser, next closer's covering flags). Source: RFC 5155 section 8.3."""
        if self.parameters is None:
            raise Incomplete("no NSEC3 at all")
        chain = ancestors(name, self.apex)
        for next_closer, candidate in zip(chain, chain[1:]):
            types = self.match(candidate)
            if types is None:
                continue
            if wire.DNAME in types or (wire.NS in types and wire.SOA not in types):
                raise Incomplete("the closest encloser is a delegation or a DNAME")
            covering = self.covering(next_closer)
            if covering is None:
                raise Incomplete(f"no NSEC3 covers the next closer name {wire.name_to_text(next_closer)}")
            return candidate, covering[0]
        raise Incomplete("no NSEC3 matches an ancestor")

    def prove_expansion(self, name, encloser):
        if self.parameters is None:
            raise Incomplete("wildcard answer without NSEC3")
        chain = ancestors(name, self.apex)
        if self.covering(chain[chain.index(encloser) - 1]) is None:
            raise Incomplete("wildcard answer: no NSEC3 covers the next closer name")

    def prove_nxdomain(self, name):
        encloser, _ = self.encloser_proof(name)
        if self.covering(wildcard_at(encloser)) is None:
            raise Incomplete(f"no NSEC3 denies the wildcard *.{wire.name_to_text(encloser)}")

    def prove_nodata(self, name, kind):
        if self.parameters is None:
            raise Incomplete("no NSEC3 at all")
        types = self.match(name)
        if types is not None:
            refuse_types(types, kind, name == self.apex)
            return
        encloser, flags = self.encloser_proof(name)
        if kind == wire.DS and flags & APPLICABLE_OPTOUT:
            return  # RFC 5155 section 8.6
        types = self.match(wildcard_at(encloser))
        if types is not None:  # RFC 5155 section 8.7
            refuse_types(types, kind, False)
        elif not flags & APPLICABLE_OPTOUT:
            # Erratum 3441: an empty non-terminal above nothing but unsigned delegations
            raise Incomplete("NODATA: no NSEC3 matches, and the covering one is not opt-out")

    def prove_insecure(self, cut):
        if self.parameters is None:
            raise Incomplete("referral without NSEC3")
        types = self.match(cut)
        if types is not None:
            if wire.NS not in types or wire.DS in types or wire.SOA in types:
                raise Incomplete("referral: the cut's NSEC3 has no NS, or DS, or SOA")
            return
        _, flags = self.encloser_proof(cut)
        if not flags & APPLICABLE_OPTOUT:
            raise Incomplete("referral: the covering NSEC3 is not opt-out")


def refuse_types(types, kind, is_apex):
    """A matching NSEC or NSEC3 proves NODATA when neither the type nor CNAME is in it, and it is of the right side."""
    if kind in types or wire.CNAME in types:
        raise Incomplete(f"the bitmap has type {kind} or CNAME")
    if kind == wire.DS and wire.SOA in types and not is_apex:
        raise Incomplete("DS denied from the child's side")
    if kind != wire.DS and wire.NS in types and wire.SOA not in types:
        raise Incomplete("denied from the parent's side of a cut")


def check(message, apex):
    """None, or what is missing. `message`: an answer to a question with DO, in full, from the zone at `apex`."""
    try:
        return _check(message, apex)
    except Incomplete as lack:
        return str(lack)


def _check(message, apex):
    name, kind, _ = message.question
    nsec = [rr for rr in message.authority if rr.type == wire.NSEC]
    nsec3 = [rr for rr in message.authority if rr.type == wire.NSEC3]
    if nsec and nsec3:
        return "NSEC and NSEC3 in one answer"
    proofs = Nsec3Proofs(nsec3, apex) if nsec3 else NsecProofs(nsec, apex)
    answers, labels = {}, {}
    for rr in message.answer:
        if rr.type == wire.RRSIG:
            labels[rr.owner, struct.unpack("!H", rr.rdata[:2])[0]] = rr.rdata[3]
        else:
            answers.setdefault((rr.owner, rr.type), []).append(rr)
    for (owner, covered), count in labels.items():  # RFC 4035 section 5.3.4
        own = wire.labels_of(owner)
        if count < len(own) - (own[:1] == [b"*"]):
            proofs.prove_expansion(owner, wire.wire_from_labels(own[len(own) - count:]))
    seen = set()
    while (name, kind) not in answers:
        alias = answers.get((name, wire.CNAME))
        if alias is None or name in seen:
            break
        seen.add(name)
        name = alias[0].rdata
    if (name, kind) in answers or name in seen or not wire.is_at_or_below(name, apex):
        return None
    return check_end(proofs, message, name, kind)


def check_end(proofs, message, name, kind):
    """None, or why the authority section does not prove what the answer says of `name`, which has no such type, is no
    name, or is at or below a cut. `proofs`: the NSEC or NSEC3 records of its zone."""
    cuts = {rr.owner for rr in message.authority if rr.type == wire.NS} - {proofs.apex}
    if cuts and message.rcode == wire.NOERROR:
        cut = cuts.pop()
        if not wire.is_at_or_below(name, cut):
            return "the referral does not lead to the name"
        if not any(rr.type == wire.DS for rr in message.authority):
            proofs.prove_insecure(cut)
    elif message.rcode == wire.NXDOMAIN:
        proofs.prove_nxdomain(name)
    elif message.rcode == wire.NOERROR:
        proofs.prove_nodata(name, kind)
    return None
