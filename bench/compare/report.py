"""From runs to tables and plots: medians, spreads, ratios."""
import os
import statistics

import svg


class Figures:
    """The runs of one comparison, by kind and server."""

    def __init__(self, runs):
        self.runs = runs
        self.facts = next((run for run in runs if run["kind"] == "facts"), {})
        order = ["echo", "toriid", "nsd", "knot", "bind", "powerdns"]
        seen = {run["server"] for run in runs if run["server"]}
        self.servers = [name for name in order if name in seen]

    def of(self, kind, server, field):
        values = []
        for run in self.runs:
            if run["kind"] != kind or run["server"] != server:
                continue
            value = run
            for key in field.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                values.append(value)
        return values

    def median(self, kind, server, field):
        values = self.of(kind, server, field)
        return statistics.median(values) if values else None

    def failure(self, server):
        reasons = [run["reason"] for run in self.runs if run["kind"] == "failed" and run["server"] == server]
        return reasons[0] if reasons else None

    def kinds(self, prefix):
        return sorted({run["kind"] for run in self.runs if run["kind"].startswith(prefix)},
                      key=lambda kind: float(kind.split()[-1]))


def seconds(value):
    if value is None:
        return "-"
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def megabytes(value):
    return "-" if value is None else f"{value / 1e6:,.0f} MB" if value >= 1e7 else f"{value / 1e6:.1f} MB"


def spread(values):
    return f"{min(values):,.0f} to {max(values):,.0f}" if values else "-"


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else "-"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def throughput(figures, kind, title):
    echo, toriid = figures.median(kind, "echo", "qps"), figures.median(kind, "toriid", "qps")
    rows = []
    for name in figures.servers:
        values = figures.of(kind, name, "qps")
        if not values:
            continue
        median = statistics.median(values)
        answers = sum(figures.of(kind, name, "answers"))
        lost = sum(figures.of(kind, name, "lost"))
        nxdomain = sum(figures.of(kind, name, "rcodes.NXDOMAIN"))
        rows.append([name, f"{median:,.0f}", spread(values), ratio(median, echo), ratio(toriid, median),
                     f"{1e6 / median - 1e6 / echo:.2f}" if echo else "-",
                     f"{figures.median(kind, name, 'server_busy'):.2f}",
                     f"{100 * nxdomain / answers:.1f} %" if name != "echo" and answers else "-",
                     f"{figures.median(kind, name, 'octets_mean'):.1f}",
                     f"{100 * sum(figures.of(kind, name, 'truncated')) / max(answers, 1):.2f} %",
                     sum(figures.of(kind, name, "unpromised")) if name != "echo" else "-",
                     f"{100 * lost / max(answers + lost, 1):.3f} %",
                     f"{sum(figures.of(kind, name, 'disturbed'))} of {len(values)}"])
    if not rows:
        return ""
    return f"### {title}\n\n" + table(["server", "queries/s, median", "runs", "of echo", "toriid is x times", "µs beyond echo", "core busy",
                                       "NXDOMAIN", "octets, mean", "TC", "wrong RCODE", "lost", "disturbed runs"], rows)


def rates(figures):
    out = ""
    for kind in figures.kinds("rate "):
        rows = []
        for name in figures.servers:
            values = figures.of(kind, name, "server_cpu_us_per_query")
            if values:
                rows.append([name, f"{statistics.median(values):.2f}", f"{min(values):.2f} to {max(values):.2f}",
                             f"{figures.median(kind, name, 'qps'):,.0f}",
                             f"{figures.median(kind, name, 'latency_us.p50'):.0f}",
                             f"{figures.median(kind, name, 'latency_us.p99'):.0f}",
                             sum(figures.of(kind, name, "lost"))])
        if rows:
            out += f"### CPU a query at {int(kind.split()[1]):,} queries a second\n\n" + table(
                ["server", "µs of CPU a query", "runs", "queries/s", "p50 µs", "p99 µs", "lost"], rows) + "\n"
    return out


def peak(figures, name):
    """The most memory while a new zone was taken up; for toriid with the compiler beside it."""
    server = figures.median("reload", name, "peak")
    compiler = figures.median("reload", name, "compile.peak")
    return None if server is None else server + (compiler or 0)


def reload_cpu(figures, name):
    server = figures.median("reload", name, "cpu_seconds")
    return "-" if server is None else f"{server + (figures.median('reload', name, 'compile.cpu_seconds') or 0):.2f}"


