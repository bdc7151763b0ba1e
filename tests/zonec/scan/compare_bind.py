#!/usr/bin/python3
"""Compares the scanner with BIND's named-compilezone on whole zones.

usage: compare_bind.py SCAN_DUMP

Each zone is read by both. The records must be the same, compared as sets of (owner, TTL, type, RDATA) in
one spelling: scan_dump reads what BIND prints, and BIND reads what scan_dump prints.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# Types that this BIND does not know, or text forms of ours that it does not take.
NOT_FOR_BIND = {"CLA", "DSYNC", "HHIT", "BRID", "MD", "MF"}
NOT_BIND_TEXT = ("https://example.com/a?b=c", "4294967295 0 65535")  # URI without quotes; a time that BIND prints as 1969

SYNTAX = r"""
$TTL 1h30m ; a comment
@ IN 1d SOA ns hostmaster ( ; parentheses (
  2024010101 2h ; refresh
  15m 2w
  1h30m )
	86400 IN NS ns
  IN 1d NS ns.other.example.
ns A 192.0.2.1
   300 IN AAAA 2001:db8::1
   IN 300 AAAA 2001:db8::2
WWW CNAME ns
$ORIGIN sub
@ MX 10 mail
mail.\097\.b TXT "semi;colon" un\"quoted "tab	in" "\065\\\"" a\ b ( two
  lines )
* TYPE16 \# 3 02 61 62
x A \# 4 C0000201
x TYPE65280 \# ( 2 ; generic
 0102 )
$ORIGIN test.
$GENERATE 1-3 g$ A 192.0.2.$
$GENERATE 0-20/10 ${0,3,d}-${16,4,x} 600 CNAME t${-1}.z
$GENERATE 10-11 ${0,7,n}.ip6 PTR p\$$
$GENERATE 1-2 m$ MX "10 mail$"
$GENERATE 1-2 t$ IN TXT "a b $"
$TTL 5
late A 192.0.2.9
"""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr or done.stdout[-2000:]}")
    return done.stdout


def compare(name, text, scan_dump, folder):
    zone = folder / f"{name}.zone"
    zone.write_text(text)

    def bind(path):
        out = path.with_suffix(path.suffix + ".bind")
        run("named-compilezone", "-q", "-i", "none", "-k", "ignore", "-n", "ignore", "-r", "ignore", "-m", "ignore",
            "-M", "ignore", "-S", "ignore", "-o", str(out), "test", str(path))
        return out

    def ours(path):
        out = path.with_suffix(path.suffix + ".torii")
        out.write_text(run(scan_dump, str(path), "test."))
        return out

    def records(path):  # owner case is BIND's to change, that of the RDATA is not
        rows = (line.split("\t", 4) for line in path.read_text().splitlines())
        return sorted({(row[0].lower(), *row[1:]) for row in rows})

    direct = records(ours(zone))
    through_bind = records(ours(bind(zone)))
    back = records(ours(bind(ours(zone))))
    for label, other in (("BIND read the zone", through_bind), ("BIND read what was printed", back)):
        for row in direct:
            if row not in other:
                print(f"{name}: {label}: missing {row}")
        for row in other:
            if row not in direct:
                print(f"{name}: {label}: extra {row}")
    print(f"{name}: {len(direct)} records")
    return direct == through_bind == back and len(direct) > 20


def main():
    if not shutil.which("named-compilezone"):
        print("skipped: named-compilezone (bind9-utils) is not installed")
        return 77
    vectors = [line.split("\t") for line in (HERE / "rdata_vectors.txt").read_text().splitlines()
               if line and not line.startswith("#")]
    every_type = "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS a.\n"
    for number, vector in enumerate(vectors):
        if vector[0] in NOT_FOR_BIND or vector[0] in ("SOA", "NS") or any(text in vector[1] for text in NOT_BIND_TEXT):
            continue
        every_type += f"n{number} 60 {vector[0]} {vector[1]}\n"
    with tempfile.TemporaryDirectory() as folder:
        fine = compare("types", every_type, sys.argv[1], pathlib.Path(folder))
        fine &= compare("syntax", SYNTAX, sys.argv[1], pathlib.Path(folder))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
