"""EDNS of a running toriid over real sockets: cookies that rate limits exempt, BADCOOKIE, edns-tcp-keepalive, NSID, and
what the metrics say of them."""
import socket
import struct
import unittest

import dns.edns
import dns.flags
import dns.message
import dns.rcode

import harness

NSID, EXPIRE, COOKIE, KEEPALIVE, ZONEVERSION = 3, 9, 10, 11, 19
CLIENT = bytes.fromhex("0102030405060708")
RATE = 10


def query(name, rdtype="A", options=()):
    """Octets of a query with EDNS options, pairs of code and content."""
    return dns.message.make_query(name, rdtype, use_edns=0, payload=1232,
                                  options=[dns.edns.GenericOption(*option) for option in options]).to_wire()


def options_of(wire):
    """The EDNS options of a response, by code; each once."""
    message = dns.message.from_wire(wire)
    found = {}
    for option in message.options:
        if int(option.otype) in found:
            raise AssertionError(f"option {option.otype} twice")
        found[int(option.otype)] = option.to_wire()
    return found


class EdnsTest(harness.E2eTest):
    def start(self, *settings):
        harness.compile_image(self.image, 1)
        flags = ["--workers", "1"]
        for setting in settings:
            flags += ["--set", setting]
        return self.serve(*flags)

    def cookie(self, server, tcp=False):
        return options_of(server.exchange(query("www.gate.test.", options=[(COOKIE, CLIENT)]), tcp))[COOKIE]

    def burst(self, server, wire, count, address="127.0.0.1"):
        """Responses to `count` queries sent at once."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            sock.bind((address, 0))
            for _ in range(count):
                sock.sendto(wire, ("127.0.0.1", server.port))
            sock.settimeout(0.5)
            answers = []
            try:
                while True:
                    answers.append(sock.recv(4096))
            except socket.timeout:
                return answers

    def test_a_valid_cookie_is_exempt_from_rate_limits(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=0")
        good = self.cookie(server)
        self.assertEqual((len(good), good[:8]), (24, CLIENT))
        forged = good[:-1] + bytes([good[-1] ^ 1])
        shown = query("www.gate.test.", options=[(COOKIE, good)])
        self.assertEqual(len(self.burst(server, shown, 300)), 300)
        # Who shows none, only his own, or a forged one is limited, and so is a cookie made for another address.
        for options in ([], [(COOKIE, CLIENT)], [(COOKIE, forged)]):
            self.assertLess(len(self.burst(server, query("www.gate.test.", options=options), 100)), 3 * RATE)
        self.assertLess(len(self.burst(server, shown, 100, address="127.2.0.1")), 3 * RATE)
        # In the middle of that flood the client with the cookie is served all the same.
        self.assertEqual(len(self.burst(server, shown, 50)), 50)
        self.assertEqual(server.metric('torii_rrl_exempt_total{class="positive",by="cookie"}'), 350)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="udp",state="valid"}'), 350)
        for state in ("client_only", "bad"):
            self.assertGreater(server.metric(f'torii_queries_cookie_total{{transport="udp",state="{state}"}}'), 0)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="tcp",state="valid"}'), 0)

    def test_required_cookies(self):
        server = self.start('cookies.mode="require"')
        answer = server.exchange(query("www.gate.test.", options=[(COOKIE, CLIENT)]))
        message = dns.message.from_wire(answer)
        self.assertEqual((message.rcode(), len(message.answer)), (dns.rcode.BADCOOKIE, 0))
        fresh = options_of(answer)[COOKIE]
        again = dns.message.from_wire(server.exchange(query("www.gate.test.", options=[(COOKIE, fresh)])))
        self.assertEqual((again.rcode(), len(again.answer)), (dns.rcode.NOERROR, 1))
        # TCP proves the address, and who does not know cookies could not understand the demand.
        over_tcp = server.exchange(query("www.gate.test.", options=[(COOKIE, CLIENT)]), tcp=True)
        self.assertEqual(len(dns.message.from_wire(over_tcp).answer), 1)
        self.assertEqual(len(dns.message.from_wire(server.exchange(query("www.gate.test."))).answer), 1)
        self.assertEqual(server.metric('torii_responses_total{transport="udp",rcode="BADCOOKIE"}'), 1)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="udp",state="client_only"}'), 1)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="udp",state="valid"}'), 1)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="tcp",state="client_only"}'), 1)

    def test_cookies_are_bound_to_addresses_over_tcp_and_udp_alike(self):
        server = self.start()
        good = self.cookie(server, tcp=True)
        shown = query("www.gate.test.", options=[(COOKIE, good)])
        self.assertEqual(options_of(server.exchange(shown))[COOKIE], good)
        self.assertEqual(options_of(server.exchange(shown, tcp=True))[COOKIE], good)
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="udp",state="valid"}'), 1)

    def test_keepalive_over_tcp(self):
        server = self.start("tcp.idle_timeout_ms=2500")
        asked = query("www.gate.test.", options=[(KEEPALIVE, b"")])
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as stream:
            for _ in range(2):
                stream.sendall(harness.frame(asked))
                self.assertEqual(options_of(harness.read_frame(stream))[KEEPALIVE], struct.pack("!H", 25))
            # Not asked for it is not sent; a value is a server's to give, and is ignored.
            for options in ((), [(KEEPALIVE, b"\0\1")]):
                stream.sendall(harness.frame(query("www.gate.test.", options=options)))
                answer = harness.read_frame(stream)
                self.assertNotIn(KEEPALIVE, options_of(answer))
                self.assertEqual(len(dns.message.from_wire(answer).answer), 1)
        self.assertEqual(options_of(server.exchange(asked)), {})

    def test_nsid_expire_and_zoneversion(self):
        server = self.start('answer.nsid="gate-1"', 'cookies.mode="off"')
        asked = query("gate.test.", "SOA", [(NSID, b""), (EXPIRE, b""), (ZONEVERSION, b""), (COOKIE, CLIENT)])
        for tcp in (False, True):
            self.assertEqual(options_of(server.exchange(asked, tcp)), {
                NSID: b"gate-1", EXPIRE: struct.pack("!I", 604800), ZONEVERSION: struct.pack("!BBI", 2, 0, 1)})
            self.assertEqual(options_of(server.exchange(query("gate.test.", "SOA"), tcp)), {})
        self.assertEqual(server.metric('torii_queries_cookie_total{transport="udp",state="client_only"}'), 0)


if __name__ == "__main__":
    unittest.main()
