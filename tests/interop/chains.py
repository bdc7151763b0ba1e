"""Validates one answer link by link: a chain of aliases may lead through several zones, signed and not, and each of its
RRsets must hold by the keys of the zone it is from, each wildcard expansion and the denial or referral at the end by
the NSEC or NSEC3 records of that zone. Source: RFC 4035 section 5, RFC 5155 section 8, RFC 6672 section 5.3.

The chain is read from the answer itself; of the zones this knows the names and the keys only.
"""
import copy
import struct

import dns.message
import dns.rdatatype

import denial
import reference
import wire


class Bogus(Exception):
    """The answer does not validate."""


class Chain:
    """The names that an answer leads through. `belongs`: the zone's apex of each RRset of the answer section, by owner
    and type; `made`: owners of the CNAME RRs that a DNAME makes; `zones`: the apex of each link; `end`: (name, zone)
    whose denial or referral is due, or None."""

    def __init__(self, message, apexes):
        self.belongs, self.made, self.end, self.zones = {}, set(), None, []
        self.sets = {}
        for rr in message.answer:
            if rr.type != wire.RRSIG:
                self.sets.setdefault((rr.owner, rr.type), []).append(rr.rdata)
        (name, kind, _), seen = message.question, set()
        while name is not None and name not in seen and len(seen) <= reference.ALIASES_MAX:
            zone = zone_of(apexes, name, kind)
            if zone is None:
                break
            seen.add(name)
            self.zones.append(zone)
            name = self._link(message, name, kind, zone)

    def _link(self, message, name, kind, zone):
        """The name that an alias at `name` leads to, or None where the chain ends."""
        dname = next((owner for owner, one in self.sets if one == wire.DNAME and owner != name and
                      wire.is_at_or_below(name, owner) and wire.is_at_or_below(owner, zone)), None)
        if dname is not None:
            self.belongs[dname, wire.DNAME] = zone
            target = name[:len(name) - len(dname)] + self.sets[dname, wire.DNAME][0]
            if len(target) > 255:
                if message.rcode != wire.YXDOMAIN:
                    raise Bogus("the substitution is too long, and it is not YXDOMAIN")
                return None
            if self.sets.get((name, wire.CNAME)) != [target]:
                raise Bogus(f"the CNAME at {wire.name_to_text(name)} is not what the DNAME makes")
            self.made.add(name)
            return None if kind in (wire.CNAME, wire.ANY) else target
        found = [one for owner, one in self.sets if owner == name and (kind in (one, wire.ANY))]
        for one in found or [one for owner, one in self.sets if (owner, one) == (name, wire.CNAME)]:
            self.belongs[name, one] = zone
        if found:
            return None
        if (name, wire.CNAME) in self.sets:
            return self.sets[name, wire.CNAME][0]
        self.end = name, zone
        return None


def zone_of(apexes, name, kind):
    """The apex of the zone to ask about `name`: the lowest served; for DS the one above (RFC 4035 section 3.1.4.1)."""
    found = sorted((apex for apex in apexes if wire.is_at_or_below(name, apex)), key=len, reverse=True)
    return found[1] if kind == wire.DS and len(found) > 1 and found[0] == name else found[0] if found else None


def signer(rrsig):
    """Source: RFC 4034 section 3.1.7."""
    at = 18
    while rrsig.rdata[at]:
        at += 1 + rrsig.rdata[at]
    return rrsig.rdata[18:at + 1]


