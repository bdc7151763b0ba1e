#!/usr/bin/python3
"""Publishing is atomic and durable, whatever happens to the compiler: the old image or the new one serves, never half.

A toriid serves the image the whole time, so a damaged one would show as a wrong answer or a dead server.
"""
import os
import random
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import exchange  # noqa: E402
import servers  # noqa: E402
import wire  # noqa: E402

ZONEC = servers.program("TORII_ZONEC", "zonec")
BIG = 40_000  # delegations: long enough a compile to be hit in every phase


def zone_text(serial, delegations=3):
    lines = [f"example. 3600 IN SOA ns1.example. hostmaster.example. {serial} 3600 900 2592000 900",
             "example. 3600 IN NS ns1.example.", "ns1.example. 3600 IN A 192.0.2.1"]
    for i in range(delegations):
        lines += [f"d{i}.example. 3600 IN NS ns1.d{i}.example.", f"ns1.d{i}.example. 3600 IN A 192.0.2.{i % 250 + 1}"]
    return "\n".join(lines) + "\n"


class Publishing(unittest.TestCase):
    def setUp(self):
        self.lab = servers.Lab().__enter__()
        self.addCleanup(self.lab.__exit__, None, None, None)
        self.image = self.lab.path("image")

    def write(self, serial, delegations=3):
        path = self.lab.path(f"{serial}.zone")
        with open(path, "w") as out:
            out.write(zone_text(serial, delegations))
        return path

    def zonec(self, command, *arguments, image=None, **popen):
        return subprocess.run([ZONEC, command, "--image", image or self.image, *arguments], capture_output=True,
                              text=True, timeout=120, **popen)

    def compile(self, serial, *options, delegations=3):
        done = self.zonec("compile", self.write(serial, delegations), *options)
        self.assertEqual(done.returncode, 0, done.stderr)

    def inspected_serial(self, image=None):
        done = self.zonec("inspect", image=image)
        self.assertEqual(done.returncode, 0, done.stderr)
        return next(int(line.split()[1]) for line in done.stdout.splitlines() if line.split()[:1] == ["serial"])

    def served_serial(self, server):
        question = wire.query(wire.name_to_wire("example."), wire.SOA)
        message = wire.Message(exchange.udp(server.port, [question])[0])
        self.assertEqual(message.rcode, wire.NOERROR)
        rdata = next(rr.rdata for rr in message.answer if rr.type == wire.SOA)
        return int.from_bytes(rdata[-20:-16], "big")

    def wait_for_serial(self, server, serial, seconds=5):
        deadline = time.monotonic() + seconds
        while self.served_serial(server) != serial:
            self.assertLess(time.monotonic(), deadline, f"still {self.served_serial(server)}, not {serial}")
            time.sleep(0.05)

    def serve(self):
        return self.lab.serve(self.image, servers.free_port(), "example.")

    def test_killed_at_any_moment(self):
        """kill -9 at 40 random moments of a compile: afterwards the image opens, and holds the old zone or the new."""
        self.compile(1)
        server = self.serve()
        big = self.write(2, BIG)
        began = time.monotonic()
        self.assertEqual(self.zonec("compile", big, image=self.lab.path("other")).returncode, 0)
        whole = time.monotonic() - began
        rng, seen = random.Random(7), {1: 0, 2: 0}
        for _ in range(40):
            process = subprocess.Popen([ZONEC, "compile", "--image", self.image, big], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0, whole * 1.1))
            process.kill()
            process.wait()
            serial = self.inspected_serial()
            seen[serial] += 1
            self.assertIn(self.served_serial(server), (1, 2))
            if serial == 2:
                self.compile(1, "--no-compare", "back to the start")
        self.assertGreater(seen[1], 0, "no compile was killed before it published")
        self.compile(3)
        self.wait_for_serial(server, 3)
        left = [name for name in os.listdir(self.image) if name not in ("current", "lock")]
        generations = {name.split(".")[0] for name in left}
        self.assertLessEqual(len(generations), 3, f"killed compilers' files were not cleaned up: {sorted(left)}")
        self.assertEqual(server.stop(), 0)

    def test_full_disk(self):
        """On a full file system the compile ends with 3 and says which path; the old image stays."""
        mount = self.lab.path("small")
        os.makedirs(mount)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here (root only): {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", mount], check=True)
        self.image = os.path.join(mount, "image")
        self.compile(1)
        server = self.serve()
        done = self.zonec("compile", self.write(2, BIG))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(self.image, done.stderr)
        self.assertIn("No space left", done.stderr)
        self.assertEqual((self.inspected_serial(), self.served_serial(server)), (1, 1))
        self.compile(3)  # and what the failed one left behind does not stand in the way
        self.wait_for_serial(server, 3)
        self.assertEqual(server.stop(), 0)

    def test_write_error(self):
        """A write that fails half-way (here: a file size limit) ends with 3; the old image stays. Needs no root."""
        self.compile(1)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        done = self.zonec("compile", self.write(2, BIG), preexec_fn=limit)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(self.image, done.stderr)
        self.assertEqual(self.inspected_serial(), 1)

    def test_two_at_once(self):
        """The second compiler waits, or with --no-wait says who holds the lock; both end in a whole image."""
        self.compile(1)
        big = self.write(100, BIG)  # newer than what is published beside it
        first = subprocess.Popen([ZONEC, "compile", "--image", self.image, big], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        refused, deadline = None, time.monotonic() + 20
        while first.poll() is None and time.monotonic() < deadline:  # it takes the lock some time after its start
            done = self.zonec("compile", "--no-wait", self.write(5))
            if done.returncode == 3:
                refused = done
                break
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNotNone(refused, "no compile met the lock")
        self.assertIn("lock", refused.stderr)
        self.assertIn(str(first.pid), refused.stderr)
        second = self.zonec("compile", "--allow", "shrink=as small as before", self.write(101))
        self.assertEqual((second.returncode, first.wait(60)), (0, 0), second.stderr)
        self.assertEqual(self.inspected_serial(), 101)

    def test_keep_and_rollback(self):
        for serial in (1, 2, 3, 4):
            self.compile(serial, "--keep", "1")
        server = self.serve()
        self.assertEqual(self.zonec("rollback").returncode, 0)
        self.wait_for_serial(server, 3)
        self.assertEqual(self.inspected_serial(), 3)
        done = self.zonec("rollback")
        self.assertEqual(done.returncode, 3)
        self.assertIn("--keep", done.stderr)
        self.assertEqual(self.inspected_serial(), 3)
        self.compile(5)
        self.wait_for_serial(server, 5)
        self.assertEqual(server.stop(), 0)

    def test_no_permission(self):
        locked = self.lab.path("locked")
        os.makedirs(locked)
        os.chmod(self.lab.folder, 0o755)
        os.chmod(locked, 0o555)
        zone = self.write(1)

        def nobody():
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
        try:
            subprocess.run([ZONEC, "--version"], preexec_fn=nobody, capture_output=True)
        except PermissionError:
            self.skipTest(f"nobody may not run {ZONEC}")
        image = os.path.join(locked, "image")
        done = self.zonec("compile", zone, image=image, preexec_fn=nobody)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(image, done.stderr)
        self.assertIn("ermission denied", done.stderr)
        done = self.zonec("compile", zone, image=zone)  # a file stands where the folder should
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(zone, done.stderr)

    def manifest(self):
        with open(os.path.join(self.image, "current")) as file:
            return file.read()

    def refused(self, *arguments, code, inputs):
        """A compile that the gate refuses: status 1, its code told, `current` untouched."""
        before = self.manifest()
        done = self.zonec("compile", *arguments, *inputs)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(f"[{code}]", done.stdout)
        self.assertIn("nothing published", done.stderr)
        self.assertEqual(self.manifest(), before)
        self.assertFalse([name for name in os.listdir(self.image) if name.endswith(".part")])
        return done

    def test_gate_refuses(self):
        """What looks wrong beside the zone being served is not published, and the old image serves on."""
        self.compile(10, delegations=100)
        server = self.serve()
        self.refused(code="serial-back", inputs=[self.write(9, 100)])
        self.refused(code="delegations-gone", inputs=[self.write(11, 94)])
        same = self.write(10, 101)
        self.refused(code="serial-reused", inputs=[same])
        other = self.lab.path("other.zone")
        with open(other, "w") as out:
            out.write(zone_text(1).replace("example.", "other."))
        self.refused(code="zone-dropped", inputs=[other])
        self.assertEqual(self.served_serial(server), 10)
        self.compile(11, delegations=95)  # five of a hundred
        self.wait_for_serial(server, 11)
        self.assertEqual(server.stop(), 0)

    def test_gate_and_findings_together(self):
        """A zone that is refused for its own findings is compared all the same: everything is told at once."""
        self.compile(10, delegations=100)
        path = self.write(9, 10)
        with open(path, "a") as out:
            out.write("www.example. IN TXT x\nwww.example. IN CNAME ns1.example.\n")
        done = self.refused(code="serial-back", inputs=[path])
        self.assertIn("[cname-and-other-data]", done.stdout)
        self.assertIn("[delegations-gone]", done.stdout)

    def test_overrides_are_recorded(self):
        """What was allowed stands in the manifest with its reason, is told by inspect, and holds for one publish."""
        self.compile(10, delegations=100)
        self.compile(9, "--allow", "serial=back to Monday", "--allow", "shrink@example=a registrar \u20ac left",
                     delegations=50)
        text = self.manifest()
        self.assertIn("\noverride serial-back zone example. reason back to Monday\n", text)
        self.assertIn("\noverride delegations-gone zone example. reason a registrar \u20ac left\n", text)
        done = self.zonec("inspect", "--verify")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("override serial-back example.: back to Monday\n", done.stdout)
        server = self.serve()  # the server takes a manifest that has overrides
        self.assertEqual(self.served_serial(server), 9)
        self.refused(code="serial-back", inputs=[self.write(8, 50)])
        self.compile(11, delegations=50)
        self.assertNotIn("override", self.manifest())
        self.assertEqual(server.stop(), 0)

    def test_unchanged(self):
        self.compile(10)
        zone = self.write(10)
        done = self.zonec("compile", "--skip-unchanged", zone)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("unchanged", done.stderr)
        self.assertIn("\ngeneration 1\n", self.manifest())
        done = self.zonec("compile", zone)
        self.assertEqual(done.returncode, 0)
        self.assertIn("compared with generation 1: unchanged; generation 2", done.stderr)
        self.assertEqual(self.zonec("compile", "--skip-unchanged", self.write(11)).returncode, 0)
        self.assertIn("\ngeneration 3\n", self.manifest())

    def test_damaged_old_image(self):
        """An old image that cannot be read is told, with the way out; the comparison is not skipped by itself."""
        self.compile(10)
        records = os.path.join(self.image, "00000001.records.mdb")
        with open(records, "r+b") as file:
            octets = bytearray(file.read())
            for at in range(len(octets) // 2, len(octets)):
                octets[at] ^= 0xFF
            file.seek(0)
            file.write(octets)
        done = self.refused(code="not-compared", inputs=[self.write(11)])
        self.assertIn(records, done.stdout)
        self.assertIn("--no-compare REASON", done.stdout)
        self.compile(11, "--no-compare", "the disk was changed")
        self.assertIn("override not-compared zone . reason the disk was changed", self.manifest())

    def test_killed_while_comparing(self):
        """kill -9 at random moments of a compile that the gate is to refuse: the old image, whole, and no leftovers."""
        self.compile(2, delegations=BIG)
        small = self.write(1, BIG // 2)
        before = self.manifest()
        began = time.monotonic()
        self.refused(code="serial-back", inputs=[small])
        whole = time.monotonic() - began
        rng = random.Random(8)
        for _ in range(10):
            process = subprocess.Popen([ZONEC, "compile", "--image", self.image, small], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0, whole))
            process.kill()
            process.wait()
            self.assertEqual(self.manifest(), before)
        self.compile(3, delegations=BIG)
        self.assertFalse([name for name in os.listdir(self.image) if name.endswith(".part")])

    def test_compared_with_what_serves_when_it_is_its_turn(self):
        """Of two compilers at once the later is compared with what the earlier published, not with what was before."""
        self.compile(1)
        big = self.write(50, BIG)
        process = subprocess.Popen([ZONEC, "compile", "--image", self.image, big], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        while process.poll() is None and self.zonec("compile", self.write(100)).returncode != 0:
            pass
        told = process.communicate(timeout=60)[0]
        if process.returncode == 0:  # it was the earlier one: then the other is far too small, or the image's now
            self.assertIn(self.inspected_serial(), (50, 100))
        else:
            self.assertIn("[serial-back]", told)
            self.assertEqual(self.inspected_serial(), 100)

    def test_exit_statuses(self):
        """0 published, 1 refused, 2 usage, unreadable or syntax; nothing is published by a compile that fails."""
        self.compile(1)
        broken = os.path.join(servers.source_folder(), "zones", "broken.zone")
        syntax = self.lab.path("syntax.zone")
        with open(syntax, "w") as out:
            out.write(zone_text(9) + "bad.example. 3600 IN A 192.0.2.300\n")
        signed = os.path.join(servers.source_folder(), "zones", "example-tld.nsec.zone")
        for arguments, status, text in (
                ([self.lab.path("absent.zone")], 2, "absent.zone"), ([], 2, ""), (["--keep", "x", syntax], 2, ""),
                ([syntax], 2, f"{syntax}:10:"), ([broken], 1, ""),
                (["--strict", "--now", "20390101000000", signed], 1, "expired"),
                (["--no-compare", "another zone", "--now", "20390101000000", signed], 1, "signatures-expire-soon"),
                (["--allow", "shrink", self.write(2)], 2, "CODE=REASON"),
                (["--allow", "shrink=", self.write(2)], 2, "reason"),
                (["--allow", "shirnk=x", self.write(2)], 2, "shirnk"),
                (["--gate", "ds-gone=maybe", self.write(2)], 2, "ds-gone=maybe"),
                (["--gate", "not-compared=off", self.write(2)], 2, "--no-compare"),
                (["--shrink-max", "101", self.write(2)], 2, "--shrink-max")):
            done = self.zonec("compile", *arguments)
            self.assertEqual(done.returncode, status, (arguments, done.stdout[-500:], done.stderr))
            self.assertIn(text, done.stdout + done.stderr, arguments)
            self.assertEqual(self.inspected_serial(), 1, arguments)
        done = self.zonec("compile", signed, "--now", "20390101000000", "--expire-min", "0", "--no-compare", "test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning", done.stdout)
        for policies in (["--policy", "ns-512=warning"], ["--policy", "ns-512=off", "--policy", "iana-512=notice"]):
            done = self.zonec("compile", *policies, "--no-compare", "test", self.write(8))  # a file right behind an option's value
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
