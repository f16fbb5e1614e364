"""Tests of scripts/estimator_errors.py with made-up reports."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import estimator_errors  # noqa: E402

PROGRAM = """#!{python}
import json, sys
cycles = {cycles}[sys.argv[1]]
layers = [{{"name": f"l{{i}}", "op": "CONV_2D", "where": "npu", "cycles": c, "causes": {{"ARRAY": c}}}} for i, c in enumerate(cycles)]
print(json.dumps({{"cycles": sum(cycles) + 100, "layers": layers}}))
"""


class EstimatorErrors(unittest.TestCase):
    def check(self, measured, estimated, *arguments):
        """The exit code for a network of these cycles a layer; what was printed is kept."""
        with tempfile.TemporaryDirectory() as folder:
            program, model = Path(folder) / "auklet", Path(folder) / "zoo/net/model.tflite"
            cycles = repr({"run": measured, "info": estimated})
            program.write_text(PROGRAM.format(python=sys.executable, cycles=cycles), encoding="utf-8")
            program.chmod(0o755)
            model.parent.mkdir(parents=True)
            model.touch()
            self.out = io.StringIO()
            options = ["--auklet", str(program), "--zoo", "--configs", "npu256", "--profiles", "sram", "--check"]
            with mock.patch.dict(os.environ, {"AUKLET_GOLDEN": folder}), contextlib.redirect_stdout(self.out):
                return estimator_errors.main([*options, *arguments])

    def test_equal_is_good(self):
        self.assertEqual(self.check([1000, 2000], [1000, 2000]), 0)
        self.assertIn("mean error 0.00%", self.out.getvalue())

    def test_one_bad_layer_fails(self):
        self.assertEqual(self.check([1000] * 100, [1000] * 99 + [1900]), 1)
        self.assertIn("net, npu256, sram, CONV_2D l99: 1900 cycles estimated, 1000 measured", self.out.getvalue())

    def test_a_bad_mean_fails(self):
        self.assertEqual(self.check([1000] * 4, [1060] * 4), 1)
        self.assertIn("mean error 6.0%", self.out.getvalue())

    def test_a_bad_total_fails(self):
        self.assertEqual(self.check([1000] * 9 + [100000], [1000] * 9 + [105000]), 1)
        self.assertIn("error of the total", self.out.getvalue())

    def test_many_layers_over_the_usual_bound_fail(self):
        self.assertEqual(self.check([1000] * 100, [1000] * 97 + [1080] * 3), 1)
        self.assertIn("3 of 100 layers over 5%", self.out.getvalue())

    def test_small_layers_count_with_the_floor(self):
        self.assertEqual(estimator_errors.error_of(20, 10), 0.1)
        self.assertEqual(estimator_errors.error_of(220, 200), 0.1)

    def test_lists_layers(self):
        self.check([1000], [1100], "--layers")
        self.assertIn("array 1100/1000", self.out.getvalue())

    def test_without_networks_it_is_skipped(self):
        with tempfile.TemporaryDirectory() as folder:
            out = io.StringIO()
            with mock.patch.dict(os.environ, {"AUKLET_GOLDEN": folder}), contextlib.redirect_stdout(out), \
                    contextlib.redirect_stderr(out):
                self.assertEqual(estimator_errors.main(["--zoo"]), 77)

    def test_kept_reports_are_not_run_again(self):
        with tempfile.TemporaryDirectory() as keep:
            report = {"cycles": 1100, "layers": [{"name": "l0", "op": "CONV_2D", "where": "npu", "cycles": 1000,
                                                  "causes": {"ARRAY": 1000}}]}
            (Path(keep) / "net.npu256.sram.json").write_text(json.dumps(report), encoding="utf-8")
            self.assertEqual(self.check([5], [1000], "--keep", keep), 0)


if __name__ == "__main__":
    unittest.main()
