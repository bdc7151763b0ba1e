"""What a client and an operator see of a server that is left in peace."""
import json
import re
import socket
import subprocess
import unittest

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype

import harness


class ServeTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        harness.compile_image(self.image, 1)

    def test_answers_over_udp_and_tcp(self):
        server = self.serve("--workers", "2", listen=("127.0.0.1:0", "[::1]:0"))
        for tcp in (False, True):
            answer = server.ask("www.gate.test.", tcp=tcp)
            self.assertEqual(answer.rcode(), dns.rcode.NOERROR)
            self.assertTrue(answer.flags & dns.flags.AA)
            self.assertEqual(answer.answer[0][0].address, "192.0.2.80")
            referral = server.ask("x.d7.gate.test.", tcp=tcp)
            self.assertFalse(referral.flags & dns.flags.AA)
            self.assertEqual(len(referral.authority[0]), 2)
            self.assertEqual(server.ask("none.gate.test.", tcp=tcp).rcode(), dns.rcode.NXDOMAIN)
            self.assertEqual(server.ask("example.", tcp=tcp).rcode(), dns.rcode.REFUSED)
        port = int(server.addresses[1].rsplit(":", 1)[1])
        for exchange in (dns.query.udp, dns.query.tcp):
            answer = exchange(dns.message.make_query("www.gate.test.", "A"), "::1", port=port, timeout=5)
            self.assertEqual(answer.answer[0][0].address, "192.0.2.80")

    def test_large_answers_are_truncated_over_udp_only(self):
        server = self.serve()
        small = server.ask("many.gate.test.", "TXT")
        self.assertTrue(small.flags & dns.flags.TC)
        whole = server.ask("many.gate.test.", "TXT", tcp=True)
        self.assertFalse(whole.flags & dns.flags.TC)
        self.assertEqual(len(whole.answer[0][0].strings), 8)
        capped = server.ask("many.gate.test.", "TXT", use_edns=0, payload=4096)
        self.assertTrue(capped.flags & dns.flags.TC)  # our own limit is 1232

    def test_udp_limit_is_configurable(self):
        server = self.serve("--set", "udp.payload_octets_max=4096")
        whole = server.ask("many.gate.test.", "TXT", use_edns=0, payload=4096)
        self.assertFalse(whole.flags & dns.flags.TC)
        self.assertGreater(len(whole.to_wire()), 2000)

    def test_answers_from_the_address_that_was_asked(self):
        server = self.serve(listen=("0.0.0.0:0",))
        for address in ("127.0.0.1", "127.0.0.2", "127.3.2.1"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(5)
                client.sendto(dns.message.make_query("www.gate.test.", "A").to_wire(), (address, server.port))
                _, sender = client.recvfrom(4096)
                self.assertEqual(sender, (address, server.port))

    def test_a_half_closed_client_is_answered(self):
        server = self.serve()
        with socket.create_connection(("127.0.0.1", server.port), 5) as client:
            queries = [dns.message.make_query(f"d{i}.gate.test.", "A") for i in range(50)]
            client.sendall(b"".join(harness.frame(query.to_wire()) for query in queries))
            client.shutdown(socket.SHUT_WR)
            for query in queries:
                self.assertTrue(query.is_response(dns.message.from_wire(harness.read_frame(client))))
            self.assertIsNone(harness.read_frame(client))

    def test_the_query_command_prints_what_the_server_sends(self):
        server = self.serve("--set", "answer.nsid=\"gate-1\"")
        for name, rdtype, flags in (("x.d3.gate.test.", "A", []), ("www.gate.test.", "A", ["--do"]),
                                    ("none.gate.test.", "MX", []), ("many.gate.test.", "TXT", ["--tcp"]),
                                    ("many.gate.test.", "TXT", []), ("gate.test.", "ANY", ["--no-edns"])):
            shown = subprocess.run([harness.program("toriid"), "query", "--image", self.image, name, rdtype, "--hex", *flags],
                                   capture_output=True, text=True, check=True).stdout
            octets = bytes.fromhex("".join(re.match(r"(?:[0-9a-f]{2}[ \n])+", shown).group().split()))
            options = {} if "--no-edns" in flags else {"use_edns": 0, "payload": 1232, "want_dnssec": "--do" in flags}
            query = dns.message.make_query(name, rdtype, id=0, flags=0, **options)
            answer = server.exchange(query.to_wire(), tcp="--tcp" in flags)
            self.assertEqual(octets.hex(), answer.hex(), name)
            answer = dns.message.from_wire(answer)
            self.assertIn(f"status: {dns.rcode.to_text(answer.rcode())}", shown)
        usage = subprocess.run([harness.program("toriid"), "query", "--image", self.image, "a..b"], capture_output=True,
                               text=True, check=False)
        self.assertEqual(usage.returncode, 2)
        missing = subprocess.run([harness.program("toriid"), "query", "--image", self.folder, "gate.test."],
                                 capture_output=True, text=True, check=False)
        self.assertEqual(missing.returncode, 3)

    def test_counts_what_it_does(self):
        server = self.serve("--workers", "2")
        for _ in range(10):
            server.ask("d1.gate.test.", want_dnssec=True)
        for _ in range(5):
            server.ask("none.gate.test.", "AAAA", tcp=True)
        self.assertEqual(server.metric('torii_queries_total{transport="udp"}'), 10)
        self.assertEqual(server.metric('torii_responses_referral_total{transport="udp"}'), 10)
        self.assertEqual(server.metric('torii_queries_do_total{transport="udp"}'), 10)
        self.assertEqual(server.metric('torii_responses_total{transport="tcp",rcode="NXDOMAIN"}'), 5)
        self.assertEqual(server.metric('torii_queries_by_type_total{transport="tcp",type="AAAA"}'), 5)
        self.assertEqual(server.metric("torii_tcp_accepted_total"), 5)
        self.assertTrue(harness.eventually(lambda: server.metric('torii_tcp_closed_total{reason="client_fin"}') == 5))
        self.assertEqual(server.metric("torii_tcp_connections_open"), 0)
        self.assertEqual(server.metric('torii_zone_serial{zone="gate.test."}'), 1)
        server.send_signal(harness.signal.SIGUSR1)
        self.assertIn("received=10", server.wait_for("counters udp: "))
        self.assertIn("NXDOMAIN=5", server.wait_for("counters tcp: "))

    def test_admin_pages(self):
        server = self.serve()
        self.assertEqual(server.get("/healthz"), (200, "alive\n"))
        self.assertTrue(harness.eventually(lambda: server.readiness()[1]["verification"] == "passed"))
        status, body = server.readiness()
        self.assertEqual(status, 200)
        self.assertTrue(body["ready"])
        self.assertEqual(body["generation"], 1)
        self.assertEqual([(zone["zone"], zone["serial"]) for zone in body["zones"]], [("gate.test.", 1)])
        self.assertEqual(body["zones"][0]["delegations"], 200)
        self.assertEqual(server.get("/")[0], 404)

    def test_logs_are_json_lines(self):
        server = self.serve()
        server.stop()
        lines = server.raw_log().splitlines()
        self.assertGreater(len(lines), 3)
        for line in lines:
            entry = json.loads(line)
            self.assertEqual(set(entry), {"time", "level", "message"})


class StartTest(harness.E2eTest):
    def run_toriid(self, *arguments):
        return subprocess.run([harness.program("toriid"), *arguments], capture_output=True, text=True, timeout=20,
                              check=False)

    def test_usage_errors_exit_with_2(self):
        for arguments in ((), ("serve",), ("serve", "--image", self.image), ("serve", "--listen", "127.0.0.1:0"),
                          ("serve", "--image", self.image, "--listen", "localhost"),
                          ("serve", "--image", self.image, "--listen", "127.0.0.1:0", "--workers", "5000"),
                          ("serve", "--image", self.image, "--listen", "127.0.0.1:0", "--set", "udp.batc=1"),
                          ("check-config", "/nonexistent"), ("nonsense",)):
            done = self.run_toriid(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr or done.stdout, arguments)
        self.assertEqual(self.run_toriid("--version").returncode, 0)

    def test_check_config(self):
        path = self.folder + "/torii.toml"
        with open(path, "w", encoding="utf-8") as file:
            file.write("[server]\nworkers = 2\n[tcp]\nidle_timeout_ms = 30000\n")
        self.assertEqual(self.run_toriid("check-config", path).returncode, 0)
        with open(path, "a", encoding="utf-8") as file:
            file.write("idle_timout_ms = 1\n")
        done = self.run_toriid("check-config", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{path}:5:1: error: unknown key 'idle_timout_ms'", done.stderr)

    def test_flags_win_over_the_file(self):
        harness.compile_image(self.image, 1)
        path = self.folder + "/torii.toml"
        with open(path, "w", encoding="utf-8") as file:
            file.write('[server]\nimage = "/nonexistent"\nworkers = 1\n[answer]\nnsid = "gate-9"\n')
        server = self.serve("--config", path, "--workers", "2")
        server.wait_for("serves with 2 workers")
        answer = server.ask("gate.test.", "SOA", use_edns=0, options=[dns.edns.GenericOption(dns.edns.NSID, b"")])
        self.assertIn(b"gate-9", answer.to_wire())

    def test_no_image_is_a_system_error(self):
        done = self.run_toriid("serve", "--image", self.folder, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no image", done.stderr)

    def test_a_taken_port_is_a_system_error(self):
        harness.compile_image(self.image, 1)
        server = self.serve()
        done = self.run_toriid("serve", "--image", self.image, "--listen", f"127.0.0.1:{server.port}")
        self.assertEqual(done.returncode, 3)
        self.assertIn("in use", done.stderr)
        self.assertEqual(server.serial(), 1)


if __name__ == "__main__":
    unittest.main()
