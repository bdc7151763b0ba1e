"""toriid's memory while images are swapped under full load, sampled; and what the load lost of it.

    ./dev bench swap --delegations 10000000

Two generations of the same zone take turns as the current one, as `zonec compile` and `zonec rollback` make them current: by
renaming a manifest to `current`. Nothing is compiled meanwhile, so the memory and the stalls seen are the swap's own.
"""
import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import time

import proc
import report
from compare import revision, runs_file
from gate import Gate
from servers import Toriid
from work import Runs, Work, set_up_process

#: Of smaps_rollup. What the kernel cannot take back: Anonymous, Private_Dirty. Pages of the image, which it can, are in Rss,
#: and in Private_Clean as long as nobody else maps them.
KEYS = ("Anonymous", "Private_Dirty", "Private_Clean", "Rss")


class Sample:
    """Memory of process `pid` now, octets; and which generations of the image it has mapped."""

    def __init__(self, pid):
        self.at = time.monotonic()
        with open(f"/proc/{pid}/smaps_rollup") as file:
            sizes = {key: int(value) * 1024 for key, value in re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M)}
        with open(f"/proc/{pid}/status") as file:
            tables = int(re.search(r"^VmPTE:\s+(\d+) kB", file.read(), re.M).group(1)) * 1024
        with open(f"/proc/{pid}/maps") as file:
            self.mapped = sorted(set(re.findall(r"/(\d+)\.answers\.mdb", file.read())))
        self.sizes = {**{key: sizes[key] for key in KEYS}, "tables": tables}


def generations(work):
    """The manifests of the two newest generations; compiles what is missing."""
    while True:
        names = sorted(name for name in os.listdir(work.image) if re.fullmatch(r"\d+\.manifest", name))
        if len(names) >= 2:
            return names[-2:]
        work.compile(nice=False)


def make_current(work, manifest):
    part = work.path("image", "current.swap")
    with open(work.path("image", manifest), "rb") as source, open(part, "wb") as target:
        target.write(source.read())
    os.rename(part, work.path("image", "current"))


class TalkingToriid(Toriid):
    """Tells of each image it takes up."""

    def command(self):
        return [*super().command()[:-1], "info"]

    def taken_up(self):
        with open(self.path("log"), errors="replace") as file:
            return len(re.findall(r"image generation \d+: (?!verif)", file.read()))


def under_load(work, server, options, swaps):
    """Load for as long as `swaps` swaps take, or as long without any. Returns load's figures, the samples, and how many
    images were taken up."""
    manifests = generations(work)
    before = server.taken_up()
    seconds = (options.swaps + 1) * options.every
    command = [work.load, work.queries, "--server", f"127.0.0.1:{server.port}", "--core", str(options.load_core),
               "--seconds", str(seconds), "--warm-up", "0.5", "--pid", str(server.process.pid)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    samples, done, began = [], 0, time.monotonic() + 0.5
    try:
        while process.poll() is None:
            samples.append(Sample(server.process.pid))
            if done < swaps and time.monotonic() - began >= (done + 1) * options.every:
                make_current(work, manifests[done % 2])
                done += 1
            time.sleep(options.sample_ms / 1000)
        facts = json.loads(process.stdout.read())
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
    return facts, samples, server.taken_up() - before


def both_mapped(samples):
    """For how many seconds at most two images were mapped at once."""
    since, longest = None, 0.0
    for sample in samples:
        if len(sample.mapped) < 2:
            since = None
            continue
        since = sample.at if since is None else since
        longest = max(longest, sample.at - since)
    return longest


def main():
    parser = argparse.ArgumentParser(prog="./dev bench swap", description=__doc__.split("\n")[0])
    parser.add_argument("--delegations", type=int, default=10_000_000)
    parser.add_argument("--shape", choices=["unsigned", "signed", "nsec"], default="unsigned")
    parser.add_argument("--swaps", type=int, default=5)
    parser.add_argument("--every", type=float, default=2, help="seconds from swap to swap")
    parser.add_argument("--sample-ms", type=float, default=20)
    parser.add_argument("--work", default="build/bench")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--gate", default="", help='command that runs its arguments alone, such as "flock LOCKFILE"')
    options = parser.parse_args()
    set_up_process()
    work = Work(options.work, options.build, options.shape, options.delegations)
    work.prepare()
    generations(work)
    home = Work(options.work, options.build, options.shape, options.delegations)
    home.path = lambda *parts: os.path.join(os.path.abspath(options.work), "swap", *parts)
    runs = Runs(runs_file(home, True))
    runs.add("facts", None, shape=options.shape, delegations=options.delegations, machine=proc.machine(),
             date=datetime.date.today().isoformat(), versions=[f"torii {revision()}"], options=vars(options))
    server = TalkingToriid(work, {options.server_core})
    gate = Gate(options.gate)
    rows, results = [], {}
    try:
        with gate.alone():
            make_current(work, generations(work)[-1])
            server.start(120)
            for name, swaps in (("no swap", 0), (f"{options.swaps} swaps", options.swaps)):
                facts, samples, seen = under_load(work, server, options, swaps)
                both = both_mapped(samples)
                peak = {key: max(sample.sizes[key] for sample in samples) for key in samples[0].sizes}
                typical = {key: statistics.median(sample.sizes[key] for sample in samples) for key in samples[0].sizes}
                results[swaps] = {"swaps": seen, "both_mapped_seconds": both, "peak": peak, "median": typical, **facts}
                runs.add("swap", "toriid", asked=swaps, **results[swaps], samples=[
                    [round(sample.at - samples[0].at, 3), sample.mapped, sample.sizes] for sample in samples])
                gap = max(after.at - before.at for before, after in zip(samples, samples[1:]))
                rows.append([name, f"{seen}", f"{facts['qps']:,.0f}", f"{facts['answers']:,}", facts["lost"],
                             facts["unpromised"] + facts["wrong_question"], *(f"{facts['latency_us'][key]:,.0f}" for key in ("p50", "p99", "max")),
                             *(f"{peak[key] / 1e6:,.2f}" for key in ("Anonymous", "Private_Dirty", "tables")),
                             f"{peak['Rss'] / 1e6:,.0f}", f"{both * 1e3:,.0f}", f"{len(samples)}", f"{gap * 1e3:,.0f}"])
    finally:
        gate.release()
        server.stop()
    print(report.table(["", "swaps seen", "queries/s", "answers", "lost", "wrong", "p50 µs", "p99 µs", "longest µs",
                        "anonymous, peak MB", "private dirty, peak MB", "page tables, peak MB", "resident, peak MB",
                        "two images mapped, ms at most", "samples", "longest gap, ms"], rows))
    print(f"== raw runs in {runs.path}", file=sys.stderr)
    if results[options.swaps]["swaps"] < options.swaps:
        print(f"swap: {options.swaps} swaps were asked for, {results[options.swaps]['swaps']} seen", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
