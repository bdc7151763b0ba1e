#!/usr/bin/env python3
"""Change requests for a zone as a registry's day has them: requests.py ZONE COUNT [SEED] > requests

Creations with the hosts of others, with hosts of their own, changes of hosts and DS, deletions, host objects given,
taken and renamed. All are checks, so each is against the zone as it is. Names come from the zone file, which has one
record a line with absolute names (bench/zonegen writes such files).
"""
import json
import random
import sys


def read(path):
    delegations, addresses = {}, {}
    apex = None
    with open(path, encoding="ascii") as file:
        for line in file:
            fields = line.split("\t")
            if len(fields) < 5:
                continue
            name, kind = fields[0], fields[3]
            if kind == "SOA":
                apex = name
            elif kind == "NS" and name != apex:
                delegations.setdefault(name, []).append(fields[4].strip())
            elif kind in ("A", "AAAA"):
                addresses.setdefault(name, []).append(fields[4].strip())
    return apex, delegations, addresses


def address(rng):
    return "192.0.2.%d" % rng.randrange(256) if rng.random() < 0.6 else "2001:db8::%x" % rng.randrange(65536)


def ds(rng):
    return {"key_tag": rng.randrange(65536), "algorithm": 13, "digest_type": 2,
            "digest": "%064x" % rng.getrandbits(256)}


def request(rng, number, apex, delegations, names, addresses, hosts):
    choice = rng.random()
    if choice < 0.40:
        name = "new%d%s.%s" % (number, "x" * rng.randrange(12), apex)
        if rng.random() < 0.6:
            ns = list(delegations[rng.choice(names)])
        else:
            ns = [{"name": "ns%d.%s" % (i, name), "addresses": sorted({address(rng), address(rng)})}
                  for i in range(1, rng.randrange(2, 5))]
        operation = {"op": "create", "delegation": name, "ns": ns}
        if rng.random() < 0.3:
            operation["ds"] = [ds(rng)]
    elif choice < 0.65:
        name = rng.choice(names)
        if rng.random() < 0.3:
            operation = {"op": "update", "delegation": name, "chg": {"ds": [ds(rng)]}}
        else:
            operation = {"op": "update", "delegation": name, "chg": {"ns": delegations[rng.choice(names)]}}
    elif choice < 0.75:
        operation = {"op": "delete", "delegation": rng.choice(names), "force": True}
    elif choice < 0.95:
        host = rng.choice(hosts)
        change = sorted({address(rng) for _ in range(rng.randrange(1, 4))})
        operation = {"op": "update", "host": host, "chg": {"addresses": change}}
    else:
        host = rng.choice(hosts)
        operation = {"op": "update", "host": host, "chg": {"name": "r%d.%s" % (number, host.split(".", 1)[1])}}
    return {"version": 1, "id": number, "operations": [operation]}


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    apex, delegations, addresses = read(path)
    names = list(delegations)
    hosts = [host for host in addresses if host not in delegations]
    for number in range(count):
        print(json.dumps(request(rng, number, apex, delegations, names, addresses, hosts), separators=(",", ":")))


if __name__ == "__main__":
    main()
