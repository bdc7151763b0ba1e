#!/usr/bin/python3
"""`zonec report` without a browser: its figures against messages that dnspython writes and against `zonec check`, the
promises of its levers, and a page in which no name of the zone can do anything."""
import base64
import hashlib
import html.parser
import ipaddress
import json
import os
import re
import unittest

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zone

import zones
from zones import servers


class Elements(html.parser.HTMLParser):
    """Elements with their attributes, and the text of each script and style."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.inline = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.inline.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] in ("script", "style"):
            self.inline[-1][2] += data
        else:
            self.words.append(data)

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", {}))


def read(page):
    parser = Elements()
    parser.feed(page.decode())
    return parser


class Page(unittest.TestCase):
    def setUp(self):
        self.lab = servers.Lab().__enter__()
        self.addCleanup(self.lab.__exit__, None, None, None)

    def test_no_name_of_the_zone_can_do_anything(self):
        page, figures = zones.report(self.lab, zones.hostile_zone())
        found = read(page)
        scripts = [one for one in found.inline if one[0] == "script"]
        self.assertEqual([one[1] for one in scripts], [{"type": "application/json", "id": "data"}, {}])
        known = {"a", "b", "body", "button", "caption", "code", "dd", "details", "dialog", "div", "dl", "dt", "figcaption", "figure",
                 "form", "h1", "h2", "h3", "head", "header", "html", "input", "label", "li", "line", "main", "meta", "nav", "noscript",
                 "ol", "option", "p", "rect", "script", "section", "select", "small", "span", "style", "summary", "svg", "table", "tbody",
                 "td", "text", "th", "thead", "title", "tr", "ul"}
        self.assertEqual({tag for tag, _ in found.elements if not tag.startswith("/")} - known, set())
        for tag, attributes in found.elements:
            for name, value in attributes.items():
                self.assertFalse(name.startswith("on") or name in ("style", "src", "srcset", "action"), (tag, attributes))
                if name == "href":
                    self.assertRegex(value, r"^#[A-Za-z0-9%._=-]+$")
        # The data is what --json has, and nothing in it ends the element.
        self.assertEqual(json.loads(scripts[0][2]), figures)
        self.assertNotRegex(scripts[0][2], "[<>&\x7f-\U0010ffff]")
        self.assertTrue(any("pwned" in word for word in found.words), "the names are shown, as text")
        # Nothing but text of our own is outside printable ASCII.
        self.assertEqual(set(re.sub(rb"[\x20-\x7e\n]", b"", page).decode()) - {"\u202f", "\u2212"}, set())

    def test_policy_lets_nothing_but_its_own_run(self):
        page, _ = zones.report(self.lab, zones.HEAD)
        found = read(page)
        policy = next(attributes["content"] for tag, attributes in found.elements
                      if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy")
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        self.assertEqual(parts["default-src"], "'none'")
        for tag, source in (("style", "style-src"), ("script", "script-src")):
            content = next(one[2] for one in found.inline if one[0] == tag and not one[1])
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertEqual(parts[source], f"'sha256-{digest}'")
        self.assertNotRegex(page.decode(), r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(")

    def test_same_zone_same_page(self):
        first, _ = zones.report(self.lab, zones.hostile_zone(), "--threads", "1")
        second, _ = zones.report(self.lab, zones.hostile_zone(), "--threads", "4")
        self.assertEqual(first, second)

    def test_sizes_are_those_of_messages_that_dnspython_writes(self):
        with open(os.path.join(zones.SOURCE, "zones", "jp-2003.zone"), encoding="ascii") as file:
            jp = file.read()
        for what, text, origin in (("jp-2003", jp, "."), ("shared", zones.shared_host_zone(), "test."), ("hostile", zones.hostile_zone(), "test.")):
            with self.subTest(what):
                _, figures = zones.report(self.lab, text, origin=origin)
                zone = dns.zone.from_text(text, origin=origin, relativize=False, check_origin=False)
                self.assertGreater(figures["delegations"], 3)
                for one in figures["details"]["delegations"]:
                    if one.get("cyclic") or len(one["name"]) > 200:
                        continue
                    self.assertEqual(one["sizes"][0], self.message_octets(zone, one, glue=False), one["name"])
                    if all(host[1] in (0, 1, 3) for host in one["hosts"]):
                        self.assertEqual(one["sizes"][2], self.message_octets(zone, one, glue=True), one["name"])
                bands = figures["sizes"]["plain-all"]["bands"]
                sizes = [one["sizes"][2] for one in figures["details"]["delegations"]]
                self.assertEqual(bands, [sum(size <= 512 for size in sizes), sum(512 < size <= 1232 for size in sizes),
                                         sum(1232 < size <= 1400 for size in sizes), sum(size > 1400 for size in sizes)])

    @staticmethod
    def message_octets(zone, one, glue):
        owner = dns.name.from_text(one["name"])
        wire = owner.to_wire()
        prefix, left = [], 255 - len(wire)
        while left > 0:
            take = min(63, left - 1) if left != 65 else 62
            prefix.append(b"\xff" * take)
            left -= take + 1
        message = dns.message.make_response(dns.message.make_query(dns.name.Name(prefix + list(owner.labels)), "A"))
        ns = zone.find_rrset(owner, "NS")
        message.authority.append(ns)
        if glue:
            for host in ns:
                if not host.target.is_subdomain(zone.origin or dns.name.root):
                    continue
                for kind in ("A", "AAAA"):
                    found = zone.get_rrset(host.target, kind)
                    if found is not None:
                        message.additional.append(found)
        return len(message.to_wire(max_size=65535))

    def test_counts_are_those_of_zonec_check(self):
        path = os.path.join(zones.SOURCE, "zones", "jp-2003.zone")
        zones.zonec("report", "--json", self.lab.path("out.json"), path)
        with open(self.lab.path("out.json"), encoding="ascii") as out:
            figures = json.load(out)
        found = [json.loads(line) for line in zones.zonec("check", "--format", "json", "--quiet", path, status=None).stdout.splitlines()]
        for policy in figures["policies"]:
            if policy["id"] not in ("ns-512", "iana-512", "one-glue-512", "rfc9471-in-domain@1232", "edns-1400"):
                continue
            for severity in ("notice", "warning", "error"):
                said = sum(one.get("policy") == policy["id"] and one["severity"] == severity for one in found)
                self.assertEqual(policy["missed"][severity], said, (policy["id"], severity))
            self.assertEqual(policy["passed"] + sum(policy["missed"].values()), figures["delegations"])

    def test_levers_keep_their_promise(self):
        text = zones.shared_host_zone()
        _, before = zones.report(self.lab, text, status=None)
        failing = before["worst_severity"]["warning"] + before["worst_severity"]["error"]
        self.assertEqual(failing, 3)
        lever = before["levers"][0]
        self.assertEqual((lever["kind"], lever["healed"], lever["failing"]), ("rename", 3, 3), before["levers"])
        old, new = (name.removesuffix(".test.") for name in (lever["host"], lever["new_name"]))
        _, after = zones.report(self.lab, re.sub(rf"\b{re.escape(old)}\b", new, text), status=None)
        self.assertEqual(after["worst_severity"]["warning"] + after["worst_severity"]["error"], failing - lever["healed"])
        saved = {one["name"]: one["sizes"][1] for one in before["details"]["delegations"]}
        for one in after["details"]["delegations"]:
            saved[one["name"]] -= one["sizes"][1]
        self.assertEqual(max(saved.values()), lever["saved_most"])

    def test_large_zones_keep_the_worst_and_a_sample(self):
        lines = [zones.HEAD]
        for i in range(500):
            lines.append(f"d{i} IN NS ns.d{i}\nns.d{i} IN A {ipaddress.ip_address(0xC0000200 + i % 250)}\n")
        lines += [f"d77 IN NS host{i}.a-long-provider-name-{i}.example.\n" for i in range(12)]
        page, figures = zones.report(self.lab, "".join(lines), "--details", "40")
        details = figures["details"]
        names = [one["name"] for one in details["delegations"]]
        self.assertEqual((details["complete"], figures["delegations"]), (False, 500))
        self.assertLess(len(names), 80)
        self.assertEqual(names[figures["worst_plain"][0]], "d77.test.")
        self.assertEqual(sum(count for _, count in figures["sizes"]["edns-all"]["points"]), 500)
        self.assertIn(f"Of the zone's 500 delegations, {len(names)} stand here", page.decode())

    def test_signed_zone(self):
        page, figures = (self.lab.path("s.html"), self.lab.path("s.json"))
        zones.zonec("report", "--html", page, "--json", figures, os.path.join(zones.SOURCE, "zones", "example-tld.nsec3.zone"), status=None)
        with open(figures, encoding="ascii") as file:
            figures = json.load(file)
        cost = figures["dnssec"]
        self.assertTrue(figures["signed"])
        self.assertEqual(sum(cost["ds"]["bands"]) + sum(cost["denial"]["bands"]) + cost["without_proof"], figures["delegations"])
        # What is there already, "planned" anew, is what is there.
        algorithm = next(iter(cost["signature_algorithms"]))
        octets = {"8": 256, "13": 64, "15": 64}[algorithm]
        planned = next(one for one in cost["what_if"] if one["signature_octets"] == octets)
        self.assertEqual(planned["most"], figures["sizes"]["edns-required"]["most"])
        self.assertEqual(planned["median"], figures["sizes"]["edns-required"]["median"])

    def test_image_gives_the_same_page(self):
        zone = os.path.join(zones.SOURCE, "zones", "jp-2003.zone")
        image = self.lab.path("image")
        zones.zonec("compile", "--quiet", "--image", image, zone, status=None)
        zones.zonec("report", "--html", self.lab.path("a.html"), zone)
        zones.zonec("report", "--html", self.lab.path("b.html"), "--image", image)
        with open(self.lab.path("a.html"), "rb") as a, open(self.lab.path("b.html"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_several_zones_and_pictures(self):
        folder = os.path.join(zones.SOURCE, "zones")
        out = self.lab.path("several")
        zones.zonec("report", "--html", out, os.path.join(folder, "jp-2003.zone"), os.path.join(folder, "example-tld.zone"), status=None)
        self.assertEqual(sorted(os.listdir(out)), ["%2E.html", "example.html"])
        zones.zonec("report", "--svg", self.lab.path("svg"), "--delegation", "jp", os.path.join(folder, "jp-2003.zone"), status=None)
        with open(self.lab.path("svg/jp.svg"), encoding="utf-8") as file:
            self.assertIn("<title id=\"t\">Octets of the referral for jp: ", file.read())

    def test_refuses(self):
        zone = os.path.join(zones.SOURCE, "zones", "jp-2003.zone")
        for text, options in (("name either", ("--html", "x")), ("nothing to write", (zone,)),
                              ("go together", ("--svg", "x", zone)), ("printable ASCII", ("--html", "x", "--note", "\u00e9", zone)),
                              ("no policy", ("--html", "x", "--policy", "nonsense=off", zone)),
                              ("no delegation nowhere", ("--svg", self.lab.path("p"), "--delegation", "nowhere", zone)),
                              ("cannot open", ("--html", self.lab.path("x"), self.lab.path("missing"))),
                              ("chooses one", ("--zone", "jp", "--html", "x", zone))):
            done = zones.zonec("report", *options, status=2)
            self.assertIn(text, done.stderr)
        self.assertFalse(os.path.exists(self.lab.path("x")))
        done = zones.zonec("report", "--html", self.lab.path("no/such/folder/x"), zone, status=3)
        self.assertIn("cannot be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
