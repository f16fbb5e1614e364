#!/usr/bin/env python3
"""Runs the firmware images on the simulated system and checks what they print.

    firmware_test.py SOC FOLDER --npu rtl|model

SOC is auklet-soc or its like for another processor, FOLDER holds the images. Each image's last line is its verdict, and
its exit code is 0 just when that is PASS; here it is also checked that an image did what it says.
"""

import argparse
import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEYWORD = ROOT / "models/keyword"
# What apps/selftest.cpp goes through.
SELF_TESTS = ("known answer", "read error of the fetch", "read error of a load", "decode error", "write error",
              "memory that stops", "stream that waits for ever", "stream with an unknown command", "corrupt weights",
              "lost interrupt", "spurious interrupt", "deadline", "reset in the middle")
arguments = None


def run(image, *options, npu=None):
    command = [arguments.soc, arguments.folder / f"{image}.elf", "--npu", npu or arguments.npu, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def has_data_cache():
    return "cortex" not in Path(arguments.soc).name


class Firmware(unittest.TestCase):
    def expect_pass(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "PASS")

    def test_hello(self):
        done = run("hello_npu")
        self.expect_pass(done)
        self.assertRegex(done.stdout, r"^Auklet 0\.1, 256 MACs, 512 KiB SRAM, AXI 128 bits\n")
        self.assertRegex(done.stdout, r"matmul 24x48x20: 480 elements equal, \d+ NPU cycles")

    def test_hello_finds_another_configuration(self):
        done = run("hello_npu", "--config", "npu64")
        self.expect_pass(done)
        self.assertIn("64 MACs", done.stdout)

    def test_keyword_is_exact_and_hears_the_words(self):
        done = run("keyword", "--report")
        self.expect_pass(done)
        labels = {Path(example["file"]).stem: example["name"]
                  for example in json.loads((KEYWORD / "inputs/labels.json").read_text(encoding="utf-8"))}
        heard = dict(re.findall(r'^(\w+): heard "(\w+)"', done.stdout, re.M))
        self.assertEqual(len(heard), 4)
        for case, word in heard.items():
            self.assertEqual(word, labels[case])
        outputs = re.findall(r"^  output ([0-9a-f]+)$", done.stdout, re.M)
        expected = [(KEYWORD / "expected" / f"{case}.bin").read_bytes().hex() for case in heard]
        self.assertEqual(outputs, expected)
        self.assertIn("4 of 4 bit-exact", done.stdout)
        self.assertIn("4 NPU interrupts", done.stderr)  # It slept for each job, and did not poll.

    def test_both_npus_give_the_same_output(self):
        if arguments.npu == "model":
            self.skipTest("the other one is needed, too: this is the RTL's test")
        without_cycles = []
        for npu in ("rtl", "model"):
            done = run("keyword", npu=npu)
            self.expect_pass(done)
            without_cycles.append(re.sub(r"\d+ NPU cycles.*", "", done.stdout))
        self.assertEqual(*without_cycles)

    def test_bench_shows_what_a_ticket_saves(self):
        done = run("bench")
        self.expect_pass(done)
        runs = re.findall(r"^  (first|again)[a-z ]*: (\d+) cycles, NPU (\d+), asleep (\d+)", done.stdout, re.M)
        self.assertEqual(len(runs), 8, done.stdout)  # By interrupt, and by polling.
        for kind, cycles, npu, asleep in runs:
            self.assertGreater(int(cycles), int(npu) + (50_000 if kind == "first" else 0))
            if kind == "again":
                self.assertLess(int(cycles), 2 * int(npu))
        self.assertEqual([int(asleep) > 10_000 for _, _, _, asleep in runs], 4 * [True] + 4 * [False])

    def test_keyword_on_other_hardware_is_refused(self):
        done = run("keyword", "--config", "npu64")
        self.assertEqual(done.returncode, 1)
        self.assertIn("step 0: the command stream was compiled for another array", done.stdout)

    def test_conformance(self):
        done = run("conformance")
        self.expect_pass(done)
        passed, skipped = map(int, re.search(r"conformance: (\d+) passed, 0 failed, (\d+) skipped", done.stdout).groups())
        self.assertEqual(passed + skipped, 71)
        self.assertLessEqual(skipped, 3 if has_data_cache() else 8)

    def test_kernels_are_exact_and_take_as_many_instructions_as_the_docs_say(self):
        done = run("kernels")
        self.expect_pass(done)
        counted = re.findall(r"^\| (.*) \| \d+ \| ([\d.]+) \| ([\d.]+) \|$", done.stdout, re.M)
        self.assertEqual(len(counted), 9, done.stdout)
        document = (ROOT / "docs/kernels.md").read_text(encoding="utf-8")
        for layer, reference, portable in counted:
            self.assertLess(2 * float(portable), float(reference), layer)
            row = re.search(rf"^\| {re.escape(layer)} \|(.*)\|$", document, re.M)
            self.assertIsNotNone(row, layer)
            columns = [float(column) for column in row[1].split("|")]
            documented = columns[:2] if has_data_cache() else columns[2:]
            for found, expected in zip((reference, portable), documented):
                self.assertAlmostEqual(float(found), expected, delta=0.05 * expected, msg=layer)  # Other compilers.

    def expect_self_test(self, *options):
        done = run("selftest", *options)
        self.expect_pass(done)
        for name in SELF_TESTS:
            self.assertRegex(done.stdout, rf"(?m)^ok +{name}$")

    def test_every_fault(self):
        self.expect_self_test()

    def test_every_fault_with_a_data_cache(self):
        if not has_data_cache():
            self.skipTest("this processor has no data cache")
        self.expect_self_test("--data-cache")

    def test_deadline_of_the_simulation(self):
        done = run("keyword", "--max-cycles", "1000")
        self.assertEqual(done.returncode, 122)
        self.assertRegex(done.stderr, r"1000 cycles have passed: the processor is busy at address 0x[0-9a-f]{8}, \w+\n$")

    def test_files_that_are_no_program(self):
        for path, sentence in ((Path("/nonexistent.elf"), "cannot read"), (Path(__file__), "no 32-bit little-endian ELF")):
            done = subprocess.run([arguments.soc, path, "--npu", "model"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 120)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("soc")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--npu", choices=("rtl", "model"), required=True)
    arguments = parser.parse_args()
    unittest.main(argv=[sys.argv[0], "-v"])
