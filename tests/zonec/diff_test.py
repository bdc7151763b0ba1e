#!/usr/bin/python3
"""`zonec diff` as a user runs it. dnspython reads the zones and the lines of the diff: what is taken away and added must make
the new zone of the old one, whatever the sides are; a diff the other way round says the opposite."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import servers  # noqa: E402

ZONEC = servers.program("TORII_ZONEC", "zonec")
ORIGIN = dns.name.from_text("zone.")


def records_of(path):
    """{(owner, TTL, type, RDATA in canonical wire format)} of a zone file."""
    zone = dns.zone.from_file(path, origin=ORIGIN, relativize=False, check_origin=False)
    return {(name.canonicalize(), rdataset.ttl, int(rdata.rdtype), rdata.to_wire())
            for name, node in zone.nodes.items() for rdataset in node.rdatasets for rdata in rdataset}


def record_of(line):
    owner, ttl, _, rdtype, rdata = line.split("\t")
    rdtype = dns.rdatatype.from_text(rdtype)
    return (dns.name.from_text(owner), int(ttl), int(rdtype),
            dns.rdata.from_text(dns.rdataclass.IN, rdtype, rdata).to_wire())


def delegations(records):
    cuts = {owner for owner, _, rdtype, _ in records if rdtype == dns.rdatatype.NS and owner != ORIGIN}
    return {cut for cut in cuts if not any(cut != other and cut.is_subdomain(other) for other in cuts)}


def random_zone(rng, names):
    owners = {}
    for _ in range(names):
        name = f"d{rng.randrange(2 * names)}"
        kind = rng.random()
        if kind < 0.7:
            owners[name] = ["NS ns.elsewhere.test."] + [f"NS ns{i}.{name}" for i in range(rng.randint(0, 3))]
            if rng.random() < 0.4:
                owners[name] += [f"DS {rng.randrange(9)} 13 2 {'ab' * 32}"]
            owners[f"ns0.{name}"] = [f"A 192.0.2.{rng.randrange(4)}", "AAAA 2001:db8::1"]
        elif kind < 0.8:
            owners[f"below.{name}"] = ["NS ns.elsewhere.test."]
        else:
            owners[name] = [f"TXT \"x{rng.randrange(3)}\"", "MX 10 Mail.Elsewhere.test."]
    return owners


def change(rng, owners):
    changed = {name: list(records) for name, records in owners.items() if rng.random() > 0.05}
    for name, records in random_zone(rng, max(1, len(owners) // 20)).items():
        changed[name] = records
    return changed


class Diff(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="torii-diff-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, owners, serial=1, ttl=3600, apex="NS ns.elsewhere.test."):
        with open(self.path(name), "w") as out:
            out.write(f"$ORIGIN zone.\n$TTL {ttl}\n@ SOA ns h {serial} 2 3 4 5\n@ {apex}\n")
            for owner, records in owners.items():
                out.writelines(f"{owner} {record}\n" for record in records)
        return self.path(name)

    def diff(self, *arguments, status=1):
        done = subprocess.run([ZONEC, "diff", *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, (arguments, done.stdout[-2000:], done.stderr))
        return done.stdout if status < 2 else done.stderr

    def compile(self, image, zone, *options):
        done = subprocess.run([ZONEC, "compile", "--image", self.path(image), "--keep", "9", "--policy", "ns-512=warning",
                               *options, zone], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.path(image)

    def sets(self, text):
        lines = text.splitlines()
        removed = [record_of(line[1:]) for line in lines if line.startswith("-") and not line.startswith("---")]
        added = [record_of(line[1:]) for line in lines if line.startswith("+") and not line.startswith("+++")]
        self.assertEqual((len(set(removed)), len(set(added))), (len(removed), len(added)), "a line twice")
        return set(removed), set(added)

    def test_random_zones(self):
        """The diff of zone files, of generations, and of one with the other, makes the new zone of the old one."""
        for seed in range(12):
            rng = random.Random(seed)
            owners = random_zone(rng, rng.choice((3, 40, 300)))
            others = change(rng, owners)
            old, new = self.write("old", owners), self.write("new", others, serial=2, ttl=rng.choice((3600, 60)))
            image = self.compile(f"image{seed}", old)
            self.compile(f"image{seed}", new, "--allow", "shrink=test")
            before, after = records_of(old), records_of(new)
            text = self.diff(old, new)
            removed, added = self.sets(text)
            self.assertEqual((removed, added), (before - after, after - before), seed)
            for sides in ((image + "@1", image), (image + "@1", image + "@2"), (old, image), (image + "@1", new)):
                body = [line for line in self.diff(*sides).splitlines() if line[:3] not in ("---", "+++")]
                self.assertEqual(body, [line for line in text.splitlines() if line[:3] not in ("---", "+++")], sides)
            back = self.sets(self.diff(new, old))
            self.assertEqual(back, (added, removed), seed)
            self.check_json(old, new, before, after, removed, added)
            for path in (old, new, image):
                self.assertIn("= no difference\n", self.diff(path, path, status=0))

    def check_json(self, old, new, before, after, removed, added):
        changes, summaries = [], []
        for line in self.diff("--json", old, new).splitlines():
            entry = json.loads(line)
            (changes if entry["kind"] == "change" else summaries).append(entry)

        def records(kind):
            return {record_of("\t".join((entry["owner"], str(record["ttl"]), "IN", record["type"], record["rdata"])))
                    for entry in changes for record in entry[kind]}
        self.assertEqual((records("removed"), records("added")), (removed, added))
        names = [dns.name.from_text(entry["owner"]) for entry in changes]
        self.assertEqual(names, sorted(names), "canonical order")
        self.assertEqual(len(names), len(set(names)))
        cuts = {kind: {dns.name.from_text(entry["owner"]) for entry in changes
                       if entry["subject"] == "delegation" and entry["change"] == kind} for kind in ("added", "removed")}
        self.assertEqual(cuts["added"], delegations(after) - delegations(before))
        self.assertEqual(cuts["removed"], delegations(before) - delegations(after))
        (summary,) = summaries
        self.assertEqual(summary["owners"]["delegation"]["added"], len(cuts["added"]))
        self.assertEqual((summary["before"]["serial"], summary["after"]["serial"], summary["equal"]), (1, 2, False))
        self.assertEqual(summary["after"]["delegations"], len(delegations(after)))

        def ds_of(records):
            return {record for record in records if record[2] == dns.rdatatype.DS}

        def gone(one, other):  # without TTLs: a record that changed its TTL alone did not come or go
            others = {(owner, rdtype, rdata) for owner, _, rdtype, rdata in other}
            return sum((owner, rdtype, rdata) not in others for owner, _, rdtype, rdata in one)
        self.assertEqual(summary["ds"]["removed"], gone(ds_of(before), ds_of(after)))
        self.assertEqual(summary["records"]["removed"], gone(before, after))
        self.assertEqual(summary["records"]["added"], gone(after, before))

    def test_fit(self):
        """Sizes before and after, policies that are missed anew and no longer; also where only another's glue changed."""
        def hosts(count):
            return [f"NS {'x' * 40}{i}.{'y' * 20}{i}.test." for i in range(count)]
        old = self.write("old", {"a": hosts(3), "b": ["NS ns.c"], "c": ["NS ns.c"], "ns.c": ["A 192.0.2.1"], "z": ["NS x.test."]})
        new = self.write("new", {"a": hosts(7), "b": ["NS ns.c"], "c": ["NS ns.c"],
                                 "ns.c": [f"AAAA 2001:db8::{i}" for i in range(40)] + ["A 192.0.2.1"], "z": ["NS x.test."]}, 2)
        text = self.diff(old, new)
        # 12 header, 255 + 4 question, OPT 11; seven hosts, none of which compresses with another but for the root label's
        # and test's: 12 of frame, 42 + 22 octets of labels, then 5 + 1 of "test." or a pointer to it.
        lines = {line.split(" ")[2]: line for line in text.splitlines() if line.startswith("@")}
        size = [282 + count * (12 + 42 + 22) + 6 + (count - 1) * 2 for count in (3, 7)]
        self.assertIn(f"@ delegation a.zone. changed: NS; {size[0]} -> {size[1]} octets; now fails ns-512", lines["a.zone."])
        self.assertIn("rfc9471-in-domain@1232", lines["c.zone."])
        self.assertIn("@ delegation c.zone. fit; ", lines["c.zone."])
        self.assertNotIn("z.zone.", lines)
        self.assertIn("= fit: ", text)
        back = self.diff(new, old)
        self.assertIn(f"@ delegation a.zone. changed: NS; {size[1]} -> {size[0]} octets; no longer fails ns-512", back)
        off = self.diff("--policy", "ns-512=off", old, new)
        self.assertNotIn("now fails ns-512", off)

    def test_options_and_errors(self):
        old = self.write("old", {f"d{i}": ["NS x.test."] for i in range(9)})
        new = self.write("new", {f"d{i}": ["NS y.test."] for i in range(9)}, 4294967295)
        text = self.diff("--limit", "3", old, new)
        self.assertEqual(text.count("\n@ "), 3)
        self.assertIn("= 7 more changes are not listed", text)
        summary = self.diff("--summary", old, new)
        self.assertNotIn("\n@ ", summary)
        self.assertIn("= delegations: 0 added, 0 removed, 9 changed\n", summary)
        self.assertIn("= serial 1 -> 4294967295 (goes back by 2)\n", summary)
        image = self.compile("image", old)
        two = self.compile("image", self.write("two", {}), "--no-compare", "x")
        self.assertIn("no generation 7", self.diff(image + "@7", old, status=2))
        self.assertIn("absent", self.diff(self.path("absent"), old, status=2))
        bad = self.path("bad")
        with open(bad, "w") as out:
            out.write("zone. 60 IN SOA a. b. 1 2 3 4\n")
        self.assertIn(bad + ":1:", self.diff(old, bad, status=2))
        self.assertIn("--zone", self.diff("--zone", "a..b", old, new, status=2))
        self.assertIn("no zone other.", self.diff("--zone", "other.", two, new, status=2))
        self.diff("-", "-", status=2)
        with open(os.path.join(image, "00000001.records.mdb"), "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        self.assertIn("SHA-256", self.diff(image + "@1", new, status=2))

    def test_zones_of_images(self):
        """Zones that one image alone has; a file is compared with the zone of its name."""
        def image(name, *zones):
            files = []
            for zone in zones:
                files.append(self.path(f"{name}.{zone}"))
                with open(files[-1], "w") as out:
                    out.write(f"{zone}. 60 IN SOA a. b. 1 2 3 4 5\n{zone}. 60 IN NS a.\n")
            subprocess.run([ZONEC, "compile", "--quiet", "--image", self.path(name), *files], check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
            return self.path(name), files
        one, files = image("one", "b", "a")
        two, _ = image("two", "c", "b")
        text = self.diff(one, two)
        self.assertEqual([line for line in text.splitlines() if line.startswith("=")],
                         ["= the zone was removed", "= serial 1 -> 1 (the same)", "= no difference", "= the zone was added"])
        self.assertEqual([json.loads(line)["zone"] for line in self.diff("--json", one, two).splitlines()], ["a.", "b.", "c."])
        self.diff("--zone", "b", one, two, status=0)
        self.diff(files[0], two, status=0)
        self.assertIn("= the zone was removed", self.diff(files[1], two))

    def test_signatures_left_out(self):
        folder = os.path.join(servers.source_folder(), "zones")
        plain, signed = (os.path.join(folder, f"example-tld{form}.zone") for form in ("", ".nsec"))
        text = self.diff(signed, plain)
        self.assertIn("\tRRSIG\t", text)
        short = self.diff("--no-signatures", signed, plain)
        for rdtype in ("RRSIG", "NSEC"):
            self.assertNotIn(f"\t{rdtype}\t", short)
        self.assertIn("\tDNSKEY\t", short)
        self.assertIn("of these RRSIG, NSEC, NSEC3 and ZONEMD: 0 added", short)


if __name__ == "__main__":
    unittest.main(verbosity=2)
