"""Zones that the tests of `zonec report` share, and the program."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import servers  # noqa: E402

ZONEC = servers.program("TORII_ZONEC", "zonec")
SOURCE = servers.source_folder()

HEAD = """$TTL 3600
@ IN SOA a.nic postmaster.nic 1 3600 900 604800 900
@ IN NS a.nic
a.nic IN A 192.0.2.1
"""

# What a label can hold: markup, quotes, ends of elements and comments, controls, an override of the direction of
# writing in UTF-8, octets that are no UTF-8, a line separator, a dot, escapes of other languages.
HOSTILE = ["</script><script>window.pwned=1</script>", "<img src=x onerror=window.pwned=1>", "\" onclick=\"window.pwned=1",
           "' autofocus onfocus='window.pwned=1", "--><b>", "]]>", "&lt;b&amp;", "${window.pwned=1}", "\\u003c\\x3c",
           "a.b;c(d)@e$f", "\x00\x01\t\r\n\x1b[31m\x7f", "\u202eevil", "\u2028", "%3Cb%3E#d=x", "__proto__", "constructor"]


def label(text):
    """As a master file has it: every octet that is no letter or digit as \\DDD."""
    octets = text.encode() if isinstance(text, str) else text
    return "".join(chr(one) if chr(one).isalnum() and one < 128 else f"\\{one:03d}" for one in octets)


def hostile_zone():
    lines = [HEAD]
    for i, text in enumerate([*HOSTILE, b"\xff\xfe\x80"]):
        one = label(text)
        lines.append(f"{one}.d{i} IN NS ns1.{one}.d{i}\n{one}.d{i} IN NS {one}.example.\nns1.{one}.d{i} IN A 192.0.2.{i + 1}\n")
    # A set of hosts that several share, with rules missed, so that every section has hostile names.
    hosts = "".join(f"{{0}} IN NS {label(HOSTILE[i % 9])}{i}.{label(HOSTILE[0])}.{label('x' * 40)}.example.\n" for i in range(13))
    lines += [hosts.format(label(HOSTILE[i]) + "many") for i in range(4)]
    return "".join(lines)


def shared_host_zone():
    """Three delegations that are a few octets over for IANA's rule; all use one host of a long name."""
    lines = [HEAD, "backbone IN NS ns.backbone\nns.backbone IN A 192.0.2.9\nns.backbone IN AAAA 2001:db8::9\n"]
    for name in ("alpha", "beta", "gamma"):
        for i in range(10):
            lines.append(f"{name} IN NS {chr(97 + i)}.{name}\n{chr(97 + i)}.{name} IN A 192.0.2.{i + 1}\n"
                         f"{chr(97 + i)}.{name} IN AAAA 2001:db8::{i + 1}\n")
        lines.append(f"{name} IN NS a-rather-long-name-of-a-host-in-the-backbone.backbone\n")
    lines.append("a-rather-long-name-of-a-host-in-the-backbone.backbone IN A 192.0.2.10\n")
    return "".join(lines)


def zonec(*arguments, status=0):
    done = subprocess.run([ZONEC, *arguments], capture_output=True, text=True, timeout=300)
    if status is not None and done.returncode != status:
        raise AssertionError(f"zonec {arguments}: status {done.returncode}, not {status}: {done.stderr}")
    return done


def report(lab, text, *options, origin="test", status=0):
    """The page and the figures of a zone given as text."""
    zone, page, figures = lab.path("report.zone"), lab.path("report.html"), lab.path("report.json")
    with open(zone, "w", encoding="ascii") as out:
        out.write(text)
    zonec("report", "--html", page, "--json", figures, *options, f"{origin}={zone}", status=status)
    with open(page, "rb") as file, open(figures, "rb") as other:
        return file.read(), json.loads(other.read())
