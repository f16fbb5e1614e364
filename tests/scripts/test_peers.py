"""Tests of bench/peers: the arithmetic and the table on made-up numbers, the driver with made-up programs."""

import contextlib
import io
import json
import math
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench/peers"))
import compare_peers  # noqa: E402
import comparison  # noqa: E402
from comparison import Agreement, Row, Times, compare  # noqa: E402


def int8(*values):
    return struct.pack(f"{len(values)}b", *values)


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


class Arithmetic(unittest.TestCase):
    def test_counts_equal_elements_and_the_largest_difference(self):
        got = compare(int8(1, 2, 3, -128), int8(1, 0, 3, 127), "INT8", 4)
        self.assertEqual(got, Agreement(elements=4, equal=2, steps=255, rows=1, same_rows=0))

    def test_bytes_without_a_sign_are_taken_as_such(self):
        self.assertEqual(compare(b"\x7f\x00", b"\x81\x00", "UINT8", 2).steps, 2)
        self.assertEqual(compare(b"\x7f\x00", b"\x81\x00", "INT8", 2).steps, 254)

    def test_arg_max_is_of_each_row_and_the_first_of_equals(self):
        got = compare(int8(1, 5, 5, 9, 0, 0), int8(1, 6, 5, 0, 9, 0), "INT8", 3)
        self.assertEqual((got.rows, got.same_rows), (2, 1))
        self.assertEqual(compare(int8(7, 7), int8(7, 7), "INT8", 2).same_rows, 1)
        self.assertEqual(compare(int8(7, 7), int8(6, 7), "INT8", 2).same_rows, 0)

    def test_rows_of_one_element_have_no_arg_max(self):
        self.assertEqual(compare(int8(1, 2), int8(3, 4), "INT8", 1).rows, 0)

    def test_floating_point_counts_steps_of_the_integers_behind_it(self):
        got = compare(floats(0.5, 1.0), floats(0.5, 1.75), "FLOAT32", 2, 0.25)
        self.assertEqual((got.equal, got.steps, got.absolute), (1, 3, 0))
        got = compare(floats(0.5, 1.0), floats(0.5, 1.75), "FLOAT32", 2)
        self.assertEqual((got.equal, got.steps, got.absolute), (1, 0, 0.75))

    def test_what_is_no_number_equals_only_its_like(self):
        self.assertEqual(compare(floats(math.nan), floats(math.nan), "FLOAT32", 1).equal, 1)
        self.assertEqual(compare(floats(math.nan), floats(1), "FLOAT32", 1).absolute, math.inf)
        self.assertEqual(compare(floats(math.nan), floats(1), "FLOAT32", 1, 0.5).steps, math.inf)

    def test_outputs_of_another_size_or_type_are_refused(self):
        with self.assertRaisesRegex(comparison.ComparisonError, "1 bytes, not 2"):
            compare(int8(1, 2), int8(1), "INT8", 2)
        with self.assertRaisesRegex(comparison.ComparisonError, "STRING"):
            compare(b"", b"", "STRING", 1)

    def test_sums_take_the_largest_difference(self):
        total = Agreement(10, 9, 2, 0.5, 1, 1) + Agreement(5, 5, 3, 0.25, 2, 1)
        self.assertEqual(total, Agreement(15, 14, 3, 0.5, 3, 2))

    def test_ratio_is_the_median_of_the_rounds(self):
        # The median of the own times by that of the other's would be 10.
        self.assertEqual(Times([10, 20, 30], [1, 10, 3]).ratio(), 10)
        self.assertEqual(Times([8, 20, 30], [1, 10, 3]).ratio(), 8)
        with self.assertRaises(ValueError):
            Times([1, 2], [1]).ratio()

    def test_repetitions_fill_the_time(self):
        self.assertEqual(comparison.repetitions(0.01, 0.2), 20)
        self.assertEqual(comparison.repetitions(5, 0.2), 1)
        self.assertEqual(comparison.repetitions(0, 0.2), comparison.MOST_REPETITIONS)


