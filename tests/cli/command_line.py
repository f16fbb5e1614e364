"""Calls of the command line, and what tests of it have in common. Environment: AUKLET (the executable),
AUKLET_SOURCE_DIR."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

AUKLET = os.environ["AUKLET"]
KEYWORD = Path(os.environ["AUKLET_SOURCE_DIR"]) / "models" / "keyword"
MODEL = KEYWORD / "keyword.tflite"
INPUTS = sorted((KEYWORD / "inputs").glob("*.bin"))

OK, MISMATCH, USAGE, MODEL_REFUSED, NPU_FAULT, DEADLINE, NO_BACKEND = range(7)


def auklet(*arguments):
    return subprocess.run([AUKLET, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def has_rtl():
    return " rtl" in auklet("--version").stdout


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assert_refused(self, code, clause, *arguments):
        """The call fails with `code`, says why in one sentence on stderr, and nothing on stdout."""
        result = auklet(*arguments)
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"\Aauklet: [^\n]+\n\Z")
        self.assertIn(clause, result.stderr)

    def run_json(self, *arguments, code=OK):
        result = auklet("run", *arguments, "--json")
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        self.assertEqual(result.stderr, "")
        return json.loads(result.stdout)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path
