"""What a query's octets, well-formed or not, must be told, before any zone is looked at: written from the RFCs' text,
with a parser of its own.

`judge(data)` gives a Verdict. Where the texts allow more than one RCODE (two things wrong at once), all are in it.
"""
import struct

import wire

CH, ANY_CLASS = 3, 255
TSIG, AXFR, IXFR, NXNAME = 250, 252, 251, 128
NOTAUTH, BADVERS, BADCOOKIE = 9, 16, 23
COOKIE = 10


class Malformed(Exception):
    pass


class Verdict:
    """`silent`, or RCODEs of an error without records (`rcodes`), or a question for the zones (`question`), or either
    of the last two."""

    def __init__(self):
        self.silent, self.rcodes, self.question = False, set(), None
        self.edns, self.do, self.size = False, False, 512
        self.size_at = None  # where the OPT RR's requestor size stands
        self.options = []  # (code, content) of the OPT RR, as far as they are whole


def judge(data):
    verdict = Verdict()
    # RFC 1035 section 4.1.1: without a header, or with QR, it is no query.
    if len(data) < 12 or data[2] & 0x80:
        verdict.silent = True
        return verdict
    try:
        state = _parse(data, verdict)
    except (Malformed, IndexError, struct.error):
        state = None
    if data[2] >> 3 & 15:  # RFC 1035 section 4.1.1: NOTIMP for a kind of query that is not supported
        verdict.rcodes = {wire.NOTIMP}
        return verdict
    if state is None:
        verdict.rcodes = {wire.FORMERR}
        return verdict
    signed, version, lenient, questions, others = state
    if lenient:
        verdict.rcodes.add(wire.FORMERR)
    if signed:  # RFC 8945 section 5.2: no key of that name
        verdict.rcodes.add(NOTAUTH)
    if version:  # RFC 6891 section 6.1.3
        verdict.rcodes.add(BADVERS)
    if signed or version:
        return verdict
    if not questions:  # RFC 7873 section 5.4
        asks_cookie = any(code == COOKIE for code, _ in verdict.options) and not others
        verdict.rcodes |= {wire.NOERROR, BADCOOKIE} if asks_cookie else {wire.FORMERR}
        return verdict
    name, kind, klass = questions[0]
    refusal = _refusal(kind, klass)
    if refusal is None:
        verdict.question = (name, kind)
    else:
        verdict.rcodes.add(refusal)
    return verdict


def _refusal(kind, klass):
    """RCODE of a question that is not for the zones, or None."""
    if klass != 1:
        return wire.REFUSED  # RFC 1035 section 4.1.2: no zone of that class; CHAOS names are off
    if kind in (0, wire.OPT, NXNAME):
        return wire.FORMERR  # RFC 6895 section 3.1, RFC 6891 section 6.1.1, RFC 9824 section 3.5
    if kind in (AXFR, IXFR):
        return wire.REFUSED  # RFC 5936 section 2.2.1
    if 128 <= kind <= 254:
        return wire.NOTIMP   # meta-types (RFC 6895 section 3.1)
    return None


def _parse(data, verdict):
    questions, answers, authorities, additionals = struct.unpack("!HHHH", data[4:12])
    at, asked = 12, []
    if questions > 1:
        raise Malformed  # RFC 9619 section 4
    for _ in range(questions):
        start = at
        while data[at]:
            if data[at] > 63:  # nothing stands before QNAME that a pointer could lead to
                raise Malformed
            at += 1 + data[at]
        at += 1
        if at - start > 255 or at > len(data):
            raise Malformed
        asked.append((data[start:at], *struct.unpack("!HH", data[at:at + 4])))
        at += 4
    signed, version, lenient, seen_opt = False, 0, False, False
    for number in range(answers + authorities + additionals):
        root = data[at] == 0
        at, odd = _owner(data, at)
        kind, klass, ttl, length = struct.unpack("!HHIH", data[at:at + 10])
        rdata, class_at = data[at + 10:at + 10 + length], at + 2
        at += 10 + length
        if at > len(data):
            raise Malformed
        lenient = lenient or odd
        if number < answers + authorities:
            lenient = lenient or kind in (wire.OPT, TSIG)
            continue
        if signed:
            raise Malformed  # RFC 8945 section 5.1: TSIG is the last
        signed = kind == TSIG
        if kind != wire.OPT:
            continue
        if seen_opt or not root:
            raise Malformed  # RFC 6891 sections 6.1.1, 6.1.2
        seen_opt = verdict.edns = True
        verdict.size_at = class_at
        verdict.size, verdict.do, version = max(512, klass), bool(ttl & 0x8000), ttl >> 16 & 255
        if version == 0:
            _options(rdata, verdict)
    if at != len(data):
        raise Malformed
    return signed, version, lenient, asked, answers + authorities


def _owner(data, at):
    """(offset after the owner of an RR, whether a pointer in it does not lead back to a name)."""
    start, total = at, 0
    while data[at]:
        length = data[at]
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[at + 1]
            return at + 2, target >= start or target < 12 or _broken(data, target)
        if length > 63:
            raise Malformed
        total += 1 + length
        if total > 255:
            raise Malformed
        at += 1 + length
    return at + 1, total + 1 > 255


def _broken(data, at):
    """Whether what a pointer leads to is no name, or might be none: then FORMERR is as good as reading on."""
    total = 0
    while at < len(data) and data[at]:
        if data[at] > 63:
            return True
        total += 1 + data[at]
        at += 1 + data[at]
    return at >= len(data) or total > 254


def _options(rdata, verdict):
    at = 0
    while at < len(rdata):
        code, length = struct.unpack("!HH", rdata[at:at + 4])
        content = rdata[at + 4:at + 4 + length]
        if len(content) < length:
            raise Malformed  # RFC 6891 section 6.1.2
        at += 4 + length
        first = code not in (known for known, _ in verdict.options)
        verdict.options.append((code, content))
        if code == COOKIE and first and length != 8 and not 16 <= length <= 40:
            raise Malformed  # RFC 7873 section 5.2.2
