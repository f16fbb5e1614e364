#!/usr/bin/env python3
"""Looks at the page of `auklet report` in a headless Chromium. Environment: AUKLET (the executable), AUKLET_SOURCE_DIR,
AUKLET_GOLDEN.

    tests/report/report_page_test.py [Driver | Page | Networks]   ends with code 77 where there is no Chromium
    tests/report/report_page_test.py --shots FOLDER [...]         also keeps what the page looks like
"""

import contextlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from browser import Browser, find_browser

AUKLET = os.environ["AUKLET"]
MODEL = Path(os.environ["AUKLET_SOURCE_DIR"]) / "models" / "keyword" / "keyword.tflite"
GOLDEN = Path(os.environ["AUKLET_GOLDEN"]) / "zoo" if "AUKLET_GOLDEN" in os.environ else None
NETWORKS = ("tiny_kws_dscnn", "tiny_resnet8", "tiny_vww96", "tiny_ad01", "coral_tf2_mobilenet_v2_224_ptq")
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<b>layer</b>"
SHOTS = None  # Folder.
NARROW, WIDE = 390, 1280


def run(*arguments):
    done = subprocess.run([AUKLET, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError(f"auklet {' '.join(map(str, arguments))}: {done.stderr}")


def grouped(value):
    return f"{value:,}"


class Driver(unittest.TestCase):
    """The test's own way to the browser."""

    def test_it_opens_whatever_numbers_its_pipes_have(self):
        with contextlib.ExitStack() as stack:
            for _ in range(12):
                stack.enter_context(open(os.devnull, "rb"))
            with Browser(find_browser()) as browser:
                self.assertEqual(browser.value("6 * 7"), 42)


class PageCase(unittest.TestCase):
    """A report in a browser: `results` are the entries of its benchmarks, `layers` those of the first one."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        results = cls.folder / "results.json"
        cls.bench(results)
        cls.results = json.loads(results.read_text(encoding="utf-8"))["benchmarks"]
        cls.layers = cls.results[0]["auklet"]["layers"]
        run("report", results, "-o", cls.folder / "report.html", "--title", HOSTILE)
        cls.url = (cls.folder / "report.html").as_uri()
        cls.browser = Browser(find_browser())
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.open()

    def open(self, width=WIDE, **how):
        self.browser.show(width, **how)
        self.browser.open(self.url)

    def tearDown(self):
        # Whatever a test did: the page asked for nothing but itself and complained of nothing.
        self.assertEqual(self.browser.requests(), [self.url])
        self.assertEqual(self.browser.complaints(), [])

    def count(self, selector):
        return self.browser.value(f"document.querySelectorAll({json.dumps(selector)}).length")

    def text(self, selector):
        return self.browser.value(f"document.querySelector({json.dumps(selector)}).textContent")

    def cells(self, selector):
        """The text of each row's cells."""
        return self.browser.value(f"""[...document.querySelectorAll({json.dumps(selector)})].map(
            row => [...row.cells].map(cell => cell.textContent))""")

    def check_summary(self):
        """It has the numbers of the results."""
        rows = self.cells("#summary tbody tr")
        for row, entry in zip(rows, self.results, strict=True):
            self.assertEqual(row[0], entry["run_name"])
            if "cycles" in entry:
                self.assertEqual(row[1], f"{grouped(round(entry['cycles']))} (est.)")
                self.assertEqual(row[2], f"{100 * entry['utilisation']:.1f} %")
            self.assertEqual(row[3], grouped(round(entry["macs"])))
            self.assertEqual(row[7], f"{entry['real_time']:.2f} ms")

    def check_widths(self):
        """Every run fits wide and narrow windows."""
        for width in (WIDE, NARROW):
            for index, entry in enumerate(self.results):
                with self.subTest(width=width, run=entry["run_name"]):
                    self.open(width)
                    self.browser.choose("run", index)
                    self.assertEqual(self.browser.value("document.documentElement.scrollWidth"), width)
                    self.assertEqual(self.browser.complaints(), [])
            self.keep(f"{type(self).__name__.lower()}-{width}")

    def keep(self, name):
        """Takes a picture, which has to be one; keeps it where that is asked for."""
        png = self.browser.screenshot()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", png[16:24])
        self.assertIn(width, (NARROW, WIDE))
        self.assertGreater(height, 1500)
        if SHOTS:
            (SHOTS / f"{name}.png").write_bytes(png)


class Page(PageCase):
    """The keyword network in two memory profiles and on the CPU, one layer of which has a hostile name."""

    @classmethod
    def bench(cls, results):
        run("bench", MODEL, "--backend", "model,cpu", "--profile", "sram,flash", "-o", results)
        content = json.loads(results.read_text(encoding="utf-8"))
        for entry in content["benchmarks"]:
            entry["auklet"]["layers"][3]["name"] = HOSTILE
        # A layer on the CPU, with the reason that it would have.
        moved = {"where": "cpu", "reason": "has <i>no</i> place there", "cycles": 0, "cpu_bytes": 1234}
        content["benchmarks"][0]["auklet"]["layers"][9].update(moved)
        results.write_text(json.dumps(content), encoding="utf-8")

    def test_summary_has_the_numbers_of_the_results(self):
        self.check_summary()

    def test_summary_needs_no_script(self):
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        summary = page[page.index('<section id="summary"'):page.index("</section>")]
        self.assertEqual(summary.count('<th scope="row"'), len(self.results))

    def test_layers_have_their_cycles_and_bars(self):
        shown = [layer for layer in self.layers if layer["where"] == "npu"]
        rows = self.cells("#layers tbody tr")
        self.assertEqual([row[2] for row in rows], [grouped(layer["cycles"]) for layer in shown])
        self.assertEqual(self.count("#layers tbody .bar svg"), len(shown))
        # As many parts as there are causes with cycles; the driver's row has one if it has any.
        parts = sum(sum(1 for cycles in layer.get("causes", {"": layer["cycles"]}).values() if cycles) for layer in shown)
        self.assertEqual(self.count("#layers tbody .bar rect"), parts)

    def test_roofline_has_a_point_a_layer_and_the_network(self):
        layers = [layer for layer in self.layers if layer["where"] == "npu" and layer["macs"] and layer["bytes"]]
        self.assertEqual(self.count("#roofline [data-point=layer]"), len(layers))
        self.assertEqual(self.count("#roofline [data-point=network]"), 1)
        self.assertEqual(self.count("#roofline .roof"), 1)
        values = self.cells("#roofline details tbody tr")
        for row, layer in zip(values, layers, strict=False):
            self.assertAlmostEqual(float(row[1].replace(",", "")), layer["macs"] / layer["bytes"], delta=layer["macs"] / layer["bytes"] / 100)
        self.browser.choose("run", next(i for i, entry in enumerate(self.results) if "flash" in entry["run_name"]))
        self.assertEqual(self.count("#roofline .roof"), 2, "weights have a roof of their own")

    def test_timeline_and_memory_have_all_that_there_is(self):
        detail = self.results[0]["auklet"]
        for track in detail["timeline"]["tracks"]:
            self.assertEqual(self.count(f"#timeline [data-unit={track['unit']}]"), len(track["slices"]), track["unit"])
        blocks = detail["memory"][0]["blocks"]
        for content in ("activation", "weights"):
            wanted = sum(1 for block in blocks if block["content"] == content)
            self.assertEqual(self.count(f"#memory [data-block={content}]"), wanted)

    def test_zooming_shows_a_part(self):
        whole = self.count("#timeline rect")
        self.browser.value("document.querySelector('#timeline button').click()")
        self.browser.value("document.querySelector('#timeline button').click()")
        self.assertLess(self.count("#timeline rect"), whole)

    def test_cpu_operators_stand_with_their_reason(self):
        rows = self.cells("#split tbody tr")
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0][1:], ["it has <i>no</i> place there", "0", "1,234"])
        operators = [layer for layer in self.layers if layer["op"]]
        self.assertIn(f"{len(operators) - 1} of {len(operators)} operators", self.text("#split p"))

    def test_energy_is_the_product(self):
        pj = {row[0].replace(" ", "_"): float(row[1].replace(",", "")) for row in self.cells("#energy details tbody tr")}
        self.assertEqual(len(pj), 9)
        unit = {"pJ": 1, "nJ": 1e3, "µJ": 1e6}
        for row in self.cells("#energy .bars tbody tr"):
            layer = self.layers[int(row[0])]
            wanted = sum(pj[kind] * number for kind, number in layer["operations"].items())
            number, name = row[2].split()
            self.assertAlmostEqual(float(number.replace(",", "")) * unit[name], wanted, delta=0.006 * wanted)
        self.assertIn("estimate, not a measurement", self.text("#energy"))

    def test_comparison_is_the_difference(self):
        one, two = (next(entry["auklet"] for entry in self.results if name in entry["run_name"]) for name in ("sram", "flash"))
        self.assertEqual([self.browser.value(f"document.getElementById('compare-{which}').selectedOptions[0].text")
                          for which in ("first", "second")], ["keyword/npu256/sram/model", "keyword/npu256/flash/model"])
        rows = self.cells("#compare tbody tr")
        differences = [b["cycles"] - a["cycles"] for a, b in zip(one["layers"], two["layers"], strict=True)]
        shown = [int(row[3].replace(",", "").replace("−", "-")) for row in rows]
        self.assertEqual(shown, differences)

    def test_hostile_names_are_text(self):
        self.assertEqual(self.browser.value("document.title"), HOSTILE)
        self.assertEqual(self.count("img"), 0)
        self.assertEqual(self.count("b"), 0)
        self.assertEqual(self.count("i"), 2, "those of the page itself")
        titles = self.browser.value("[...document.querySelectorAll('#layers .name')].map(name => name.title)")
        self.assertIn(HOSTILE, titles)

    def test_a_run_on_the_cpu_has_no_empty_charts(self):
        self.browser.choose("run", next(i for i, entry in enumerate(self.results) if entry["run_name"].endswith("/cpu")))
        for section in ("roofline", "layers", "timeline", "memory"):
            self.assertEqual(self.count(f"#{section} .content svg"), 0, section)
            self.assertGreater(self.count(f"#{section} .content p"), 0, section)

    def test_the_keyboard_reaches_everything(self):
        """Tab visits the skip link first and each chart once; arrows go from mark to mark and say what they are."""
        self.browser.press("Tab", 9)
        self.assertEqual(self.browser.value("document.activeElement.className"), "skip")
        for chart in ("roofline", "timeline", "memory"):
            self.assertEqual(self.count(f"#{chart} svg.chart [tabindex='0']"), 1, chart)
        self.browser.value("document.querySelector('#roofline svg.chart [tabindex=\"0\"]').focus()")
        first = self.text("#roofline .readout")
        self.browser.press("ArrowRight", 39)
        second = self.text("#roofline .readout")
        self.assertNotEqual(first, second)
        self.assertRegex(second, r"^1 .*: [\d.,]+ MACs per byte, [\d.,]+ MACs a cycle")
        self.assertEqual(self.browser.value("document.activeElement.getAttribute('aria-label')"), second)
        self.assertNotEqual(self.browser.value("getComputedStyle(document.activeElement).stroke"),
                            self.browser.value("getComputedStyle(document.querySelector('#roofline [data-point]')).stroke"),
                            "the focus is visible")
        self.browser.press("End", 35)
        self.assertIn("whole network", self.text("#roofline .readout"))

    def test_charts_have_words(self):
        self.assertEqual(self.count("svg:not([aria-label]):not([aria-hidden])"), 0)
        self.assertEqual(self.count("section:not([aria-labelledby])"), 0)
        self.assertEqual(self.browser.value(
            "[...document.querySelectorAll('select')].filter(s => s.labels.length === 0).length"), 0)

    def test_it_fits_wide_and_narrow_windows(self):
        self.check_widths()

    def test_words_stay_within_their_drawing(self):
        for width in (WIDE, NARROW):
            self.open(width)
            outside = self.browser.value("""[...document.querySelectorAll("svg.chart text")].filter(text => {
                const box = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
                return box.left < all.left - 1 || box.right > all.right + 1 || box.bottom > all.bottom + 1;
            }).map(text => text.textContent)""")
            self.assertEqual(outside, [], width)

    def test_light_and_dark_have_contrast(self):
        """Of text on its ground, by the formula of WCAG 2.1: at least 4.5 to 1."""
        for dark in (False, True):
            self.open(dark=dark)
            ground = luminance(self.browser.value("getComputedStyle(document.body).backgroundColor"))
            self.assertEqual(ground < 0.1, dark)
            for selector in ("h1", ".note", "a", "td", ".operator", "figcaption, caption", ".readout", "button"):
                with self.subTest(dark=dark, selector=selector):
                    text = luminance(self.browser.value(f"getComputedStyle(document.querySelector({json.dumps(selector)})).color"))
                    self.assertGreaterEqual(contrast(text, ground), 4.5)
            for tint in range(6):
                text = luminance(self.browser.value("getComputedStyle(document.querySelector('#timeline text[aria-hidden]')).fill"))
                fill = luminance(self.browser.value(f"""(() => {{ const node = shape('rect', {{class: 'l{tint}'}});
                    document.querySelector('svg').append(node); const fill = getComputedStyle(node).fill; node.remove();
                    return fill; }})()"""))
                self.assertGreaterEqual(contrast(text, fill), 4.5, f"text on tint {tint}, dark: {dark}")
            self.keep("dark" if dark else "light")

    def test_print_leaves_controls_out(self):
        self.open(media="print")
        for selector in ("nav", ".buttons", ".readout"):
            self.assertEqual(self.browser.value(f"getComputedStyle(document.querySelector('{selector}')).display"), "none")
        self.keep("print")

    def test_charts_of_any_numbers_have_an_end(self):
        self.assertEqual(self.browser.value("ticks(0, 1000, 5)"), [0, 200, 400, 600, 800, 1000])
        self.assertEqual(self.browser.value("decades(0.5, 20)"), [0.5, 1, 2, 5, 10, 20])
        for range_ in ("0, 0", "1, 0", "NaN, 1", "0, Infinity", "2 ** 60, 2 ** 60 + 256", "1e308, -1e308"):
            with self.subTest(range=range_):
                self.assertLessEqual(self.browser.value(f"ticks({range_}, 5).length"), 6)
        for range_ in ("0, 1", "1, Infinity", "NaN, NaN", "5e-324, 1.7e308"):
            with self.subTest(range=range_):
                self.assertLess(self.browser.value(f"decades({range_}).length"), 700)


