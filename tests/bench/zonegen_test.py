"""zonegen against readers that we did not write: dnspython, named-checkzone, ldns-read-zone; and against zonec."""
import shutil
import struct
import unittest

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype
import dns.zone

from tools import InFolder, bench, run, zonec

COUNT = 2000
SHAPES = {
    "unsigned": [],
    "nsec": ["--shape", "nsec", "--ds", "0.3"],
    "nsec3": ["--shape", "nsec3", "--ds", "0.08"],
    "nsec3-all": ["--shape", "nsec3", "--ds", "0.6", "--no-opt-out", "--algorithm", "8"],
}
ORIGIN = dns.name.from_text("test.")


class ZonegenTest(InFolder):
    def write(self, name, *options, count=COUNT):
        run(bench("zonegen"), "--delegations", count, "--zone", self.path(name), *options)
        return self.path(name)

    def octets(self, path):
        with open(path, "rb") as file:
            return file.read()

    def parse(self, path):
        """Records in the order of the file: (owner, type, rdata text)."""
        records = []
        with open(path) as file:
            for line in file:
                owner, _, _, kind, rdata = line.rstrip("\n").split("\t", 4)
                records.append((owner, kind, rdata))
        return records

    def test_the_same_options_give_the_same_octets(self):
        first = self.octets(self.write("a", "--queries", self.path("qa"), *SHAPES["nsec3"]))
        again = self.octets(self.write("b", "--queries", self.path("qb"), *SHAPES["nsec3"]))
        self.assertEqual(first, again)
        self.assertEqual(self.octets(self.path("qa")), self.octets(self.path("qb")))
        other = self.octets(self.write("c", "--seed", "2", *SHAPES["nsec3"]))
        self.assertNotEqual(first, other)

    def test_every_shape_is_accepted(self):
        for name, options in SHAPES.items():
            with self.subTest(name):
                path = self.write(name, *options)
                run(zonec(), "check", "--verify", "none", "--now", "20260601000000", path)
                if shutil.which("named-checkzone"):
                    run("named-checkzone", "-i", "local", "test.", path)
                if shutil.which("ldns-read-zone"):
                    run("ldns-read-zone", "-z", path)

    def test_shares_are_as_promised(self):
        records = self.parse(self.write("zone", *SHAPES["nsec"], count=20000))
        cuts = {}
        for owner, kind, rdata in records:
            if kind == "NS" and owner != "test.":
                cuts.setdefault(owner, []).append(rdata)
        self.assertEqual(len(cuts), 20000)
        in_domain = sum(1 for owner, hosts in cuts.items() if all(host.endswith("." + owner) for host in hosts))
        outside = [hosts[0] for hosts in cuts.values() if hosts[0].endswith(".example.")]
        secure = {owner for owner, kind, _ in records if kind == "DS"}
        self.assertAlmostEqual(in_domain / 20000, 0.14, delta=0.01)
        self.assertAlmostEqual(1 - len(outside) / 20000, 0.18, delta=0.01)
        self.assertAlmostEqual(len(secure) / 20000, 0.3, delta=0.012)
        with_a = {owner for owner, kind, _ in records if kind == "A" and owner.startswith("ns")}
        with_aaaa = {owner for owner, kind, _ in records if kind == "AAAA" and owner.startswith("ns")}
        self.assertAlmostEqual(len(with_aaaa) / len(with_a), 0.5, delta=0.04)
        # Zipf: the greatest of 5,000 hosters has a ninth of their customers (1 / H(5000) = 0.110), the second half of that.
        counts = sorted((outside.count(host) for host in set(outside)), reverse=True)
        self.assertAlmostEqual(counts[0] / len(outside), 0.110, delta=0.01)
        self.assertAlmostEqual(counts[1] / len(outside), 0.055, delta=0.01)

    def test_the_text_is_in_canonical_order_and_the_nsec_chain_closes(self):
        records = self.parse(self.write("zone", *SHAPES["nsec"]))
        following = {dns.name.from_text(owner): dns.name.from_text(rdata.split()[0])
                     for owner, kind, rdata in records if kind == "NSEC"}
        owners = sorted(following)
        self.assertEqual(len(owners), COUNT + 6)  # the delegations, apex, nic and its four hosts
        for owner, after in zip(owners, owners[1:] + owners[:1]):
            self.assertEqual(following[owner], after)
        cuts = [dns.name.from_text(owner) for owner, kind, _ in records if kind == "NS" and owner != "test."]
        self.assertEqual(cuts, sorted(cuts))

    def test_nsec3_owners_are_hashes_of_the_names_and_the_chain_closes(self):
        for shape, everything in (("nsec3", False), ("nsec3-all", True)):
            with self.subTest(shape):
                records = self.parse(self.write(shape, *SHAPES[shape]))
                names = {owner for owner, kind, _ in records if kind in ("SOA", "DS")}
                names |= {"nic.test.", *(f"{letter}.nic.test." for letter in "abcd")}
                if everything:
                    names |= {owner for owner, kind, _ in records if kind == "NS"}
                hashes = {dns.dnssec.nsec3_hash(name, "", 0, 1).lower() for name in names}
                following = {owner.split(".")[0]: rdata.split()[4] for owner, kind, rdata in records if kind == "NSEC3"}
                self.assertEqual(set(following), hashes)
                owners = sorted(following)
                for owner, after in zip(owners, owners[1:] + owners[:1]):
                    self.assertEqual(following[owner], after)

    def test_keys_and_signatures_have_the_fields_of_real_ones(self):
        zone = dns.zone.from_file(self.write("zone", *SHAPES["nsec3"], count=50), ORIGIN, relativize=False)
        keys = {dns.dnssec.key_id(key): key for key in zone.get_rdataset(ORIGIN, "DNSKEY")}
        self.assertEqual(sorted(key.flags for key in keys.values()), [256, 257])
        for name, rdataset in zone.iterate_rdatasets(dns.rdatatype.RRSIG):
            for signature in rdataset:
                self.assertIn(signature.key_tag, keys)
                self.assertEqual(signature.labels, len(name) - 1)
                self.assertEqual(len(signature.signature), 64)
                covered = zone.get_rdataset(name, signature.type_covered)
                self.assertEqual((covered.ttl, covered.ttl), (rdataset.ttl, signature.original_ttl))

    def test_queries_match_the_zone(self):
        path = self.write("zone", "--queries", self.path("queries"), "--dnsperf", self.path("dnsperf"), "--query-count",
                          "20000")
        owners = {owner for owner, kind, _ in self.parse(path) if kind == "NS"}
        data, at, queries = self.octets(self.path("queries")), 0, []
        while at < len(data):
            size, = struct.unpack_from(">H", data, at)
            queries.append(dns.message.from_wire(data[at + 2:at + 2 + size]))
            at += 2 + size
        self.assertEqual(len(queries), 20000)
        asked = []
        for query in queries:
            question = query.question[0]
            labels = question.name.labels
            delegation = dns.name.Name(labels[-3:]).to_text()
            self.assertEqual(query.id, 0 if delegation in owners else 3, question)
            asked.append(delegation)
        missing = sum(1 for query in queries if query.id == 3)
        self.assertAlmostEqual(missing / 20000, 0.25, delta=0.012)
        self.assertAlmostEqual(sum(1 for query in queries if query.edns >= 0) / 20000, 0.9, delta=0.01)
        self.assertAlmostEqual(sum(1 for query in queries if query.ednsflags & 0x8000) / 20000, 0.6, delta=0.015)
        with open(self.path("dnsperf")) as file:
            lines = file.read().splitlines()
        for query, line in zip(queries, lines):
            question = query.question[0]
            self.assertEqual(line, f"{question.name.to_text()} {dns.rdatatype.to_text(question.rdtype)}")

    def test_bad_options_are_told(self):
        self.assertIn("--ds needs --shape", run(bench("zonegen"), "--ds", "0.5", expect=2).stderr)
        self.assertIn("--origin", run(bench("zonegen"), "--origin", "test", expect=2).stderr)
        self.assertIn("/nowhere/", run(bench("zonegen"), "--zone", "/nowhere/zone", expect=3).stderr)


if __name__ == "__main__":
    unittest.main()
