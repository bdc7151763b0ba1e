"""How toriid and zonec grow with the zone: queries a second on one core, octets a delegation, time and memory to compile.

    ./dev bench growth --sizes 10000,100000,1000000,10000000
"""
import argparse
import datetime
import os
import statistics
import sys

import measure
import proc
import svg
from compare import runs_file
from gate import Gate
from servers import Echo, Toriid
from work import Runs, Work, set_up_process


def measure_size(work, runs, options, gate):
    work.prepare()
    for _ in range(options.repeats):
        with gate.alone():
            runs.add("compile", "toriid", delegations=work.delegations, **work.compile(nice=False))
    servers = [Toriid(work, {options.server_core}), Echo(work, {options.server_core})]
    load = {"core": options.load_core, "seconds": options.seconds}
    try:
        with gate.alone():
            servers[0].start(120)
            facts = measure.load(servers[0], runs, "warm-up", {**load, "seconds": 4})
            Echo.octets = facts["octets_mean"]
            servers[1].start(10)
        for number in range(options.rounds):
            with gate.alone():
                for server in servers:
                    measure.load(server, runs, f"udp {work.delegations}", load, (), number)
        runs.add("memory", "toriid", delegations=work.delegations, **proc.Memory(servers[0].pids()).as_dict())
    finally:
        for server in servers:
            server.stop()


def medians(runs, sizes):
    """A row a size: delegations, toriid's and echo's queries a second, octets of the image and of answers, seconds."""
    rows = []
    for size in sizes:
        def of(kind, server, get, size=size):
            values = [get(run) for run in runs if run["kind"] == kind and run["server"] == server and
                      run.get("delegations", size) == size]
            return statistics.median(values) if values else 0
        octets = next((run["image"] for run in reversed(runs) if run["kind"] == "compile" and
                       run["delegations"] == size), {})
        rows.append({"delegations": size, "qps": of(f"udp {size}", "toriid", lambda run: run["qps"]),
                     "echo": of(f"udp {size}", "echo", lambda run: run["qps"]),
                     "answers": octets.get("answers", 0) / size, "image": sum(octets.values()) / size,
                     "seconds": of("compile", "toriid", lambda run: run["seconds"]),
                     "cpu": of("compile", "toriid", lambda run: run["cpu_seconds"]),
                     "peak": of("compile", "toriid", lambda run: run["peak"])})
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench growth", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="10000,100000,1000000,10000000")
    parser.add_argument("--shape", choices=["unsigned", "signed", "nsec"], default="unsigned")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5, help="of compilations")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--work", default="build/bench")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--gate", default="", help='command that runs its arguments alone, such as "flock LOCKFILE"')
    parser.add_argument("--resume", action="store_true", help="add to the last runs instead of starting anew")
    parser.add_argument("--report-only", action="store_true")
    options = parser.parse_args()
    set_up_process()
    sizes = [int(size) for size in options.sizes.split(",")]
    home = Work(options.work, options.build, options.shape, sizes[0])
    home.path = lambda *parts: os.path.join(os.path.abspath(options.work), "growth", *parts)
    os.makedirs(home.path(), exist_ok=True)
    runs = Runs(runs_file(home, not (options.resume or options.report_only)))
    if not options.report_only:
        runs.add("facts", None, shape=options.shape, machine=proc.machine(), date=datetime.date.today().isoformat())
        gate = Gate(options.gate)
        for size in sizes:
            measure_size(Work(options.work, options.build, options.shape, size), runs, options, gate)
        gate.release()
    every = runs.read()
    sizes = sorted({run["delegations"] for run in every if run["kind"] == "compile"})
    rows = medians(every, sizes)
    folder = os.path.splitext(runs.path)[0]
    os.makedirs(folder, exist_ok=True)
    panels = [("queries answered a second, one core", [("toriid", [(row["delegations"], row["qps"]) for row in rows]),
                                                       ("echo", [(row["delegations"], row["echo"]) for row in rows])]),
              ("octets a delegation", [("whole image", [(row["delegations"], row["image"]) for row in rows]),
                                       ("answers", [(row["delegations"], row["answers"]) for row in rows])]),
              ("µs a delegation to compile", [("elapsed", [(row["delegations"], row["seconds"] / row["delegations"] * 1e6)
                                                           for row in rows]),
                                              ("CPU", [(row["delegations"], row["cpu"] / row["delegations"] * 1e6)
                                                       for row in rows])]),
              ("octets of zonec's peak memory a delegation",
               [("peak", [(row["delegations"], row["peak"] / row["delegations"]) for row in rows])])]
    with open(os.path.join(folder, "growth.svg"), "w") as file:
        file.write(svg.lines(f"Growth with the zone, {options.shape}", panels, "delegations",
                             "medians; toriid with one worker on one core, load on another"))
    print("| delegations | queries/s | of echo | octets a delegation | of these answers | compile, s | CPU s | peak memory |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['delegations']:,} | {row['qps']:,.0f} | {row['qps'] / max(row['echo'], 1):.2f} | {row['image']:.0f} | "
              f"{row['answers']:.0f} | {row['seconds']:.2f} | {row['cpu']:.2f} | {row['peak'] / 1e6:,.0f} MB |")
    print(f"== growth.svg in {folder}; raw runs in {runs.path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
