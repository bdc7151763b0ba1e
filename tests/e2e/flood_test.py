"""No query is lost: not while images are swapped under a flood, not when the server is told to end."""
import signal
import socket
import threading
import time
import unittest

import dns.message

import harness

SWAPS = 20
DELEGATIONS = 200


def check_referral(message):
    """NOERROR, no AA, no TC, two NS and one address: a referral of any of the images."""
    header = [int.from_bytes(message[at:at + 2], "big") for at in range(0, 12, 2)]
    if header[1] & 0xFE0F != 0x8000 or header[2:] != [1, 0, 2, 1]:
        raise AssertionError(f"no such referral {header}")


class TcpLoop(threading.Thread):
    """One connection, one query outstanding, for as long as the test runs."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.answered = 0
        self.failure = None
        self.ending = threading.Event()
        self.port = port

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as client:
                while not self.ending.is_set():
                    query = dns.message.make_query(f"d{self.answered % DELEGATIONS}.gate.test.", "A")
                    client.sendall(harness.frame(query.to_wire()))
                    check_referral(harness.read_frame(client))
                    self.answered += 1
        except Exception as error:  # pylint: disable=broad-except
            self.failure = repr(error)


class FloodTest(harness.E2eTest):
    def test_nothing_is_lost_through_swaps(self):
        harness.compile_image(self.image, 1, DELEGATIONS)
        server = self.serve("--workers", "2")
        loops = [harness.UdpLoop(server.port, [f"d{i}.gate.test." for i in range(DELEGATIONS)], check=check_referral)
                 for _ in range(2)]
        tcp = TcpLoop(server.port)
        for loop in (*loops, tcp):
            loop.start()
        for serial in range(2, SWAPS + 2):
            harness.compile_image(self.image, serial, DELEGATIONS)
            if serial % 2:
                server.send_signal(signal.SIGHUP)
            self.assertTrue(harness.eventually(lambda wanted=serial: server.readiness()[1]["generation"] == wanted))
        tcp.ending.set()
        tcp.join(10)
        for loop in loops:
            loop.finish()
        self.assertEqual(server.metric("torii_image_swaps_total"), SWAPS + 1)
        # Of the old images none is still mapped, none is still open.
        self.assertTrue(harness.eventually(lambda: server.image_files() == {f"{SWAPS + 1:08}.answers.mdb"}),
                        server.image_files())
        asked = sum(loop.asked for loop in loops)
        print(f"{asked} queries over UDP, {tcp.answered} over TCP, {SWAPS} swaps")
        self.assertGreater(asked, 5000)
        for loop in loops:
            self.assertIsNone(loop.failure)
            self.assertEqual((loop.lost, loop.wrong, loop.asked), (0, 0, loop.answered))
        self.assertIsNone(tcp.failure)
        self.assertGreater(tcp.answered, 100)


class DrainTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        harness.compile_image(self.image, 1, DELEGATIONS)

    def test_sigterm_answers_what_has_arrived(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.serve("--workers", "2")
            clients = []
            for _ in range(20):
                client = socket.create_connection(("127.0.0.1", server.port), 5)
                self.addCleanup(client.close)
                clients.append(client)
                client.sendall(harness.frame(dns.message.make_query("gate.test.", "SOA").to_wire()))
                harness.read_frame(client)
            queries = b"".join(harness.frame(dns.message.make_query(f"d{i}.gate.test.", "A").to_wire())
                               for i in range(100))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                datagrams.connect(("127.0.0.1", server.port))
                datagrams.settimeout(5)
                # Stopped, so that all of this waits in the kernel when the signal comes.
                server.send_signal(signal.SIGSTOP)
                for client in clients:
                    client.sendall(queries)
                for i in range(50):
                    datagrams.send(dns.message.make_query(f"d{i}.gate.test.", "A").to_wire())
                server.send_signal(number)
                server.send_signal(signal.SIGCONT)
                for _ in range(50):
                    check_referral(datagrams.recv(4096))
            for client in clients:
                for _ in range(100):
                    check_referral(harness.read_frame(client))
                self.assertIsNone(harness.read_frame(client))
                client.close()
            begin = time.monotonic()
            self.assertEqual(server.process.wait(5), 0)
            self.assertLess(time.monotonic() - begin, 3)
            self.assertTrue(any(message == "ended" for message in server.messages()), server.raw_log())

    def test_clients_that_stay_do_not_hold_up_the_end(self):
        server = self.serve("--set", "server.drain_timeout_ms=2000")
        with socket.create_connection(("127.0.0.1", server.port), 5) as client:
            client.sendall(harness.frame(dns.message.make_query("gate.test.", "SOA").to_wire()))
            harness.read_frame(client)
            begin = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begin, 3)


if __name__ == "__main__":
    unittest.main()
