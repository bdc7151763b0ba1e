"""Rate limits of a running toriid, by source addresses all over 127.0.0.0/8: limit, slip, exemptions, dry run, top
talkers; source ports that are dropped; nothing malformed amplifies."""
import json
import os
import signal
import socket
import time
import unittest

import dns.flags
import dns.message
import dns.rcode

import harness

RATE = 10


def client(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((address, 0))
    return sock


class AbuseTest(harness.E2eTest):
    def start(self, *settings, workers="1"):
        harness.compile_image(self.image, 1)
        flags = ["--workers", workers]
        for setting in settings:
            flags += ["--set", setting]
        return self.serve(*flags)

    def burst(self, server, address, count, name="www.gate.test.", rdtype="A", wire=None):
        """Sends `count` queries at once; returns the responses that come, as octets."""
        query = wire or dns.message.make_query(name, rdtype).to_wire()
        with client(address) as sock:
            for _ in range(count):
                sock.sendto(query, ("127.0.0.1", server.port))
            sock.settimeout(0.5)
            answers = []
            try:
                while True:
                    answers.append(sock.recv(4096))
            except socket.timeout:
                return query, answers

    def split(self, server, address, count, **options):
        """Whole and slipped responses to a burst."""
        query, answers = self.burst(server, address, count, **options)
        whole = slipped = 0
        for answer in answers:
            message = dns.message.from_wire(answer)
            if message.flags & dns.flags.TC:
                self.assertEqual(len(answer), len(query))
                self.assertFalse(message.answer or message.authority or message.additional)
                self.assertEqual(message.question, dns.message.from_wire(query).question)
                slipped += 1
            else:
                whole += 1
        return whole, slipped

    def near(self, whole, rate=RATE, slack=4):
        """A second's allowance, and what came in while the burst took its time."""
        self.assertGreaterEqual(whole, rate)
        self.assertLessEqual(whole, rate + slack)

    def test_limits_and_slips_by_prefix(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=2",
                            'rrl.exempt=["127.1.3.0/24"]')
        whole, slipped = self.split(server, "127.1.1.1", 110)
        self.near(whole)
        self.assertEqual(slipped, (110 - whole) // 2)
        # The prefix is in debt, all of it; another one is not, nor is another name.
        self.assertEqual(self.split(server, "127.1.1.200", 2)[0], 0)
        self.assertEqual(self.split(server, "127.1.2.1", 5), (5, 0))
        self.assertEqual(self.split(server, "127.1.1.1", 5, name="ns1.gate.test."), (5, 0))
        # Names below one cut are one, and names that do not exist.
        for names in ("x{}.d7.gate.test.", "no{}.gate.test."):
            total = sum(self.split(server, "127.1.4.1", 30, name=names.format(i))[0] for i in range(2))
            self.near(total, slack=2 * RATE)
            self.assertLess(total, 50)
        self.assertEqual(self.split(server, "127.1.3.77", 200), (200, 0))
        # TCP is not limited: that is where who slipped goes.
        for _ in range(3 * RATE):
            self.assertEqual(server.ask("www.gate.test.", tcp=True).rcode(), dns.rcode.NOERROR)
        self.assertGreaterEqual(server.metric('torii_rrl_exempt_total{class="positive",by="prefix"}'), 200)
        limited = server.metric('torii_rrl_limited_total{class="positive"}')
        self.assertEqual(limited, server.metric('torii_rrl_slipped_total{class="positive"}')
                         + server.metric('torii_rrl_dropped_total{class="positive"}'))
        self.assertGreaterEqual(limited, 90)
        self.assertEqual(server.metric("torii_rrl_accounts_max"), 65536)
        self.assertEqual(server.metric('torii_queries_silent_total{transport="udp"}'), 0)
        status, body = server.get("/top")
        top = json.loads(body)["limited"]
        self.assertEqual((status, top[0]["prefix"]), (200, "127.1.1.0/24"))
        self.assertEqual(top[0]["limited"], limited)
        self.assertEqual(top[0]["overcount_max"], 0)
        server.send_signal(signal.SIGUSR1)
        server.wait_for(f"limited most: 127.1.1.0/24={int(limited)}")

    def test_slips_all_or_none(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=1")
        whole, slipped = self.split(server, "127.1.1.1", 100)
        self.assertEqual(whole + slipped, 100)
        self.near(whole)
        server.stop()
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=0")
        whole, slipped = self.split(server, "127.1.1.1", 100)
        self.near(whole)
        self.assertEqual(slipped, 0)

    def test_a_flood_is_forgiven_after_the_window(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=0", "rrl.window_seconds=1")
        self.near(self.split(server, "127.1.1.1", 300)[0])
        time.sleep(2.2)
        self.assertEqual(self.split(server, "127.1.1.1", 5), (5, 0))

    def test_workers_share_the_rate(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=0", workers="2")
        whole = sum(self.split(server, f"127.1.1.{i + 1}", 100)[0] for i in range(6))
        self.assertGreaterEqual(whole, RATE)
        self.assertLessEqual(whole, 3 * RATE)  # a second's burst at each worker at most, and some time passes

    def test_a_dry_run_only_counts(self):
        server = self.start('rrl.mode="dry-run"', f"rrl.responses_per_second={RATE}")
        self.assertEqual(self.split(server, "127.1.1.1", 100), (100, 0))
        self.assertGreaterEqual(server.metric('torii_rrl_limited_total{class="positive"}'), 100 - RATE - 4)
        self.assertEqual(server.metric('torii_rrl_dropped_total{class="positive"}'), 0)
        self.assertEqual(json.loads(server.get("/top")[1])["limited"][0]["prefix"], "127.1.1.0/24")

    def test_off_by_default(self):
        server = self.start()
        self.assertEqual(self.split(server, "127.1.1.1", 300), (300, 0))
        self.assertEqual(server.metric('torii_rrl_limited_total{class="positive"}'), 0)
        self.assertEqual(json.loads(server.get("/top")[1]), {"limited": []})

    def test_errors_are_limited_together_and_never_amplify(self):
        server = self.start('rrl.mode="on"', f"rrl.responses_per_second={RATE}", "rrl.slip=2")
        good = dns.message.make_query("www.gate.test.", "A").to_wire()
        malformed = good[:-1]  # FORMERR
        update = bytes([*good[:2], 0x28, *good[3:]])  # opcode UPDATE: NOTIMP
        foreign = dns.message.make_query("www.other.test.", "A").to_wire()  # REFUSED
        sent = answered = 0
        for wire in (malformed, update, foreign):
            answers = self.burst(server, "127.1.1.1", 40, wire=wire)[1]
            sent += 40
            answered += len(answers)
            for answer in answers:
                self.assertLessEqual(len(answer), len(wire))
                self.assertNotEqual(answer[3] & 15, 0)
        # A second's worth in all (and one of each two slips), not one of each kind.
        slipped = server.metric('torii_rrl_slipped_total{class="error"}')
        dropped = server.metric('torii_rrl_dropped_total{class="error"}')
        self.assertEqual(answered, sent - dropped)
        self.assertLessEqual(sent - slipped - dropped, 3 * RATE)
        self.assertIn(slipped - dropped, (0, -1))
        # Responses get silence, whatever they say.
        self.assertEqual(self.burst(server, "127.1.9.1", 5, wire=bytes([*good[:2], 0x80, *good[3:]]))[1], [])

    def test_queries_from_reflecting_ports_are_dropped(self):
        with client("127.1.1.1") as sock:
            ours = sock.getsockname()[1]
            server = self.start(f"udp.drop_source_ports=[7, {ours}]")
            query = dns.message.make_query("www.gate.test.", "A").to_wire()
            sock.sendto(query, ("127.0.0.1", server.port))
            sock.settimeout(0.5)
            with self.assertRaises(socket.timeout):
                sock.recv(512)
            self.assertEqual(server.metric('torii_udp_events_total{event="source_port_dropped"}'), 1)
        self.assertEqual(len(self.burst(server, "127.1.1.1", 3)[1]), 3)
        if os.geteuid() == 0:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
                echo.bind(("127.1.1.1", 7))
                echo.sendto(query, ("127.0.0.1", server.port))
                echo.settimeout(0.5)
                with self.assertRaises(socket.timeout):
                    echo.recv(512)


if __name__ == "__main__":
    unittest.main()