class Text(unittest.TestCase):
    ROW = Row("net", 2_500_000, Agreement(1000, 999, 2, 0, 3, 2), Times([0.002, 0.003, 0.004], [0.001, 0.001, 0.001]))

    def test_a_row(self):
        self.assertEqual(comparison.line(self.ROW), "| net | 2.50 | 99.9 % | 2 | 2/3 | 3.00 | 1.00 | 3.0 |")

    def test_a_refusal_keeps_its_message(self):
        row = Row("net", 0, message="no | kernel\nfor \x1b`X`")
        self.assertEqual(comparison.line(row), "| net | 0.00 | `no \\| kernel for 'X'` | | | | | |")
        self.assertEqual(comparison.line(row).count(" |"), comparison.line(self.ROW).count(" |"))
        long = comparison.code("x" * 1000)
        self.assertLess(len(long), 250)
        self.assertIn("…", long)

    def test_only_all_is_all(self):
        self.assertEqual(comparison.percent(99_999, 100_000), "99.9 %")
        self.assertEqual(comparison.percent(7, 7), "100 %")

    def test_numbers_are_short_and_plain(self):
        self.assertEqual([comparison.significant(v) for v in (12345, 123, 12.3, 1.23, 0.0123, 0)],
                         ["12,000", "120", "12", "1.2", "0.012", "0"])
        self.assertEqual(comparison.significant(0.0996, 3), "0.0996")

    def test_differences_without_steps_say_so(self):
        self.assertEqual(comparison.difference(Agreement(absolute=0.0125, steps=0)), "0.013 (floating point)")
        self.assertEqual(comparison.difference(Agreement(absolute=0.5, steps=2)), "2; 0.50 (floating point)")

    def test_the_summary_counts_rows(self):
        rows = [self.ROW, Row("bad", 1, message="no"), Row("same", 1, Agreement(4, 4), Times([1], [2]))]
        self.assertEqual(comparison.summary(rows), "2 of 3 networks ran, 1 of them with all elements equal; median ratio "
                                                   "1.8, from 0.50 to 3.0.")
        self.assertIn("None of the 1", comparison.summary(rows[1:2]))

    def test_only_the_named_section_is_replaced(self):
        page = "a\n<!-- measured: x -->\n{}<!-- end -->\n<!-- measured: y -->\n{}<!-- end -->\n"
        for old in ("old\n", ""):
            new = comparison.replace_section(page.format("x\n", old), "y", "new \\1\n")
            self.assertEqual(new, page.format("x\n", "new \\1\n"))
        new = comparison.replace_section(page.format("", "y\n"), "x", "new\n")
        self.assertEqual(new, page.format("new\n", "y\n"))
        with self.assertRaises(comparison.ComparisonError):
            comparison.replace_section(page, "z", "")

    def test_the_page_has_a_section_for_every_peer(self):
        page = compare_peers.PAGE.read_text(encoding="utf-8")
        for peer in compare_peers.peers(Path()):
            self.assertIn("new", comparison.replace_section(page, peer.name, "new"))


# Stands for both the program and a peer: adds {add} to every byte, and takes {seconds} for it.
PROGRAM = """#!{python}
import json, pathlib, sys
words = sys.argv[1:]
if words[0] == "info":
    print(json.dumps({{"macs": 1000, "outputs": [{{"type": "INT8", "shape": [1, 2]}}]}}))
elif words[0] == "--describe":
    print(json.dumps({{"version": "made up 1"}}))
elif {message!r}:
    sys.exit({message!r})
else:
    option = lambda name: words[words.index(name) + 1]
    folder = pathlib.Path(option("--output-dir"))
    folder.mkdir(parents=True, exist_ok=True)
    data = pathlib.Path(option("--input")).read_bytes()
    (folder / "out0.bin").write_bytes(bytes(byte + {add} for byte in data))
    print(json.dumps({{"inference_seconds": {seconds}}}))
"""


