#!/usr/bin/python3
"""Random zones, many to an image, answered by toriid, NSD, Knot, BIND and PowerDNS, and by reference.py.

Each of our answers must be the reference's, and where it is signed, must validate (chains.py, link by link); each peer's is compared with ours,
and a difference is classed by the rules of peer_rules.py, which say who is right and by which text. A difference from
the reference, a proof or signature that does not hold, a UDP answer that is not what its size asks for, and a peer's
difference that no rule explains all fail.

Usage: differential_test.py [ZONES [QUERIES [FIRST-SEED]]]   (40 zones and 8000 queries, from seed 1)
Runs in batches of 50 seeds; the line of a batch says the seed to go on from.
"""
import os
import random
import subprocess
import sys
import time

import dns.exception

import chains
import compare
import exchange
import peer_rules
import proofs_test
import random_zones
import reference
import servers
import wire

BATCH = 50  # seeds
PEERS = ("nsd", "knot", "bind", "pdns")
LESSENED = 0.05  # of the answers that validate: a signature or denial less, and the validator must object
LIMITS = (None, 512, 1232)  # UDP, by EDNS size; None: no EDNS, so 512


def make_zones(lab, seed, refused):
    """[(RandomZone, reference.Zone)] of one seed; zones that BIND does not sign or zonec refuses are left out."""
    made = []
    for zone in random_zones.zones_of(seed):
        try:
            zone.write(lab.folder)
        except subprocess.CalledProcessError as error:
            refused.append(f"{random_zones.text(zone.origin)} dnssec-signzone: {error.stderr.strip()[-200:]}")
            continue
        origin = random_zones.text(zone.origin)
        done = subprocess.run([servers.program("TORII_ZONEC", "zonec"), "check", f"{origin}={zone.path}"],
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            reasons = [line for line in (done.stdout + done.stderr).splitlines() if " error" in line]
            refused.append(f"{origin} zonec: {reasons[0] if reasons else done.stderr.strip()}")
            continue
        try:
            made.append((zone, reference.Zone(origin, zone.path)))
        except dns.exception.DNSException as error:  # a CNAME with other data below a cut, where zonec only warns
            refused.append(f"{origin} dnspython: {error}")
    return made


def nsec3_parameters(zone):
    """As PowerDNS writes them: hash algorithm, flags (1: opt-out), iterations, salt. None: the zone has no NSEC3."""
    if not zone.parameters:
        return None
    optout = any(sets[wire.NSEC3][1][0][1] & 1 for sets in zone.nsec3.values())
    iterations, salt = zone.parameters
    return f"1 {int(optout)} {iterations} {salt.hex() or '-'}"


class Run:
    def __init__(self):
        self.findings = compare.Findings(shown=int(os.environ.get("TORII_SHOWN", "25")))
        self.zones = self.queries = self.proofs = self.across = self.lessened = self.undefined = 0
        self.refused, self.verified, self.unloaded = [], 0, {}

    def batch(self, seeds, per_zone):
        with servers.Lab() as lab:
            made = [pair for seed in seeds for pair in make_zones(lab, seed, self.refused)]
            with open(lab.path("probe.zone"), "w") as out:  # a peer may refuse any of the others
                out.write("@ 60 IN SOA ns root 1 1 1 1 1\n@ 60 IN NS ns.invalid.\n")
            files = {"probe.": lab.path("probe.zone")}
            files.update({random_zones.text(zone.origin): zone.path for zone, _ in made})
            known = {plain.apex: plain for _, plain in made}
            toriid = lab.toriid(files)
            presigned = {random_zones.text(zone.origin): nsec3_parameters(plain) for zone, plain in made
                         if zone.form != "unsigned"}
            peers = [lab.nsd(files), lab.knot(files), lab.bind(files), lab.pdns(files, presigned)]
            loaded = {peer.name: self.loaded_by(peer, known) for peer in peers}
            asked = []
            for zone, plain in made:
                names = plain.names | set(plain.nsec3)
                asked += random_zones.questions(seeds[0], zone, names, per_zone)
            queries = [wire.query(name, kind, edns=4096 if do else None, do=do) for name, kind, do in asked]
            answers = {server.name: [wire.Message(data) for data in exchange.tcp(server.port, queries)]
                       for server in (toriid, *peers)}
            self.zones += len(made)
            for peer, apexes in loaded.items():
                self.unloaded[peer] = self.unloaded.get(peer, 0) + len(known) - len(apexes)
            cyclic = frozenset().union(*(reference.cyclic_cuts(plain) for plain in known.values()))
            judge = Judge(self, known, {apex: proofs_test.Signatures(toriid.port, wire.name_to_text(apex), time.time())
                                        for apex, zone in known.items() if zone.nsec or zone.hashes})
            for at, (name, kind, do) in enumerate(asked):
                judge.question(compare.describe(queries[at]), name, kind, do, answers["toriid"][at],
                               {peer: answers[peer][at] for peer in PEERS}, loaded)
            self.queries += len(asked)
            self.limited(toriid, asked, answers["toriid"], cyclic, seeds[0])
            self.verified += sum(len(signatures.verified) for signatures in judge.signatures.values())

    @staticmethod
    def loaded_by(peer, known):
        """The zones that a peer took; each refuses some that the RFCs only warn of."""
        apexes = list(known)
        replies = exchange.tcp(peer.port, [wire.query(apex, wire.SOA) for apex in apexes])
        return {apex for apex, data in zip(apexes, replies) if any(
            rr.owner == apex and rr.type == wire.SOA for rr in wire.Message(data).answer)}

    def limited(self, toriid, asked, full, cyclic, seed):
        """The same questions, some of them, over UDP: our answers against our full ones."""
        rng = random.Random(seed)
        for limit in LIMITS:
            chosen = [at for at in range(len(asked)) if rng.random() < 0.3 and not (limit is None and asked[at][2])]
            queries = [wire.query(asked[at][0], asked[at][1], edns=limit, do=asked[at][2]) for at in chosen]
            for at, query, data in zip(chosen, queries, exchange.udp(toriid.port, queries)):
                whole = full[at]
                ours = wire.Message(data)
                if ours.edns and whole.edns is None:
                    whole = wire.Message(compare.with_opt(whole.data, ours.edns[2]))
                text = f"{compare.describe(query)} UDP"
                compare.check_limited(self.findings, text, ours, whole, limit or 512, cyclic)
            self.queries += len(chosen)


class Judge:
    def __init__(self, run, known, signatures):
        self.run, self.findings, self.known, self.signatures = run, run.findings, known, signatures
        self.rng = random.Random(run.queries)
        self.validator = chains.Validator(set(known), signatures)

    def question(self, text, name, kind, do, ours, peers, loaded):
        expected = reference.answer(self.known, name.lower(), kind, do)
        self.findings.compared += 1
        compare.check_sane(self.findings, text, ours)
        if ours.data[12:12 + len(name)] != name:
            self.findings.fail("the question's case is not kept", text)
        if expected.undefined:
            self.run.undefined += 1
            return
        problem = against_reference(ours, expected)
        if problem:
            others = " ".join(f"{peer} {'as the reference' if not against_reference(their, expected) else 'otherwise'}"
                              for peer, their in peers.items())
            self.findings.fail(f"not as the reference: {problem[0]}", f"{text} {expected.steps}",
                               f"{problem[1]}\n    {others}")
        if do:
            self.proofs(text, ours, expected)
        for peer, their in peers.items():
            touched = [zone.apex for zone in expected.zones] + [apex for apex in self.known
                                                                if wire.is_at_or_below(name.lower(), apex)]
            if any(apex not in loaded[peer] for apex in touched):
                continue
            self.findings.compared += 1
            if problem or not against_reference(their, expected):
                continue
            rule = peer_rules.explain(peer, their, expected, self.known, name.lower(), kind, do)
            if rule:
                self.findings.allow(f"{peer} {rule}", peer_rules.KNOWN)
            else:
                found = against_reference(their, expected)
                said = [rr.text() for rr in their.answer + their.authority]
                self.findings.fail(f"{peer} differs, no rule says why: {found[0]}", f"{text} {expected.steps}",
                                   "\n    ".join([found[1], f"{peer} says:", *said]))

    def proofs(self, text, ours, expected):
        """Denials and signatures, link by link, of answers that come from signed zones, all or some of them."""
        if all(zone.apex not in self.signatures for zone in expected.zones):
            return
        zones, problem = self.validator.check(ours, expected.unprovable)
        self.run.proofs += 1
        self.run.across += len(set(zones)) > 1
        if problem is None and zones != [zone.apex for zone in expected.zones]:
            problem = "the chain leads through other zones than the reference's"
        if problem:
            self.findings.fail(f"validation: {problem}", f"{text} {expected.steps}")
        elif not expected.unprovable and ours.question[1] not in (wire.ANY, wire.RRSIG) and self.rng.random() < LESSENED:
            problem = self.validator.lessened(ours, self.rng)
            self.run.lessened += problem != ""
            if problem is None:
                self.findings.fail("the validator does not miss a record that is taken out", f"{text} {expected.steps}")


def against_reference(message, expected):
    """(part, in words) of what differs from the reference, or None."""
    if message.rcode != expected.rcode or message.aa != expected.aa:
        return "RCODE/AA", f"{message.rcode}/{message.aa}, reference {expected.rcode}/{expected.aa}"
    if message.tc:
        return "TC", "set over TCP"
    wanted = expected.answer
    if expected.one_of is not None:
        own = set(message.answer) - wanted
        if own not in expected.one_of or not wanted <= set(message.answer):
            return "answer", "ANY: not one whole RRset of the name"
        wanted = set(message.answer)
    if set(message.answer) != wanted:
        return "answer", compare.difference(message.answer, wanted)
    if set(message.authority) != expected.authority and not expected.loose_proof:
        return "authority", compare.difference(message.authority, expected.authority)
    if set(message.additional) != expected.additional:
        return "additional", compare.difference(message.additional, expected.additional)
    return None


def main():
    numbers = [int(argument) for argument in sys.argv[1:]]
    zones, queries, seed = (numbers + [40, 8000, 1][len(numbers):])[:3]
    servers.need("nsd", "knotd", "named", "pdns_server", "pdnsutil", "dnssec-signzone", "dnssec-keygen")
    run, started = Run(), time.monotonic()
    # A question costs one exchange over TCP and 0.75 over UDP on average.
    per_zone = max(10, int(queries / zones / 1.7) + 1)
    while run.zones < zones or run.queries < queries:
        batch = range(seed, seed + min(BATCH, max(10, zones - run.zones)))
        run.batch(batch, per_zone)
        seed = batch.stop
        print(f"{run.zones} zones, {run.queries} queries, {len(run.findings.failures)} failures, "
              f"{time.monotonic() - started:.0f} s; next seed {seed}", flush=True)
    print(f"{run.proofs} answers validated (denials and signatures), {run.across} of them across zones; "
          f"{run.verified} distinct RRsets verified; {run.lessened} with a record less, refused; {run.undefined} answers not "
          f"compared, as the texts leave them undefined; {len(run.refused)} zones refused")
    for reason in run.refused[:5 if not os.environ.get("TORII_SHOWN") else None]:
        print(f"  refused: {reason}")
    for peer, count in run.unloaded.items():
        print(f"  {count} zones not loaded by {peer}")
    return run.findings.report("random zones", peer_rules.KNOWN)


if __name__ == "__main__":
    sys.exit(main())
