"""RFC 8906 section 8: each probe of that document, as dig sends it, to a running toriid: over UDP and TCP, for an unsigned
and a signed zone. What each expects is taken from the text. The queries that dig sends are looked at too, so that a dig
that does not know an option cannot make a probe pass."""
import os
import re
import shutil
import subprocess
import sys
import unittest

SOURCE = os.environ.get("TORII_SOURCE", os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, os.path.join(SOURCE, "tests/e2e"))
import harness  # noqa: E402

ZONE = "example."
MBZ_HEADER, MBZ_EDNS = "MBZ: 0x4", "MBZ: 0x0040"
SOA = {"status": "NOERROR", "soa": True, "aa": True}
EDNS_SOA = {**SOA, "opt": True}
BADVERS = {"status": "BADVERS", "soa": False, "aa": False, "opt": True}
# Section, dig's arguments, what the query must show, what is expected. +qr shows the query.
PROBES = [
    ("8.1.1", "+noedns +noad +norec soa {zone}", "", {**SOA, "opt": False}),
    ("8.1.2", "+noedns +noad +norec type1000 {zone}", "TYPE1000",
     {"status": "NOERROR", "soa": False, "aa": True, "opt": False, "answers": 0}),
    ("8.1.3.1", "+noedns +noad +norec +cd soa {zone}", "flags: cd;", SOA),
    ("8.1.3.2", "+noedns +norec +ad soa {zone}", "flags: ad;", SOA),
    ("8.1.3.3", "+noedns +noad +norec +zflag soa {zone}", MBZ_HEADER, SOA),
    ("8.1.3.4", "+noedns +noad +rec soa {zone}", "flags: rd;", SOA),
    ("8.1.4", "+noedns +noad +opcode=15 +norec +header-only", "opcode: RESERVED15",
     {"status": "NOTIMP", "soa": False, "aa": False, "opt": False}),
    ("8.1.5", "+noedns +noad +norec +tcp soa {zone}", "", SOA),
    ("8.2.1", "+nocookie +edns=0 +noad +norec soa {zone}", "EDNS: version: 0", EDNS_SOA),
    ("8.2.2", "+nocookie +edns=1 +noednsneg +noad +norec soa {zone}", "EDNS: version: 1", BADVERS),
    ("8.2.3", "+nocookie +edns=0 +noad +norec +ednsopt=100 soa {zone}", "OPT=100", EDNS_SOA),
    ("8.2.4", "+nocookie +edns=0 +noad +norec +ednsflags=0x40 soa {zone}", MBZ_EDNS, EDNS_SOA),
    ("8.2.5", "+nocookie +edns=1 +noednsneg +noad +norec +ednsflags=0x40 soa {zone}", MBZ_EDNS, BADVERS),
    ("8.2.6", "+nocookie +edns=1 +noednsneg +noad +norec +ednsopt=100 soa {zone}", "OPT=100", BADVERS),
    ("8.2.7", "+norec +dnssec +bufsize=512 +ignore dnskey {zone}", "udp: 512", {"status": "NOERROR", "opt": True}),
    ("8.2.8", "+nocookie +edns=0 +noad +norec +dnssec soa {zone}", "flags: do", {**EDNS_SOA, "do": True}),
    ("8.2.9", "+nocookie +edns=1 +noednsneg +noad +norec +dnssec soa {zone}", "flags: do", {**BADVERS, "do": True}),
    ("8.2.10", "+edns=0 +noad +norec +cookie +nsid +expire +subnet=0.0.0.0/0 soa {zone}", "COOKIE", EDNS_SOA),
    # Not a section of its own: everything of 8.2 at once, which a server that answers each may still drop.
    ("8.2", "+edns=1 +noednsneg +ad +cd +zflag +rec +dnssec +cookie +nsid +ednsopt=100 soa {zone}", "OPT=100", BADVERS),
]


def messages_of(text):
    """The query and the response that dig prints."""
    parts = re.split(r"^;; ->>HEADER<<-", text, flags=re.M)
    if len(parts) != 3:
        raise AssertionError(f"dig shows {len(parts) - 1} messages:\n{text}")
    return parts[1], parts[2]


def check(section, query, shows, response, expected):
    """What of `expected` the response is not."""
    wrong = []
    if shows not in query:
        wrong.append(f"the query does not show '{shows}': this dig cannot ask for it")
    status = re.search(r"status: (\w+)", response).group(1)
    flags = re.search(r"^;; flags:([^;]*);", response, re.M).group(1).split()
    records = [line.split() for line in response.splitlines() if line and not line.startswith(";")]
    answers = int(re.search(r"ANSWER: (\d+)", response).group(1))
    edns = re.search(r"EDNS: version: (\d+), flags:([^;]*);", response)
    found = {
        "status": status,
        "aa": "aa" in flags,
        "soa": answers > 0 and any(len(words) > 3 and words[3] == "SOA" for words in records),
        "opt": edns is not None,
        "answers": answers,
        "do": edns is not None and "do" in edns.group(2),
    }
    wrong += [f"{what} is {found[what]}, not {value}" for what, value in expected.items() if found[what] != value]
    if "qr" not in flags:
        wrong.append("QR is clear")
    if "MBZ" in response:
        wrong.append("a reserved bit came back")
    if "OPT=100" in response:
        wrong.append("an unknown option came back")
    if "ad" in flags or "cd" in flags or "ra" in flags:
        wrong.append(f"flags are {flags}")
    if edns and edns.group(1) != "0":
        wrong.append(f"EDNS version {edns.group(1)}")
    if any("RRSIG" in words for words in records) and not found["do"]:
        wrong.append("RRSIG without DO")
    return [f"{section}: {each}" for each in wrong]


class Section8(unittest.TestCase):
    def probe(self, zone_file):
        folder = self.enterContext(harness.tempfile.TemporaryDirectory()) if hasattr(self, "enterContext") else None
        if folder is None:
            folder = harness.tempfile.mkdtemp(prefix="torii-rfc8906-")
            self.addCleanup(shutil.rmtree, folder)
        image = os.path.join(folder, "image")
        subprocess.run([harness.program("zonec"), "compile", "--image", image, f"{ZONE}={zone_file}"], check=True,
                       capture_output=True)
        wrong, probes = [], 0
        with harness.Server(image, "--set", 'answer.nsid="gate-1"', listen=("127.0.0.1:0", "[::1]:0")) as server:
            for address in server.addresses:
                host, port = address.rsplit(":", 1)
                for section, arguments, shows, expected in PROBES:
                    for transport in ("+notcp", "+tcp"):
                        command = ["dig", "+qr", "+tries=1", "+time=5", "+retry=0", "@" + host.strip("[]"), "-p", port,
                                   *arguments.format(zone=ZONE).split(), transport]
                        done = subprocess.run(command, capture_output=True, text=True, check=False)
                        probes += 1
                        if done.returncode != 0:
                            wrong.append(f"{section} {transport}: dig's exit status {done.returncode}: {done.stdout}")
                            continue
                        query, response = messages_of(done.stdout)
                        wrong += [f"{each} ({transport} {host})"
                                  for each in check(section, query, shows, response, expected)]
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertEqual(probes, 4 * len(PROBES))

    def test_unsigned(self):
        self.probe(os.path.join(SOURCE, "zones/example-tld.zone"))

    def test_signed(self):
        self.probe(os.path.join(SOURCE, "zones/example-tld.nsec3.zone"))


if __name__ == "__main__":
    if shutil.which("dig") is None:
        print("SKIPPED: no dig (bind9-dnsutils)")
        sys.exit(77)
    unittest.main()
