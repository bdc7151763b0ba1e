"""A reference answerer, slow and obvious, straight from the text of the RFCs: what an authoritative server must answer
over TCP, where everything fits. It shares nothing with our C++ code; dnspython reads the zone text, nothing more.

What the RFCs leave open is answered the way docs/answers.md says Torii does it: responses are minimal, aliases are
followed through every zone served, addresses go along with referrals and with the apex NS RRset. Where the texts give
no meaning at all (NS or DNAME at a wildcard), `Expected.undefined` says why, and nothing is compared.
"""
import base64
import copy
import hashlib

import dns.rdatatype
import dns.zone

import wire
from readings import Reading

SERVICES_MAX = 8  # service RRsets followed for one answer (RFC 9460 section 3.1 asks that loops end)
HAVE_ADDITIONAL = tuple(wire.TYPES[kind] for kind in ("MX", "SRV", "NAPTR", "SVCB", "HTTPS"))
ALIASES_MAX = 16  # RFC 1034 section 3.6.2 asks only that loops end; docs/answers.md gives this number


class Expected:
    """One answer, as sets of wire.RR."""

    def __init__(self):
        self.rcode, self.aa, self.undefined = wire.NOERROR, False, None
        self.answer, self.authority, self.additional = set(), set(), set()
        self.one_of = None      # ANY: the RRsets of which one is to be sent (RFC 8482 section 4.1)
        self.steps = []         # what happened, for classing: "cname", "dname", "wildcard", "referral", ...
        self.zones = []         # the zones passed through
        self.looped = False     # the chain of aliases was not followed to its end
        self.unprovable = False  # no records of the zone prove the denial
        self.loose_proof = None  # why the texts do not fix the denial records: only their soundness is checked


def parent(name):
    return name[1 + name[0]:]


def lines_up(name, apex):
    """The names from `apex` down to `name`, both included."""
    found = [name]
    while found[-1] != apex:
        found.append(parent(found[-1]))
    return found[::-1]


def canonical(name):
    """Sort key. Source: RFC 4034 section 6.1."""
    return tuple(reversed(wire.labels_of(name)))


def comparable_rdata(kind, rdata):
    """RDATA with the names in it in lower case, as wire.Message gives it."""
    reader = wire.Message.__new__(wire.Message)
    reader.data, reader.names = rdata, {}
    return reader._rdata(kind, 0, len(rdata))


