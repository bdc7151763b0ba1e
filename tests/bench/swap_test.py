"""A swap or two of a small image under load: nothing is lost, and the report says what was seen."""
import json
import os
import subprocess
import sys
import unittest

import tools
from tools import BUILD, SOURCE, InFolder

SWAP = os.path.join(SOURCE, "bench", "compare", "swap.py")


class SwapTest(InFolder):
    def test_swaps_under_load_lose_nothing(self):
        core = str(min(1, os.cpu_count() - 1))
        done = subprocess.run([sys.executable, "-B", SWAP, "--build", BUILD, "--work", self.path("work"), "--delegations",
                               "1000", "--swaps", "3", "--every", "0.7", "--load-core", core],
                              capture_output=True, text=True, timeout=220)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        folder = self.path("work", "swap", "runs")
        name, = os.listdir(folder)
        with open(os.path.join(folder, name)) as file:
            without, swapped = [run for run in map(json.loads, file) if run["kind"] == "swap"]
        self.assertEqual((without["swaps"], swapped["swaps"]), (0, 3))
        for run in (without, swapped):
            self.assertGreater(run["answers"], 100)
            self.assertEqual((run["lost"], run["unpromised"], run["wrong_question"]), (0, 0, 0))
            self.assertGreater(len(run["samples"]), 10)
        # An image is a mapping of a file: no memory of the server's own, but for what it notes about the image.
        self.assertLess(swapped["peak"]["Anonymous"], without["peak"]["Anonymous"] + (1 << 20))


if __name__ == "__main__":
    del tools
    unittest.main()
