#!/usr/bin/python3
"""docs/size-rules.md is right: its commands print what it quotes, its sums are sums, its numbers come from either, its pictures
are those that `zonec report` draws.

A quoted line `...` stands for any lines. Numbers below 100 and those of RFCs, years and well-known limits are free."""
import os
import re
import shlex
import unittest

import zones
from zones import servers

PAGE = os.path.join(zones.SOURCE, "docs", "size-rules.md")
KNOWN = {"255", "512", "1232", "1400", "65535", "1280", "127", "2048", "256", "666"}  # limits, and sizes of packets and keys
SUM = re.compile(r"(?<![\w.])(\d+(?: [+×-] \d+)+) = (\d+)")


def quoted():
    """(command, quoted lines) of each `$ zonec` in the page."""
    with open(PAGE, encoding="utf-8") as file:
        blocks = re.findall(r"^```\n(.*?)^```$", file.read(), re.S | re.M)
    for block in blocks:
        command, lines = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, lines
                command, lines = line[2:], []
            else:
                lines.append(line)
        if command:
            yield command, lines


def output_of(command):
    words = shlex.split(command)
    assert words[0] == "zonec", command
    os.chdir(zones.SOURCE)
    return zones.zonec(*words[1:], status=None).stdout


def matches(lines, output):
    """Whether the quoted lines are the output; None, or the first that is not where it should be."""
    at, gap = 0, False
    for line in lines:
        if line == "...":
            gap = True
            continue
        found = next((i for i in range(at, len(output)) if output[i] == line), None) if gap else (at if at < len(output) and output[at] == line else None)
        if found is None:
            return line
        at, gap = found + 1, False
    return None if gap or not any(output[at:]) else f"(and then {output[at]!r})"


class SizeRules(unittest.TestCase):
    def test_commands_print_what_is_quoted(self):
        count = 0
        for command, lines in quoted():
            with self.subTest(command):
                self.assertIsNone(matches(lines, output_of(command).rstrip("\n").split("\n")))
            count += 1
        self.assertGreater(count, 15)

    def test_sums_are_sums(self):
        with open(PAGE, encoding="utf-8") as file:
            sums = SUM.findall(re.sub(r"\s+", " ", file.read().replace("(label `a`) ", "").replace("(label `b`) ", "").replace("(label `dns`) ", "")))
        for left, right in sums:
            self.assertEqual(eval(left.replace("×", "*")), int(right), f"{left} = {right}")  # digits and three signs alone
        self.assertGreater(len(sums), 35)

    def test_numbers_come_from_commands_or_sums(self):
        with open(PAGE, encoding="utf-8") as file:
            prose = re.sub(r"^```\n.*?^```$", "", file.read(), flags=re.S | re.M)
        prose = re.sub(r"RFC \d+|SHA-\d+|P-\d+|Falcon-\d+|\b(?:19|20)\d\d\b|`[^`]*`|\]\([^)]*\)", "", prose)
        known = set(KNOWN)
        for left, right in SUM.findall(re.sub(r"\s+", " ", prose)):
            known.update([right, *re.findall(r"\d+", left)])
        for command, _ in quoted():
            known.update(re.findall(r"\d+", output_of(command)))
        self.assertEqual({number for number in re.findall(r"(?<![\w.])\d{3,}\b", prose)} - known, set())

    def test_pictures_are_drawn_by_this_program(self):
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
        with servers.Lab() as lab:
            commands = re.findall(r"^zonec report --svg docs/size-rules (.*)$", text, re.M)
            self.assertEqual(len(commands), 2)
            os.chdir(zones.SOURCE)
            for command in commands:
                zones.zonec("report", "--svg", lab.path("svg"), *shlex.split(command), status=None)
            pictures = re.findall(r"\]\(size-rules/(.*?\.svg)\)", text)
            self.assertEqual(sorted(pictures), sorted(os.listdir(lab.path("svg"))))
            for picture in pictures:
                with open(os.path.join(zones.SOURCE, "docs", "size-rules", picture), "rb") as kept, open(lab.path(f"svg/{picture}"), "rb") as drawn:
                    self.assertEqual(kept.read(), drawn.read(), f"{picture}: draw it again with the command at the end of {PAGE}")


if __name__ == "__main__":
    unittest.main()
