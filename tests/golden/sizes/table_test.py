#!/usr/bin/python3
"""What `zonec table` prints, against tables that others published: JPRS 2003 in cases.py, respsize's figures 2 and 3."""
import csv
import io
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop"))

import cases  # noqa: E402
import servers  # noqa: E402

# The words of JPRS's table for ours.
VERDICTS = {"all": "ok", "part": "part", "over": "over"}
# The one row that JPRS printed otherwise, and how; cases.py says why.
PRINTED = {"7/4/7": "over"}


def table(zonec, *options):
    done = subprocess.run([zonec, "table", *options], capture_output=True, text=True, check=True)
    return done.stdout


def check_jprs(zonec, failures):
    subject = ("--zone", "jp", "--host", "?.dns.jp", "--rows", ",".join(row for _, row, *_ in cases.JPRS))
    rows = list(csv.DictReader(io.StringIO(table(zonec, *subject, "--format", "csv"))))
    if len(rows) != 16:
        failures.append(f"{len(rows)} rows of JPRS's 16")
    as_printed = 0
    for (_, row, ns_only, with_aaaa, fitting, total, verdict), got in zip(cases.JPRS, rows):
        want = {"hosts": row.split("/")[0], "aaaa": row.split("/")[1], "a": row.split("/")[2],
                "octets_without_glue": str(ns_only), "octets_with_first": str(with_aaaa), "octets": str(total),
                "verdict": VERDICTS[verdict]}
        if verdict != "over":
            want["a_fitting"] = str(fitting)
            want["octets_fitting"] = str(total)
        failures += [f"JPRS {row}: {key} is {got[key]}, golden: {value}" for key, value in want.items()
                     if got[key] != value]
        as_printed += got["verdict"] == VERDICTS[PRINTED.get(row, verdict)]
    if as_printed != 15:
        failures.append(f"{as_printed} rows as JPRS printed them; 15 are expected, all but 7/4/7")
    # The other formats have the same numbers.
    for got, cell in zip(rows, json.loads(table(zonec, *subject, "--format", "json"))["cells"]):
        failures += [f"JSON {key}: {cell[key]}, CSV: {got[key]}" for key in cell if str(cell[key]) != got[key]]
    for got, line in zip(rows, table(zonec, *subject).splitlines()[4:]):
        want = ["/".join(got[key] for key in ("hosts", "aaaa", "a"))] + [
            got[key] for key in ("octets_without_glue", "octets_with_first", "octets_fitting", "aaaa_fitting",
                                 "a_fitting", "octets", "verdict")]
        if line.split() != want:
            failures.append(f"text: {line.split()}, CSV: {want}")


def check_respsize(zonec, failures):
    """Figures 2 and 3: B = 341 and 371; A alone, pairs, and A before AAAA."""
    figure3 = ("--host", "ns-ext.isc.org", "--host", "ns.psg.com", "--host", "ns.ripe.net", "--host", "ns.eu.int")
    wanted = [  # hosts, without glue, columns A, pairs, A then AAAA as (verdict, A that fit, AAAA that fit)
        (("--host", "?.dns.br"), "341", (("ok", "4", "0"), ("part", "3", "3"), ("part", "4", "3"))),
        (figure3, "371", (("ok", "4", "0"), ("part", "3", "3"), ("part", "4", "2"))),
    ]
    for hosts, without_glue, columns in wanted:
        for (glue, first), want in zip((("0/n", "a"), ("n/n", "pairs"), ("n/n", "a")), columns):
            row, = csv.DictReader(io.StringIO(table(zonec, "--zone", "xx", *hosts, "--hosts", "4", "--glue", glue,
                                                    "--first", first, "--format", "csv")))
            got = (row["verdict"], row["a_fitting"], row["aaaa_fitting"])
            if got != want or row["octets_without_glue"] != without_glue:
                failures.append(f"respsize {hosts[1]} {glue} {first}: {row['octets_without_glue']} {got}, "
                                f"golden: {without_glue} {want}")


def main():
    zonec = servers.program("TORII_ZONEC", "zonec")
    failures = []
    check_jprs(zonec, failures)
    check_respsize(zonec, failures)
    print("\n".join(failures) or "JPRS 2003: 15 of 16 rows as printed, 7/4/7 as its arithmetic has it; respsize: all")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
