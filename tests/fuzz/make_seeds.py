#!/usr/bin/env python3
"""Writes the hand-made seeds of the query and image targets: make_seeds.py CORPUS_FOLDER. The rest of the corpora was
found by libFuzzer and kept because it reaches code that no other input does."""
import pathlib
import struct
import sys

import dns.edns
import dns.message

folder = pathlib.Path(sys.argv[1])
NAMES = ["example.", "nic.example.", "WWW.nic.example.", "x.wild.example.", "a.b.signed.example.", "www.indomain.example.",
         "sibling.example.", "nosuch.example.", "_tcp.nic.example.", "org.", ".", "version.bind."]
number = 0
for name in NAMES:
    for rdtype in ["A", "NS", "DS", "ANY", "RRSIG", "TXT", "AXFR"]:
        for form in range(3):
            query = dns.message.make_query(name, rdtype, want_dnssec=bool(number & 1), payload=[512, 1232, 4096][form],
                                           use_edns=form > 0)
            if name == "version.bind.":
                query.question[0].rdclass = 3
            if number % 5 == 0 and form:
                query.use_edns(0, 0x8000, 1232, options=[dns.edns.GenericOption(3, b""), dns.edns.GenericOption(10, b"8" * 8)])
            query.id = number
            if number % 4 == 0:  # a quarter of the product is enough
                (folder / "query" / f"seed-{number:03}").write_bytes(bytes([number % 256]) + query.to_wire())
            number += 1
# Every EDNS option that is known, alone at each length, and all of them at once.
COOKIES = [bytes.fromhex("2464c4abcf10c957"), bytes.fromhex("2464c4abcf10c957010000005cf79f111f8130c3eee29480")]
GOOD = [(3, b""), (9, b""), (10, COOKIES[0]), (10, COOKIES[1]), (11, b""), (19, b"")]
FORMS = [[option] for option in GOOD] + [GOOD, GOOD[::-1]]
FORMS += [[(code, b"\1" * length)] for code in (8, 9, 10, 11, 12, 15, 18, 19) for length in (1, 2, 4, 15, 16, 40, 41)]
for index, form in enumerate(FORMS):
    for first in (0, 4, 128 + 8 * (index % 16) + index % 3):
        query = dns.message.make_query(["example.", "www.indomain.example.", "nosuch.example.", "org."][index % 4], "SOA")
        query.use_edns(0, 0x8000 * (index & 1), 1232, options=[dns.edns.GenericOption(*option) for option in form])
        (folder / "query" / f"seed-option-{index:02}-{first}").write_bytes(bytes([first]) + query.to_wire())
without = dns.message.Message(id=7)  # RFC 7873 section 5.4
without.use_edns(0, 0, 1232, options=[dns.edns.GenericOption(10, COOKIES[0])])
(folder / "query" / "seed-cookie-only").write_bytes(b"\0" + without.to_wire())
for zone in range(3):
    for offset in (64, 80, 96, 120, 160, 400, 1000, 5000):
        (folder / "image" / f"seed-{zone}-{offset}").write_bytes(bytes([zone]) + struct.pack("<IB", offset, 255))
MANIFEST = b"""\xfftorii-image 2
generation 12
created 2026-08-01T12:00:00Z
byte-order little
lmdb 0.9.24 page 4096
file answers 00000012.answers.mdb octets 4711 sha256 00
file records 00000012.records.mdb octets 815 sha256 00
skeleton 0123456789abcdef
segment offset 4160 octets 100 checksum 0000000000000001
zone example. serial 1 records 10 delegations 3
checksum 0000000000000000
"""
(folder / "image" / "seed-manifest").write_bytes(MANIFEST)