class Validator:
    """`apexes`: of all zones served; `signatures`: proofs_test.Signatures of those that are signed, by apex."""

    def __init__(self, apexes, signatures):
        self.apexes, self.signatures = apexes, signatures

    def check(self, message, excused=False, parsed=None):
        """(zones of the chain, None or what does not validate). `excused`: the denial at the end is not looked at, as
        no record of the zone proves it. `parsed`: the same message, read by dnspython."""
        zones = []
        try:
            chain = Chain(message, self.apexes)
            zones = chain.zones
            return zones, self._check(message, chain, excused, parsed or dns.message.from_wire(message.data))
        except (Bogus, denial.Incomplete) as lack:
            return zones, f"{type(lack).__name__}: {lack}"

    def lessened(self, message, rng):
        """What `check` says once an RRSIG, or an NSEC or NSEC3 with its own, is taken out of a message that validates:
        it must object. "" where there is none to take. Under opt-out a cover says so much by itself (insecure, RFC 5155
        section 9.2) that the rest may not be missed, so only signatures are taken there."""
        parsed = dns.message.from_wire(message.data)
        denials = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
        ours = [(section, rrset) for section in (parsed.answer, parsed.authority) for rrset in section
                if rrset.rdtype == dns.rdatatype.RRSIG or section is parsed.authority and rrset.rdtype in denials and
                not any(rr.type == wire.NSEC3 and rr.rdata[1] & 1 for rr in message.authority)]
        if not ours:
            return ""
        section, taken = rng.choice(ours)
        denied = taken.rdtype in denials
        section[:] = [rrset for rrset in section if rrset is not taken and not (
            denied and (rrset.name, rrset.covers) == (taken.name, taken.rdtype))]
        owner, covered = taken.name.to_wire().lower(), int(taken.rdtype if denied else taken.covers)
        less = copy.copy(message)
        for name, whole in (("answer", parsed.answer), ("authority", parsed.authority)):
            if whole is section:
                setattr(less, name, [rr for rr in getattr(less, name) if rr.owner != owner or not (
                    rr.type == wire.RRSIG and struct.unpack("!H", rr.rdata[:2])[0] == covered or
                    denied and rr.type == covered)])
        return self.check(less, parsed=parsed)[1]

    def _check(self, message, chain, excused, parsed):
        kind = message.question[1]
        proofs = self._proofs(message, chain)
        self._verify(parsed.answer, lambda name, one: self._of_answer(chain, name, one))
        self._verify(parsed.authority, lambda name, one: self._of_authority(message, chain, name, one))
        signed = {(rr.owner, struct.unpack("!H", rr.rdata[:2])[0]): signer(rr) for rr in message.additional
                  if rr.type == wire.RRSIG}  # glue has none, and others may be left out for room
        self._verify(parsed.additional, lambda name, one: signed.get((name, one)))
        for rr in message.answer:
            if rr.type != wire.RRSIG or kind == wire.RRSIG:
                continue
            own, labels = wire.labels_of(rr.owner), rr.rdata[3]
            if labels < len(own) - (own[:1] == [b"*"]):  # RFC 4035 section 5.3.4
                zone = proofs.get(signer(rr))
                if zone is None:
                    raise denial.Incomplete(f"wildcard at {wire.name_to_text(rr.owner)}: no proof from its zone")
                zone.prove_expansion(rr.owner, wire.wire_from_labels(own[len(own) - labels:]))
        if chain.end is None or excused or kind in (wire.ANY, wire.RRSIG) or chain.end[1] not in self.signatures:
            return None
        name, zone = chain.end
        return denial.check_end(proofs.get(zone) or denial.NsecProofs([], zone), message, name, kind)

    def _proofs(self, message, chain):
        """The NSEC and NSEC3 records of each zone, by apex, told apart by who signed them."""
        signers = {}
        for rr in message.authority:
            if rr.type == wire.RRSIG:
                signers.setdefault((rr.owner, struct.unpack("!H", rr.rdata[:2])[0]), set()).add(signer(rr))
        found = {}
        for rr in message.authority:
            if rr.type not in (wire.NSEC, wire.NSEC3):
                continue
            by = signers.get((rr.owner, rr.type), set())
            if len(by) != 1 or not by <= set(chain.zones):
                raise Bogus(f"{rr.text()} is signed by {len(by)} zones, or by none of the chain's")
            found.setdefault(*by, []).append(rr)
        proofs = {}
        for apex, records in found.items():
            if len({rr.type for rr in records}) > 1:
                raise Bogus("NSEC and NSEC3 of one zone in one answer")
            proofs[apex] = (denial.NsecProofs if records[0].type == wire.NSEC else denial.Nsec3Proofs)(records, apex)
        return proofs

    @staticmethod
    def _of_answer(chain, name, kind):
        """The zone that must have signed an RRset of the answer section; None: it has no signature."""
        if (name, kind) in chain.belongs:
            return chain.belongs[name, kind]
        if kind == wire.CNAME and name in chain.made:
            return None  # RFC 6672 section 5.3.1
        raise Bogus(f"{wire.name_to_text(name)} type {kind}: nothing asks for this RRset")

    def _of_authority(self, message, chain, name, kind):
        if kind in (wire.NSEC, wire.NSEC3):
            return next(signer(rr) for rr in message.authority if rr.type == wire.RRSIG and rr.owner == name and
                        struct.unpack("!H", rr.rdata[:2])[0] == kind)
        if chain.end is None:
            raise Bogus(f"{wire.name_to_text(name)} type {kind} in the authority section of an answer that is whole")
        zone = chain.end[1]
        if kind == wire.SOA and name != zone or kind in (wire.NS, wire.DS) and (
                name == zone or not wire.is_at_or_below(name, zone)):
            raise Bogus(f"{wire.name_to_text(name)} type {kind} is not of the last name's zone")
        return None if kind == wire.NS else zone

    def _verify(self, section, zone_of_set):
        """Each RRset by its own zone's keys; none may have a signature where nothing signs it."""
        signatures = {(rrset.name, rrset.covers): rrset for rrset in section if rrset.rdtype == dns.rdatatype.RRSIG}
        for rrset in section:
            if rrset.rdtype == dns.rdatatype.RRSIG:
                continue
            zone = zone_of_set(rrset.name.to_wire().lower(), int(rrset.rdtype))
            signature = signatures.get((rrset.name, rrset.rdtype))
            text = f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)}"
            if zone is None or zone not in self.signatures:
                if signature is not None:
                    raise Bogus(f"{text} has an RRSIG, though its zone does not sign it")
                continue
            if signature is None:
                raise Bogus(f"{text} has no RRSIG")
            if any(one.signer != self.signatures[zone].apex for one in signature):
                raise Bogus(f"{text} is signed by another zone")
            problem = self.signatures[zone].verify(rrset, signature)
            if problem:
                raise Bogus(problem)
