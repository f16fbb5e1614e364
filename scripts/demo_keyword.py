#!/usr/bin/env python3
"""Runs the shipped keyword network on its example inputs and compares every output byte for byte.

    scripts/demo_keyword.py AUKLET [--backend rtl|model|cpu]

AUKLET is the command line's executable. Each output is compared with the CPU reference kernels, which `auklet run` runs
beside the NPU, and with the expected output in the repository, which an interpreter that shares no code with them made.
Prints a line an input; the last line is the verdict. Exit code 0 when all is bit-exact, else 1.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

KEYWORD = Path(__file__).resolve().parent.parent / "models/keyword"
LINE = "{:<16} {:<8} {:<8} {:>6} {:>9}  {}"


def run(auklet, backend, name, folder):
    """The report of one run, and its output as signed numbers; ends the program with auklet's sentence on failure."""
    command = [auklet, "run", KEYWORD / "keyword.tflite", "--input", KEYWORD / "inputs" / name, "--expect",
               KEYWORD / "expected" / name, "--backend", backend, "--output-dir", folder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr.strip() or f"{auklet} ended with code {done.returncode} and said nothing.")
    scores = (Path(folder) / "out0.bin").read_bytes()
    return json.loads(done.stdout), [byte - 256 if byte > 127 else byte for byte in scores]


def main():
    parser = argparse.ArgumentParser(description="Runs the shipped keyword network on its example inputs.")
    parser.add_argument("auklet", help="the executable")
    parser.add_argument("--backend", default="rtl", help="what runs it (default: rtl)")
    arguments = parser.parse_args()

    words = (KEYWORD / "labels.txt").read_text(encoding="utf-8").split()
    examples = json.loads((KEYWORD / "inputs/labels.json").read_text(encoding="utf-8"))
    exact = right = 0
    print(LINE.format("input", "spoken", "heard", "", "cycles", "output"))
    with tempfile.TemporaryDirectory() as folder:
        for example in examples:
            report, scores = run(arguments.auklet, arguments.backend, example["file"], folder)
            best = max(range(len(scores)), key=scores.__getitem__)
            print(LINE.format(example["file"], example["name"], words[best], f"{(scores[best] + 128) / 256:.0%}",
                              f"{report['cycles']:,}", report["verdict"]), flush=True)
            exact += report["verdict"] == "bit-exact"
            right += best == example["label"]
    print(f"\n{len(examples)} inputs on backend {arguments.backend}: {right} words right, {exact} outputs bit-exact")
    print(f"verdict: {'bit-exact' if exact == len(examples) else 'mismatch'}")
    return 0 if exact == len(examples) else 1


if __name__ == "__main__":
    sys.exit(main())
