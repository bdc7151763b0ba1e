"""Two workers on two cores against one, with what the load generator takes of the cores told apart.

    ./dev bench workers --delegations 1000000

There are only two cores, so the load must share them: a load process on each, which sleeps when there is nothing to do. What
counts then is the server's CPU a query. If workers shared a cache line that they write, it would rise with the second.
"""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys

import proc
import report
from compare import runs_file
from gate import Gate
from servers import Toriid
from work import Runs, Work, set_up_process

FLOWS = 32
WINDOW = 16
PAUSE_US = 50


def load_all(server, load_cores, seconds, flags, rate=0):
    """A load process on each of `load_cores` at once; their figures."""
    work = server.work
    processes = []
    for core in load_cores:
        command = [work.load, work.queries, "--server", f"127.0.0.1:{server.port}", "--core", str(core), "--seconds",
                   str(seconds), "--flows", str(FLOWS), "--window", str(WINDOW), "--pause", str(PAUSE_US), *flags]
        if rate:
            command += ["--rate", str(rate / len(load_cores))]
        for pid in server.pids():
            command += ["--pid", str(pid)]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE))
    return [json.loads(process.communicate(timeout=seconds + 60)[0]) for process in processes]


def main():
    parser = argparse.ArgumentParser(prog="./dev bench workers", description=__doc__.split("\n")[0])
    parser.add_argument("--delegations", type=int, default=1_000_000)
    parser.add_argument("--shape", choices=["unsigned", "signed", "nsec"], default="unsigned")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rate", type=int, default=60_000, help="queries a second of the runs at a fixed rate")
    parser.add_argument("--work", default="build/bench")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--gate", default="", help='command that runs its arguments alone, such as "flock LOCKFILE"')
    options = parser.parse_args()
    set_up_process()
    work = Work(options.work, options.build, options.shape, options.delegations)
    work.prepare()
    home = Work(options.work, options.build, options.shape, options.delegations)
    home.path = lambda *parts: os.path.join(os.path.abspath(options.work), "workers", *parts)
    runs = Runs(runs_file(home, True))
    runs.add("facts", None, shape=options.shape, delegations=options.delegations, machine=proc.machine(),
             date=datetime.date.today().isoformat())
    gate = Gate(options.gate)
    # name, workers, the server's cores, the load's cores, flags of load
    cases = [("1 worker on core 0, load on core 1", 1, {0}, [1], []),
             ("1 worker, load on both cores", 1, {0, 1}, [0, 1], ["--yield"]),
             ("2 workers, load on both cores", 2, {0, 1}, [0, 1], ["--yield"])]
    servers = []
    try:
        for case in cases:
            server = Toriid(work, case[2], case[1])
            servers.append(server)
            server.start(120)
            with gate.alone():
                load_all(server, case[3], 3, case[4])
        for number in range(options.rounds):
            with gate.alone():
                for rate in (0, options.rate):
                    for case, server in zip(cases, servers):
                        for facts in load_all(server, case[3], options.seconds, case[4], rate):
                            runs.add("rate" if rate else "udp", case[0], round=number, **facts)
    finally:
        gate.release()
        for server in servers:
            server.stop()
    rows = []
    for kind in ("udp", "rate"):
        for name, *_ in cases:
            rounds = {}
            for run in runs.read():
                if run["kind"] == kind and run["server"] == name:
                    rounds.setdefault(run["round"], []).append(run)
            qps = [sum(run["qps"] for run in each) for each in rounds.values()]
            server_cpu = [statistics.mean(run["server_busy"] for run in each) for each in rounds.values()]
            load_cpu = [sum(run["load_cpu_seconds"] / run["seconds"] for run in each) for each in rounds.values()]
            cost = [1e6 * busy / rate for busy, rate in zip(server_cpu, qps)]
            rows.append([name, "as many as go" if kind == "udp" else f"{options.rate:,}/s",
                         f"{statistics.median(qps):,.0f}", report.spread(qps), f"{statistics.median(server_cpu):.2f}",
                         f"{statistics.median(load_cpu):.2f}", f"{statistics.median(cost):.2f}",
                         f"{min(cost):.2f} to {max(cost):.2f}",
                         sum(run["lost"] + run["unpromised"] for each in rounds.values() for run in each)])
    print(report.table(["toriid", "load", "queries/s, median", "runs", "cores of the server", "cores of the load",
                        "server's µs a query", "runs", "lost or wrong"], rows))
    print(f"== raw runs in {runs.path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
