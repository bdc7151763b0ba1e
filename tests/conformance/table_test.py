"""docs/requirements.md names what shows each requirement: all of it must exist, and no row may be empty."""
import glob
import os
import re
import sys

SOURCE = os.environ.get("TORII_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PAGES = ("docs/requirements.md", "docs/conformance.md", "docs/abuse.md")
# The documents that the page must have a row for.
RFCS = (1034, 1035, 2181, 2308, 4592, 6672, 8020, 4035, 5155, 6840, 7129, 9077, 9471, 9824, 6891, 5001, 7873, 9018, 8914,
        7828, 7830, 8467, 7871, 9660, 9567, 7314, 8906, 8482, 9460)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def tests():
    """Suite.Name of every GoogleTest test."""
    found = set()
    for path in glob.glob(os.path.join(SOURCE, "tests/**/*.cpp"), recursive=True):
        found.update(f"{suite}.{name}" for suite, name in re.findall(r"\bTEST(?:_F|_P)?\((\w+),\s*(\w+)\)", read(path)))
    return found


def scripts():
    """Names of script tests, `${name}` in them left open."""
    found = []
    for path in glob.glob(os.path.join(SOURCE, "tests/**/CMakeLists.txt"), recursive=True):
        text = read(path)
        loops = {}
        for variable, values in re.findall(r"foreach\((\w+) ([\w ]+)\)", text):
            loops.setdefault(variable, []).extend(values.split())
        for name in re.findall(r"^\s*torii_script_test\((\S+) COMMAND", text, re.M):
            variable = re.search(r"\$\{(\w+)\}", name)
            found += [name.replace(variable.group(0), value) for value in loops[variable.group(1)]] if variable else [name]
    return set(found)


def check(page, known_tests, known_scripts, findings):
    wrong = []
    for number, line in enumerate(read(os.path.join(SOURCE, page)).splitlines(), 1):
        where = f"{page}:{number}"
        if line.startswith("|") and any(not cell.strip() for cell in line.strip("|").split("|")) and "requirements" in page:
            wrong.append(f"{where}: an empty cell")
        for name in re.findall(r"`([A-Z]\w+\.(?:\w+|\*))`", line):
            suite = name[:-1] if name.endswith("*") else None
            if name not in known_tests and not (suite and any(test.startswith(suite) for test in known_tests)):
                wrong.append(f"{where}: no test {name}")
        for name in re.findall(r"`((?:e2e|interop|conformance|golden)_\w+)`", line):
            if name not in known_scripts:
                wrong.append(f"{where}: no script test {name}")
        for names in re.findall(r"findings? ((?:`[\w-]+`(?:, )?)+)", line):
            wrong += [f"{where}: no finding {name}" for name in re.findall(r"`([\w-]+)`", names) if name not in findings]
        for path in re.findall(r"`(tests/[\w/.]+)`", line):
            if "NNNN" not in path and not os.path.exists(os.path.join(SOURCE, path)):
                wrong.append(f"{where}: no file {path}")
    return wrong


def main():
    known_tests, known_scripts = tests(), scripts()
    findings = set(re.findall(r"[\w-]+", read(os.path.join(SOURCE, "docs/findings.md"))))
    wrong = [each for page in PAGES for each in check(page, known_tests, known_scripts, findings)]
    text = read(os.path.join(SOURCE, PAGES[0]))
    wrong += [f"{PAGES[0]}: no row for RFC {rfc}" for rfc in RFCS if not re.search(rf"\b{rfc}\b", text)]
    rows = len(re.findall(r"^\| \d", text, re.M))
    print("\n".join(wrong) or f"{rows} rows; {len(known_tests)} tests and {len(known_scripts)} scripts to name")
    return 1 if wrong or rows < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
