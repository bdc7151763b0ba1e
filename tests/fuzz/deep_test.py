#!/usr/bin/python3
"""Structure-aware fuzzing with the reference answerer as oracle: real questions of random zones, bent in every part a
DNS message has (query_mutator.py), go straight to respond() through answer_pipe.

What a message must be told comes from message_rules.py; what the zones must answer over TCP, where everything fits,
from tests/interop/reference.py; what UDP may send of that at the query's size, from tests/interop/compare.py. Every
answer is read strictly. The first batch with a finding ends the run, with its queries in hex.

Usage: deep_test.py [SECONDS [FIRST-SEED]]   (20 seconds, from seed 1; whole batches of ten seeds)
TORII_ANSWER_PIPE: the program; a build under sanitizers will do.
"""
import collections
import os
import random
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "interop"))

import compare
import differential_test
import message_rules
import query_mutator
import random_zones
import reference
import servers
import wire

BATCH = 10       # seeds, served together
QUERIES = 8000   # a batch, each over UDP and TCP; then some again over UDP, at sizes where an RR just fits or not
UDP_MAX = 1232   # octets: AnswerSettings::udp_octets_max
UNASKED = (15, 18)  # Extended DNS Errors, Report-Channel: only where there is room
ASKED = {3, 9, 10, 11, 19}


def exchange(pipe, zones, frames):
    """The answers of one run of answer_pipe; b"" is silence. `frames`: (0 UDP or 1 TCP, octets)."""
    command = [pipe, *(f"{random_zones.text(zone.origin)}={zone.path}" for zone in zones)]
    asked = b"".join(struct.pack("!BH", transport, len(data)) + data for transport, data in frames)
    done = subprocess.run(command, input=asked, capture_output=True, timeout=600)
    answers, at, out = [], 0, done.stdout
    while at + 2 <= len(out):
        length = out[at] << 8 | out[at + 1]
        answers.append(out[at + 2:at + 2 + length])
        at += 2 + length
    if done.returncode or len(answers) != len(frames):
        which = frames[min(len(answers), len(frames) - 1)][1].hex()
        raise RuntimeError(f"answer_pipe ended with {done.returncode} at or after the query {which}\n"
                           f"{done.stderr.decode(errors='replace')[-4000:]}")
    return answers


def options_of(message):
    """[(code, content)] of the OPT RR, or None when RDATA is not whole options."""
    found, rdata, at = [], message.edns[2] if message.edns else b"", 0
    while at < len(rdata):
        if at + 4 > len(rdata):
            return None
        code, length = struct.unpack("!HH", rdata[at:at + 4])
        found.append((code, rdata[at + 4:at + 4 + length]))
        at += 4 + length
    return found if at == len(rdata) else None


def kept_octets(message):
    """Of the options for which room is kept before records are written."""
    return sum(4 + len(content) for code, content in options_of(message) if code not in UNASKED)


def without_options(data, message):
    """The message as if its OPT RR, which stands last, had no options."""
    if not message.edns or not message.edns[2]:
        return message
    end = len(data) - len(message.edns[2])
    return wire.Message(data[:end - 2] + b"\0\0")


