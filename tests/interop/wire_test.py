#!/usr/bin/python3
"""The test tools themselves: wire.py's reader against dnspython, denial.py against the examples of the RFCs.

No server of ours takes part. The messages come from NSD, which serves the signed sample zones.
"""
import base64
import struct
import sys
import unittest

import dns.message
import dns.name
import dns.rdatatype

import denial
import exchange
import servers
import tld_test
import wire


class Reader(unittest.TestCase):
    def test_equals_dnspython(self):
        servers.need("nsd", "named-compilezone")
        with servers.Lab() as lab:
            flat = lab.path("flat")
            pairs = tld_test.questions(tld_test.flatten(tld_test.zone_file("nsec3"), flat))[::7]
            nsd = lab.nsd({"example.": flat})
            queries = [wire.query(name, kind, edns=4096, do=True) for name, kind in pairs]
            for data in exchange.tcp(nsd.port, queries):
                ours, theirs = wire.Message(data), dns.message.from_wire(data)
                self.assertEqual(ours.rcode, theirs.rcode())
                for mine, sections in ((ours.answer, theirs.answer), (ours.authority, theirs.authority),
                                       (ours.additional, theirs.additional)):
                    expected = {(rrset.name.to_wire().lower(), int(rrset.rdtype), rrset.ttl) for rrset in sections}
                    self.assertEqual({(rr.owner, rr.type, rr.ttl) for rr in mine}, expected)
                    self.assertEqual(len(mine), sum(len(rrset) for rrset in sections))
                    names = {rd.target.to_wire().lower() for rrset in sections for rd in rrset
                             if rrset.rdtype == dns.rdatatype.NS}
                    self.assertEqual({rr.rdata for rr in mine if rr.type == wire.NS}, names)

    def test_every_prefix_is_broken(self):
        question = b"\0\1" + wire.query(wire.name_to_wire("www.example."), wire.A, edns=1232, do=True)
        wire.Message(question)
        for length in range(len(question)):
            with self.assertRaises((wire.Broken, IndexError, struct.error)):
                wire.Message(question[:length])

    def test_longest_name(self):
        for owner in (b"\0", b"\2jp\0", wire.name_to_wire("a" * 59 + "."), wire.name_to_wire("example.jp.")):
            for octets in (len(owner) + 2, 128, 129, 130, 254, 255):
                if octets < len(owner) + 2:
                    continue
                name = wire.longest_below(owner, octets)
                self.assertEqual(len(name), octets)
                dns.name.from_wire(name, 0)  # raises unless it is a name


class Denial(unittest.TestCase):
    def test_nsec3_hash(self):
        """RFC 5155 appendix A: salt aabbccdd, 12 iterations."""
        proofs = denial.Nsec3Proofs([], b"\7example\0")
        proofs.parameters = (1, 12, bytes.fromhex("aabbccdd"))
        alphabet = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
        for name, hashed in (("example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
                             ("a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
                             ("*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en")):
            digest = proofs.hash(wire.name_to_wire(name))
            self.assertEqual(base64.b32encode(digest).decode().translate(alphabet).lower(), hashed)

    def test_canonical_order(self):
        """RFC 4034 section 6.1."""
        names = ["example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.",
                 "\\001.z.example.", "*.z.example.", "\\200.z.example."]
        wires = [wire.name_to_wire(name).lower() for name in names]
        self.assertEqual(sorted(wires, key=denial.order), wires)

    def test_a_missing_record_is_noticed(self):
        """Taking any NSEC or NSEC3 out of a negative answer breaks its proof, or it was not needed by the answer."""
        servers.need("nsd", "named-compilezone")
        with servers.Lab() as lab:
            flat = lab.path("flat")
            tld_test.flatten(tld_test.zone_file("nsec"), flat)
            nsd = lab.nsd({"example.": flat})
            for name, kind in (("no-such-name.example.", wire.A), ("nic.example.", wire.TYPES["LOC"]),
                               ("www.unsigned.example.", wire.A), ("any.wild.example.", wire.TXT)):
                query = wire.query(wire.name_to_wire(name), kind, edns=4096, do=True)
                message = wire.Message(exchange.tcp(nsd.port, [query])[0])
                apex = wire.name_to_wire("example.")
                self.assertIsNone(denial.check(message, apex), name)
                message.authority = [rr for rr in message.authority if rr.type != wire.NSEC]
                self.assertIsNotNone(denial.check(message, apex), name)


if __name__ == "__main__":
    sys.exit(unittest.main())
