#!/usr/bin/python3
"""Every delegation of the real root zone: its size by formula, by layout, and by asking the running server.

The formula is written here once more, from RFC 1035 section 4.1.4, with dnspython reading the records; the layout's sizes
are those of `zonec report --json`; the server is asked over TCP, for a QNAME of 255 octets of long labels and one of many,
without EDNS and with DO.
"""
import json
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop"))
import compare  # noqa: E402
import servers  # noqa: E402
import wire  # noqa: E402

servers.need()
import dns.name  # noqa: E402
import dns.rdatatype  # noqa: E402
import dns.zone  # noqa: E402

QNAME, OPT, DELEGATIONS = 255, 11, 1438
NS, DS, NSEC, RRSIG, A, AAAA = (dns.rdatatype.from_text(t) for t in ("NS", "DS", "NSEC", "RRSIG", "A", "AAAA"))


def ns_octets(owner, hosts):
    """Owner pointer and frame of each record, and its name: labels that no name before it ends with, then a pointer."""
    seen = {owner.labels[i:] for i in range(len(owner.labels) - 1)}
    octets = 0
    for host in hosts:
        labels = host.labels
        at = 0
        while at < len(labels) - 1 and labels[at:] not in seen:
            seen.add(labels[at:])
            at += 1
        octets += 2 + 10 + sum(len(label) + 1 for label in labels[:at]) + (1 if at == len(labels) - 1 else 2)
    return octets


def set_octets(rdatas):
    """Records whose owner is a pointer and whose RDATA has no compressed name."""
    return sum(2 + 10 + len(rdata.to_wire()) for rdata in rdatas)


class Formula:
    """Sizes of each delegation: plain authority, required, all; the same with OPT and DO."""

    def __init__(self, path):
        self.zone = dns.zone.from_file(path, origin=".", relativize=False, check_origin=False)
        self.sets = {}
        for name, rdataset in self.zone.iterate_rdatasets():
            kind = (rdataset.rdtype, rdataset.covers)
            self.sets.setdefault(dns.name.from_text(name.to_text().lower()), {})[kind] = list(rdataset)
        self.cuts = [name for name, sets in self.sets.items() if (NS, 0) in sets and name != dns.name.root]

    def sizes(self, owner):
        sets = self.sets[owner]
        hosts = sorted({dns.name.from_text(rdata.target.to_text().lower()) for rdata in sets[NS, 0]})
        authority = 12 + QNAME + 4 + ns_octets(owner, hosts)
        kind = DS if (DS, 0) in sets else NSEC
        proof = set_octets(sets[kind, 0]) + set_octets(sets[RRSIG, kind])
        glue = {True: 0, False: 0}
        for host in hosts:
            for address in (A, AAAA):
                glue[host.is_subdomain(owner)] += set_octets(self.sets.get(host, {}).get((address, 0), []))
        plain = [authority, authority + glue[True], authority + glue[True] + glue[False]]
        return plain + [octets + OPT + proof for octets in plain]


def many_labels(owner):
    """255 octets, one-character labels but for one."""
    room = 255 - len(owner)
    prefix = b"" if room % 2 == 0 else b"\x02qq"
    return prefix + b"\x01q" * ((room - len(prefix)) // 2) + owner


def ask_all(server, questions):
    """Octets of the answers to `questions`, pipelined over one TCP connection."""
    sizes = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as stream:
        received = stream.makefile("rb")
        for start in range(0, len(questions), 64):
            batch = questions[start:start + 64]
            ids = {struct.unpack("!H", question[:2])[0]: i for i, question in enumerate(batch)}
            assert len(ids) == len(batch)
            stream.sendall(b"".join(struct.pack("!H", len(question)) + question for question in batch))
            answers = [0] * len(batch)
            for _ in batch:
                size, = struct.unpack("!H", received.read(2))
                data = received.read(size)
                assert len(data) == size and not data[2] & 2, "short or truncated"
                answers[ids[struct.unpack("!H", data[:2])[0]]] = size
            sizes += answers
    return sizes


def numbered(question, number):
    return struct.pack("!H", number & 0xFFFF) + question


def main():
    findings = compare.Findings(shown=40)
    with servers.Lab() as lab:
        path = servers.root_zone(lab.folder)
        formula = Formula(path)
        report = lab.path("report.json")
        subprocess.run([servers.program("TORII_ZONEC", "zonec"), "report", "--json", report, f".={path}"], check=True,
                       timeout=120)
        with open(report, encoding="utf-8") as file:
            told = json.load(file)
        layout = {dns.name.from_text(each["name"]): each["sizes"] for each in told["details"]["delegations"]}
        if len(formula.cuts) != DELEGATIONS or sorted(layout) != sorted(formula.cuts):
            findings.fail("delegations", f"{len(formula.cuts)} in the file", f"{len(layout)} in the report")
        server = lab.toriid({".": path}, compile_options=servers.ANY_DAY)
        questions, wanted = [], []
        for owner in formula.cuts:
            sizes = formula.sizes(owner)
            findings.compared += 1
            if sizes != layout.get(owner):
                findings.fail("formula and layout", owner.to_text(), f"{sizes} and {layout.get(owner)}")
            name = wire.name_to_wire(owner.to_text())
            for qname in (wire.longest_below(name, QNAME), many_labels(name)):
                assert len(qname) == QNAME
                questions += [wire.query(qname, wire.A), wire.query(qname, wire.A, edns=4096, do=True)]
                wanted += [(owner, sizes[2]), (owner, sizes[5])]
        got = ask_all(server, [numbered(question, i) for i, question in enumerate(questions)])
        for (owner, octets), answered in zip(wanted, got):
            findings.compared += 1
            if octets != answered:
                findings.fail("formula and answer", owner.to_text(), f"{octets} and {answered}")
    return findings.report("root sizes")


if __name__ == "__main__":
    sys.exit(main())
