"""Processes as /proc shows them: children, CPU time, memory. Units: seconds and octets."""
import os
import re


def family(pid):
    """`pid` and all its descendants that live."""
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    todo += [int(child) for child in file.read().split()]
            found.append(pid)
        except OSError:
            pass  # it ended meanwhile
    return found


def cpu_seconds(pids):
    """CPU time of these processes so far, by the scheduler's account; those of their children that ended not included."""
    total = 0
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                    total += int(file.read().split()[0])
        except OSError:
            pass
    return total / 1e9


def ended_children_cpu_seconds(pid):
    """CPU time of the children of `pid` that have ended and been waited for, such as a server's helpers at its start."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """Memory of a family of processes; what they share among themselves counts once (proportional set size)."""

    def __init__(self, pids):
        self.anonymous = self.file = self.private = 0
        for pid in pids:
            try:
                with open(f"/proc/{pid}/smaps_rollup") as file:
                    sizes = {key: int(value) * 1024 for key, value in re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M)}
            except OSError:
                continue
            self.anonymous += sizes.get("Pss_Anon", 0) + sizes.get("Pss_Shmem", 0)
            self.file += sizes.get("Pss_File", 0)
            self.private += sizes.get("Private_Clean", 0) + sizes.get("Private_Dirty", 0)

    def as_dict(self):
        return {"anonymous": self.anonymous, "file": self.file, "private": self.private}


def available_memory():
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable: +(\d+)", file.read()).group(1)) * 1024


def machine():
    """What the figures were taken on."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal: +(\d+)", file.read()).group(1)) * 1024
    return {"cpu": model.group(1) if model else "unknown", "cores": os.cpu_count(), "memory": memory,
            "kernel": os.uname().release}
