#!/usr/bin/python3
"""Zones signed by BIND's and ldns's tools, with every algorithm, and the real root zone, through `zonec check`.

What zonec says is compared with dnspython, which verifies the same signatures, and with the tools that made them. Then
records are changed in the text, and both must object; zonec by naming the RRset."""
import base64
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["TORII_SOURCE"], "tests", "interop"))
import servers  # noqa: E402

servers.need("dnssec-keygen", "dnssec-signzone", "dnssec-verify", "ldns-keygen", "ldns-signzone", "ldns-verify-zone")
import dns.dnssec  # noqa: E402
import dns.name  # noqa: E402
import dns.rdatatype  # noqa: E402
import dns.zone  # noqa: E402

ZONEC = os.environ["TORII_ZONEC"]
NOW = "20260801000000"
ORIGIN = "signed.test."

# Mixed case in owners and in RDATA, escapes, wildcards, empty non-terminals, types with names in them that are lowered
# and that are not, a type nobody knows, glue, occluded records, a CNAME, a DNAME.
ZONE = r"""
$ORIGIN Signed.TEST.
$TTL 3600
@ SOA NS.Signed.Test. HostMaster.Signed.Test. 2026080100 7200 3600 1209600 900
@ NS NS
@ NS ns2.Example.NET.
@ MX 10 Mail.Signed.Test.
@ MX 20 MAIL2.Example.
@ TXT "Text Keeps Its Case" "\"quoted\" \000\255"
NS A 192.0.2.1
NS AAAA 2001:DB8::1
Mail A 192.0.2.2
UPPER A 192.0.2.3
a\.dot.Escaped TXT "a dot in a label"
sp\032ace TXT "a space"
\200\255 TXT "octets above ASCII"
*.Wild TXT "wildcard"
*.Wild MX 5 Mail
deep.below.Empty.Non.Terminal A 192.0.2.4
srv SRV 1 2 3 Mail.Signed.TEST.
naptr NAPTR 100 10 "U" "E2U+sip" "!^.*$!sip:Info@Example.com!" Replacement.Example.
ptr PTR Host.Example.
rp RP Mbox.Example. Txt.Example.
kx KX 1 Kx.Example.
afsdb AFSDB 1 Afs.Example.
px PX 10 Map822.Example. MapX400.Example.
minfo MINFO R.Example. E.Example.
rt RT 1 Rt.Example.
hinfo HINFO "CPU" "Os"
loc LOC 51 30 12.748 N 0 7 39.612 W 0.00m 0.00m 0.00m 0.00m
caa CAA 0 issue "Ca.Example"
tlsa TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
sshfp SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
uri URI 10 1 "https://Example.com/Path"
lp LP 10 Lp.Example.
unknown TYPE65280 \# 5 0102FF4142
alias CNAME UPPER.Signed.Test.
tree DNAME Other.Example.
sortme A 192.0.2.200
sortme A 192.0.2.9
sortme A 192.0.2.30
Secure NS NS.Secure
NS.Secure A 192.0.2.5
Secure DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
Secure DS 54321 8 2 fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
insecure NS ns.Elsewhere.Example.
"""

BIND = [("ECDSAP256SHA256", None), ("ECDSAP384SHA384", None), ("ED25519", None), ("ED448", None), ("RSASHA256", 2048),
        ("RSASHA512", 1024), ("RSASHA256", 4096), ("NSEC3RSASHA1", 2048)]
