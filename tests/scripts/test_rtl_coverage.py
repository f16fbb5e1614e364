#!/usr/bin/env python3
"""scripts/rtl_coverage.py counts what it says, and waives only what is named, unmet and reasoned."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import rtl_coverage  # noqa: E402  pylint: disable=wrong-import-position

FIFO = "rtl/common/auklet_fifo.sv"
SOURCE = (ROOT / FIFO).read_text(encoding="utf-8").split("\n")
PUSH = next(i for i, line in enumerate(SOURCE, 1) if "if (push_i) tail_q" in line)
HEAD = next(i for i, line in enumerate(SOURCE, 1) if "head_q, tail_q;" in line)


def record(page, line, what, count, lines="", instance="a", file=FIFO):
    fields = {"f": file, "l": str(line), "n": "3", "page": page, "o": what, "S": lines, "h": f"TOP.{instance}"}
    return "C '" + "".join(f"\1{k}\2{v}" for k, v in fields.items() if v) + f"' {count}\n"


def toggles(counts):
    return "".join(record("v_toggle/auklet_fifo", HEAD, f"tail_q[{i}]", count) for i, count in enumerate(counts))


GOOD = (record("v_line/auklet_fifo", PUSH, "block", 7, str(PUSH)) + record("v_branch/auklet_fifo", PUSH, "if", 3, str(PUSH)) +
        record("v_branch/auklet_fifo", PUSH, "else", 4) + toggles([2, 2, 2, 9]) +
        record("v_user/auklet_fifo_covers", 5, "FULL", 1, file="tests/coverage/x.sv"))


class Report(unittest.TestCase):
    def report(self, data, waivers=()):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            # Toggles come from a build of their own.
            for part in ("counters", "toggles"):
                records = [r for r in data.splitlines(True) if ("v_toggle" in r) == (part == "toggles")]
                (folder / part).mkdir()
                (folder / part / "merged.dat").write_text("# SystemC::Coverage-3\n" + "".join(records), encoding="utf-8")
            (folder / "waivers.yaml").write_text(yaml.safe_dump(list(waivers)), encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = rtl_coverage.main(["report", f"{name}/counters", f"{name}/toggles", "--waivers", str(folder / "waivers.yaml"), "--missing",
                                          "--html", str(folder / "html")])
            self.html = {page.name: page.read_text(encoding="utf-8") for page in (folder / "html").glob("*.html")}
            return output.getvalue(), code

    def test_everything_met(self):
        text, code = self.report(GOOD)
        self.assertEqual(code, 0, text)
        self.assertIn("cover properties: 1 of 1 met", text)
        self.assertIn("auklet_fifo.FULL", self.html["index.html"])
        self.assertIn("if (push_i) tail_q", self.html["auklet_fifo.html"])

    def test_a_bit_that_only_rose_is_not_met(self):
        text, code = self.report(GOOD.replace("' 9\n", "' 1\n"))
        self.assertEqual(code, 1)
        self.assertIn(f"{FIFO}:{HEAD}: 1 toggle tail_q[3]", text)
        self.assertIn("toggle coverage is 75.00 %, below 90.0 %", text)

    def test_instances_and_configurations_add_up(self):
        text, code = self.report(GOOD.replace("' 9\n", "' 0\n") +
                                 record("v_toggle/auklet_fifo__W8", HEAD, "tail_q[3]", 2, instance="b"))
        self.assertEqual(code, 0, text)

    def test_what_the_build_for_toggles_says_of_lines_does_not_count(self):
        line = record("v_toggle/auklet_fifo", HEAD, "head_q[0]", 2) + record("v_line/auklet_fifo", HEAD, "block", 9, str(HEAD))
        with tempfile.TemporaryDirectory() as name:
            file = pathlib.Path(name) / "merged.dat"
            file.write_text(line, encoding="utf-8")
            self.assertEqual([p.kind for p in rtl_coverage.read_points([file])], ["toggle"])

    def test_lines_and_branches_and_covers(self):
        text, code = self.report(GOOD.replace("' 4\n", "' 0\n"))
        self.assertEqual(code, 1)
        self.assertIn(f"{FIFO}:{PUSH}: else: if (push_i) tail_q", text)
        self.assertIn("branch coverage is 50.00 %", text)
        self.assertNotIn("line coverage", text)
        text, code = self.report(GOOD + record("v_line/auklet_fifo", HEAD, "block", 0, str(HEAD)))
        self.assertIn("line coverage is 50.00 %", text)
        text, code = self.report(GOOD + record("v_user/auklet_fifo_covers", 6, "EMPTY", 0, file="tests/coverage/x.sv"))
        self.assertEqual(code, 1)
        self.assertIn("cover auklet_fifo.EMPTY was not met", text)

    def test_waivers(self):
        hole = GOOD.replace("' 9\n", "' 0\n")
        waiver = {"file": FIFO, "toggle": r"tail_q\[3\]", "reason": "why"}
        text, code = self.report(hole, [waiver])
        self.assertEqual(code, 0, text)
        self.assertIn("why", self.html["index.html"])
        branch = GOOD.replace("' 4\n", "' 0\n")
        text, code = self.report(branch, [{"file": FIFO, "branch": "if (push_i) tail_q", "way": "else", "reason": "why"}])
        self.assertEqual(code, 0, text)

    def test_useless_waivers_fail(self):
        for waiver, said in [({"file": FIFO, "toggle": r"tail_q\[3\]", "reason": "why"}, "all that it names is met"),
                             ({"file": FIFO, "toggle": "gone", "reason": "why"}, "there is no such thing"),
                             ({"file": FIFO, "line": "no such text", "reason": "why"}, "there is no such thing"),
                             ({"file": FIFO, "toggle": r"tail_q\[3\]"}, "needs file, reason")]:
            text, code = self.report(GOOD, [waiver])
            self.assertEqual(code, 1)
            self.assertIn(said, text)

    def test_no_waiver_of_nearly_everything(self):
        text, code = self.report(GOOD.replace("' 9\n", "' 0\n"), [{"file": FIFO, "toggle": ".*", "reason": "all"}])
        self.assertEqual(code, 1)
        self.assertIn("names 4 of 4 points", text)

    def test_no_data(self):
        text, code = self.report("")
        self.assertEqual(code, 1)
        self.assertIn("no points", text)


class Bits(unittest.TestCase):
    def test_ranges(self):
        self.assertEqual(rtl_coverage.bits(["a[0]", "a[2]", "a[1]", "a[7]", "b"]), "a[2:0], a[7], b")
        self.assertEqual(rtl_coverage.numbers("3,5-7"), [3, 5, 6, 7])


if __name__ == "__main__":
    unittest.main()
