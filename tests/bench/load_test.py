"""load against toriid, against echo, and against a server that does everything wrong."""
import json
import socket
import struct
import threading
import unittest

from tools import InFolder, bench, free_port, run, zonec


class LiarTest(InFolder):
    """A server whose answers are wrong in turn: all must be counted, none as right."""

    def lie(self, server):
        server.settimeout(0.2)
        number = 0
        while not self.done.is_set():
            try:
                query, peer = server.recvfrom(4096)
            except TimeoutError:
                continue
            number += 1
            right = query[:2] + b"\x84\x00" + query[4:]
            kinds = [right,
                     right[:3] + b"\x05" + right[4:],                                # REFUSED
                     struct.pack(">H", (right[0] << 8 | right[1]) ^ 0x8000) + right[2:],  # another ID
                     right[:14] + b"#" + right[15:],                                 # another question
                     query,                                                          # no response at all
                     b"\x00\x01",                                                    # shorter than a header
                     b"",                                                            # silence
                     right[:2] + b"\x86\x00" + right[4:]]                            # TC
            answer = kinds[number % len(kinds)]
            if answer:
                server.sendto(answer, peer)

    def test_what_is_wrong_is_counted(self):
        run(bench("zonegen"), "--delegations", 100, "--queries", self.path("q"), "--query-count", 500, "--nxdomain", 0)
        self.done = threading.Event()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 0))
            thread = threading.Thread(target=self.lie, args=(server,))
            thread.start()
            done = run(bench("load"), self.path("q"), "--server", f"127.0.0.1:{server.getsockname()[1]}", "--flows", 2,
                       "--window", 16, "--seconds", 1, "--warm-up", 0, "--timeout", 0.05)
            self.done.set()
            thread.join()
        facts = json.loads(done.stdout)
        share = facts["sent"] / 8
        for count in ("unpromised", "stray", "wrong_question", "truncated"):
            self.assertAlmostEqual(facts[count], share, delta=share * 0.25 + 8, msg=done.stdout)
        self.assertAlmostEqual(facts["malformed"], 2 * share, delta=share * 0.4 + 8, msg=done.stdout)
        # Another ID, two malformed and silence: these four queries in eight have no answer.
        self.assertAlmostEqual(facts["lost"], 4 * share, delta=share + 40, msg=done.stdout)
        self.assertAlmostEqual(facts["answers"], 4 * share, delta=share + 8, msg=done.stdout)


class LoadTest(InFolder):
    def load(self, port, *flags, expect=0, queries="q"):
        done = run(bench("load"), self.path(queries), "--server", f"127.0.0.1:{port}", "--seconds", 0.5, "--warm-up", 0.2,
                   *flags, expect=expect)
        return json.loads(done.stdout)

    def zone(self):
        run(bench("zonegen"), "--delegations", 1000, "--zone", self.path("zone"), "--queries", self.path("q"),
            "--query-count", 5000)
        run(zonec(), "compile", "--quiet", "--image", self.path("image"), self.path("zone"))

    def test_toriid_answers_as_promised_over_udp_and_tcp(self):
        self.zone()
        port = self.serve(self.path("image"))
        sizes = []
        for flags in ([], ["--tcp", "--flows", 16]):
            facts = self.load(port, *flags)
            self.assertGreater(facts["answers"], 1000)
            for count in ("unpromised", "wrong_question", "malformed", "stray", "truncated", "reconnects"):
                self.assertEqual(facts[count], 0, count)
            self.assertEqual(set(facts["rcodes"]), {"NOERROR", "NXDOMAIN"})
            self.assertAlmostEqual(facts["rcodes"]["NXDOMAIN"] / facts["answers"], 0.25, delta=0.03)
            sizes.append(facts["octets_mean"])
        self.assertAlmostEqual(sizes[0] / sizes[1], 1, delta=0.02)

    def test_queries_of_another_zone_are_noticed(self):
        self.zone()
        run(bench("zonegen"), "--delegations", 1000, "--seed", 2, "--queries", self.path("other"), "--query-count", 5000)
        facts = self.load(self.serve(self.path("image")), queries="other")
        self.assertGreater(facts["unpromised"], 0.7 * facts["answers"])

    def test_a_rate_is_kept(self):
        self.zone()
        facts = self.load(self.serve(self.path("image")), "--rate", 2000)
        self.assertAlmostEqual(facts["qps"], 2000, delta=100)

    def test_echo_has_the_size_asked_for(self):
        self.zone()
        process = self.child(bench("echo"), "--octets", 150)
        port = int(process.stdout.readline().rsplit(b":", 1)[1])
        facts = self.load(port, "--any-rcode", "--pid", process.pid)
        self.assertEqual(facts["octets_mean"], 150)
        self.assertEqual(set(facts["rcodes"]), {"NOERROR"})
        self.assertGreater(facts["server_cpu_seconds"], 0)

    def test_errors_are_told(self):
        with open(self.path("no-queries"), "wb") as file:
            file.write(b"\x00\x03abc")
        self.assertIn("octet 0", run(bench("load"), self.path("no-queries"), "--server", "127.0.0.1:1", expect=3).stderr)
        self.zone()
        self.assertIn("ADDRESS:PORT", run(bench("load"), self.path("q"), "--server", "localhost", expect=2).stderr)
        facts = self.load(free_port(), expect=1)
        self.assertEqual(facts["answers"], 0)


if __name__ == "__main__":
    unittest.main()
