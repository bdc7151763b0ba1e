#!/usr/bin/python3
"""The page of `zonec report` in a real Chromium: loads fast and asks nobody, works by keyboard alone, on a telephone, in
dark, without JavaScript and on paper; names that are meant to break it are shown and nothing else.

TORII_REPORT_ZONE=[ORIGIN=]FILE: a zone of your own instead of the root zone, a large one for instance. TORII_REPORT_SHOTS:
a folder for pictures of its page, to look at."""
import os
import pathlib
import sys
import unittest
import urllib.parse

import browser
import zones
from zones import servers

SECONDS_MAX = 2.0
OCTETS_MAX = 2_000_000
AUDIT = pathlib.Path(__file__).with_name("audit.js").read_text(encoding="utf-8")


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = servers.Lab().__enter__()
        cls.addClassCleanup(cls.lab.__exit__, None, None, None)
        cls.browser = browser.Browser(cls.lab.path("chromium"))
        cls.addClassCleanup(cls.browser.close)
        cls.pages = {}

    def setUp(self):
        self.browser.media(prefers_color_scheme="light")
        self.browser.size(1280, 900)
        self.browser.scripts(True)

    def page(self, name):
        if name not in self.pages:
            path = self.lab.path(f"{name}.html")
            if name == "real":
                zone = os.environ.get("TORII_REPORT_ZONE") or servers.root_zone_path()
                if not os.path.exists(zone.split("=")[-1]):
                    self.skipTest(f"no zone at {zone}; set TORII_ROOT_ZONE or TORII_REPORT_ZONE")
                zones.zonec("report", "--html", path, zone)
            else:
                text = {"hostile": zones.hostile_zone, "shared": zones.shared_host_zone}[name]()
                zones.report(self.lab, text, status=None)
                os.replace(self.lab.path("report.html"), path)
            self.pages[name] = pathlib.Path(path).as_uri()
        return self.pages[name]

    def open(self, name, hash_=""):
        seconds = self.browser.open(self.page(name) + hash_)
        self.assertEqual(self.browser.requests, [self.page(name)])
        return seconds

    def ask(self, expression):
        return self.browser.ask(expression)

    def focus(self):
        return self.ask("(document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.tagName)")

    def tearDown(self):
        self.assertEqual(self.browser.problems, [])

    # ---- the page as a whole
    def test_opens_within_two_seconds_and_stays_small(self):
        for name in ("real", "hostile"):
            seconds = sorted(self.open(name) for _ in range(5))[2]
            octets = os.path.getsize(self.lab.path(f"{name}.html"))
            print(f"{name}: {octets} octets, drawn after {seconds:.2f} s (median of 5)", file=sys.stderr)
            self.assertLess(seconds, SECONDS_MAX)
            self.assertLess(octets, OCTETS_MAX)

    def test_everyone_can_read_it(self):
        for name, colours, width in (("real", "light", 360), ("real", "dark", 1280), ("hostile", "light", 360),
                                     ("shared", "dark", 360), ("shared", "light", 768)):
            with self.subTest(name=name, colours=colours, width=width):
                self.browser.media(prefers_color_scheme=colours)
                self.browser.size(width, 800)
                self.open(name)
                self.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                self.assertEqual(self.ask(AUDIT), [])
                self.ask("document.querySelector('#list tbody a').click()")
                self.browser.settle()
                self.assertTrue(self.ask("document.querySelector('dialog').open"))
                self.assertEqual(self.ask(AUDIT), [])

    def test_dark_and_light_by_switch(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        self.open("shared")
        self.assertEqual(self.ask(ground), "rgb(255, 255, 255)")
        seen = []
        for _ in range(3):
            self.ask("document.getElementById('theme').click()")
            seen.append((self.ask("document.getElementById('theme').textContent"), self.ask(ground) == "rgb(255, 255, 255)"))
        self.assertEqual(seen, [("Theme: light", True), ("Theme: dark", False), ("Theme: system", True)])
        self.browser.media(prefers_color_scheme="dark")
        self.assertEqual(self.ask(ground), "rgb(18, 22, 28)")

    def test_without_javascript(self):
        self.browser.scripts(False)
        self.open("shared")
        self.browser.scripts(True)  # for asking; the page's own has not run
        self.assertTrue(self.ask("document.getElementById('explorer').hidden && document.getElementById('theme').hidden"))
        text = self.ask("document.body.innerText")
        for words in ("3 of 4 delegations miss", "need JavaScript", "What to change", "rename a-rather-long-name", "alpha.test"):
            self.assertIn(words, text)
        self.assertGreater(self.ask("document.querySelectorAll('table tbody tr').length"), 20)

    def test_on_paper_and_without_motion(self):
        self.open("shared")
        self.browser.media(media="print")
        self.assertEqual(self.ask("['nav', '#theme', '#delegations'].map((one) => getComputedStyle(document.querySelector(one)).display)"), ["none"] * 3)
        self.browser.media(prefers_reduced_motion="no-preference")
        self.assertEqual(self.ask("getComputedStyle(document.documentElement).scrollBehavior"), "smooth")
        self.browser.media(prefers_reduced_motion="reduce")
        self.assertEqual(self.ask("getComputedStyle(document.documentElement).scrollBehavior"), "auto")

    # ---- by keyboard
    def test_keyboard_walk(self):
        self.open("shared")
        self.browser.key("Tab")
        self.assertEqual(self.focus(), "#main")
        self.assertGreaterEqual(self.ask("document.activeElement.getBoundingClientRect().left"), 0)
        order, unseen = [], []
        for _ in range(400):
            self.browser.key("Tab")
            here = self.focus()
            if here == "BODY":
                break
            if self.ask("getComputedStyle(document.activeElement).outlineStyle") == "none":
                unseen.append(here)
            order.append(here)
        self.assertEqual(unseen, [])
        steps = ["theme", "#sizes", "#d=beta.test.", "find", "rule", "band"]
        places = [order.index(step) for step in steps if step in order]
        self.assertEqual((len(places), places), (len(steps), sorted(places)), order)
        self.assertLess(len(order), 400, "the walk comes to an end")

    def test_a_delegation_by_keyboard(self):
        self.open("shared")
        self.ask("document.querySelector('ol.worst a').focus()")
        name = self.ask("document.activeElement.textContent")
        self.browser.key("Enter")
        self.browser.settle()
        self.assertEqual(self.ask("[document.querySelector('dialog').open, document.getElementById('detail-name').textContent]"), [True, name])
        for _ in range(12):  # focus does not leave the dialog for the page below
            self.browser.key("Tab")
            self.assertTrue(self.ask("document.activeElement === document.body || !!document.activeElement.closest('dialog')"))
        before = self.ask("document.querySelector('#at-qname h3').textContent")
        self.ask("document.getElementById('qname').focus()")
        for _ in range(5):
            self.browser.key("ArrowLeft")
        after = self.ask("document.querySelector('#at-qname h3').textContent")
        octets = [int("".join(c for c in text.split(":")[1] if c.isdigit())) for text in (before, after)]
        self.assertEqual(octets[0] - octets[1], 5)
        self.browser.key("Escape")
        self.browser.settle()
        self.assertEqual(self.ask("[document.querySelector('dialog').open, document.activeElement.textContent]"), [False, name])
        self.browser.key("Enter")  # the same link once more
        self.browser.settle()
        self.assertTrue(self.ask("document.querySelector('dialog').open"))

    # ---- figures
    def test_accounts_add_up(self):
        """The script draws each bar from parts; together they are the sizes that zonec computed."""
        self.open("real")
        wrong = self.ask("""(async () => {
          const report = JSON.parse(document.getElementById('data').textContent), wrong = [];
          const digits = (text) => Number(text.replace(/\\D/g, ''));
          for (const one of report.details.delegations.filter((_, i, all) => i % Math.ceil(all.length / 100) === 0)) {
            location.hash = '#d=' + encodeURIComponent(one.name);
            await new Promise((done) => setTimeout(done, 4));
            const shown = [...document.querySelectorAll('#at-qname h3')].map((node) => digits(node.textContent.split(':')[1]));
            const must = digits(document.querySelector('#at-qname tbody tr td').textContent);
            if (shown[0] !== one.sizes[2] || shown[1] !== one.sizes[5] || must !== one.sizes[1]) wrong.push([one.name, shown, must, one.sizes]);
          }
          return wrong;
        })()""")
        self.assertEqual(wrong, [])

    def test_filter_sort_and_links(self):
        self.open("shared")
        names = "[...document.querySelectorAll('#list tbody a')].map((one) => one.textContent)"
        self.assertEqual(self.ask(names), ["alpha.test", "backbone.test", "beta.test", "gamma.test"])
        self.ask("document.getElementById('find').focus()")
        self.browser.type("ALPH")
        self.assertEqual(self.ask(names), ["alpha.test"])
        self.assertEqual(self.ask("document.getElementById('found').textContent"), "1 of 4 delegations")
        self.ask("document.querySelector('#filter button').click()")
        self.browser.settle()
        self.assertEqual(len(self.ask(names)), 4)
        self.ask("document.querySelectorAll('#list thead button')[3].focus()")  # room at 512
        self.browser.key("Enter")
        self.assertEqual(self.ask("[document.querySelectorAll('#list thead th')[3].getAttribute('aria-sort')]"), ["ascending"])
        self.assertEqual(self.ask(names)[-1], "backbone.test")
        self.browser.key(" ")
        self.assertEqual(self.ask(names)[0], "backbone.test")
        self.ask("location.hash = '#p=iana-512'")
        self.browser.settle()
        self.assertEqual(sorted(self.ask(names)), ["alpha.test", "beta.test", "gamma.test"])
        self.assertEqual(self.focus(), "rule")
        self.open("shared", "#d=gamma.test.")
        self.browser.settle()
        self.assertEqual(self.ask("document.getElementById('detail-name').textContent"), "gamma.test")
        self.open("shared", "#d=%E0%A4%A")  # no UTF-8: nothing happens
        self.assertFalse(self.ask("document.querySelector('dialog').open"))

    def test_hostile_names_are_text(self):
        self.open("hostile")
        rows = self.ask("JSON.parse(document.getElementById('data').textContent).details.delegations.map((one) => one.name)")
        self.assertGreater(len(rows), 15)
        for name in rows:
            self.ask("location.hash = '#d=' + " + repr(urllib.parse.quote(name, safe="")))
            self.browser.settle()
            self.assertEqual(self.ask("document.getElementById('detail-name').textContent"), name.removesuffix("."))
        self.assertEqual(self.ask("[typeof window.pwned, document.querySelectorAll('img, b > script, script').length]"), ["undefined", 2])
        self.ask("document.querySelector('dialog').close()")
        self.ask("document.getElementById('find').focus()")
        self.browser.type("\\<script")
        self.assertGreaterEqual(self.ask("document.querySelectorAll('#list tbody tr').length"), 0)

    def test_pictures_to_look_at(self):
        folder = os.environ.get("TORII_REPORT_SHOTS")
        if not folder:
            self.skipTest("TORII_REPORT_SHOTS names no folder")
        os.makedirs(folder, exist_ok=True)
        for name, width, colours in (("desktop", 1280, "light"), ("phone", 360, "light"), ("dark", 1280, "dark")):
            self.browser.media(prefers_color_scheme=colours)
            self.browser.size(width, 900)
            self.open("real")
            self.browser.picture(os.path.join(folder, f"{name}.png"))
            self.ask("document.querySelector('ol.worst a').click()")
            self.browser.settle()
            self.browser.picture(os.path.join(folder, f"{name}-delegation.png"), whole=False)


if __name__ == "__main__":
    if not browser.find_chromium():
        servers.skip("Chromium is not installed (`./dev report-test` installs it)")
    unittest.main()