class Driver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program("bin/auklet", 0, 0.5)
        zoo = self.folder / "golden/zoo"
        for case in range(2):
            (zoo / f"net/case{case}").mkdir(parents=True)
            (zoo / f"net/case{case}/in0.bin").write_bytes(bytes([case, 2 * case]))
        (zoo / "net/tensors.json").write_text(json.dumps({"subgraphs": [{"tensors": [], "ops": [], "outputs": [0]}]}))
        (zoo / "manifest.json").write_text(json.dumps({"models": [{"name": "net", "dir": "net", "macs": 20_000, "steps": 1}]}))

    def program(self, name, add, seconds, message=""):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROGRAM.format(python=sys.executable, add=add, seconds=seconds, message=message))
        path.chmod(0o755)

    def compare(self, *words):
        """The exit code; what was printed is kept."""
        self.out, self.err = io.StringIO(), io.StringIO()
        environment = {"AUKLET_GOLDEN": str(self.folder / "golden")}
        with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(self.out), \
                contextlib.redirect_stderr(self.err):
            try:
                return compare_peers.main(["--build", str(self.folder), "--peer", "armnn", "--model", "net", *words])
            except SystemExit as error:
                return error.code

    def test_all_cases_are_compared(self):
        self.program("bin/armnn_peer", 1, 0.25)
        self.assertEqual(self.compare(), 0)
        self.assertIn("armnn, made up 1:", self.out.getvalue())
        self.assertIn("| net | 0.02 | 0.0 % | 1 | 2/2 | 500 | 250 | 2.0 |", self.out.getvalue())

    def test_only_what_is_timed_runs_with_the_words(self):
        self.program("bin/armnn_peer", 1, 0.25)
        wrapper = self.folder / "wrapper"
        wrapper.write_text(f'#!/bin/sh\necho "$2" >> {self.folder}/calls\nshift\nexec "$@"\n')
        wrapper.chmod(0o755)
        self.assertEqual(self.compare("--rounds", "2", "--run-with", f"{wrapper} --quiet"), 0)
        calls = (self.folder / "calls").read_text().split()
        self.assertEqual([Path(call).name for call in calls], ["auklet", "armnn_peer"] * 3)

    def test_the_slow_are_timed_once(self):
        self.program("bin/armnn_peer", 1, 4)
        self.assertEqual(self.compare(), 0)
        self.assertIn("| 500 | 4,000 | 0.12 |", self.out.getvalue())

    def test_states_are_not_carried_from_case_to_case(self):
        self.program("bin/armnn_peer", 0, 0.25)
        network = compare_peers.Network("net", Path("m"), [["a"], ["b"]], steps=3)
        self.assertEqual(compare_peers.join_cases(network, self.folder), [(["a"], 3), (["b"], 3)])

    def test_differences_over_the_bound_fail(self):
        self.program("bin/armnn_peer", 2, 0.25)
        self.assertEqual(self.compare("--most-steps", "2"), 0)
        self.program("bin/armnn_peer", 3, 0.25)
        self.assertEqual(self.compare("--most-steps", "2"), 1)

    def test_a_refusal_is_a_row(self):
        self.program("bin/armnn_peer", 0, 1, message="first line\nno kernel for SVDF")
        self.assertEqual(self.compare("--most-steps", "2"), 1)
        self.assertEqual(self.compare(), 0)
        self.assertIn("| net | 0.02 | `no kernel for SVDF` | | | | | |", self.out.getvalue())

    def test_an_absent_peer_is_named_with_what_installs_it(self):
        self.assertEqual(self.compare(), compare_peers.SKIPPED)
        self.assertIn("skipped armnn, which is not installed: apt-get install", self.err.getvalue())

    def test_a_peer_that_does_not_start_ends_the_run_before_it_measures(self):
        broken = self.folder / "bin/armnn_peer"
        broken.touch(0o755)
        broken.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no shared object')\n")
        self.assertEqual(self.compare(), 2)
        self.assertIn("armnn is installed, but does not start: no shared object", self.err.getvalue())
        self.assertNotIn("armnn: net", self.err.getvalue())

    def test_nonsense_is_refused(self):
        for words, clause in ((["--peer", "abacus"], "'abacus'"), (["--model", "none"], "'none'"),
                              (["--rounds", "0"], "--rounds"), (["--seconds", "-1"], "--seconds"),
                              (["--seconds", "inf"], "--seconds"), (["--timeout", "x"], "--timeout"),
                              (["--update"], "--model"),
                              (["--run-with", "no/program -x"], "'no/program'"), (["--build", "/nowhere"], "cmake --preset release")):
            with self.subTest(words=words):
                self.assertEqual(self.compare(*words), 2)
                self.assertIn(clause, self.err.getvalue())

    def test_signals_and_patience_end_as_messages(self):
        for body, message in (("import os; os.abort()", "SIGABRT"), ("import time; time.sleep(9)", "no answer in 0.5 seconds"),
                              ("import sys; sys.exit(3)", "exit code 3")):
            with self.assertRaisesRegex(compare_peers.Refused, message):
                compare_peers.ask([sys.executable, "-c", body], 0.5)

    def test_the_scale_behind_a_floating_point_output_is_found(self):
        recorded = {"subgraphs": [{"tensors": [{"index": 4, "scale": [0.5]}, {"index": 5}, {"index": 6}],
                                   "ops": [{"opcode": "DEQUANTIZE", "inputs": [4], "outputs": [5]}], "outputs": [5, 6]}]}
        self.assertEqual(compare_peers.float_steps(recorded), [0.5, None])


if __name__ == "__main__":
    unittest.main()