def text_of_hash(digest):
    """Source: RFC 5155 section 1.3, RFC 4648 section 7."""
    return base64.b32encode(digest).translate(
        bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv"))


class Zone:
    def __init__(self, origin, path):
        self.apex = wire.name_to_wire(origin).lower()
        self.sets, self.signatures, self.nsec3 = {}, {}, {}
        read = dns.zone.from_file(path, origin=origin, relativize=False, check_origin=False)
        for owner, node in read.nodes.items():
            name = owner.to_wire().lower()
            for rdataset in node.rdatasets:
                kind = int(rdataset.rdtype)
                if kind == wire.RRSIG:
                    into, key = self.signatures.setdefault(name, {}), int(rdataset.covers)
                elif kind == wire.NSEC3:
                    into, key = self.nsec3.setdefault(name, {}), kind
                else:
                    into, key = self.sets.setdefault(name, {}), kind
                into[key] = (rdataset.ttl, [comparable_rdata(kind, rdata.to_wire()) for rdata in rdataset])
        # RFC 4592 section 2.2.2: a name exists when it or a name below it has records. NSEC3 records do not count.
        self.names = {above for name in self.sets for above in lines_up(name, self.apex)}
        self.nsec = sorted((name for name, sets in self.sets.items() if wire.NSEC in sets), key=canonical)
        self.hashes = sorted(self.nsec3)
        self.parameters = None
        for _, records in (sets[wire.NSEC3] for sets in self.nsec3.values()):
            salt = records[0][5:5 + records[0][4]]
            self.parameters = (int.from_bytes(records[0][2:4], "big"), salt)

    def has(self, name, kind):
        return kind in self.sets.get(name, {})

    def is_cut(self, name):
        return name != self.apex and self.has(name, wire.NS)

    def records(self, name, kind, owner=None, do=False, ttl=None):
        """The RRset as RRs, owned by `owner` where that is not `name` (wildcards), with its RRSIGs when `do`."""
        source = self.nsec3 if kind == wire.NSEC3 else self.sets
        own_ttl, rdatas = source[name][kind]
        owner, own_ttl = owner or name, own_ttl if ttl is None else ttl
        found = {wire.RR((owner, kind, 1, own_ttl, rdata)) for rdata in rdatas}
        return found | (self.signatures_of(name, kind, owner, ttl) if do else set())

    def signatures_of(self, name, kind, owner=None, ttl=None):
        if kind not in self.signatures.get(name, {}):
            return set()
        own_ttl, rdatas = self.signatures[name][kind]
        return {wire.RR((owner or name, wire.RRSIG, 1, own_ttl if ttl is None else ttl, rdata)) for rdata in rdatas}

    def negative_soa(self, do):
        """Source: RFC 2308 section 3: the TTL is the smaller of the SOA's own and MINIMUM."""
        ttl, rdatas = self.sets[self.apex][wire.SOA]
        return self.records(self.apex, wire.SOA, do=do, ttl=min(ttl, int.from_bytes(rdatas[0][-4:], "big")))

    # Denials. NSEC: RFC 4035 section 3.1.3; NSEC3: RFC 5155 section 7.2.

    def nsec_at_or_before(self, name):
        found = self.nsec[-1]
        for owner in self.nsec:
            if canonical(owner) <= canonical(name):
                found = owner
        return self.records(found, wire.NSEC, do=True)

    def hash_owner(self, name):
        iterations, salt = self.parameters
        digest = hashlib.sha1(name + salt).digest()
        for _ in range(iterations):
            digest = hashlib.sha1(digest + salt).digest()
        return b"\x20" + text_of_hash(digest) + self.apex

    def nsec3_match(self, name):
        owner = self.hash_owner(name)
        return self.records(owner, wire.NSEC3, do=True) if owner in self.nsec3 else None

    def nsec3_cover(self, name):
        owner, found = self.hash_owner(name), self.hashes[-1]
        for candidate in self.hashes:
            if candidate < owner:
                found = candidate
        return self.records(found, wire.NSEC3, do=True)

    def encloser_proof(self, name):
        """RFC 5155 section 7.2.1: the closest encloser that has an NSEC3, and the cover of the next closer name.
        `name` has none. Gives (records, encloser)."""
        chain = lines_up(name, self.apex)
        for encloser, next_closer in reversed(list(zip(chain, chain[1:]))):
            match = self.nsec3_match(encloser)
            if match is not None:
                return match | self.nsec3_cover(next_closer), encloser
        raise AssertionError("the apex has an NSEC3")

    def shadowed_by_wildcard(self, name):
        """Whether `name` is an empty non-terminal that opt-out leaves without NSEC3, so that proofs about it go by an
        ancestor, whose wildcard, were it not for `name`, would apply."""
        return bool(self.hashes) and self.nsec3_match(name) is None and \
            b"\1*" + self.encloser_proof(name)[1] in self.names

    def deny_type(self, name):
        """`name` exists, and has no such type; or it is a cut without DS."""
        if self.nsec:
            return self.nsec_at_or_before(name)
        if self.hashes:
            match = self.nsec3_match(name)
            return match if match is not None else self.encloser_proof(name)[0]
        return set()

    def deny_name(self, name, encloser):
        """Neither `name` nor the wildcard below `encloser` exists."""
        if self.nsec:
            return self.nsec_at_or_before(name) | self.nsec_at_or_before(b"\1*" + encloser)
        if self.hashes:
            proof, provable = self.encloser_proof(name)
            return proof | self.nsec3_cover(b"\1*" + provable)
        return set()

    def deny_closer(self, name, encloser, no_data):
        """The answer comes from the wildcard below `encloser`."""
        if self.nsec:
            proof = self.nsec_at_or_before(name)
            return proof | self.nsec_at_or_before(b"\1*" + encloser) if no_data else proof
        if self.hashes:
            chain = lines_up(name, self.apex)
            next_closer = chain[chain.index(encloser) + 1]
            if not no_data:
                return self.nsec3_cover(next_closer)
            wildcard = self.nsec3_match(b"\1*" + encloser) or set()
            return self.encloser_proof(name)[0] | wildcard
        return set()

    def addresses(self, hosts, do):
        """RFC 1034 section 4.3.2 step 6: what this zone knows of the hosts, as glue or as its own data."""
        found = set()
        for host in hosts:
            if not wire.is_at_or_below(host, self.apex):
                continue
            place = self.place(host)
            if place[0] == "cut" and host in self.sets:
                source, signed = host, False
            elif place[0] == "exact":
                source, signed = host, do
            elif place[0] == "wildcard" and not self.is_cut(place[1]):  # else no meaning: RFC 4592 section 4.2
                source, signed = place[1], do
            else:
                continue
            if source != host and (self.nsec or self.hashes):
                continue  # would need a proof beside it (RFC 4035 section 3.1.3.3), so it is left out
            for kind in (wire.A, wire.AAAA):
                if self.has(source, kind):
                    found |= self.records(source, kind, host, signed)
        return found

    def named_in(self, node, kind):
        """What an RRset names: (hosts, service RRsets). Source: RFC 2782, RFC 3403 section 6.5.1, RFC 9460 section 4.1."""
        hosts, services = [], []
        for rdata in self.sets[node][kind][1]:
            if kind == wire.MX:
                hosts.append(rdata[2:])
            elif kind == wire.SRV:
                hosts.append(rdata[6:])
            elif kind == wire.TYPES["NAPTR"]:
                flags, at = rdata[5:5 + rdata[4]], 4
                for _ in range(3):
                    at += 1 + rdata[at]
                if flags.lower() == b"a":
                    hosts.append(rdata[at:])
                elif flags.lower() == b"s":
                    services.append((rdata[at:], wire.SRV))
            else:
                end = 2
                while rdata[end]:
                    end += 1 + rdata[end]
                target = rdata[2:end + 1]
                if rdata[:2] != b"\0\0":
                    hosts.append(b"" if target == b"\0" and node.startswith(b"\1*") else
                                 node if target == b"\0" else target)
                elif target != b"\0":
                    services.append((target, kind))
                    hosts.append(target)
        return [host.lower() for host in hosts], [(name.lower(), one) for name, one in services]

    def additional(self, node, kind, owner, do):
        """What may go along with the RRset: the service records it leads to, on to theirs, and addresses of all hosts."""
        found, done, hosts = set(), [(node, kind)], []
        for at in done:
            more, services = self.named_in(*at)
            hosts += [at[0] if host == b"" and at[0] != node else host for host in more]
            for service in services:
                name, one = service
                if (service not in done and len(done) < SERVICES_MAX and wire.is_at_or_below(name, self.apex)
                        and self.place(name) == ("exact", name) and self.has(name, one)):
                    done.append(service)
                    found |= self.records(name, one, do=do)
        if b"" in hosts:  # a wildcard's service at the name that was asked for
            found |= {rr for one in (wire.A, wire.AAAA) if self.has(node, one) for rr in self.records(node, one, owner, do)}
            hosts = [host for host in hosts if host and wire.is_at_or_below(host, self.apex)
                     and self.place(host)[1] != node]
        return found | self.addresses(hosts, do)

    def next_exists(self, node, name):
        """Whether the name one label below `node` on the way to `name` exists or matches a wildcard."""
        chain = lines_up(name, self.apex)
        return chain[chain.index(node) + 1] in self.names or b"\1*" + node in self.names

    def lowest(self, name, reading):
        """What `place` gives for a server that searches from the name up, or None when that makes no difference."""
        nodes = lines_up(name, self.apex)[::-1]
        cut = next((node for node in nodes if self.is_cut(node)), None)
        if reading.lower_cut and cut:
            return "cut", cut
        if not reading.lower_dname or name in self.names:
            return None
        encloser = next(node for node in nodes if node in self.names)
        for node in nodes[1:]:
            if self.has(node, wire.DNAME):
                return "dname", node
            if node == encloser and b"\1*" + node in self.names:
                return "wildcard", b"\1*" + node
        return None

    def place(self, name, occluded=False):
        """Where step 3 of RFC 1034 section 4.3.2 ends: ("cut"|"dname"|"exact"|"wildcard"|"nothing", the node)."""
        previous = None
        for node in lines_up(name, self.apex):
            if node not in self.names:
                break
            if self.is_cut(node):
                return "cut", node
            if node != name and self.has(node, wire.DNAME) and not (
                    occluded and self.next_exists(node, name)):
                return "dname", node  # RFC 6672 section 3.2
            previous = node
        if previous == name:
            return "exact", name
        wildcard = b"\1*" + previous
        return ("wildcard", wildcard) if wildcard in self.names else ("nothing", previous)


def with_names(zone, zones, reading):
    """The zone with more names in it, as `reading` has it."""
    other = copy.copy(zone)
    more = set(zone.nsec3) if reading.hashes else set()
    if reading.children:
        more |= {name for one in zones.values() for name in one.names if wire.is_at_or_below(name, zone.apex)}
    other.names = zone.names.union({above for name in more for above in lines_up(name, zone.apex)})
    return other


def find_zone(zones, name, kind):
    """RFC 1034 section 4.3.2 step 2; for DS the zone above, when it is served (RFC 4035 section 3.1.4.1)."""
    candidates, rest = [], name
    while True:
        if rest in zones:
            candidates.append(zones[rest])
        if rest == b"\0":
            break
        rest = parent(rest)
    if kind == wire.DS and len(candidates) > 1 and candidates[0].apex == name:
        return candidates[1]
    return candidates[0] if candidates else None


def answer(zones, qname, kind, do, reading=Reading()):
    """`zones`: {apex: Zone}. `qname`: lower case wire name."""
    out = Expected()
    zone, name, met = find_zone(zones, qname, kind), qname, [qname]
    if zone is None:
        out.rcode = wire.REFUSED
        return out
    while name is not None and zone is not None:
        out.zones.append(zone)
        if reading.hashes or reading.children:
            zone = with_names(zone, zones, reading)
        name = _step(out, zone, name, kind, do, reading)
        if name is None or name in met or len(met) > ALIASES_MAX:
            out.looped = name is not None  # a loop or a chain too long ends with what it has
            break
        met.append(name)
        if not reading.own_zone:
            zone = find_zone(zones, name, kind)
        elif not wire.is_at_or_below(name, zone.apex):
            break
    return out


def _step(out, zone, name, kind, do, reading):
    """Answers for `name`; the next name when an alias is to be followed."""
    where, node = zone.lowest(name, reading) or zone.place(name, reading.occluded)
    if reading.ds_below and kind == wire.DS and name in zone.names:
        where, node = "exact", name
    if where == "cut" and not (node == name and kind == wire.DS):
        out.steps.append("referral")
        out.authority |= zone.records(node, wire.NS)
        out.additional |= zone.addresses([rdata for rdata in zone.sets[node][wire.NS][1]], do)
        if do:
            out.authority |= zone.records(node, wire.DS, do=True) if zone.has(node, wire.DS) else zone.deny_type(node)
        return None
    out.aa = True
    if where == "dname":
        return _substitute(out, zone, name, node, kind, do, reading)
    if where == "nothing":
        out.steps.append("nxdomain")
        out.rcode = wire.NXDOMAIN
        if do and zone.hashes and zone.nsec3_match(node) is None:
            out.steps.append("unproven")
            out.unprovable = zone.shadowed_by_wildcard(node)
            out.loose_proof = "no proof exists" if out.unprovable else None
        out.authority |= zone.negative_soa(do) | (zone.deny_name(name, node) if do else set())
        return None
    out.steps.append(where)
    if where == "wildcard" and (zone.has(node, wire.NS) or zone.has(node, wire.DNAME)):
        out.undefined = "NS or DNAME at a wildcard (RFC 4592 sections 4.2 and 4.4, RFC 6672 section 3.3)"
        return None
    sets, encloser = zone.sets.get(node, {}), parent(node)
    positive = True
    following = None
    if kind == wire.ANY and sets:
        out.one_of = [zone.records(node, one, name, do) for one in sets]
    elif kind == wire.RRSIG and zone.signatures.get(node):
        for covered in zone.signatures[node]:
            out.answer |= zone.signatures_of(node, covered, name)
    elif kind in sets and not reading.hides(zone, where, node, kind, do):
        out.answer |= zone.records(node, kind, name, do)
        if kind == wire.NS and node == zone.apex:
            out.additional |= zone.addresses(sets[wire.NS][1], do)
        if reading.additional and kind in HAVE_ADDITIONAL:
            out.additional |= zone.additional(node, kind, name, do)
    elif wire.CNAME in sets and kind != wire.ANY:
        out.steps.append("cname")
        out.answer |= zone.records(node, wire.CNAME, name, do)
        following = sets[wire.CNAME][1][0]
    else:
        positive = False
        out.steps.append("nodata")
        out.authority |= zone.negative_soa(do)
    if do and where == "wildcard":
        if node not in zone.sets and zone.hashes and zone.nsec3_match(node) is None:
            out.loose_proof = "an empty non-terminal wildcard under opt-out"
        out.authority |= zone.deny_closer(name, encloser, not positive)
    elif do and not positive:
        out.authority |= zone.deny_type(name)
        out.unprovable = zone.shadowed_by_wildcard(name)
    return following


def _substitute(out, zone, name, node, kind, do, reading):
    """Source: RFC 6672 sections 2.2, 3.1 and 3.2."""
    out.steps.append("dname")
    ttl, rdatas = zone.sets[node][wire.DNAME]
    out.answer |= zone.records(node, wire.DNAME, do=do)
    target = name[:len(name) - len(node)] + rdatas[0]
    if len(target) > 255:
        out.rcode = wire.YXDOMAIN
        return None
    out.answer.add(wire.RR((name, wire.CNAME, 1, ttl, target)))
    ends = kind == wire.ANY or kind == wire.CNAME and not reading.follow_dname
    return None if ends else target


def cyclic_cuts(zone):
    """Delegations whose hosts lead only back to themselves through siblings. Source: RFC 9471 section 2.3."""
    exits, by_itself = {}, set()
    for cut in (name for name in zone.names if zone.is_cut(name) and zone.place(parent(name))[0] == "exact"):
        exits[cut] = set()
        for host in zone.sets[cut][wire.NS][1]:
            inside = wire.is_at_or_below(host, zone.apex)
            where, node = zone.place(host) if inside else ("outside", None)
            if not inside or (where != "cut" or node == cut) and zone.addresses([host], False):
                by_itself.add(cut)
            elif where == "cut" and node != cut:
                exits[cut].add(node)

    def reached(start):
        todo, seen = list(exits.get(start, ())), set()
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += [] if at in by_itself else exits.get(at, ())
        return seen

    reach = {cut: reached(cut) for cut in exits if cut not in by_itself}
    return frozenset(cut for cut, seen in reach.items() if cut in seen
                     and all(other not in by_itself and cut in reach[other] for other in seen))
