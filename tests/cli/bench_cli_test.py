#!/usr/bin/env python3
"""Calls `auklet bench` and `auklet report` as people do. Environment: AUKLET (the executable), AUKLET_SOURCE_DIR.

    tests/cli/bench_cli_test.py [Bench]
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from command_line import DEADLINE, MODEL, OK, USAGE, Case, auklet


class Bench(Case):
    def bench(self, name, *arguments, code=OK):
        path = self.folder / name
        result = auklet("bench", *arguments, "-o", path)
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        return result, path

    def test_results_become_a_page(self):
        result, path = self.bench("r.json", MODEL, "--backend", "model", "--backend", "cpu", "--profile", "sram,flash")
        self.assertEqual(len(result.stdout.splitlines()), 2 + 3, "a head and three benchmarks")
        page = self.folder / "folder" / "page.html"
        result = auklet("report", path, "-o", page)
        self.assertEqual((result.returncode, result.stderr), (OK, ""))
        self.assertIn("3 runs", result.stdout)
        self.assertIn("keyword/npu256/flash/model", page.read_text(encoding="utf-8"))

    def test_scripts_compare_results(self):
        paths = [self.bench(name, MODEL, "--backend", "model", "--repetitions", 2)[1] for name in ("a.json", "b.json")]
        script = Path(os.environ["AUKLET_SOURCE_DIR"]) / "scripts" / "compare_bench.py"
        done = subprocess.run([sys.executable, script, *paths], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1.0000  keyword/npu256/sram/model", done.stdout)

    def test_names_tell_models_apart(self):
        out = self.folder / "r.json"
        self.assert_refused(USAGE, "NAME=FILE", "bench", MODEL, MODEL, "--backend", "model", "-o", out)
        self.assertFalse(out.exists())
        result, _ = self.bench("r.json", f"a={MODEL}", f"b={MODEL}", "--backend", "cpu")
        self.assertIn("a/cpu", result.stdout)

    def test_a_failure_keeps_the_other_results(self):
        result, path = self.bench("r.json", MODEL, "--backend", "model,cpu", "--deadline", 50, code=DEADLINE)
        self.assertRegex(result.stderr, r"\Aauklet: [^\n]+\n\Z")
        entries = json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
        self.assertEqual([entry.get("error_occurred", False) for entry in entries], [True, False])
        self.assertEqual(auklet("report", path, "-o", self.folder / "page.html").returncode, OK)

    def test_the_results_folder_is_made_or_refused_at_once(self):
        _, path = self.bench("new/folder/r.json", MODEL, "--backend", "cpu")
        self.assertTrue(path.exists())
        self.assert_refused(USAGE, "cannot write", "bench", MODEL, "--backend", "cpu", "-o", path / "r.json")
        self.assert_refused(USAGE, "cannot write", "bench", MODEL, "--backend", "cpu", "-o", self.folder / (300 * "r"))

    def test_old_results_survive_a_mistake(self):
        path = self.write("r.json", b"old")
        self.assert_refused(USAGE, "none.tflite", "bench", "none.tflite", "--backend", "cpu", "-o", path)
        self.assertEqual(path.read_bytes(), b"old")

    def test_bad_results(self):
        page = self.folder / "page.html"
        self.assert_refused(USAGE, "cannot read", "report", self.folder / "none.json", "-o", page)
        for data, clause in ((b"cycles", "is no JSON"), (b"{}", "no results of auklet bench"),
                             (b'{"context": {"auklet": {"version": 7}}, "benchmarks": []}', "version 7")):
            self.assert_refused(USAGE, clause, "report", self.write("bad.json", data), "-o", page)
        _, good = self.bench("r.json", MODEL, "--backend", "cpu")
        self.assert_refused(USAGE, "is no energy table", "report", good, "-o", page, "--energy-table", good)
        self.assert_refused(USAGE, "cannot write", "report", good, "-o", good / "page.html")
        self.assertFalse(page.exists())

    def test_folders_and_deep_nests_are_no_input(self):
        page = self.folder / "page.html"
        _, good = self.bench("r.json", MODEL, "--backend", "cpu")
        deep = 200000
        lists = b"[" * deep + b"]" * deep
        nests = [lists, b'{"a":' * deep + b"1" + b"}" * deep, b"[" * deep,
                 good.read_bytes().replace(b'"auklet":{"model"', b'"auklet":{"more":' + lists + b',"model"'),
                 b'{"format": "auklet-energy-table", "version": 1, "name": "x", "entries": {"mac": ' + lists + b"}}"]
        for arguments in (["report", "-o", page], ["report", good, "-o", page, "--energy-table"]):
            self.assert_refused(USAGE, "cannot read", *arguments, self.folder)
            for nest in nests:
                with self.subTest(arguments=arguments, begins=nest[:5]):
                    self.assert_refused(USAGE, "deeper than 64 levels", *arguments, self.write("nest.json", nest))
            self.assert_refused(USAGE, "no ", *arguments, self.write("nest.json", b"[" * 64 + b"]" * 64))
        self.assertFalse(page.exists())


if __name__ == "__main__":
    unittest.main()
