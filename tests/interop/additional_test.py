#!/usr/bin/python3
"""Zones compiled with --additional: MX, SRV, NAPTR, SVCB and HTTPS of random zones, with what goes along, against the
reference over TCP, and what is left of it at each UDP size. BIND, told to send what it has, is asked too: whatever both send
must agree, and it must not know of a host's addresses, or a service's records, that Torii leaves out.

Usage: additional_test.py [SEEDS [FIRST-SEED]]   (20 seeds from 1)
"""
import random
import subprocess
import sys

import compare
import differential_test
import exchange
import random_zones
import reference
import servers
import wire

KINDS = ("MX", "SRV", "NAPTR", "SVCB", "HTTPS")
LIMITS = (512, 600, 700, 800, 1232)


class ServiceZone(random_zones.RandomZone):
    """A random zone with services at many names, that lead to each other, to hosts with addresses, and nowhere."""

    def _fill(self):
        super()._fill()
        rng = self.rng
        free = [name for name in self.owners[1:] if not {"CNAME", "NS", "DNAME"} & set(self.sets.get(
            tuple(label.lower() for label in name), {}))]
        for name in rng.sample(free, min(len(free), 8)):
            for kind in rng.sample(KINDS, rng.randint(1, 3)):
                self.add(name, kind, *self._service(kind))
        for name in rng.sample(free, min(len(free), 6)):
            for kind in ("A", "AAAA"):
                if kind not in self.sets.get(tuple(label.lower() for label in name), {}) and rng.random() < 0.7:
                    self.add(name, kind, *self._rdata(kind))
        self.owners += free  # more likely targets

    def _service(self, kind):
        rng, records = self.rng, []
        for number in range(rng.randint(1, 3)):
            target = random_zones.text(self.some_name())
            if kind == "MX":
                records.append(f"{number} {target}")
            elif kind == "SRV":
                records.append(f"{number} 0 53 {target}")
            elif kind == "NAPTR":
                records.append(f'{number} 0 "{rng.choice(("a", "A", "s", "S", "u", ""))}" "x" "" {target}')
            elif rng.random() < 0.4:
                return [f"0 {target}"]
            else:
                records.append(f"{number + 1} {rng.choice((target, target, '.'))} alpn=h2")
        return records


def make(lab, seed, refused):
    rng = random.Random(f"services {seed}")
    zone = ServiceZone(rng, (b"s%d" % seed, b"test"), rng.choice(random_zones.DENIALS))
    origin = random_zones.text(zone.origin)
    try:
        zone.write(lab.folder)
        subprocess.run([servers.program("TORII_ZONEC", "zonec"), "check", f"{origin}={zone.path}"], check=True,
                       capture_output=True, text=True, timeout=60)
    except subprocess.CalledProcessError as error:
        refused.append(f"{origin} {(error.stderr or error.stdout).strip()[-200:]}")
        return None
    return origin, zone, reference.Zone(origin, zone.path)


def questions(zone):
    """Each name that owns a service, a name below it and each type, with and without DO."""
    kinds = [wire.TYPES[kind] for kind in KINDS]
    names = [name for name, sets in zone.sets.items() if set(sets) & set(kinds)]
    names += [b"\1q" + name[2:] for name in names if name.startswith(b"\1*")]
    names += [name for name, sets in zone.sets.items() if wire.CNAME in sets]
    return [(name, kind, do) for name in names for kind in kinds for do in (False, True)]


def check_bind(findings, text, zone, ours, theirs):
    """BIND's additional section against ours: no RRset that ours lacks, none that contradicts it. A CNAME at a TargetName is
    neither address nor service record, so it need not go along (RFC 9460 section 4.1); BIND sends it. It also sends what
    wildcards of signed zones make, without the proof that RFC 4035 section 3.1.3.3 asks for."""
    if theirs.rcode != wire.NOERROR or set(theirs.answer) != set(ours.answer):
        return False
    lacking = {key for key in theirs.rrsets(theirs.additional) if key not in ours.rrsets(ours.additional)
               and not ((zone.nsec or zone.hashes) and key[0] not in zone.names)
               and wire.CNAME not in (key[1], int.from_bytes(key[2], "big"))}
    if lacking:
        findings.fail("BIND sends along what Torii does not", text, str(sorted(lacking)))
    for key, rrs in ours.rrsets(ours.additional).items():
        if key in theirs.rrsets(theirs.additional) and set(theirs.rrsets(theirs.additional)[key]) != set(rrs):
            findings.fail("BIND sends another RRset along", text, rrs[0].text())
    return bool(theirs.additional)


def main():
    seeds, first = ([int(argument) for argument in sys.argv[1:]] + [20, 1][len(sys.argv) - 1:])[:2]
    servers.need("named", "dnssec-signzone", "dnssec-keygen")
    findings, refused, agreed, along, asked_all = compare.Findings(), [], 0, 0, 0
    with servers.Lab() as lab:
        made = [one for one in (make(lab, seed, refused) for seed in range(first, first + seeds)) if one]
        files = {origin: zone.path for origin, zone, _ in made}
        known = {plain.apex: plain for _, _, plain in made}
        minimal, toriid = lab.toriid(files), lab.toriid(files, compile_options=("--additional",))
        bind = lab.bind(files, minimal=False)
        asked = [one for _, _, plain in made for one in questions(plain)]
        asked_all = len(asked)
        queries = [wire.query(name, kind, edns=4096, do=do) for name, kind, do in asked]
        full, plain, theirs = ([wire.Message(data) for data in exchange.tcp(server.port, queries)]
                               for server in (toriid, minimal, bind))
        for at, (name, kind, do) in enumerate(asked):
            text = compare.describe(queries[at])
            findings.compared += 1
            compare.check_sane(findings, text, full[at])
            for message, reading in ((full[at], reference.Reading(additional=True)), (plain[at], reference.Reading())):
                expected = reference.answer(known, name, kind, do, reading)
                problem = None if expected.undefined else differential_test.against_reference(message, expected)
                if problem:
                    findings.fail(f"not as the reference: {problem[0]}", f"{text} {expected.steps}", problem[1])
            along += bool(full[at].additional)
            agreed += check_bind(findings, text, expected.zones[-1], full[at], theirs[at])
        for limit in LIMITS:
            limited = [wire.query(name, kind, edns=limit, do=do) for name, kind, do in asked]
            for at, data in enumerate(exchange.udp(toriid.port, limited)):
                compare.check_limited(findings, f"{compare.describe(limited[at])} UDP", wire.Message(data), full[at], limit)
    print(f"{len(made)} zones, {asked_all} questions at {len(LIMITS) + 1} sizes, {along} answers with more along, "
          f"{agreed} of them as BIND's or more; {len(refused)} zones refused")
    if along < asked_all // 10 or agreed < 10:
        findings.fail("too little to compare", "", f"{along} answers with additional records, {agreed} from BIND")
    return findings.report("additional records", {})


if __name__ == "__main__":
    sys.exit(main())
