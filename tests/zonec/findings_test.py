#!/usr/bin/python3
"""Findings in all forms that `zonec check` writes: JSON Lines, SARIF, JUnit, text with fixes; baselines; hostile names."""
import json
import os
import pty
import re
import stat
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ZONEC = os.environ["TORII_ZONEC"]
FAILURES = []
HEAD = "$ORIGIN jp.\n$TTL 3600\n@ SOA ns.test. host.test. 7 1 2 3 900\n@ NS ns.test.\n"
# Sixteen in-domain hosts: 527 octets without any glue, so ns-512 is missed by 15.
BIG = "".join(f"big NS {c}.big\n{c}.big A 192.0.2.1\n" for c in "abcdefghijklmnop")
ZONE = HEAD + BIG + 'x\\000\\"<&\\. NS ns.x\\000\\"<&\\.\ntwice A 192.0.2.1\ntwice A 192.0.2.1\n'


def run(*options, env=None):
    done = subprocess.run([ZONEC, "check", "--quiet", *options], capture_output=True, timeout=60,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "replace")


def expect(holds, what):
    if not holds:
        FAILURES.append(what)


def refused(text, *options):
    status, out, error = run(*options)
    expect(status == 2 and text in error, f"{options}: status {status}, {out!r}, {error!r}; wanted {text!r}")


def findings(*options):
    status, out, error = run("--format", "json", *options)
    return status, [json.loads(line) for line in out.splitlines()], error


# What SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) says of the objects used here: members that must be there, members that
# may be. All have additionalProperties: false.
SARIF = {
    "log": ({"version", "runs"}, {"$schema", "inlineExternalProperties", "properties"}),
    "run": ({"tool"}, {"results", "invocations", "columnKind", "artifacts", "properties"}),
    "tool": ({"driver"}, {"extensions", "properties"}),
    "driver": ({"name"}, {"semanticVersion", "version", "rules", "informationUri", "fullName", "organization"}),
    "rule": ({"id"}, {"name", "shortDescription", "fullDescription", "defaultConfiguration", "help", "helpUri", "properties"}),
    "configuration": (set(), {"enabled", "level", "rank", "parameters", "properties"}),
    "text": ({"text"}, {"markdown", "properties"}),
    "message": (set(), {"text", "markdown", "id", "arguments", "properties"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "fingerprints",
                             "baselineState", "suppressions", "properties", "kind", "rank"}),
    "location": (set(), {"id", "physicalLocation", "logicalLocations", "message", "annotations", "properties"}),
    "physical": (set(), {"address", "artifactLocation", "region", "contextRegion", "properties"}),
    "artifact": (set(), {"uri", "uriBaseId", "index", "description", "properties"}),
    "region": (set(), {"startLine", "startColumn", "endLine", "endColumn", "snippet", "message", "properties"}),
    "suppression": ({"kind"}, {"guid", "status", "location", "justification", "properties"}),
    "invocation": ({"executionSuccessful"}, {"toolExecutionNotifications", "exitCode", "commandLine", "properties"}),
    "notification": ({"message"}, {"level", "locations", "descriptor", "timeUtc", "properties"}),
}
LEVELS = {"none", "note", "warning", "error"}


def is_sarif(kind, value, where):
    must, may = SARIF[kind]
    expect(isinstance(value, dict) and must <= value.keys() <= must | may,
           f"SARIF: {where} is no {kind}: {value if not isinstance(value, dict) else sorted(value)}")
    return value


