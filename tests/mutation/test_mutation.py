#!/usr/bin/env python3
"""The mutants of tests/mutation are what they say, and the runner counts them right; exit code 77 without clang-19."""
import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import cpp_mutants  # noqa: E402  pylint: disable=wrong-import-position
import run_mutants  # noqa: E402  pylint: disable=wrong-import-position

SOURCE = """\
#include <cstdio>

namespace auklet::npu {
// Not ASCII: ½. clang counts bytes.
inline int grade(int points) {
  if (points < 50) return 0;
  int grade = 1;
  for (int i = 60; i <= points; i += 10) ++grade;
  return grade;
}
}  // namespace auklet::npu
"""
MAIN = """\
#include "grade.hpp"
int main() {
  for (int points : {49, 50, 60, 75}) std::printf("%d ", auklet::npu::grade(points));
}
"""


class Cpp(unittest.TestCase):
    def test_every_mutant_does_what_it_says(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "grade.hpp").write_text(SOURCE, encoding="utf-8")
            finder, = cpp_mutants.find({"unit": "grade.hpp", "files": ["grade.hpp"]}, [], folder)
            mutants = []
            cpp_mutants.number(finder, "group", set(), mutants)
            (folder / "grade.hpp").write_bytes(cpp_mutants.including(finder.render()).encode("latin-1"))
            (folder / "main.cpp").write_text(MAIN, encoding="utf-8")
            subprocess.run(["clang++-19", "-std=c++20", "-w", "main.cpp", "-o", "main"], cwd=folder, check=True)

            def output(number):
                try:
                    return subprocess.run([folder / "main"], env={"AUKLET_MUTANT": str(number)}, capture_output=True, text=True,
                                          timeout=1, check=False).stdout
                except subprocess.TimeoutExpired:
                    return "no end"

            self.assertEqual(output(0), "0 1 2 3 ")
            outputs = {(m["line"], m["what"]): output(m["number"]) for m in mutants}
            # These count to the end of the integers, which may take longer than a second or not.
            for key in ((8, "`i <= points` with `>`"), (8, "`+=` is `-=`")):
                self.assertNotEqual(outputs.pop(key), output(0))
            self.assertEqual(outputs, {
                (6, "`points < 50` with `<=`"): "0 0 2 3 ",
                (6, "`points < 50` with `>=`"): "1 0 0 0 ",
                (6, "50 is one more"): "0 0 2 3 ",
                (6, "50 is one less"): "1 1 2 3 ",
                (6, "without `return 0`"): "1 1 2 3 ",
                (6, "0 is one more"): "1 1 2 3 ",
                (7, "1 is one more"): "0 2 3 4 ",
                (7, "1 is one less"): "0 0 1 2 ",
                (8, "60 is one more"): "0 1 1 3 ",
                (8, "60 is one less"): "0 1 2 3 ",
                (8, "`i <= points` with `<`"): "0 1 1 3 ",
                (8, "without `i += 10`"): "no end",
                (8, "10 is one more"): "0 1 2 3 ",
                (8, "10 is one less"): "0 1 2 3 ",
                (8, "without `++grade`"): "0 1 1 1 ",
                (8, "`++` is `--`"): "0 1 0 -1 ",
            })


class Runner(unittest.TestCase):
    RESULTS = [
        {"number": 1, "group": "g", "module": "m", "line": 1, "column": 1, "what": "a", "killer": "test", "reached": True},
        {"number": 2, "group": "g", "module": "m", "line": 2, "column": 1, "what": "a", "killer": "", "reached": True},
        {"number": 3, "group": "g", "module": "n", "line": 3, "column": 1, "what": "b", "killer": "", "reached": False},
    ]

    def report(self, equivalents):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            lowest, errors = run_mutants.report(self.RESULTS, equivalents)
        return lowest, errors, text.getvalue()

    def test_survivors_are_named_and_counted(self):
        lowest, errors, text = self.report([])
        self.assertAlmostEqual(lowest, 100 / 3)
        self.assertEqual(errors, 0)
        self.assertIn("survived: 2 m:2: a", text)
        self.assertIn("survived (never ran): 3 n:3: b", text)

    def test_equivalent_ones_do_not_count(self):
        lowest, errors, text = self.report([{"module": "m", "line": 2, "what": "a", "reason": "r"}])
        self.assertAlmostEqual(lowest, 50)
        self.assertEqual(errors, 0)
        self.assertNotIn("2 m:2", text)

    def test_a_killed_one_is_not_equivalent(self):
        self.assertEqual(self.report([{"module": "m", "what": "a", "reason": "r"}])[1], 1)

    def test_tests_fail_die_or_hang(self):
        with tempfile.TemporaryDirectory() as name:
            program = Path(name) / "test"
            program.write_text("#!/bin/sh\ncase $AUKLET_MUTANT in 1) echo '[  FAILED  ] A.B (1 ms)'; exit 1;; 2) kill -SEGV $$;; "
                               "3) while :; do :; done;; 4) sleep 60;; esac\n", encoding="utf-8")
            program.chmod(0o755)
            test = run_mutants.Test({"test": "test"}, Path(name))
            test.seconds = 1
            self.assertEqual(test.run(0), "")
            self.assertEqual(test.run(1), "test: A.B")
            self.assertIn("ended with -11", test.run(2))
            self.assertIn("no end", test.run(3))
            with unittest.mock.patch.object(run_mutants, "PATIENCE", 2):
                self.assertIn("no end", test.run(4))


if __name__ == "__main__":
    if shutil.which("clang++-19") is None:
        sys.exit(77)
    unittest.main()
