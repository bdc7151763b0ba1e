"""A comparison of a second or two, with whichever servers are installed; and its report on runs made up for the purpose."""
import json
import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import tools
from tools import BUILD, SOURCE, InFolder

import report
import servers
import svg

COMPARE = os.path.join(SOURCE, "bench", "compare", "compare.py")


class CompareTest(InFolder):
    def compare(self, *options):
        core = str(min(1, os.cpu_count() - 1))
        command = [sys.executable, "-B", COMPARE, "--build", BUILD, "--work", self.path("work"), "--delegations", "1000",
                   "--load-core", core, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=220)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def runs(self):
        folder = self.path("work", "unsigned-1000", "runs")
        name, = [name for name in os.listdir(folder) if name.endswith(".jsonl")]
        with open(os.path.join(folder, name)) as file:
            return [json.loads(line) for line in file], os.path.join(folder, name[:-len(".jsonl")])

    def test_a_small_comparison_runs_and_the_servers_agree(self):
        names = [name for name in ("echo", "toriid", "nsd", "knot") if servers.ALL[name].installed()]
        text = self.compare("--servers", ",".join(names), "--rounds", "2", "--seconds", "0.3", "--rates", "500",
                            "--repeats", "1", "--no-repeat", "--warm-up", "0.3")
        runs, folder = self.runs()
        self.assertEqual([run for run in runs if run["kind"] == "failed"], [])
        for name in names:
            udp = [run for run in runs if run["kind"] == "udp" and run["server"] == name]
            self.assertEqual(len(udp), 2, name)
            if name == "echo":
                continue
            self.assertEqual(sum(run["unpromised"] + run["wrong_question"] for run in udp), 0, name)
            kinds = {run["kind"] for run in runs if run["server"] == name}
            self.assertLessEqual({"start", "udp", "tcp", "memory", "reload"}, kinds, name)
        self.assertIn("Answers agree", text)
        # Rounds are interleaved: one after the other within each.
        order = [(run["round"], run["server"]) for run in runs if run["kind"] == "udp"]
        self.assertEqual(order, [(number, name) for number in range(2) for name in names])
        for name in os.listdir(folder):
            if name.endswith(".svg"):
                xml.etree.ElementTree.parse(os.path.join(folder, name))

    def test_a_server_that_is_not_there_is_reported_as_such(self):
        class Missing(servers.Nsd):
            program = "no-such-server"
        self.assertFalse(Missing.installed())
        figures = report.Figures([{"kind": "failed", "server": "nsd", "reason": "not installed"}])
        self.assertIn("not installed", report.starts(figures))


class ReportTest(unittest.TestCase):
    def run_of(self, server, qps, **more):
        return {"kind": "udp", "server": server, "qps": qps, "answers": 1000, "lost": 0, "unpromised": 0, "truncated": 0,
                "wrong_question": 0, "octets_mean": 100.0, "server_busy": 1.0, "disturbed": False,
                "rcodes": {"NXDOMAIN": 250, "NOERROR": 750}, **more}

    def test_medians_and_ratios(self):
        figures = report.Figures([self.run_of("echo", 400), *[self.run_of("toriid", qps) for qps in (300, 100, 200)],
                                  self.run_of("nsd", 50)])
        text = report.throughput(figures, "udp", "x")
        self.assertIn("| toriid | 200 | 100 to 300 | 0.50 | 1.00 | 2500.00 |", text)
        self.assertIn("| nsd | 50 | 50 to 50 | 0.12 | 4.00 | 17500.00 |", text)

    def test_answers_that_differ_are_told(self):
        good = self.run_of("toriid", 1)
        self.assertEqual(report.agreement(report.Figures([good, self.run_of("nsd", 1)])), [])
        self.assertIn("RCODE", report.agreement(report.Figures([good, self.run_of("nsd", 1, unpromised=30)]))[0])
        self.assertIn("octets", report.agreement(report.Figures([good, self.run_of("nsd", 1, octets_mean=110.0)]))[0])

    def test_plots_are_well_formed(self):
        bars = svg.bars("a < b", "unit", [("x", 5.0, 4.0, 6.0), ("y", None, 0, 0)])
        lines = svg.lines("t", [("y", [("one", [(10, 1.0), (1000, 5.0)])])], "x")
        for document in (bars, lines):
            xml.etree.ElementTree.fromstring(document)
        self.assertIn("not measured", bars)


if __name__ == "__main__":
    del tools
    unittest.main()
