#!/usr/bin/python3
"""Checks rdata_vectors.txt against dnspython and BIND's named-rrchecker, which know nothing of Torii.

Each line of the file has four columns, separated by tabs: type, text, wire format in hex, and the text that Torii
prints for it. Both texts must give the wire format in every tool that knows the type; a vector that no tool knows must
be in HAND_CHECKED. With --update and lines of two columns or more, the wire format is written anew from the tools.
"""
import pathlib
import shutil
import subprocess
import sys

try:
    import dns.exception
    import dns.name
    import dns.rdata
except ImportError:
    print("skipped: dnspython is not installed")
    sys.exit(77)

VECTORS = pathlib.Path(__file__).with_name("rdata_vectors.txt")
HAND_CHECKED = {"CLA", "HHIT", "BRID"}  # newer than both tools: the formats are those of TXT and OPENPGPKEY
BIND_REFUSES = {("URI", "0 0 https://example.com/a?b=c")}  # wants quotes, RFC 7553 section 4.4 shows them


def by_dnspython(rr_type, text):
    """Wire format in hex, or None where dnspython does not know the type."""
    if text.startswith("\\#"):
        return None  # dnspython 2.3 cannot tell that names in it are absolute
    try:
        rdata = dns.rdata.from_text("IN", rr_type, text, dns.name.root, relativize=False)
    except Exception as error:
        known = not isinstance(error, dns.rdata.dns.rdatatype.UnknownRdatatype) and "generic rdata" not in str(error)
        if known and "Unknown SVCB" not in str(error):
            return f"dnspython: {error!r}"
        return None
    return rdata.to_wire().hex()


def by_bind(rr_type, text):
    if not shutil.which("named-rrchecker") or (rr_type, text) in BIND_REFUSES:
        return None
    run = subprocess.run(["named-rrchecker", "-u"], input=f"IN {rr_type} {text}\n", capture_output=True, text=True)
    if run.returncode != 0:
        return None if "unknown class/type" in run.stderr else run.stderr.strip()
    return "".join(run.stdout.split("\\#")[1].split()[1:]).lower()


def main():
    update = "--update" in sys.argv
    failures, lines, counts = 0, [], {"dnspython": 0, "named-rrchecker": 0}
    for line in VECTORS.read_text().splitlines():
        if not line or line.startswith("#"):
            lines.append(line)
            continue
        rr_type, text, wire, printed = (line.split("\t") + ["", ""])[:4]
        answers = []
        for tool, oracle in (("dnspython", by_dnspython), ("named-rrchecker", by_bind)):
            for form in {text, printed or text}:
                answer = oracle(rr_type, form)
                if answer is not None:
                    answers.append((tool, form, answer))
                    counts[tool] += 1
        if update and answers:
            wire = answers[0][2]
        lines.append("\t".join((rr_type, text, wire, printed)))
        if not answers and rr_type not in HAND_CHECKED:
            print(f"{rr_type} {text}: no tool knows it")
            failures += 1
        for tool, form, answer in answers:
            if answer != wire:
                print(f"{rr_type} {form}\n  vector          {wire}\n  {tool:15} {answer}")
                failures += 1
    if update:
        VECTORS.write_text("\n".join(lines) + "\n")
    print(f"{counts['dnspython']} texts read by dnspython, {counts['named-rrchecker']} by named-rrchecker, {failures} wrong")
    return 1 if failures or counts["dnspython"] < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
