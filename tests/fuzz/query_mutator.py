"""Queries made from the names of real zones, bent in every part a DNS message has. Seeded: the same numbers, the same
queries."""
import struct

import random_zones
import wire

EDGE_TYPES = (0, 1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 41, 43, 46, 47, 48, 50, 51, 59, 60, 64, 65, 99, 127, 128, 129,
              248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 32768, 65280, 65300, 65534, 65535)
EDGE_CLASSES = (0, 2, 3, 4, 254, 255, 256, 65535)
EDGE_SIZES = (0, 1, 12, 511, 512, 513, 1231, 1232, 1233, 4096, 65535)
OPTIONS = (0, 1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 26946, 65001, 65535)


def bend_name(rng, name, apex):
    """A wire name near `name`: labels swapped, doubled, cased, cut, replaced; wildcards; odd octets; up to 255 octets.
    Mostly one in the zone at `apex`, so that the zone is what answers."""
    every = wire.labels_of(name)
    fixed = len(wire.labels_of(apex)) if rng.random() < 0.9 else 0
    labels, end = every[:len(every) - fixed], every[len(every) - fixed:]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        way = rng.randrange(10)
        at = rng.randrange(len(labels)) if labels else 0
        if way == 0 and len(labels) > 1:
            other = rng.randrange(len(labels))
            labels[at], labels[other] = labels[other], labels[at]
        elif way == 1 and labels:
            labels.insert(at, labels[at])
        elif way == 2 and labels:
            labels[at] = bytes(octet ^ 32 if 65 <= octet & 223 <= 90 and rng.random() < 0.5 else octet
                               for octet in labels[at])
        elif way == 3 and len(labels) > 1:
            del labels[at]
        elif way == 4 and labels:
            labels[at] = b"*"
        elif way == 5:
            labels.insert(at, rng.choice(random_zones.ODD_LABELS + random_zones.LABELS))
        elif way == 6 and labels:
            one = bytearray(labels[at])
            octets = (0, 1, 32, 42, 46, 63, 64, 91, 92, 127, 128, 255, rng.randrange(256))
            one[rng.randrange(len(one))] = rng.choice(octets)
            labels[at] = bytes(one)
        elif way == 7 and labels:
            labels[at] = (labels[at] + rng.choice((b"\0", b"a", labels[at])))[:63]
        elif way == 8 and labels and len(labels[at]) > 1:
            labels[at] = labels[at][:-1]
        elif labels:
            labels = random_zones.mutate(rng, labels)
    if end and rng.random() < 0.1:
        end = [label.swapcase() for label in end]
    bent = wire.wire_from_labels(labels + end)
    if len(bent) > 255:
        return name
    if rng.random() < 0.04:
        room = rng.choice((255, 255, 254, 253, 200, 128))
        if len(bent) + 2 <= room:
            bent = wire.longest_below(bent, room)
    return bent


def make_option(rng, cookies):
    code = rng.choice(OPTIONS)
    if code == 10 and rng.random() < 0.8:
        return code, rng.choice(cookies)
    if rng.random() < 0.4:
        return code, b""
    return code, rng.randbytes(rng.choice((1, 2, 3, 4, 7, 8, 9, 15, 16, 24, 40, 41, 100)))


def make_opt(rng, do):
    options = b""
    cookies = [bytes.fromhex("2464c4abcf10c957"), bytes.fromhex("2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
               rng.randbytes(24)]
    if rng.random() < 0.5:
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            code, content = make_option(rng, cookies)
            length = len(content) if rng.random() < 0.97 else rng.choice((0, 1, len(content) + 1, 65535))
            options += struct.pack("!HH", code, length) + content
        if rng.random() < 0.03:
            options += rng.randbytes(rng.randrange(1, 4))
    version = 0 if rng.random() < 0.95 else rng.choice((1, 2, 255))
    flags = 0x8000 * do | (rng.choice((1, 0x4000, 0x7FFF)) if rng.random() < 0.1 else 0)
    size = rng.choice(EDGE_SIZES) if rng.random() < 0.7 else rng.randrange(300, 1500)
    rdlength = len(options) if rng.random() < 0.98 else rng.choice((0, len(options) + 1, 65535))
    owner = b"\0" if rng.random() < 0.98 else rng.choice((b"\1a\0", b"\xc0\x0c"))
    return owner + struct.pack("!HHBBHH", wire.OPT, size, rng.choice((0, 0, 0, 1)), version, flags, rdlength) + options


def make_record(rng, names):
    owner = rng.choice((b"\0", b"\xc0\x0c", rng.choice(names)[0], b"\xc0\xff", b"\xff\xff"))
    kind = rng.choice((1, 6, 16, 41, 250, 24))
    rdata = rng.randbytes(rng.choice((0, 4, 16)))
    return owner + struct.pack("!HHIH", kind, rng.choice((1, 255)), 0, len(rdata)) + rdata


def make_query(rng, names, kinds):
    """The octets of one query. `names`: (wire name, apex) that zones have; `kinds`: types that they use."""
    name = bend_name(rng, *rng.choice(names))
    kind = rng.choice(kinds) if rng.random() < 0.85 else rng.choice(EDGE_TYPES)
    klass = 1 if rng.random() < 0.97 else rng.choice(EDGE_CLASSES)
    questions = [name + struct.pack("!HH", kind, klass)]
    if rng.random() < 0.02:
        questions = rng.choice(([], questions * 2, [*questions, b"\0\0\1\0\1"]))
    elif rng.random() < 0.02:  # a pointer within QNAME
        cut = rng.randrange(len(name))
        pointer = 0xC000 | rng.choice((0, 12, cut, 12 + cut, 0x3FFF))
        questions = [name[:cut] + struct.pack("!H", pointer) + questions[0][-4:]]
    flags = rng.choice((0, 0, 0, 0x0100, 0x0010, 0x0020, 0x0040, 0x0130, 0x0170, 0x0400, 0x0200, 0x0080, 0x000F))
    if rng.random() < 0.02:
        flags |= rng.randrange(16) << 11
    if rng.random() < 0.005:
        flags |= 0x8000
    additional = [make_opt(rng, rng.random() < 0.7)] if rng.random() < 0.8 else []
    before = [make_record(rng, names)] if rng.random() < 0.01 else []
    if rng.random() < 0.02:
        additional.insert(rng.randrange(len(additional) + 1), make_record(rng, names))
    if rng.random() < 0.01:
        additional *= 2
    counts = [len(questions), len(before), 0, len(additional)]
    if rng.random() < 0.01:
        counts[rng.randrange(4)] = rng.choice((0, 1, 2, 255, 65535))
    header = struct.pack("!HHHHHH", rng.randrange(65536), flags, *counts)
    return bytes(bend_octets(rng, bytearray(header + b"".join(questions + before + additional))))


def bend_octets(rng, data):
    if rng.random() < 0.97:
        return data
    way = rng.randrange(4)
    if way == 0:
        return data[:rng.randrange(len(data))]
    if way == 1:
        return data + rng.randbytes(rng.choice((1, 2, 11, 512)))
    if way == 2:
        data[rng.randrange(len(data))] = rng.randrange(256)
        return data
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(1) + data[at:]
