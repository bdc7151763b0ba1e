"""A new image is taken up by itself, on SIGHUP, never half, and never when it is damaged."""
import glob
import os
import shutil
import signal
import socket
import unittest

import dns.message
import dns.rcode

import harness


class ReloadTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        harness.compile_image(self.image, 1)

    def test_a_new_image_is_taken_up_within_a_second(self):
        server = self.serve("--workers", "2")
        self.assertEqual(server.serial(), 1)
        harness.compile_image(self.image, 2)
        self.assertTrue(harness.eventually(lambda: server.serial() == 2, seconds=1))
        self.assertEqual(server.readiness()[1]["generation"], 2)
        self.assertEqual(server.metric("torii_image_swaps_total"), 2)

    def test_sighup_does_not_wait_for_the_next_look(self):
        server = self.serve("--set", "server.image_poll_ms=60000")
        harness.compile_image(self.image, 2)
        self.assertFalse(harness.eventually(lambda: server.serial() == 2, seconds=0.5))
        server.send_signal(signal.SIGHUP)
        self.assertTrue(harness.eventually(lambda: server.serial() == 2, seconds=1))
        server.send_signal(signal.SIGHUP)
        server.wait_for("image unchanged")

    def test_connections_outlive_a_swap(self):
        server = self.serve("--workers", "1")
        with socket.create_connection(("127.0.0.1", server.port), 5) as client:
            for serial in (1, 2, 3):
                if serial > 1:
                    harness.compile_image(self.image, serial)
                    self.assertTrue(harness.eventually(lambda wanted=serial: server.serial() == wanted))
                client.sendall(harness.frame(dns.message.make_query("gate.test.", "SOA").to_wire()))
                answer = dns.message.from_wire(harness.read_frame(client))
                self.assertEqual(answer.answer[0][0].serial, serial)

    def test_a_damaged_image_is_refused_and_the_old_one_serves(self):
        server = self.serve()
        current = os.path.join(self.image, "current")
        with open(current, "rb") as file:
            good = file.read()
        for count, damage in enumerate((b"", b"nonsense", good[:-1], good[: len(good) // 2]), start=1):
            with open(current + ".new", "wb") as file:
                file.write(damage)
            os.rename(current + ".new", current)
            self.assertTrue(harness.eventually(
                lambda wanted=count: server.metric("torii_image_refused_total") == wanted), damage)
            self.assertEqual(server.serial(), 1)
        self.assertEqual(server.get("/readyz")[0], 200)
        self.assertTrue(server.readiness()[1]["refused"])
        server.wait_for("image refused: ")
        os.remove(current)
        server.wait_for("still serving generation 1")
        with open(current + ".new", "wb") as file:
            file.write(good)
        os.rename(current + ".new", current)
        harness.compile_image(self.image, 5)
        self.assertTrue(harness.eventually(lambda: server.serial() == 5))
        self.assertEqual(server.readiness()[1]["refused"], "")

    def test_a_half_copied_image_is_taken_once_it_is_whole(self):
        server = self.serve()
        other = os.path.join(self.folder, "other")
        for serial in (7, 8, 9):
            harness.compile_image(other, serial)
        answers = sorted(glob.glob(os.path.join(other, "*.answers.mdb")))[-1]
        # As rsync might: the manifest first, then half of the file, then all of it.
        with open(answers, "rb") as file:
            octets = file.read()
        target = os.path.join(self.image, os.path.basename(answers))
        with open(target, "wb") as file:
            file.write(octets[: len(octets) // 2])
        shutil.copy(os.path.join(other, "current"), os.path.join(self.image, "current.new"))
        os.rename(os.path.join(self.image, "current.new"), os.path.join(self.image, "current"))
        server.wait_for("image refused")
        self.assertEqual(server.serial(), 1)
        for path in glob.glob(os.path.join(other, "*")):
            if os.path.basename(path) not in ("current", "lock"):
                shutil.copy(path, self.image)
        self.assertTrue(harness.eventually(lambda: server.serial() == 9))

    def flip_payload(self):
        """Changes one octet deep in the answers, where opening the image does not look."""
        answers = sorted(glob.glob(os.path.join(self.image, "*.answers.mdb")))[-1]
        with open(answers, "r+b") as file:
            octets = file.read()
            at = octets.rindex(b"\x03www") if b"\x03www" in octets else len(octets) // 2
            file.seek(at)
            file.write(bytes([octets[at] ^ 0x20]))

    def test_damage_found_in_the_background_makes_the_server_not_ready(self):
        self.flip_payload()
        server = self.serve()
        self.assertTrue(harness.eventually(lambda: server.get("/readyz")[0] == 503))
        self.assertEqual(server.readiness()[1]["verification"], "failed")
        server.wait_for("is damaged")
        harness.compile_image(self.image, 2)
        self.assertTrue(harness.eventually(lambda: server.get("/readyz")[0] == 200))

    def test_verify_before_service_refuses_damage(self):
        server = self.serve("--verify", "before")
        self.assertEqual(server.readiness()[1]["verification"], "passed")
        harness.compile_image(self.image, 2)
        self.assertTrue(harness.eventually(lambda: server.serial() == 2))
        other = os.path.join(self.folder, "other")
        shutil.copytree(self.image, other)
        self.image, served = other, self.image
        harness.compile_image(other, 3)
        self.flip_payload()
        for path in glob.glob(os.path.join(other, "00000003.*")):
            shutil.copy(path, served)
        shutil.copy(os.path.join(other, "current"), os.path.join(served, "current.new"))
        os.rename(os.path.join(served, "current.new"), os.path.join(served, "current"))
        server.wait_for("image refused")
        self.assertEqual(server.serial(), 2)
        self.assertEqual(server.get("/readyz")[0], 200)

    def test_waits_for_the_first_image(self):
        self.image = os.path.join(self.folder, "later")
        os.mkdir(self.image)
        server = self.serve("--wait-for-image")
        self.assertEqual(server.ask("gate.test.", "SOA").rcode(), dns.rcode.REFUSED)
        self.assertEqual(server.get("/readyz")[0], 503)
        harness.compile_image(self.image, 4)
        self.assertTrue(harness.eventually(lambda: server.get("/readyz")[0] == 200))
        self.assertEqual(server.serial(), 4)


if __name__ == "__main__":
    unittest.main()