def starts(figures):
    rows = []
    compiled = figures.median("compile", "toriid", "cpu_seconds")
    for name in figures.servers:
        if name == "echo":
            continue
        failure = figures.failure(name)
        rows.append([name, seconds(figures.median("start", name, "seconds")),
                     f"{figures.median('start', name, 'cpu_seconds') or 0:.2f}" if figures.of("start", name, "seconds") else "-",
                     f"{compiled:.2f}" if name == "toriid" and compiled else "",
                     megabytes(figures.median("start", name, "memory.anonymous")),
                     megabytes(figures.median("memory", name, "anonymous")),
                     megabytes(figures.median("memory", name, "file")),
                     seconds(figures.median("reload", name, "seconds")),
                     reload_cpu(figures, name),
                     megabytes(peak(figures, name)), (failure or "").replace("|", "/").replace("\n", " ")[:160]])
    text = "### Start, memory, reload\n\n" + table(
        ["server", "start to first answer", "CPU s of it", "compile CPU s", "memory at start", "memory after the load",
         "mapped files", "reload to first answer", "CPU s of it", "peak memory", "remarks"], rows)
    cold = figures.median("cold start", "toriid", "seconds")
    if cold is not None:
        text += f"\ntoriid with nothing of the image in the page cache: {seconds(cold)}.\n"
    peaks = figures.of("compile", "toriid", "peak")
    if peaks:
        text += (f"zonec: {seconds(figures.median('compile', 'toriid', 'seconds'))}, peak memory "
                 f"{megabytes(statistics.median(peaks))}; a reload of toriid is this and the image's swap; its peak is both programs'.\n")
    return text


def agreement(figures, octets_tolerance=0.05, share_tolerance=0.002):
    """Lines about servers whose answers are not like toriid's; none when all agree."""
    remarks = []
    kind = "udp"
    base = figures.median(kind, "toriid", "octets_mean")
    for name in figures.servers:
        if name == "echo" or not figures.of(kind, name, "answers"):
            continue
        answers = sum(figures.of(kind, name, "answers"))
        wrong = sum(figures.of(kind, name, "unpromised"))
        size = figures.median(kind, name, "octets_mean")
        if wrong > share_tolerance * answers:
            remarks.append(f"{name}: {100 * wrong / answers:.2f} % of the RCODEs are not those promised")
        if base and abs(size / base - 1) > octets_tolerance:
            remarks.append(f"{name}: answers of {size:.1f} octets on average, toriid's {base:.1f}")
        if sum(figures.of(kind, name, "wrong_question")):
            remarks.append(f"{name}: answers with another question")
    return remarks


def markdown(figures):
    facts = figures.facts
    machine = facts.get("machine", {})
    out = (f"## {facts.get('delegations', 0):,} delegations, {facts.get('shape')}\n\n"
           f"{facts.get('date')}; {machine.get('cpu')}, {machine.get('cores')} cores, kernel {machine.get('kernel')}; "
           f"servers on core {facts.get('server_core')} with one worker, load on core {facts.get('load_core')}. "
           f"Versions: {', '.join(facts.get('versions', []))}.\n\n")
    out += throughput(figures, "udp", "UDP, as many queries as are answered") + "\n"
    remarks = agreement(figures)
    out += "Answers agree: RCODEs as promised (0.2 %), mean size within 5 % of toriid's.\n" if not remarks else \
        "Answers that differ: " + "; ".join(remarks) + ".\n"
    out += "\n" + rates(figures)
    out += throughput(figures, "tcp", "TCP, 32 connections of 16 pipelined queries") + "\n"
    return out + starts(figures)


def plots(figures, folder):
    """Writes the plots; returns their names."""
    facts = figures.facts
    what = f"{facts.get('delegations', 0):,} delegations, {facts.get('shape')}; medians, lines: lowest to highest"
    written = []

    def bars(name, title, unit, kind, field, servers):
        items = []
        for server in servers:
            values = figures.of(kind, server, field)
            items.append((server, statistics.median(values), min(values), max(values)) if values else
                         (server, None, 0, 0))
        if any(item[1] is not None for item in items):
            with open(os.path.join(folder, name), "w") as file:
                file.write(svg.bars(title, unit, items, what))
            written.append(name)

    peers = [name for name in figures.servers if name != "echo"]
    bars("udp.svg", "UDP on one core", "queries answered a second", "udp", "qps", figures.servers)
    bars("tcp.svg", "TCP on one core, pipelined", "queries answered a second", "tcp", "qps", peers)
    bars("start.svg", "From start to the first answer", "seconds", "start", "seconds", peers)
    bars("memory.svg", "Memory of the server, mapped files not included", "octets", "memory", "anonymous", peers)
    for kind in figures.kinds("rate "):
        bars(f"cpu-{kind.split()[1]}.svg", f"CPU of a query at {int(kind.split()[1]):,} queries a second",
             "microseconds", kind, "server_cpu_us_per_query", figures.servers)
    return written
