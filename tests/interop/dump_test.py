#!/usr/bin/python3
"""`zonec dump` gives back exactly the records it was given: RRset by RRset as BIND's named-compilezone writes them."""
import os
import subprocess
import sys

import compare
import servers
import tld_test


def canonical(origin, path, out):
    """The zone's records as BIND writes them: one absolute record a line. As {(owner, type): {(ttl, rdata)}}."""
    done = subprocess.run(["named-compilezone", "-q", "-i", "none", "-k", "ignore", "-s", "full", "-o", out, origin,
                           path], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"named-compilezone refuses {path}:\n{done.stdout}{done.stderr}")
    rrsets = {}
    with open(out) as file:
        for line in file:
            if line.startswith(";") or not line.strip():
                continue
            owner, ttl, _, kind, rdata = line.split(None, 4)
            rrsets.setdefault((owner.lower(), kind), set()).add((ttl, rdata.strip()))
    return rrsets


def main():
    servers.need("named-compilezone")
    findings, skipped = compare.Findings(), False
    with servers.Lab() as lab:
        zones = {form: ("example.", tld_test.zone_file(form)) for form in ("plain", "nsec", "nsec3")}
        zones["jp-2003"] = (".", os.path.join(servers.source_folder(), "zones", "jp-2003.zone"))
        try:
            zones["root"] = (".", servers.root_zone(lab.folder))
        except SystemExit:
            skipped = True
        for label, (origin, path) in zones.items():
            image, dumped = lab.path(f"{label}.image"), lab.path(f"{label}.dump")
            lab.compile(image, {origin: path}, *servers.ANY_DAY)
            with open(dumped, "wb") as out:
                subprocess.run([servers.program("TORII_ZONEC", "zonec"), "dump", "--image", image, origin],
                               stdout=out, check=True, timeout=120)
            given = canonical(origin, path, lab.path(f"{label}.given"))
            got = canonical(origin, dumped, lab.path(f"{label}.got"))
            findings.compared += len(given)
            for key in sorted(set(given) | set(got)):
                if given.get(key) != got.get(key):
                    findings.fail(f"{label}: RRset differs", " ".join(key),
                                  f"given {given.get(key)}\n    dumped {got.get(key)}")
            with open(dumped) as file:
                records = sum(1 for line in file if line.strip() and not line.startswith(";"))
            expected = sum(map(len, given.values()))
            if records != expected:
                findings.fail(f"{label}: dump has {records} records", f"the zone has {expected}")
            again = lab.path(f"{label}.again.image")
            lab.compile(again, {origin: dumped}, *servers.ANY_DAY)
            second = subprocess.run([servers.program("TORII_ZONEC", "zonec"), "dump", "--image", again, origin],
                                    capture_output=True, check=True, timeout=120).stdout
            with open(dumped, "rb") as file:
                if file.read() != second:
                    findings.fail("a dump compiled and dumped again is not the same text", label)
            print(f"{label}: {records} records, {len(given)} RRsets")
    status = findings.report("dump")
    if skipped and status == 0:
        sys.exit(servers.SKIPPED)
    return status


if __name__ == "__main__":
    sys.exit(main())
