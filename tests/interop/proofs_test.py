#!/usr/bin/python3
"""Every signature and every denial in our answers, judged by others: dnspython verifies the RRSIGs against the zone's
own DNSKEYs, denial.py (from the RFCs' text) the NSEC and NSEC3 proofs, and delv, where clocks allow, both.
Usage: proofs_test.py nsec|nsec3|root
"""
import calendar
import subprocess
import sys
import time

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype

import compare
import denial
import exchange
import root_test
import servers
import tld_test
import wire

ROOT_NOW = calendar.timegm((2026, 8, 1, 12, 0, 0))  # inside the validity of the committed snapshot's signatures


class Signatures:
    """Verifies RRsets with dnspython, each distinct one once."""

    def __init__(self, port, apex_text, now):
        question = wire.query(wire.name_to_wire(apex_text), wire.DNSKEY, edns=4096, do=True)
        message = dns.message.from_wire(exchange.tcp(port, [question])[0])
        self.apex, self.now, self.verified = dns.name.from_text(apex_text), now, {}
        self.keys = {self.apex: message.get_rrset(message.answer, self.apex, dns.rdataclass.IN, dns.rdatatype.DNSKEY)}
        if self.keys[self.apex] is None:
            raise RuntimeError("no DNSKEY RRset at the apex")
        problem = self.check(message)
        if problem:
            raise RuntimeError(f"DNSKEY: {problem}")

    def check(self, message):
        """None, or what is wrong: an RRset that should be signed and is not, or a signature that does not verify."""
        dnames = [rrset for rrset in message.answer if rrset.rdtype == dns.rdatatype.DNAME]
        for section in (message.answer, message.authority, message.additional):
            signatures = {(rrset.name, rrset.covers): rrset for rrset in section
                          if rrset.rdtype == dns.rdatatype.RRSIG}
            for rrset in section:
                if rrset.rdtype == dns.rdatatype.RRSIG:
                    continue
                signature = signatures.get((rrset.name, rrset.rdtype))
                if signature is None:
                    if section is message.additional:
                        continue  # glue, or left out for room
                    if rrset.rdtype == dns.rdatatype.NS and rrset.name != self.apex:
                        continue  # a delegation's NS RRset is not ours to sign
                    if rrset.rdtype == dns.rdatatype.CNAME and any(rrset.name.is_subdomain(d.name) and
                                                                   rrset.name != d.name for d in dnames):
                        continue  # made from the DNAME: RFC 6672 section 5.3.1
                    return f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} has no RRSIG"
                problem = self.verify(rrset, signature)
                if problem:
                    return problem
        return None

    def verify(self, rrset, signature):
        """None, or why no RRSIG of `signature` holds."""
        key = (rrset.name, rrset.rdtype, rrset.to_text(), signature.to_text())
        if key not in self.verified:
            try:
                dns.dnssec.validate(rrset, signature, self.keys, now=self.now)
                self.verified[key] = None
            except dns.dnssec.ValidationFailure as failure:
                self.verified[key] = f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)}: {failure}"
        return self.verified[key]


def check_answers(findings, toriid, apex_text, pairs, now):
    """Asks everything with DO over TCP and judges each answer."""
    apex = wire.name_to_wire(apex_text)
    signatures = Signatures(toriid.port, apex_text, now)
    queries = [wire.query(name, kind, edns=4096, do=True) for name, kind in pairs]
    for query, data in zip(queries, exchange.tcp(toriid.port, queries)):
        findings.compared += 1
        message = wire.Message(data)
        if message.rcode == wire.REFUSED:
            continue
        problem = denial.check(message, apex)
        if problem:
            findings.fail(f"denial: {problem}", compare.describe(query))
        problem = signatures.check(dns.message.from_wire(data))
        if problem:
            findings.fail(f"signature: {problem}", compare.describe(query))
    print(f"{len(signatures.verified)} distinct RRsets verified")


def check_with_delv(findings, lab, toriid, apex_text, form):
    """A resolver's own validator, as a client would run it. Only where the signatures are valid today."""
    question = wire.query(wire.name_to_wire(apex_text), wire.DNSKEY, edns=4096, do=True)
    message = dns.message.from_wire(exchange.tcp(toriid.port, [question])[0])
    keys = [rd for rrset in message.answer if rrset.rdtype == dns.rdatatype.DNSKEY for rd in rrset if rd.flags & 1]
    anchors = lab.path("anchors")
    with open(anchors, "w") as out:
        for key in keys:
            public = key.to_text().split(None, 3)[3].replace(" ", "")
            out.write(f'trust-anchors {{ "{apex_text}" static-key {key.flags} 3 {int(key.algorithm)} "{public}"; }};\n')
    # Under opt-out nobody can prove that an unsigned delegation is not there, so what rests on the cover of a next
    # closer name is insecure, not bogus (RFC 5155 section 9.2).
    optout = form == "nsec3"
    for name, kind, expected in (
            ("example.", "SOA", "fully validated"), ("nic.example.", "AAAA", "fully validated"),
            ("any.wild.example.", "TXT", "unsigned answer" if optout else "fully validated"),
            ("www.nic.example.", "A", "fully validated"),
            ("signed.example.", "DS", "fully validated"), ("big.nic.example.", "TXT", "fully validated"),
            ("leaf.inner.ent.example.", "TXT", "fully validated"), ("www.dname.example.", "AAAA", "fully validated"),
            ("no-such-name.example.", "A", "negative response, fully validated"),
            ("a.b.no-such-name.nic.example.", "A", "negative response, fully validated"),
            ("nic.example.", "LOC", "negative response, fully validated"),
            ("inner.ent.example.", "A", "negative response, fully validated"),
            ("any.wild.example.", "AAAA", "negative response, fully validated"),
            ("between.wild.example.", "A", "negative response, fully validated")):
        done = subprocess.run(["delv", "@127.0.0.1", "-p", str(toriid.port), "-a", anchors, f"+root={apex_text}",
                               name, kind], capture_output=True, text=True, timeout=60)
        findings.compared += 1
        first = done.stdout.splitlines()
        if not any(line == f"; {expected}" for line in first):
            findings.fail("delv does not validate", f"{name} {kind}", (done.stdout + done.stderr)[:400])


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("nsec", "nsec3", "root"):
        sys.exit(__doc__)
    form, started, findings = sys.argv[1], time.monotonic(), compare.Findings()
    servers.need("delv", "named-compilezone")
    with servers.Lab() as lab:
        if form == "root":
            zone = servers.root_zone(lab.folder)
            _, pairs = root_test.questions(zone)
            longest = [pair for pair in pairs if len(pair[0]) < 200]
            check_answers(findings, lab.toriid({".": zone}, compile_options=servers.ANY_DAY), ".", longest[::2], ROOT_NOW)
        else:
            toriid = lab.toriid({"example.": tld_test.zone_file(form)})
            pairs = tld_test.questions(tld_test.flatten(tld_test.zone_file(form), lab.path("flat")))
            check_answers(findings, toriid, "example.", pairs, time.time())
            check_with_delv(findings, lab, toriid, "example.", form)
    print(f"{form}: {time.monotonic() - started:.0f} s")
    return findings.report(f"proofs ({form})")


if __name__ == "__main__":
    sys.exit(main())
