"""Tests of scripts/compare_bench.py on made-up reports."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import compare_bench  # noqa: E402


def report(*entries):
    """What Google Benchmark writes, of (name, cycles) or (name, None) for an error."""
    return {"context": {}, "benchmarks": [
        {"name": name, "run_type": "iteration", "real_time": 1.0, "cycles": float(cycles)} if cycles is not None else
        {"name": name, "run_type": "iteration", "error_occurred": True, "error_message": "wrong output"}
        for name, cycles in entries]}


class Compare(unittest.TestCase):
    def compare(self, old, new, *arguments):
        """The exit code; what was printed is kept."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / "old.json", Path(folder) / "new.json"]
            for path, content in zip(paths, (old, new)):
                path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
            self.out, self.err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(self.out), contextlib.redirect_stderr(self.err):
                return compare_bench.main([*map(str, paths), *arguments])

    def line(self, name):
        return next(line for line in self.out.getvalue().splitlines() if name in line.split())

    def test_equal_cycles_pass(self):
        self.assertEqual(self.compare(report(("a", 100)), report(("a", 100))), 0)

    def test_one_cycle_more_fails(self):
        self.assertEqual(self.compare(report(("a", 100), ("b", 5)), report(("a", 101), ("b", 5))), 1)
        self.assertIn("MORE", self.line("a"))

    def test_fewer_cycles_pass(self):
        self.assertEqual(self.compare(report(("a", 100)), report(("a", 50))), 0)
        self.assertEqual(self.line("a").split()[:4], ["100", "50", "0.5000", "a"])

    def test_growth_within_the_tolerance_passes_and_beyond_it_fails(self):
        for tolerance in ("0.5%", "0.005"):
            self.assertEqual(self.compare({"a": 1000}, {"a": 1005}, "--tolerance", tolerance), 0)
            self.assertEqual(self.compare({"a": 1000}, {"a": 1006}, "--tolerance", tolerance), 1)

    def test_time_is_not_looked_at(self):
        slow = report(("a", 100))
        slow["benchmarks"][0]["real_time"] = 1e9
        self.assertEqual(self.compare(report(("a", 100)), slow), 0)

    def test_a_missing_benchmark_fails_and_a_new_one_passes(self):
        self.assertEqual(self.compare({"a": 1, "b": 2}, {"a": 1}), 1)
        self.assertIn("missing", self.line("b"))
        self.assertEqual(self.compare({"a": 1}, {"a": 1, "b": 2}), 0)
        self.assertIn("new", self.line("b"))

    def test_a_benchmark_that_ended_with_an_error_fails(self):
        self.assertEqual(self.compare({"a": 1}, report(("a", None))), 1)
        self.assertEqual(self.compare({"a": 1}, report(("a", 1), ("b", None))), 1)

    def test_only_takes_the_names_that_match(self):
        self.assertEqual(self.compare({"x/a": 1, "y/b": 1}, {"x/a": 1}, "--only", "^x/"), 0)
        self.assertEqual(self.compare({"x/a": 1}, {"x/a": 1}, "--only", "^z/"), 2)

    def test_repetitions_must_agree_and_aggregates_do_not_count(self):
        repeated = report(("a", 100), ("a", 100))
        repeated["benchmarks"].append({"name": "a_mean", "run_type": "aggregate", "cycles": 3.0})
        self.assertEqual(self.compare({"a": 100}, repeated), 0)
        self.assertNotIn("a_mean", self.out.getvalue())
        self.assertEqual(self.compare({"a": 100}, report(("a", 100), ("a", 99))), 2)

    def test_files_of_another_kind_are_refused(self):
        for content in ("", "[1]", '{"a": "fast"}', {"benchmarks": [{"name": "a"}]}):
            self.assertEqual(self.compare({"a": 1}, content), 2)

    def test_no_old_benchmark_is_refused(self):
        self.assertEqual(self.compare({}, {"a": 1}), 2)


if __name__ == "__main__":
    unittest.main()
