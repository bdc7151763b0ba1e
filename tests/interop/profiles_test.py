#!/usr/bin/python3
"""What zonec predicts that each kind of server sends of a referral, against the servers: octets, TC, and which RRsets.

profile_sizes (C++) prints the prediction for every delegation at four QNAMEs of 255 octets (few long labels, many short
ones, both also with letters of the other case) and six ways of asking. Each is asked of toriid, NSD, Knot, BIND and
PowerDNS; all must agree, but for the rules below. BIND 9.18 or 9.20 is judged by its own profile.

    profiles_test.py PROFILE_SIZES [SEED [DELEGATIONS [TLDS]]]
"""
import json
import os
import random
import re
import subprocess
import sys
import time

import compare
import exchange
import profile_zones
import root_test
import servers
import wire

MODES = {  # transport, EDNS size, DO
    "udp": ("udp", None, False), "udp1232": ("udp", 1232, False), "udp1400": ("udp", 1400, False),
    "tcp": ("tcp", None, False), "do1232": ("udp", 1232, True), "dotcp": ("tcp", 4096, True),
}

RULES = {
    "bind-zone-case": "BIND matches names with case and sends owners as the zone file has them; the account has owners "
                      "in lower case, so where a host's name has upper-case letters a match more or less is possible, and "
                      "with it an RRset more or less at a limit",
    "bind-random-order": "BIND sends NS records in random order by default: which of them a truncated answer holds, and in "
                         "rare cases how they compress, is chance, and the prediction says so (is_chance)",
    "wildcard-in-signed-zone": "NSD and Knot add a wildcard's addresses, expanded, in a signed zone too; we do not, as "
                               "their proof would have to go along (RFC 4035 section 3.1.3.3)",
}