class Judge:
    def __init__(self, zones):
        self.known = {plain.apex: plain for plain in zones}
        self.cyclic = frozenset().union(*(reference.cyclic_cuts(plain) for plain in zones))
        self.cache, self.kinds = {}, collections.Counter()
        self.fulls = {}  # query: answer over TCP, of questions that went to the zones

    def expected(self, name, kind, do):
        key = name.lower(), kind, do
        if key not in self.cache:
            self.cache[key] = reference.answer(self.known, *key)
        return self.cache[key]

    def check(self, query, udp, tcp):
        """None, or what is wrong."""
        verdict = message_rules.judge(query)
        if verdict.silent:
            self.kinds["silence"] += 1
            return "an answer, where silence is due" if udp or tcp else None
        if not udp or not tcp:
            return f"silence, where {sorted(verdict.rcodes)} or an answer is due"
        heard = []
        for data in (udp, tcp):
            try:
                heard.append(wire.Message(data))
            except (wire.Broken, IndexError, struct.error) as broken:
                return f"the answer does not parse: {broken!r} {data.hex()}"
        ours, full = heard
        for message, limit in ((ours, min(verdict.size, UDP_MAX)), (full, 65535)):
            problem = self.frame(query, verdict, message, limit)
            if problem:
                return problem
        if full.rcode != ours.rcode and not compare.is_cut_chain(ours, full):
            return f"RCODE {ours.rcode} over UDP, {full.rcode} over TCP"
        if verdict.question is None or full.rcode in verdict.rcodes:
            self.kinds[f"RCODE {full.rcode}"] += 1
            return self.error(verdict, full) or self.error(verdict, ours)
        self.fulls[query] = tcp
        return self.answer(query, verdict, ours, full)

    def boundary_sizes(self, rng):
        """[(query, its answer over TCP)]: answers asked for again at sizes just below, at and above where an RR ends."""
        again = []
        for query, tcp in self.fulls.items():
            verdict, full = message_rules.judge(query), wire.Message(tcp)
            if not verdict.edns or len(tcp) <= 512:
                continue
            at = full.authority_end - sum(full.octets[0]) - sum(full.octets[1])
            tail, ends = compare.OPT_OCTETS + kept_octets(full), []
            for octets in full.octets[0] + full.octets[1] + full.octets[2]:
                at += octets
                ends.append(at + tail)
            ends = [end for end in ends if 512 <= end <= UDP_MAX + 1]
            for end in rng.sample(ends, min(2, len(ends))):
                size = end + rng.choice((-1, 0, 1))
                at = verdict.size_at
                again.append((query[:at] + struct.pack("!H", size) + query[at + 2:], tcp))
        return again

    def frame(self, query, verdict, message, limit):
        """What holds for every answer."""
        data = message.data
        if data[:2] != query[:2]:
            return "the ID is another"
        if not data[2] & 0x80 or (data[2] ^ query[2]) & 0x79:
            return "QR, opcode or RD"
        if data[3] & 0xF0:
            return "RA, Z, AD or CD is set"
        if len(data) > limit:
            return f"{len(data)} octets pass the limit of {limit}"
        if bool(message.edns) > verdict.edns and message.rcode != wire.FORMERR:
            return "OPT without OPT in the query"
        if verdict.edns and not message.edns and message.rcode not in (wire.FORMERR, wire.NOTIMP):
            return "no OPT, though the query has one (RFC 6891 section 6.1.1)"
        options = options_of(message)
        if options is None:
            return "the OPT RR does not hold whole options"
        codes = [code for code, _ in options]
        asked = {code for code, _ in verdict.options}
        if len(set(codes)) != len(codes) or not set(codes) <= (asked & ASKED) | set(UNASKED):
            return f"options {codes}, asked for {sorted(asked)}"
        return None

    @staticmethod
    def error(verdict, message):
        if message.rcode not in verdict.rcodes:
            return f"RCODE {message.rcode}, one of {sorted(verdict.rcodes)} is due"
        if message.answer or message.authority or message.additional or message.aa or message.tc:
            return f"an error (RCODE {message.rcode}) with records, AA or TC"
        return None

    def answer(self, query, verdict, ours, full):
        name, kind = verdict.question
        for message in (ours, full):
            if message.data[12:12 + len(name) + 4] != query[12:12 + len(name) + 4]:
                return "the question does not come back as it was asked"
        expected = self.expected(name, kind, verdict.do)
        if expected.undefined:
            self.kinds["undefined"] += 1
            return None
        findings = compare.Findings()
        compare.check_sane(findings, "", full)
        problem = differential_test.against_reference(full, expected)
        if problem:
            return f"not as the reference: {problem[0]}: {problem[1]} {expected.steps}"
        # Options that were asked for have their room kept; the others never displace a record.
        limit = min(verdict.size, UDP_MAX) - kept_octets(ours)
        compare.check_limited(findings, "", without_options(ours.data, ours), without_options(full.data, full), limit,
                              self.cyclic)
        self.kinds["TC" if ours.tc else expected.steps[-1] if expected.steps else f"RCODE {expected.rcode}"] += 1
        return "; ".join(findings.failures) or None


def run_batch(lab, pipe, seeds, kinds):
    made = [pair for seed in seeds for pair in differential_test.make_zones(lab, seed, [])]
    rng = random.Random(f"deep {seeds[0]}")
    judge = Judge([plain for _, plain in made])
    names = sorted({(name, plain.apex) for _, plain in made for name in plain.names | set(plain.nsec3)})
    names += [(b"\0", b"\0"), (b"\4test\0", b"\0")]
    types = [wire.TYPES[kind] for kind in random_zones.TYPES]
    queries = [query_mutator.make_query(rng, names, types) for _ in range(QUERIES)]
    zones = [zone for zone, _ in made]
    answers = exchange(pipe, zones, [(way, query) for query in queries for way in (0, 1)])
    asked = list(zip(queries, answers[::2], answers[1::2]))
    for one in asked:
        problem = judge.check(*one)
        if problem:
            yield (problem, *one)
    again = judge.boundary_sizes(rng)
    answers = exchange(pipe, zones, [(0, query) for query, _ in again])
    asked += [(query, udp, tcp) for (query, tcp), udp in zip(again, answers)]
    for one in asked[len(queries):]:
        problem = judge.check(*one)
        if problem:
            yield (problem, *one)
    kinds.update(judge.kinds)
    kinds["queries"] += len(asked)


def main():
    seconds, seed = ([int(argument) for argument in sys.argv[1:]] + [20, 1][len(sys.argv) - 1:])[:2]
    servers.need("dnssec-signzone", "dnssec-keygen")
    pipe = servers.program("TORII_ANSWER_PIPE", "answer_pipe")
    started, first, kinds, failures = time.monotonic(), seed, collections.Counter(), 0
    while seed == first or time.monotonic() - started < seconds:
        with servers.Lab() as lab:
            for problem, query, udp, tcp in run_batch(lab, pipe, range(seed, seed + BATCH), kinds):
                failures += 1
                if failures <= 10:
                    print(f"FAIL from seed {seed}: {problem}\n  query {query.hex()}\n  UDP {udp[:80].hex()}\n"
                          f"  TCP {tcp[:80].hex()}")
        seed += BATCH
        if failures:
            break
    queries = kinds.pop("queries", 0)
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    print(f"deep: {queries} queries in {time.monotonic() - started:.0f} s, {failures} findings; "
          f"next seed {seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
