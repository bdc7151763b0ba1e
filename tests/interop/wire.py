"""DNS messages as these tests need them: written and read straight from RFC 1035, in no way by our own C++ code.

dnspython would do, but takes ten times as long for the hundred thousand messages compared here; `wire_test.py` holds
this reader against it.
"""
import struct

A, NS, CNAME, SOA, PTR, MX, TXT, RP, AAAA, SRV, DNAME, OPT, DS = 1, 2, 5, 6, 12, 15, 16, 17, 28, 33, 39, 41, 43
RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM, ANY = 46, 47, 48, 50, 51, 255
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN = 0, 1, 2, 3, 4, 5, 6
TYPES = {name: value for name, value in globals().items() if name.isupper() and name not in
         ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN")}
TYPES.update(CAA=257, HTTPS=65, SVCB=64, TLSA=52, TYPE65300=65300, HINFO=13, LOC=29, NAPTR=35, URI=256)
TYPE_NAMES = {value: name for name, value in TYPES.items()}


def name_to_wire(text):
    """Presentation format (\\DDD and \\X understood) to wire format. Source: RFC 1035 section 5.1."""
    labels, label, i = [], bytearray(), 0
    if text == ".":
        return b"\0"
    while i < len(text):
        c = text[i]
        if c == "\\":
            if text[i + 1].isdigit():
                label.append(int(text[i + 1:i + 4]))
                i += 4
                continue
            label.append(ord(text[i + 1]))
            i += 2
            continue
        if c == ".":
            labels.append(bytes(label))
            label = bytearray()
        else:
            label.append(ord(c))
        i += 1
    if label:
        labels.append(bytes(label))
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def labels_of(wire):
    """The labels of a wire name, leftmost first, without the root."""
    found, i = [], 0
    while wire[i]:
        found.append(wire[i + 1:i + 1 + wire[i]])
        i += 1 + wire[i]
    return found


def wire_from_labels(labels):
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def name_to_text(wire):
    def plain(octet):
        return 33 <= octet <= 126 and octet not in b'."\\;@$()'
    text = "".join("".join(chr(o) if plain(o) else f"\\{o:03d}" for o in label) + "." for label in labels_of(wire))
    return text or "."


def is_at_or_below(name, parent):
    """Both lower case wire names."""
    return len(name) >= len(parent) and name.endswith(parent) and (
        parent == b"\0" or labels_of(name)[-len(labels_of(parent)):] == labels_of(parent))


def longest_below(owner, octets, filler=b"q"):
    """A name of exactly `octets` octets below `owner`, with labels as long as can be (never 62 left over for none)."""
    room, labels = octets - len(owner), []
    while room:
        length = min(63, room - 1)
        if room - 1 - length == 1:
            length -= 1  # one octet cannot hold a label
        labels.append(filler * length)
        room -= 1 + length
    return b"".join(bytes([len(x)]) + x for x in labels) + owner


def query(qname, qtype, *, edns=None, do=False, rd=False, qclass=1):
    """A query without its ID: the first two octets are left to whoever sends it."""
    additional = b""
    if edns is not None:  # RFC 6891 section 6.1.2
        additional = b"\0" + struct.pack("!HHIH", OPT, edns, 0x8000 if do else 0, 0)
    flags = 0x0100 if rd else 0
    return struct.pack("!HHHHH", flags, 1, 0, 0, 1 if additional else 0) + qname + struct.pack("!HH", qtype, qclass) \
        + additional


class Broken(Exception):
    """The message does not parse."""


class RR(tuple):
    """(owner, type, class, ttl, rdata): names uncompressed, in lower case."""
    __slots__ = ()
    owner = property(lambda self: self[0])
    type = property(lambda self: self[1])
    ttl = property(lambda self: self[3])
    rdata = property(lambda self: self[4])

    def text(self):
        kind = TYPE_NAMES.get(self.type, f"TYPE{self.type}")
        return f"{name_to_text(self.owner)} {self.ttl} {kind} {self.rdata[:40].hex()}"


class Message:
    """One response. `answer`, `authority` and `additional` are lists of RR without OPT; `octets` is each RR's size on
    the wire, section by section; `authority_end` the offset where the additional section starts."""

    def __init__(self, data):
        self.data = data
        if len(data) < 12:
            raise Broken(f"{len(data)} octets are no header")
        self.id, self.flags, qd, an, ns, ar = struct.unpack("!HHHHHH", data[:12])
        self.rcode = self.flags & 15
        self.aa, self.tc = bool(self.flags & 0x0400), bool(self.flags & 0x0200)
        self.names = {}
        self.offset = 12
        self.question = None
        self.edns = None
        for _ in range(qd):
            qname = self._name()
            self.question = (qname, *self._unpack("!HH"))
        self.octets = []
        try:
            self.answer, self.authority = self._section(an), self._section(ns)
            self.authority_end = self.offset
            self.additional = self._section(ar)
        except (IndexError, struct.error) as error:
            raise Broken(f"ends inside a record: {error}") from error
        if self.offset != len(data):
            raise Broken(f"{len(data) - self.offset} octets after the last record")

    def _unpack(self, form):
        size = struct.calcsize(form)
        values = struct.unpack(form, self.data[self.offset:self.offset + size])
        self.offset += size
        return values

    def _name(self):
        wire, self.offset = self._read_name(self.offset)
        return wire

    def _read_name(self, at):
        """Name and the offset after it; remembers every name met, so a pointer costs one look-up."""
        data, start, pieces = self.data, at, []
        while True:
            length = data[at]
            if length == 0:
                pieces.append(b"\0")
                at += 1
                break
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | data[at + 1]
                if target >= at:
                    raise Broken(f"pointer at {at} does not go back")  # RFC 1035 section 4.1.4
                known = self.names.get(target)
                pieces.append(known if known is not None else self._read_name(target)[0])
                at += 2
                break
            if length > 63:
                raise Broken(f"label type {length:#x} at {at}")
            pieces.append(data[at:at + 1 + length])
            at += 1 + length
        wire = b"".join(pieces).lower()  # lengths are below 'A', so they stay
        if len(wire) > 255:
            raise Broken("name of more than 255 octets")
        self.names[start] = wire
        return wire, at

    def _section(self, count):
        found, sizes, data = [], [], self.data
        for _ in range(count):
            start = self.offset
            owner, at = self._read_name(start)
            kind, klass, ttl, length = struct.unpack("!HHIH", data[at:at + 10])
            at += 10
            end = at + length
            if end > len(data):
                raise Broken("RDATA ends past the message")
            self.offset = end
            if kind == OPT:
                self.edns = (klass, ttl, data[at:end])
                self.rcode |= (ttl >> 24) << 4
                continue
            found.append(RR((owner, kind, klass, ttl, self._rdata(kind, at, end))))
            sizes.append(end - start)
        self.octets.append(sizes)
        return found

    def _rdata(self, kind, at, end):
        """RDATA with its names uncompressed and in lower case, so that it compares by octets."""
        data = self.data
        if kind in (NS, CNAME, PTR, DNAME):
            return self._read_name(at)[0]
        if kind == SOA:
            first, at = self._read_name(at)
            second, at = self._read_name(at)
            return first + second + data[at:end]
        if kind == RP:
            first, at = self._read_name(at)
            return first + self._read_name(at)[0]
        if kind in (MX, RRSIG, SRV):
            fixed = {MX: 2, RRSIG: 18, SRV: 6}[kind]
            wire, after = self._read_name(at + fixed)
            return data[at:at + fixed] + wire + data[after:end]
        if kind == NSEC:
            wire, after = self._read_name(at)
            return wire + data[after:end]
        return data[at:end]

    def rrsets(self, section):
        """RRs grouped by owner and type (RRSIGs by what they cover too)."""
        groups = {}
        for rr in section:
            covered = rr.rdata[:2] if rr.type == RRSIG else b""
            groups.setdefault((rr.owner, rr.type, covered), []).append(rr)
        return groups

    def is_referral(self):
        """Whether it ends at a delegation, straight away or after following aliases (then AA is set)."""
        if self.rcode != NOERROR or not any(rr.type == NS for rr in self.authority):
            return False
        return not self.aa or (bool(self.answer) and all(rr.type in (CNAME, DNAME, RRSIG) for rr in self.answer)
                               and self.question[1] != CNAME)