def bind_kind():
    """The profile of the BIND that is installed."""
    text = subprocess.run(["named", "-v"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"BIND (\d+)\.(\d+)", text)
    version = (int(found[1]), int(found[2]))
    return "bind-9.18" if version < (9, 19) else "bind-9.20"


def predictions(tool, path, origin, owners=()):
    """Of all delegations, or of `owners` in presentation format."""
    done = subprocess.run([tool, path, origin, *owners], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{tool} {path} {origin}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def received(message, hosts):
    """What a response holds, in the prediction's terms."""
    index = {bytes.fromhex(host["name"]).lower(): number for number, host in enumerate(hosts)}
    sets, signatures = [], 0
    for rr in message.additional:
        if rr.type == wire.RRSIG:
            signatures += 1
        elif [index.get(rr.owner), rr.type] not in sets:
            sets.append([index.get(rr.owner), rr.type])
    kinds = [rr.type for rr in message.authority]
    return {"octets": len(message.data), "tc": int(message.tc), "ns": kinds.count(wire.NS),
            "proof": len(kinds) - kinds.count(wire.NS), "signatures": signatures, "sent": sorted(sets, key=str)}


def explained(kind, item, asked, expected, got, message):
    """A rule's name, where the difference is a known one."""
    wrong = {key for key in expected if got[key] != expected[key]}
    names = [bytes.fromhex(host["name"]) for host in item["hosts"]]
    one_more = all(pair in expected["sent"] for pair in got["sent"]) or \
        all(pair in got["sent"] for pair in expected["sent"])
    if kind.startswith("bind") and wrong <= {"octets", "sent"} and one_more and \
            any(name != name.lower() for name in names):
        return "bind-zone-case"
    chance = kind.endswith(" random") and asked["seen"][kind.split()[0]]["chance"]
    if chance and (wrong <= {"octets", "ns"} or (expected["tc"] and not got["tc"])):  # it may even fit, by luck
        return "bind-random-order"
    if kind in ("nsd", "knot") and wrong <= {"octets", "sent", "signatures"}:
        # The sets of wildcard hosts and their signatures are all the addresses there are, and all that differs.
        more = [index_type for index_type in got["sent"] if index_type not in expected["sent"]]
        signed = got["signatures"] - expected["signatures"]
        if more and all(item["hosts"][index]["wildcard"] for index, _ in more) and \
                got["sent"] == sorted(expected["sent"] + more, key=str) and \
                signed == (len(more) if asked["mode"].startswith("do") else 0) and \
                got["octets"] - expected["octets"] == sum(message.octets[2]):
            return "wildcard-in-signed-zone"
    return None


def compare_zone(findings, running, items):
    """`running`: {profile: server}. `items`: predictions."""
    for mode, (transport, edns, do) in MODES.items():
        questions = [(item, asked) for item in items for asked in item["asked"] if asked["mode"] == mode]
        queries = [wire.query(bytes.fromhex(asked["qname"]), wire.A, edns=edns, do=do) for _, asked in questions]
        for kind, server in running.items():
            answers = (exchange.udp if transport == "udp" else exchange.tcp)(server.port, queries)
            for (item, asked), data in zip(questions, answers):
                message = wire.Message(data)
                expected = dict(asked["seen"][kind.split()[0]])
                expected.pop("chance")
                expected["sent"] = sorted(expected["sent"], key=str)
                got = received(message, item["hosts"])
                findings.compared += 1
                if got == expected:
                    continue
                rule = explained(kind, item, asked, expected, got, message)
                if rule:
                    findings.allow(rule, RULES)
                    continue
                owner = wire.name_to_text(bytes.fromhex(item["owner"]))
                wrong = [key for key in expected if got[key] != expected[key]]
                findings.fail(f"{kind} {mode} {asked['shape']}", f"{owner} ({len(item['hosts'])} hosts)",
                              "; ".join(f"{key} {got[key]} predicted {expected[key]}" for key in wrong))


def start(lab, zones, presigned=None):
    relaxed = [word for policy in ("ns-512", "edns-1232", "iana-512", "one-glue-512", "rfc9471-in-domain@1232")
               for word in ("--policy", f"{policy}=off")]
    # These delegations are here because they break rules, and signatures of a stored zone run out one day.
    relaxed += ["--now", "20260801000000", "--verify", "none"]
    return {"torii": lab.toriid(zones, compile_options=relaxed), "nsd": lab.nsd(zones), "knot": lab.knot(zones),
            bind_kind(): lab.bind(zones, order="none"), bind_kind() + " random": lab.bind(zones),
            "powerdns": lab.pdns(zones, presigned)}


def made_zones(lab, rng, count, tlds):
    """Measured and adversarial delegations, unsigned."""
    zones = {}
    for origin, text in {**profile_zones.golden(),
                         "adversarial.": profile_zones.adversarial("adversarial.", rng, count)}.items():
        zones[origin] = lab.path(f"{origin}zone")
        with open(zones[origin], "w") as out:
            out.write(text)
    return zones, {}, {}


def real_zones(lab, rng, count, tlds):
    """The signed sample zone, some measured delegations, and TLDs of the real root zone where there is a copy."""
    zones, presigned, wanted = {}, {}, {}
    if os.path.exists(servers.root_zone_path()):
        zones["."] = servers.root_zone(lab.folder)
        presigned["."] = None
        owners = root_test.delegations(zones["."])
        wanted["."] = rng.sample(owners, min(tlds, len(owners)))
    else:
        print(f"no root zone at {servers.root_zone_path()}: its TLDs are left out")
    for form, origin in (("nsec3", "example."),):
        zones[origin] = os.path.join(servers.source_folder(), "zones", f"example-tld.{form}.zone")
        with open(zones[origin]) as text:
            found = re.search(r"IN NSEC3PARAM\s+1 0 (\d+ \S+)", text.read())
        presigned[origin] = f"1 1 {found[1]}" if found else None  # opt-out, which the zone's NSEC3PARAM does not tell
    return zones, presigned, wanted


def main():
    servers.need("nsd", "knotd", "named", "pdns_server", "pdnsutil")
    tool = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260801
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 110
    tlds = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    rng = random.Random(seed)
    findings = compare.Findings(shown=int(os.environ.get("SHOWN", "30")))
    delegations = 0
    began = time.monotonic()
    for make in (made_zones, real_zones):
        with servers.Lab() as lab:
            zones, presigned, wanted = make(lab, rng, count, tlds)
            running = start(lab, zones, presigned)
            served = {wire.name_to_wire(origin) for origin in zones}  # a delegation that the server serves is none
            for origin, path in zones.items():
                items = [item for item in predictions(tool, path, origin, wanted.get(origin, ()))
                         if bytes.fromhex(item["owner"]) not in served]
                compare_zone(findings, running, items)
                delegations += len(items)
    print(f"{delegations} delegations, seed {seed}, {time.monotonic() - began:.0f} s")
    return findings.report("profiles", RULES)


if __name__ == "__main__":
    sys.exit(main())