LDNS = ["ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519", "ED448", "RSASHA256", "RSASHA512"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", timeout=120, **options)
    return done.returncode, done.stdout, done.stderr


def must(*command, **options):
    status, out, error = run(*command, **options)
    if status != 0:
        raise AssertionError(f"{command}: status {status}\n{out[-2000:]}\n{error[-2000:]}")
    return out


def check(path, *options):
    """(exit status, findings of error severity, verified, of how many)"""
    status, out, error = run(ZONEC, "check", "--now", NOW, "--policy", "iana-512=off", *options, path)
    said = re.search(r"(\d+) of (\d+) RRSIGs? verified", error)
    errors = [line for line in out.splitlines() if " error: " in line]
    return status, errors, int(said[1]) if said else 0, int(said[2]) if said else 0


def sign_bind(folder, algorithm, bits, denial):
    for flags in (["-f", "KSK"], []):
        must("dnssec-keygen", "-q", "-K", folder, "-a", algorithm, *(["-b", str(bits)] if bits else []), *flags, ORIGIN)
    source, out = os.path.join(folder, "zone"), os.path.join(folder, "signed")
    with open(source, "w") as file:
        file.write(ZONE)
    must("dnssec-signzone", "-q", "-P", "-S", "-K", folder, "-o", ORIGIN, "-s", "20260101000000", "-e", "20280101000000",
         "-O", "full", *denial, "-f", out, source, cwd=folder)
    return out


def sign_ldns(folder, algorithm, denial):
    size = ["-b", "2048"] if algorithm.startswith("RSA") else []
    keys = [must("ldns-keygen", "-a", algorithm, *size, *flags, ORIGIN, cwd=folder).strip() for flags in (["-k"], [])]
    source, out = os.path.join(folder, "zone"), os.path.join(folder, "signed")
    with open(source, "w") as file:
        file.write(ZONE)
    # Both hash algorithms of RFC 8976, made by somebody else.
    must("ldns-signzone", "-o", ORIGIN, "-i", "20260101000000", "-e", "20280101000000", "-z", "sha384", "-z", "sha512",
         *denial, "-f", out, source, *keys, cwd=folder)
    return out


def dnspython_counts(path):
    """RRSIGs that dnspython verifies, does not, and leaves aside as it cannot read the type's text."""
    with open(path, encoding="latin-1") as file:
        every = [line for line in file if not line.startswith(";")]
    lines = [line for line in every if not re.search(r"\sIN\s+(RRSIG\s+)?(MINFO|LP)\s", line)]
    aside = sum(1 for line in every if re.search(r"\sIN\s+RRSIG\s+(MINFO|LP)\s", line))
    zone = dns.zone.from_text("".join(lines), origin=ORIGIN, relativize=False)
    keys = {zone.origin: zone.find_rdataset(zone.origin, "DNSKEY")}
    good = bad = 0
    for name, node in zone.nodes.items():
        for rdataset in node.rdatasets:
            if rdataset.rdtype != dns.rdatatype.RRSIG:
                continue
            covered = node.get_rdataset(rdataset.rdclass, rdataset.covers)
            for rrsig in rdataset:
                try:
                    dns.dnssec.validate_rrsig((name, covered), rrsig, keys, now=1785585600,
                                              policy=dns.dnssec.allow_all_policy)
                    good += 1
                except dns.dnssec.ValidationFailure:
                    bad += 1
    return good, bad, aside


def tamper(lines, rng):
    """Changes one character in the RDATA of one signed record of `lines`. Returns (owner, type), or None."""
    owners = [i for i, line in enumerate(lines) if re.match(r"\S+\s+\d+\s+IN\s+(RRSIG|TXT|MX|DS|NSEC|NSEC3|A|AAAA|DNSKEY)\s",
                                                            line) and "ecure" not in line.split()[0].lower()]
    at = rng.choice(owners)
    fields = lines[at].split()
    record_type = fields[3]
    if record_type in ("RRSIG", "DNSKEY"):
        octets = bytearray(base64.b64decode("".join(fields[12 if record_type == "RRSIG" else 7:])))
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
        text = " ".join(fields[:12 if record_type == "RRSIG" else 7]) + " " + base64.b64encode(octets).decode()
        record_type = fields[4] if record_type == "RRSIG" else "DNSKEY"
    else:
        digits = [m.start() for m in re.finditer(r"[0-9]", lines[at])]
        start = len(re.match(r"\S+\s+\d+\s+IN\s+\S+\s", lines[at])[0])
        digits = [i for i in digits if i >= start]
        if not digits or record_type in ("NSEC", "NSEC3") or "\\" in lines[at]:
            return None
        i = digits[-1]
        text = lines[at][:i] + str((int(lines[at][i]) + 1) % 10) + lines[at][i + 1:]
    changed = lines[:]
    changed[at] = text
    return changed, fields[0].rstrip(".").lower(), record_type


def verify_and_tamper(path, label, rng, refused=False):
    status, errors, verified, total = check(path)
    good, bad, aside = dnspython_counts(path)
    assert bad == 0 and verified == total == good + aside, f"{label}: {verified} of {total}, dnspython {good}, {bad}, {aside}"
    if refused:
        assert status == 1 and all("[deprecated-algorithm]" in line for line in errors) and errors, f"{label}: {errors}"
        status, errors, verified, total = check(path, "--deprecated-algorithm", "warning")
    assert status == 0 and not errors, f"{label}: status {status}, {errors}"
    with open(path, encoding="latin-1") as file:
        lines = [line.rstrip("\n") for line in file if not line.startswith(";")]
    tried = 0
    for _ in range(40):
        change = tamper(lines, rng)
        if not change:
            continue
        changed, owner, record_type = change
        with open(path + ".changed", "w", encoding="latin-1") as file:
            file.write("\n".join(changed) + "\n")
        status, errors, verified, _ = check(path + ".changed", "--deprecated-algorithm", "notice")
        named = [line for line in errors if f" {owner}. {record_type}:".lower() in line.lower()]
        assert status == 1 and named, f"{label}: {owner} {record_type} was changed: {errors}"
        tried += 1
        if tried == 4:
            break
    assert tried == 4, f"{label}: only {tried} changes"
    return good


def tools():
    rng = random.Random(20260801)
    total = 0
    with tempfile.TemporaryDirectory() as top:
        number = 0
        for algorithm, bits in BIND:
            for denial in ([], ["-3", "ab12", "-H", "1"], ["-3", "-", "-H", "0", "-A"]):
                if algorithm == "RSASHA256" and bits == 4096 and denial:
                    continue
                folder = os.path.join(top, str(number := number + 1))
                os.mkdir(folder)
                label = f"dnssec-signzone {algorithm} {bits or ''} {denial}"
                total += verify_and_tamper(sign_bind(folder, algorithm, bits, denial), label, rng,
                                           refused=algorithm.endswith("SHA1"))
        for algorithm in LDNS:
            for denial in ([], ["-n", "-t", "1", "-s", "ab12"]):
                folder = os.path.join(top, str(number := number + 1))
                os.mkdir(folder)
                label = f"ldns-signzone {algorithm} {denial}"
                path = sign_ldns(folder, algorithm, denial)
                with open(path) as file:
                    text = file.read()
                assert len(re.findall(r"\tZONEMD\t", text)) >= 2, f"{label}: no ZONEMD"
                total += verify_and_tamper(path, label, rng)
                # Glue is covered by the digests alone: both object.
                with open(path + ".changed", "w") as file:
                    file.write(text.replace("192.0.2.5", "192.0.2.6"))
                status, errors, _, _ = check(path + ".changed")
                assert status == 1 and len(errors) == 2 and all("zonemd-mismatch" in line for line in errors), errors
    print(f"{number} zones, {total} signatures, as dnspython says")


def root():
    """A dozen and more records of the root zone changed in its text, each told by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = servers.root_zone(folder)
        status, errors, verified, total = check(path)
        assert status == 0 and verified == total > 2700, f"status {status}, {verified} of {total}, {errors}"
        with open(path) as file:
            lines = file.readlines()
        patterns = {  # the line, what becomes of it, what the message starts with
            r"\.\s+\d+\tIN\tSOA\t": (" 1800 ", " 1801 ", ". SOA: RRSIG by key"),
            r"\.\s+\d+\tIN\tNS\ta\.": ("\ta.root", "\tb.root", ". NS: RRSIG by key"),
            r"\.\s+\d+\tIN\tNSEC\t": ("aaa.", "aab.", ". NSEC:"),
            r"\.\s+\d+\tIN\tZONEMD\t": (r" 1 1 \S\S", " 1 1 ", ""),
            r"\.\s+\d+\tIN\tDNSKEY\t257": ("AwEAA", "AwEAB", ". DNSKEY: "),
            r"jp\.\s+\d+\tIN\tDS\t": (" 2 ", " 4 ", ""),
            r"uk\.\s+\d+\tIN\tDS\t\d+ \d+ 2 ": (r"(?<= 2 )[0-9A-Fa-f]{2}", "", ""),
            r"de\.\s+\d+\tIN\tNSEC\t": ("RRSIG", "RRSIG TYPE1234", "de. NSEC: RRSIG by key"),
            r"fr\.\s+\d+\tIN\tRRSIG\tDS ": (r" 86400 ", " 86401 ", "fr. DS: RRSIG by key"),
            r"nl\.\s+\d+\tIN\tRRSIG\tNSEC ": (r"\S(?=\S{5}\n)", "/", "nl. NSEC: RRSIG by key"),
            r"a\.root-servers\.net\.\s+\d+\tIN\tA\t": ("198.41.0.4", "198.41.0.5", ". ZONEMD: the digest"),
            r"m\.root-servers\.net\.\s+\d+\tIN\tAAAA\t": (r"35\n", "34\n", ". ZONEMD: the digest"),
            r"jp\.\s+\d+\tIN\tNS\ta\.": ("a.dns.jp", "c.dns.jp", ". ZONEMD: the digest"),
            r"se\.\s+\d+\tIN\tNS\t": ("172800", "172801", ". ZONEMD: the digest"),
            r"br\.\s+\d+\tIN\tDS\t": ("86400", "86401", ". ZONEMD: the digest"),
            r"com\.\s+\d+\tIN\tDS\t": ("^com", "con", ""),
        }
        for pattern, (old, new, start) in patterns.items():
            at = next(i for i, line in enumerate(lines) if re.match(pattern, line))
            line = re.sub(old, new, lines[at], count=1)
            assert line != lines[at], f"{pattern}: nothing to change in {lines[at]!r}"
            with open(path + ".changed", "w") as file:
                file.writelines([*lines[:at], line, *lines[at + 1:]])
            status, errors, _, _ = check(path + ".changed")
            named = [error for error in errors if f" error: {start}" in error] if start else errors
            done = run(ZONEC, "check", "--now", NOW, path + ".changed")
            assert status in (1, 2) and (named or (not start and done[1])), f"{line!r}: {status} {errors}"
        print(f"root zone: {total} RRSIGs and the digest; {len(patterns)} changes refused")


def sample():
    """The same file gives the same sample; `none` looks at nothing."""
    path = os.path.join(os.environ["TORII_SOURCE"], "zones", "example-tld.nsec3.zone")
    whole = check(path)
    assert check(path, "--verify", "sample") == whole and whole[2] == whole[3] > 100, whole
    assert check(path, "--verify", "none")[2:] == (0, 0)
    status, _, error = run(ZONEC, "check", "--verify", "some", path)
    assert status == 2 and "some" in error, error


if __name__ == "__main__":
    {"tools": tools, "root": root, "sample": sample}[sys.argv[1]]()
