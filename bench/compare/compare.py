"""Side by side: toriid and other servers on one core each, in interleaved rounds, answers checked.

    ./dev bench compare --delegations 1000000 --shape unsigned --rounds 5

All servers are started and stay up; a round measures one after the other. docs/performance.md says how to read the result.
"""
import argparse
import datetime
import os
import re
import subprocess
import sys

import measure
import proc
import report
from gate import Gate
from servers import ALL, Echo
from work import Runs, Work, set_up_process


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench compare", description=__doc__.split("\n")[0])
    parser.add_argument("--delegations", type=int, default=1_000_000)
    parser.add_argument("--shape", choices=["unsigned", "signed", "nsec"], default="unsigned")
    parser.add_argument("--servers", default=",".join(ALL), help="of " + ",".join(ALL))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each run")
    parser.add_argument("--warm-up", type=float, default=4, help="seconds of load for each server before the first round")
    parser.add_argument("--rates", default="20000,100000", help="queries a second to tell CPU a query at")
    parser.add_argument("--phases", default="compile,start,rounds,tcp,reload", help="of these, in this order")
    parser.add_argument("--repeats", type=int, default=5, help="of compilations and of toriid's starts")
    parser.add_argument("--reloads", type=int, default=1, help="of each server")
    parser.add_argument("--load-seconds", type=float, default=280, help="a server that needs longer to load is left out")
    parser.add_argument("--work", default="build/bench", help="folder for zones, images and runs")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--gate", default="", help='command that runs its arguments alone, such as "flock LOCKFILE"')
    parser.add_argument("--no-repeat", action="store_true", help="do not repeat runs that others disturbed")
    parser.add_argument("--resume", action="store_true", help="add to the last runs instead of starting anew")
    parser.add_argument("--report-only", action="store_true", help="only write the report of the last runs again")
    options = parser.parse_args()
    options.servers = [name for name in options.servers.split(",") if name]
    unknown = set(options.servers) - set(ALL)
    if unknown:
        parser.error(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    options.rates = [int(rate) for rate in options.rates.split(",") if rate]
    options.phases = options.phases.split(",")
    return options


def runs_file(work, new):
    """The file of runs: a new one named by the time, or the last."""
    folder = work.path("runs")
    os.makedirs(folder, exist_ok=True)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    if new or not names:
        names.append(datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ.jsonl"))
    return os.path.join(folder, names[-1])


def versions(names):
    found = []
    for name, command in (("nsd", ["nsd", "-v"]), ("knot", ["knotd", "--version"]), ("bind", ["named", "-v"]),
                          ("powerdns", ["pdns_server", "--version"])):
        if name in names and ALL[name].installed():
            done = subprocess.run(command, capture_output=True, text=True)
            lines = (done.stdout + done.stderr).splitlines()
            number = next((match for line in lines if (match := re.search(r"\d+\.\d+\.\d+", line))), None)
            found.append(f"{name} {number.group() if number else 'unknown'}")
    return found


def revision():
    """What was built, as git tells it; with "-dirty" when files differ from it."""
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


class Comparison:
    def __init__(self, options, work, runs):
        self.options, self.work, self.runs = options, work, runs
        self.gate = Gate(options.gate)
        self.servers = []

    def run(self):
        options = self.options
        try:
            if "compile" in options.phases and "toriid" in options.servers:
                for _ in range(options.repeats):
                    with self.gate.alone():
                        self.runs.add("compile", "toriid", **self.work.compile(nice=False))
            self.start()
            if "rounds" in options.phases:
                self.warm_up()
                for number in range(options.rounds):
                    self.round(number)
                for server in self.servers:
                    self.runs.add("memory", server.name, **proc.Memory(server.pids()).as_dict())
            if "tcp" in options.phases:
                for number in range(options.rounds):
                    self.tcp_round(number)
            if "reload" in options.phases:
                self.reload()
        finally:
            self.gate.release()
            for server in self.servers:
                server.stop()

    def make(self, name):
        return ALL[name](self.work, {self.options.server_core})

    def start(self):
        options = self.options
        for name in options.servers:
            if not ALL[name].installed():
                self.runs.add("failed", name, reason="not installed: ./dev setup bench installs it")
                continue
            if "start" in options.phases and name == "toriid":
                self.start_toriid_again_and_again()
            server = self.make(name)
            self.work.say("starting", name)
            with self.gate.alone():
                if measure.start(server, self.runs, options.load_seconds):
                    self.servers.append(server)
                else:
                    self.work.say("left out:", report.Figures(self.runs.read()).failure(name))

    def start_toriid_again_and_again(self):
        """It starts in milliseconds, so one figure would be chance; once more with a cold cache."""
        for attempt in range(self.options.repeats):
            server = self.make("toriid")
            cold = attempt == 0
            if cold:
                self.work.drop_from_cache()
            with self.gate.alone():
                measure.start(server, self.runs, 60, cold)
            server.stop()

    def load_options(self, seconds, **more):
        return {"core": self.options.load_core, "seconds": seconds, **more}

    def warm_up(self):
        """Every server has seen the queries once before it is measured; echo learns the mean size of answers."""
        for server in sorted(self.servers, key=lambda server: not server.serves_dns):
            with self.gate.alone():
                facts = measure.load(server, self.runs, "warm-up", self.load_options(self.options.warm_up))
            if server.name == "toriid" and facts:
                Echo.octets = facts["octets_mean"]
        for server in self.servers:
            if server.name == "echo":
                server.stop()
                server.start(10)

    def round(self, number):
        options = self.options
        self.work.say("round", number + 1, "of", options.rounds)
        with self.gate.alone():
            for server in self.servers:
                facts = measure.load(server, self.runs, "udp", self.load_options(options.seconds), (), number)
                server.qps = facts["qps"] if facts else 0
        for rate in options.rates:
            with self.gate.alone():
                for server in self.servers:
                    if server.qps > 1.05 * rate:
                        measure.load(server, self.runs, f"rate {rate}", self.load_options(options.seconds * 2 / 3, rate=rate),
                                     (), number)

    def tcp_round(self, number):
        self.work.say("TCP round", number + 1, "of", self.options.rounds)
        with self.gate.alone():
            for server in self.servers:
                if server.serves_dns:
                    options = self.load_options(self.options.seconds * 2 / 3, flows=32, window=16, timeout=3)
                    measure.load(server, self.runs, "tcp", options, ("--tcp",), number)

    def reload(self):
        serial = 1
        for _ in range(self.options.reloads):
            for server in self.servers:
                if server.serves_dns:
                    self.work.say("reloading", server.name)
                    serial += 1
                    with self.gate.alone():
                        measure.reload(server, self.runs, serial, self.options.load_seconds)


def write_report(work, runs):
    figures = report.Figures(runs.read())
    folder = os.path.splitext(runs.path)[0]
    os.makedirs(folder, exist_ok=True)
    text = report.markdown(figures)
    with open(os.path.join(folder, "report.md"), "w") as file:
        file.write(text)
    names = report.plots(figures, folder)
    print(text)
    work.say(f"report.md, {', '.join(names)} in {folder}; raw runs in {runs.path}")


def main():
    options = arguments()
    set_up_process()
    if options.no_repeat:
        measure.repeats = 0
    work = Work(options.work, options.build, options.shape, options.delegations)
    runs = Runs(runs_file(work, not (options.resume or options.report_only)))
    if not options.report_only:
        work.prepare(compile_image="toriid" in options.servers)
        if not runs.read():
            runs.add("facts", None, shape=options.shape, delegations=options.delegations, machine=proc.machine(),
                     date=datetime.date.today().isoformat(), versions=[f"torii {revision()}", *versions(options.servers)],
                     server_core=options.server_core, load_core=options.load_core)
        Comparison(options, work, runs).run()
    write_report(work, runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