def check_sarif_log(log):
    is_sarif("log", log, "log")
    expect(log["version"] == "2.1.0", "SARIF version")
    for run_ in log["runs"]:
        is_sarif("run", run_, "run")
        expect(run_["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints"), "columnKind")
        driver = is_sarif("driver", is_sarif("tool", run_["tool"], "tool")["driver"], "driver")
        expect(re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"]), "semanticVersion")
        ids = []
        for rule in driver["rules"]:
            is_sarif("rule", rule, "rule")
            ids.append(rule["id"])
            is_sarif("text", rule["shortDescription"], rule["id"])
            is_sarif("text", rule["help"], rule["id"])
            expect(is_sarif("configuration", rule["defaultConfiguration"], rule["id"])["level"] in LEVELS, "rule level")
        expect(len(ids) == len(set(ids)), f"rules twice: {ids}")
        for invocation in run_["invocations"]:
            is_sarif("invocation", invocation, "invocation")
            for notification in invocation.get("toolExecutionNotifications", []):
                is_sarif("message", is_sarif("notification", notification, "notification")["message"], "notification")
        for result in run_["results"]:
            is_sarif("result", result, "result")
            expect(result["level"] in LEVELS and ids[result["ruleIndex"]] == result["ruleId"], f"result {result}")
            expect(is_sarif("message", result["message"], "message")["text"], "a message is not empty")
            for location in result["locations"]:
                place = is_sarif("physical", is_sarif("location", location, "location")["physicalLocation"], "place")
                uri = is_sarif("artifact", place["artifactLocation"], "artifact")["uri"]
                expect(re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), f"no URI: {uri}")
                if "region" in place:
                    region = is_sarif("region", place["region"], "region")
                    expect(region["startLine"] >= 1 and region["startColumn"] >= 1, f"region {region}")
            for suppression in result.get("suppressions", []):
                expect(is_sarif("suppression", suppression, "suppression")["kind"] in ("inSource", "external"), "kind")
            if "baselineState" in result:
                expect(result["baselineState"] in ("new", "unchanged", "updated", "absent"), "baselineState")
            expect(all(isinstance(value, str) for value in result["partialFingerprints"].values()), "fingerprints")


def check_formats(folder):
    path = os.path.join(folder, "a b%<.zone")
    with open(path, "w", encoding="ascii") as out:
        out.write(ZONE)
    status, lines, _ = findings(path)
    expect(status == 1, f"status {status}")
    missed = {(line.get("policy") or line["code"], line.get("delegation") or line["owner"]): line for line in lines}
    ns = missed[("ns-512", "big.jp.")]
    expect(ns["octets"] == 527 and ns["over_by"] == 15 and ns["line"] == 5 and ns["column"] == 1, f"ns-512: {ns}")
    expect(sum(line["octets"] for line in ns["ledger_lines"]) == 527 + 11 + 16 * 16, f"ledger: {ns['ledger_lines']}")
    expect({reply["server"] for reply in ns["servers"]} >= {"torii", "nsd", "knot", "bind-9.20", "powerdns"} and
           all(reply["limit"] == 512 for reply in ns["servers"]), f"servers: {ns['servers']}")
    drop = next(fix for fix in ns["fixes"] if fix["id"] == "drop-host")
    expect(drop["octets_after"] == 511 and drop["suffices"] and drop["octets_saved"] == 16 and
           drop["hosts"][0]["to"] is None, f"drop-host: {drop}")
    expect(("g1-glue-present", 'x\\000\\"<&\\..jp.') in missed, f"hostile name: {list(missed)}")
    duplicate = missed[("duplicate-record", "twice.jp.")]

    status, out, _ = run("--format", "sarif", path)
    log = json.loads(out)
    check_sarif_log(log)
    results = log["runs"][0]["results"]
    expect(status == 1 and len(results) == len(lines), f"{len(results)} results for {len(lines)} findings")
    expect(results[-1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("a%20b%25%3C.zone"), "uri")
    prints = [result["partialFingerprints"]["zonecFinding/v1"] for result in results]
    expect(len(set(prints)) == len(prints), f"fingerprints are not one each: {prints}")
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    expect("remove it" in rules["duplicate-record"]["help"]["text"], f"help: {rules['duplicate-record']}")
    with open(path, "w", encoding="ascii") as out:
        out.write(HEAD + "; moved\n; by two lines\n" + ZONE[len(HEAD):])
    moved = json.loads(run("--format", "sarif", path)[1])["runs"][0]["results"]
    expect([result["partialFingerprints"] for result in moved] == [result["partialFingerprints"] for result in results],
           "fingerprints moved with the lines")

    status, out, _ = run("--format", "junit", path)
    suites = ElementTree.fromstring(out)
    suite, = suites
    cases = {case.get("name"): case for case in suite}
    expect(status == 1 and int(suite.get("tests")) == len(cases) and "jp." in suite.get("name"), f"suite: {suite.attrib}")
    expect(int(suite.get("failures")) == sum(1 for case in cases.values() if case.find("failure") is not None), "counts")
    expect("big.jp: 527 octets" in cases["ns-512"].find("failure").get("message") and
           cases["ns-512"].find("failure").get("type") == "error", "ns-512 in JUnit")
    expect(len(cases["tcp-65535"]) == 0 and cases["duplicate-record"].find("failure") is not None, "a pass and a failure")
    expect(duplicate["text"] in cases["duplicate-record"].find("failure").text, "text of duplicate-record")

    status, out, _ = run(path)
    expect("\nbig.jp: 527 octets at QNAME 255 (limit 512, ns-512): 15 over; " in "\n" + out and
           re.search(r"\[error\]\n  fix 1: 16 fewer, 511, fits: ", out), f"text: {out}")
    expect("\x1b" not in out and "[qqq" not in out, "no colour and no bar where nobody looks")
    expect("fix 1" not in run("--fixes", "0", path)[1], "--fixes 0")
    shown = run("--color", "always", path)[1]
    expect("\x1b[31merror" in shown and "[\x1b[2mqqq" in shown, f"colour and bar: {shown!r}")
    expect("\x1b" not in on_terminal(path, {"NO_COLOR": "1"}) and "\x1b[" in on_terminal(path, {"NO_COLOR": ""}),
           "NO_COLOR on a terminal")
    with open(os.path.join(folder, "bad.zone"), "wb") as out:
        out.write(HEAD.encode() + b"caf\xe9\x01 A 192.0.2.300\n")
    for form, parse in (("sarif", json.loads), ("junit", ElementTree.fromstring), ("json", json.loads)):
        status, out, _ = run("--format", form, os.path.join(folder, "bad.zone"))
        expect(status == 2 and parse(out) is not None, f"{form} of a syntax error: {status} {out!r}")
    many = os.path.join(folder, "many.zone")
    with open(many, "w", encoding="ascii") as out:
        out.write(HEAD + "".join(BIG.replace("big", f"big{i}") for i in range(30)))
    log = json.loads(run("--format", "sarif", many)[1])
    check_sarif_log(log)
    invocation, = log["runs"][0]["invocations"]
    expect(not invocation["executionSuccessful"] and "20 errors" in
           invocation["toolExecutionNotifications"][0]["message"]["text"], f"gives up: {invocation}")
    expect("too-many-errors" in run("--format", "junit", many)[1], "JUnit gives up")
    refused("--format", "--format", "xml", path)
    refused("--color", "--color", "red", path)


def on_terminal(path, env):
    """What is written to a terminal."""
    leader, follower = pty.openpty()
    child = subprocess.Popen([ZONEC, "check", "--quiet", path], stdout=follower,
                             env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **env})
    os.close(follower)
    out = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    child.wait(60)
    os.close(leader)
    return out.decode("utf-8", "replace")


