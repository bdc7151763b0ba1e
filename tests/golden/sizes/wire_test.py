#!/usr/bin/python3
"""The golden referral sizes, by the length of what the server sends: cases.py's zones compiled, served and asked."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop"))

import cases  # noqa: E402
import compare  # noqa: E402
import exchange  # noqa: E402
import servers  # noqa: E402
import wire  # noqa: E402


def sign(lab, zone, path):
    """Signs with BIND's tools: NSEC3, opt-out, no salt, one ZSK signature an RRset."""
    keys = lab.path(f"keys-{zone.world}")
    os.makedirs(keys)
    for flags in (["-f", "KSK"], []):
        subprocess.run(["dnssec-keygen", "-q", "-K", keys, *flags, "-a", *zone.sign.split(), zone.origin], check=True,
                       capture_output=True)
    subprocess.run(["dnssec-signzone", "-q", "-S", "-x", "-K", keys, "-d", keys, "-o", zone.origin, "-3", "-",
                    "-H", "0", "-A", "-s", "20260101000000", "-e", "20380101000000", "-f", path + ".signed", path],
                   check=True, capture_output=True)
    return path + ".signed"


def start_worlds(lab):
    """One toriid for each world; {zone's key: server}."""
    worlds = {}
    for key, zone in cases.ZONES.items():
        path = lab.path(f"{key}.zone")
        with open(path, "w") as out:
            out.write(cases.zone_text(zone))
        worlds.setdefault(zone.world, {})[zone.origin] = sign(lab, zone, path) if zone.sign else path
    # Some of these referrals are here because they break a rule; the server's answer to them is the point.
    relaxed = ("--policy", "ns-512=warning")
    running = {world: lab.toriid(zones, compile_options=relaxed) for world, zones in worlds.items()}
    return {key: running[zone.world] for key, zone in cases.ZONES.items()}


def ask(server, qname, qtype, how):
    transport, edns, do = cases.ASK[how]
    query = wire.query(qname, qtype, edns=edns, do=do)
    return wire.Message((exchange.tcp if transport == "tcp" else exchange.udp)(server.port, [query])[0])


def check_cases(findings, lab):
    running = start_worlds(lab)
    for case in cases.CASES:
        owner = wire.name_to_wire(case.qname if case.qname == "." else case.qname + ".")
        qname = wire.longest_below(owner, case.octets) if case.octets else owner
        for how, (octets, tc) in case.sizes.items():
            findings.compared += 1
            message = ask(running[case.zone], qname, wire.TYPES[case.qtype], how)
            if (len(message.data), int(message.tc)) != (octets, tc):
                findings.fail(f"{case.name}, {how}", f"{len(message.data)} octets TC={int(message.tc)}",
                              f"golden: {octets} octets TC={tc} {case.note}")


def measure(server, name):
    """(octets with the NS RRset alone, message in full, message at 512) of a delegation at a 255-octet QNAME."""
    qname = wire.longest_below(wire.name_to_wire(name + "."), cases.LONGEST)
    full, limited = ask(server, qname, wire.A, "tcp"), ask(server, qname, wire.A, "udp512")
    return full.authority_end, full, limited


def check_jprs(findings, server):
    """The 16 rows of the JPRS table, from the sizes of the records on the wire."""
    for name, row, ns_only, with_aaaa, fitting, total, status in cases.JPRS:
        findings.compared += 1
        _, aaaa, a = (int(n) for n in row.split("/"))
        measured, full, limited = measure(server, name)
        sizes = {kind: [size for rr, size in zip(full.additional, full.octets[2]) if rr.type == kind]
                 for kind in (wire.A, wire.AAAA)}
        if (len(sizes[wire.A]), len(sizes[wire.AAAA])) != (a, aaaa):
            findings.fail(f"JPRS {row}", name, f"{len(sizes[wire.A])} A, {len(sizes[wire.AAAA])} AAAA in the referral")
            continue
        all_aaaa = measured + sum(sizes[wire.AAAA])
        room = 512 - all_aaaa
        fit = max(0, min(a, room // sizes[wire.A][0]))
        got = "over" if room < 0 else "all" if fit == a else "part"
        if (measured, all_aaaa, fit, all_aaaa + fit * 16, got) != (ns_only, with_aaaa, fitting, total, status):
            findings.fail(f"JPRS {row}", f"{name}: {measured}, {all_aaaa}, {fit} A -> {all_aaaa + fit * 16} {got}",
                          f"golden: {ns_only}, {with_aaaa}, {fitting} A -> {total} {status}")
        if limited.tc != (got != "all") or len(limited.data) > 512:
            findings.fail(f"JPRS {row} at 512", f"{name}: {len(limited.data)} octets TC={int(limited.tc)}", got)
    for name, ns_only, complete, at_512, tc in cases.JP_2003:
        findings.compared += 1
        measured, full, limited = measure(server, name)
        if (measured, len(full.data), len(limited.data), int(limited.tc)) != (ns_only, complete, at_512, tc):
            findings.fail(f"jp-2003 {name}", f"{measured}, {len(full.data)}, {len(limited.data)} TC={int(limited.tc)}",
                          f"golden: {ns_only}, {complete}, {at_512} TC={tc}")


def main():
    servers.need("dnssec-keygen", "dnssec-signzone")
    findings = compare.Findings(shown=40)
    with servers.Lab() as lab:
        check_cases(findings, lab)
        check_jprs(findings, lab.toriid({".": os.path.join(servers.source_folder(), "zones", "jp-2003.zone")}))
    return findings.report("golden sizes")


if __name__ == "__main__":
    sys.exit(main())
