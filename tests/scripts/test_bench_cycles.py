"""Tests of scripts/bench_cycles.py with a made-up benchmark program."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import bench_cycles  # noqa: E402

# Writes what Google Benchmark would of the benchmarks in CYCLES that match the filter.
PROGRAM = """#!{python}
import json, re, sys
options = dict(argument.lstrip("-").split("=", 1) for argument in sys.argv[1:])
entries = [{{"name": name, "cycles": cycles}} if cycles else {{"name": name, "error_occurred": True}}
           for name, cycles in {cycles}.items() if re.search(options["benchmark_filter"], name)]
with open(options["benchmark_out"], "w") as out:
    json.dump({{"benchmarks": entries}}, out)
"""
LAYER = "layer/conv/npu256/sram"
OTHER = "layer/conv/npu64/sram"
ZOO = "zoo/resnet/npu256/sram"


class BenchCycles(unittest.TestCase):
    def bench(self, baseline, cycles, *arguments):
        """The exit code; the baseline afterwards and what was printed are kept."""
        with tempfile.TemporaryDirectory() as folder:
            program, path = Path(folder) / "program", Path(folder) / "baseline.json"
            program.write_text(PROGRAM.format(python=sys.executable, cycles=repr(cycles)), encoding="utf-8")
            program.chmod(0o755)
            if baseline is not None:
                path.write_text(json.dumps(baseline), encoding="utf-8")
            self.out, self.err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(self.out), contextlib.redirect_stderr(self.err):
                code = bench_cycles.main(["--program", str(program), "--baseline", str(path), *arguments])
            self.baseline = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
            return code

    def test_equal_cycles_pass_without_advice(self):
        self.assertEqual(self.bench({LAYER: 100}, {LAYER: 100}), 0)
        self.assertNotIn("--update", self.out.getvalue() + self.err.getvalue())

    def test_one_cycle_more_fails_and_says_what_to_do(self):
        self.assertEqual(self.bench({LAYER: 100}, {LAYER: 101}), 1)
        self.assertIn("--update", self.err.getvalue())
        self.assertEqual(self.baseline, {LAYER: 100})

    def test_fewer_cycles_pass_and_say_what_to_do(self):
        self.assertEqual(self.bench({LAYER: 100}, {LAYER: 99}), 0)
        self.assertIn("--update", self.out.getvalue())

    def test_a_missing_one_and_an_error_fail(self):
        self.assertEqual(self.bench({LAYER: 100, "network/a/npu256/sram": 1}, {LAYER: 100}), 1)
        self.assertEqual(self.bench({LAYER: 100}, {LAYER: None}), 1)

    def test_the_quick_part_is_one_configuration_without_reference_networks(self):
        cycles = {LAYER: 100, OTHER: 999, ZOO: 999}
        self.assertEqual(self.bench({LAYER: 100, OTHER: 300, ZOO: 400}, cycles), 0)
        self.assertEqual(self.bench({LAYER: 100, OTHER: 300, ZOO: 400}, cycles, "--all"), 1)

    def test_reference_networks_may_be_absent(self):
        self.assertEqual(self.bench({LAYER: 100, ZOO: 400}, {LAYER: 100}, "--all"), 0)
        self.assertEqual(self.bench({LAYER: 100, ZOO: 400}, {LAYER: 100}, "--all", "--update"), 0)
        self.assertEqual(self.baseline, {LAYER: 100, ZOO: 400})

    def test_update_writes_what_was_measured_and_leaves_the_rest(self):
        self.assertEqual(self.bench({LAYER: 100, OTHER: 300, "layer/gone/npu256/sram": 1}, {LAYER: 120}, "--update"), 0)
        self.assertEqual(self.baseline, {LAYER: 120, OTHER: 300})
        self.assertEqual(self.bench(None, {LAYER: 7}, "--update"), 0)
        self.assertEqual(self.baseline, {LAYER: 7})

    def test_update_does_not_hide_an_error(self):
        self.assertEqual(self.bench({LAYER: 100}, {LAYER: None}, "--update"), 1)
        self.assertEqual(self.baseline, {LAYER: 100})

    def test_a_program_that_writes_nothing_is_refused(self):
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(bench_cycles.main(["--program", "/bin/false"]), 2)


if __name__ == "__main__":
    unittest.main()
