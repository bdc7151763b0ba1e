#!/usr/bin/python3
"""DNS Cookies (RFC 7873, RFC 9018) across makers: with one secret, a cookie made by NSD, Knot or BIND is accepted by
toriid and the reverse, and a secret that is rolled over in the three steps of RFC 9018 section 5 loses no client."""
import os
import signal
import socket
import struct
import sys
import time

import servers
import wire

SECRETS = ["e5e973e5a6b2a43f48e7dc849e37bfcf", "445536bcd2513298075a5d379663c962"]
CLIENT = bytes.fromhex("2464c4abcf10c957")
COOKIE, BADCOOKIE = 10, 23
ZONE = "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
failures = []


def ask(port, cookie):
    """RCODE and the cookie of the response to `ns.example. A` over UDP."""
    option = struct.pack("!HH", COOKIE, len(cookie)) + cookie
    query = b"\x12\x34" + struct.pack("!HHHHH", 0, 1, 0, 0, 1) + wire.name_to_wire("ns.example.") + struct.pack(
        "!HH", wire.A, 1) + b"\0" + struct.pack("!HHIH", wire.OPT, 1232, 0, len(option)) + option
    for _ in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(2)
            sock.sendto(query, ("127.0.0.1", port))
            try:
                reply = wire.Message(sock.recv(4096))
                break
            except socket.timeout:
                continue
    else:
        raise RuntimeError(f"no answer on port {port}")
    rdata, found = reply.edns[2], b""
    while rdata:
        code, length = struct.unpack("!HH", rdata[:4])
        if code == COOKIE:
            found = rdata[4:4 + length]
        rdata = rdata[4 + length:]
    return reply.rcode, found


def check(what, holds):
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}")


def altered(cookie):
    return cookie[:-1] + bytes([cookie[-1] ^ 1])


def nsd(lab, name, zone, secret):
    port, config = servers.free_port(), lab.path(f"{name}.conf")
    with open(config, "w") as out:
        out.write(f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  zonesdir: "{lab.folder}"
  pidfile: ""
  database: ""
  xfrdfile: "{lab.path(name + '.state')}"
  zonelistfile: "{lab.path(name + '.list')}"
  xfrdir: "{lab.folder}"
  server-count: 1
  answer-cookie: yes
  cookie-secret: {secret}
remote-control:
  control-enable: no
zone:
  name: "example."
  zonefile: "{zone}"
""")
    return lab.start(name, ["nsd", "-d", "-c", config], port, "example.")


def knot(lab, zone, secret):
    port, config = servers.free_port(), lab.path("knot.conf")
    os.makedirs(lab.path("knot"), exist_ok=True)
    with open(config, "w") as out:
        out.write(f"""server:
    rundir: "{lab.path('knot')}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{lab.path('knot')}"
mod-cookies:
  - id: shared
    secret: 0x{secret}
    badcookie-slip: 1
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
    global-module: mod-cookies/shared
zone:
  - domain: "example."
    file: "{zone}"
""")
    return lab.start("knot", ["knotd", "-c", config], port, "example.")


def bind(lab, zone, secret):
    port, config = servers.free_port(), lab.path("named.conf")
    os.makedirs(lab.path("named"), exist_ok=True)
    with open(config, "w") as out:
        out.write(f"""options {{
  directory "{lab.path('named')}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  cookie-algorithm siphash24;
  cookie-secret "{secret}";
  require-server-cookie yes;
}};
controls {{ }};
zone "example." {{ type primary; file "{zone}"; }};
""")
    return lab.start("bind", ["named", "-g", "-n", "1", "-c", config], port, "example.")


def across(lab, zone):
    toriid = lab.toriid({"example.": zone}, "--set", 'cookies.mode="require"', "--set",
                        f'cookies.secrets=["{SECRETS[0]}"]')
    check("toriid asks for a cookie", ask(toriid.port, CLIENT)[0] == BADCOOKIE)
    ours = ask(toriid.port, CLIENT)[1]
    time.sleep(1.1)  # a cookie made anew differs from one that is kept
    for peer in (nsd(lab, "nsd", zone, SECRETS[0]), knot(lab, zone, SECRETS[0]), bind(lab, zone, SECRETS[0])):
        theirs = ask(peer.port, CLIENT)[1]
        check(f"{peer.name} makes a cookie", len(theirs) == 24 and theirs[:8] == CLIENT)
        check(f"toriid accepts {peer.name}'s", ask(toriid.port, theirs)[0] == wire.NOERROR)
        check(f"toriid refuses {peer.name}'s, altered", ask(toriid.port, altered(theirs))[0] == BADCOOKIE)
        if peer.name == "nsd":  # never says BADCOOKIE; what it accepts it sends back
            check("nsd accepts ours", ask(peer.port, ours)[1] == ours)
            check("nsd refuses ours, altered", ask(peer.port, altered(ours))[1] not in (ours, altered(ours)))
        else:
            check(f"{peer.name} accepts ours", ask(peer.port, ours)[0] == wire.NOERROR)
            check(f"{peer.name} refuses ours, altered", ask(peer.port, altered(ours))[0] == BADCOOKIE)


def rollover(lab, zone):
    """The file of secrets goes through the three steps, with clients of both secrets throughout."""
    path = lab.path("secrets")

    def write(*lines):
        with open(path + ".new", "w") as out:
            out.write("# cookie secrets\n" + "".join(f"{line}\n" for line in lines))
        os.rename(path + ".new", path)

    def reload(server, *lines, says="cookie secrets read"):
        before = server.log().count(says)
        write(*lines)
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while server.log().count(says) == before:
            if time.monotonic() > deadline:
                raise RuntimeError(f"SIGHUP did not bring '{says}'")
            time.sleep(0.02)
        time.sleep(0.1)  # until each worker has them

    write(SECRETS[0])
    server = lab.toriid({"example.": zone}, "--set", 'cookies.mode="require"', "--set", f'cookies.secret_file="{path}"')
    other = nsd(lab, "nsd-next", zone, SECRETS[1])  # a server of the fleet that is ahead
    old = ask(server.port, CLIENT)[1]
    new = ask(other.port, CLIENT)[1]
    check("the next secret is not known yet", ask(server.port, new)[0] == BADCOOKIE)
    reload(server, SECRETS[0], SECRETS[1])
    check("step 1 accepts the old", ask(server.port, old) == (wire.NOERROR, old))
    check("step 1 accepts the new", ask(server.port, new)[0] == wire.NOERROR)
    reload(server, SECRETS[1], SECRETS[0])
    rcode, renewed = ask(server.port, old)
    check("step 2 accepts the old and replaces it", rcode == wire.NOERROR and renewed != old)
    check("step 2 accepts the new", ask(server.port, new) == (wire.NOERROR, new))
    check("the fleet accepts what replaced it", ask(other.port, renewed)[1] == renewed)
    reload(server, "not a secret", says="cookie secrets stay as they are")
    check("a file that is no good changes nothing", ask(server.port, old)[0] == wire.NOERROR)
    reload(server, SECRETS[1])
    check("step 3 accepts the new", ask(server.port, renewed)[0] == wire.NOERROR)
    check("step 3 has forgotten the old", ask(server.port, old)[0] == BADCOOKIE)


def main():
    servers.need("nsd", "knotd", "named")
    with servers.Lab() as lab:
        zone = lab.path("example.zone")
        with open(zone, "w") as out:
            out.write("$ORIGIN example.\n" + ZONE)
        across(lab, zone)
        rollover(lab, zone)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
