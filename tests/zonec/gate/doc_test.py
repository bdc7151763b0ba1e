"""Every request on the page docs/gate.md gets the answer that stands there. With --update the page is rewritten instead."""
import os
import subprocess
import sys

SOURCE = os.environ.get("TORII_SOURCE", ".")
PAGE = os.path.join(SOURCE, "docs", "gate.md")


def main():
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    requests = [line[2:] for line in page.splitlines() if line.startswith("> {")]
    shown = [line[2:] for line in page.splitlines() if line.startswith("< {")]
    assert len(requests) > 10, "the page has no examples"
    done = subprocess.run([os.environ["TORII_ZONEC"], "gate", "--quiet", "zones/example-tld.zone"], cwd=SOURCE,
                          input="".join(line + "\n" for line in requests).encode(), capture_output=True, timeout=60,
                          check=True)
    answers = done.stdout.decode().splitlines()
    assert done.stderr == b"", done.stderr
    assert len(answers) == len(requests), (len(answers), len(requests))
    if "--update" in sys.argv:
        lines, number = [], 0
        for line in page.splitlines():
            if line.startswith("< {"):
                continue
            lines.append(line)
            if line.startswith("> {"):
                lines.append("< " + answers[number])
                number += 1
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return
    assert len(shown) == len(requests), "an example lacks its answer; --update writes it"
    for request, answer, expected in zip(requests, answers, shown):
        assert answer == expected, "%s\ngives\n%s\nthe page has\n%s" % (request, answer, expected)
    print(len(requests), "examples")


main()