def check_endless_lines():
    """A line without an end is refused where it becomes too long, not read until memory is out."""
    zone = os.path.join(os.environ["TORII_SOURCE"], "zones", "example-tld.zone")
    for option, text in (("--baseline", "longer than 16 MiB"), ("--list", "longer than 8192 octets")):
        done = subprocess.run([os.environ["TORII_ZONEC"], "check", "--quiet", option, "/dev/zero", zone],
                              capture_output=True, text=True, timeout=30, check=False)
        expect(done.returncode == 2 and "/dev/zero:1:1: " in done.stderr and text in done.stderr,
               f"{option} /dev/zero: {done.returncode}: {done.stderr[:300]}")
    done = subprocess.run([os.environ["TORII_ZONEC"], "check", "--fixes", "-1", zone], capture_output=True, text=True,
                          timeout=20, check=False)
    expect(done.returncode == 2 and "--fixes" in done.stderr, f"--fixes -1: {done.returncode}: {done.stderr}")


def check_baseline(folder):
    path, base = os.path.join(folder, "b.zone"), os.path.join(folder, "base.jsonl")

    def write(text):
        with open(path, "w", encoding="ascii") as out:
            out.write(HEAD + text)

    write(BIG + "twice A 192.0.2.1\ntwice A 192.0.2.1\n")
    status, before, _ = findings("--write-baseline", base, path)
    with open(base, encoding="utf-8") as lines:
        kept = [json.loads(line) for line in lines]
    expect(status == 1 and [(k.get("policy"), k.get("code")) for k in kept] ==
           [(b.get("policy"), b.get("code")) for b in before], f"the baseline is not what was found: {kept}")
    expect(stat.S_ISREG(os.stat(base).st_mode) and not os.path.exists(base + ".part"), "one whole file")
    # The same, lines moved: nothing to tell, nothing to refuse.
    write("; one line more\n" + BIG + "twice A 192.0.2.1\ntwice A 192.0.2.1\n")
    status, lines, _ = findings("--baseline", base, path)
    expect(status == 0 and lines == [], f"as before: {status} {lines}")
    # One host more makes it worse; another delegation is new; the duplicate is gone.
    write(BIG + "big NS q.big\nq.big A 192.0.2.1\n" + BIG.replace("big", "new"))
    status, lines, _ = findings("--baseline", base, path)
    told = {(line["policy"], line["delegation"]): line["change"] for line in lines}
    expect(status == 1 and told[("ns-512", "big.jp.")] == "worse" and told[("ns-512", "new.jp.")] == "new", f"{told}")
    out = run("--baseline", base, path)[1]
    expect("[error] (15 over before)" in out and "[error] (new)" in out, f"text: {out}")
    done = subprocess.run([ZONEC, "check", "--baseline", base, path], capture_output=True, text=True, timeout=60)
    expect(re.search(r"\(\d+ new, \d+ worse, 0 better, 1 gone, 0 as before\)", done.stderr), f"summary: {done.stderr}")
    # One host less of a worse state is better: counted, not told.
    run("--write-baseline", base, path)
    write(BIG + BIG.replace("big", "new"))
    done = subprocess.run([ZONEC, "check", "--baseline", base, path], capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0 and done.stdout == "" and re.search(r"0 new, 0 worse, [1-9]\d* better", done.stderr),
           f"better: {done}")
    expect("twice" not in json.dumps(findings("--baseline", base, "--write-baseline", base, path)[1]), "read, then written")
    sarif = json.loads(run("--baseline", base, "--format", "sarif", path)[1])
    check_sarif_log(sarif)
    # A zone with errors is not published because they are old.
    status = subprocess.run([ZONEC, "compile", "--quiet", "--image", os.path.join(folder, "image"), "--baseline", base, path],
                            capture_output=True, timeout=60).returncode
    expect(status == 1 and not os.path.exists(os.path.join(folder, "image", "current")), f"compile: {status}")
    for number, (damage, text) in enumerate((
            ('{"policy":"ns-512"', "base.bad:2:19: is no JSON object"),
            ("[]", "base.bad:2:1: is no JSON object"),
            ('{"policy":"ns-512","severity":"error","delegation":"a.jp."} x', "base.bad:2:61: something follows"),
            ('{"severity":"error"}', 'base.bad:2:1: a finding has a "policy" or a "code"'),
            ('{"policy":"ns-512","severity":"bad","delegation":"a.jp."}', 'base.bad:2:1: "severity" is'),
            ('{"policy":"ns-512","severity":"error"}', 'base.bad:2:1: a size finding has a "delegation"'),
            ('{"policy":"ns-512","severity":"error","delegation":"a.jp.","over_by":-1}', '"over_by" is a number'),
            ('{"code":"too-many-errors","severity":"error","text":"x"}', "gave up after too many errors"),
            ("\x00\xff", "base.bad:2:1: is no JSON object"))):
        bad = os.path.join(folder, "base.bad")
        with open(bad, "w", encoding="latin-1") as out:
            out.write('{"code":"ttl-mismatch","severity":"warning","owner":"a.jp.","text":"t"}\n' + damage + "\n")
        refused(text, "--baseline", bad, path)
    refused("cannot be read", "--baseline", base + ".not", path)
    done = subprocess.run([ZONEC, "check", "--quiet", "--write-baseline", os.path.join(folder, "no", "b"), path],
                          capture_output=True, text=True, timeout=60)
    expect(done.returncode == 3 and "cannot be written" in done.stderr, f"no such folder: {done}")
    # More errors than a run lists: a baseline has them all the same.
    with open(path, "w", encoding="ascii") as out:
        out.write(HEAD + "".join(BIG.replace("big", f"big{i}") for i in range(30)))
    run("--write-baseline", base, path)
    status, lines, _ = findings("--baseline", base, path)
    expect(status == 0 and lines == [], f"30 errors known: {status} {lines[:1]}")


def check_codes():
    """Every code that docs/findings.md lists has its help text there."""
    source = os.environ["TORII_SOURCE"]
    with tempfile.TemporaryDirectory() as folder:
        log = json.loads(run("--format", "sarif", os.path.join(source, "zones", "broken.zone"))[1])
        check_sarif_log(log)
        for rule in log["runs"][0]["tool"]["driver"]["rules"]:
            expect(rule["shortDescription"]["text"] != rule["id"], f"{rule['id']} is not in docs/findings.md")


with tempfile.TemporaryDirectory() as place:
    check_formats(place)
    check_baseline(place)
    check_endless_lines()
check_codes()
print("\n".join(FAILURES) or "as expected")
sys.exit(1 if FAILURES else 0)