@unittest.skipUnless(GOLDEN and GOLDEN.is_dir(), "the reference vectors are not here")
class Networks(PageCase):
    """Models that are not ours: four networks of MLPerf Tiny, and MobileNetV2."""

    @classmethod
    def bench(cls, results):
        models = [f"{name}={GOLDEN / name / 'model.tflite'}" for name in NETWORKS]
        run("bench", *models, "--backend", "model", "--no-check", "-o", results)

    def test_summary_has_the_numbers_of_the_results(self):
        self.assertEqual(len(self.results), len(NETWORKS))
        self.check_summary()

    def test_every_network_has_its_layers_and_points(self):
        for index, entry in enumerate(self.results):
            with self.subTest(run=entry["run_name"]):
                self.browser.choose("run", index)
                shown = [layer for layer in entry["auklet"]["layers"] if layer["where"] == "npu"]
                rows = self.cells("#layers tbody tr")
                self.assertEqual([row[2] for row in rows], [grouped(layer["cycles"]) for layer in shown])
                points = [layer for layer in shown if layer["macs"] and layer["bytes"] and layer["cycles"]]
                self.assertEqual(self.count("#roofline [data-point=layer]"), len(points))
                for track in entry["auklet"]["timeline"]["tracks"]:
                    self.assertEqual(self.count(f"#timeline [data-unit={track['unit']}]"), len(track["slices"]), track["unit"])

    def test_they_fit_wide_and_narrow_windows(self):
        self.check_widths()


def luminance(colour):
    """Relative luminance of 'rgb(1, 2, 3)'."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


if __name__ == "__main__":
    if not find_browser():
        print("skipped: there is no Chromium; scripts/setup.sh installs it")
        sys.exit(77)
    if len(sys.argv) > 2 and sys.argv[1] == "--shots":
        SHOTS = Path(sys.argv[2])
        SHOTS.mkdir(parents=True, exist_ok=True)
        del sys.argv[1:3]
    unittest.main()
