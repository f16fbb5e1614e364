#!/usr/bin/env python3
"""Models as C++ code, end to end: emitted, compiled by the host's compiler, run on the functional model, compared.

    aot_test.py --auklet EXE --compiler CXX --flags FLAGS --include DIR... --link FILE... [MODEL...]

MODEL is a folder of the reference vectors ($AUKLET_GOLDEN/zoo), `ops/*` for all single operators, `*` for all networks;
default: those of DEFAULT. Every frame of every case has to be equal, byte for byte. Without the reference vectors
nothing is tested, and the exit code is 77.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# MLPerf Tiny; then models with operators on the CPU, state, several segments, scratch memory, real inputs.
DEFAULT = ["tiny_kws_dscnn", "tiny_resnet8", "tiny_vww96", "tiny_ad01",
           "cfu_magic_wand", "tinyengine_lenet300", "tflm_mnist_lstm_int8", "tflm_keyword_scrambled_8bit",
           "esphome_v2_vad", "mltk_anomaly_detection", "secda_simple_model", "synth_unet_tconv_32",
           "ops/conv2d_001", "ops/gather_001", "ops/split_001", "ops/resize_nn_001"]
SKIPPED = 77


def refused(command):
    """The one sentence with which a command ended, None when it ended well."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return None if result.returncode == 0 else (result.stderr.strip() or f"exit code {result.returncode}")


class Network:
    """One model of the reference vectors."""

    def __init__(self, options, folder, work):
        self.options, self.folder, self.work = options, folder, work

    def emit(self):
        return refused([self.options.auklet, "compile", self.folder / "model.tflite", "--emit", "cpp", "--name",
                        "model", "-o", self.work])

    def build(self):
        includes = [f"-I{path}" for path in self.options.include]
        return refused([self.options.compiler, *self.options.flags.split(), *includes, self.work / "model.cpp",
                        *self.options.link, "-o", self.work / "run"])

    def steps(self, case):
        """Frames in each file of a case."""
        header = (self.work / "model.hpp").read_text(encoding="utf-8")
        frame = int(header.split("struct Input0", 1)[1].split("kBytes = ", 1)[1].split(";", 1)[0])
        return (case / "in0.bin").stat().st_size // frame

    def run(self, case):
        expected = sorted(case.glob("out?.bin"))
        outputs = [self.work / path.name for path in expected]
        inputs = sorted(case.glob("in?.bin"))
        if sentence := refused([self.work / "run", self.steps(case), *inputs, *outputs]):
            return f"{case.name}: {sentence}"
        for mine, reference in zip(outputs, expected):
            if mine.read_bytes() != reference.read_bytes():
                return f"{case.name}: {reference.name} differs"
        return None

    def check(self):
        """What is wrong, None when nothing is."""
        if sentence := self.emit() or self.build():
            return sentence
        cases = sorted(path for path in self.folder.glob("case*") if path.is_dir())
        if not cases:
            return "has no cases"
        return next(filter(None, map(self.run, cases)), None)


def folders(zoo, patterns):
    for pattern in patterns:
        found = sorted(path.parent for path in zoo.glob(f"{pattern}/model.tflite"))
        if not found:
            sys.exit(f"aot_test.py: no model is called {pattern}")
        yield from found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--auklet", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--flags", default="")
    parser.add_argument("--include", nargs="*", default=[])
    parser.add_argument("--link", nargs="*", default=[])
    parser.add_argument("models", nargs="*")
    options = parser.parse_args()
    zoo = Path(os.environ.get("AUKLET_GOLDEN", "/nonexistent")) / "zoo"
    if not zoo.is_dir():
        print("aot_test.py: no reference vectors; set AUKLET_GOLDEN to their folder")
        return SKIPPED
    failures = 0
    for folder in folders(zoo, options.models or DEFAULT):
        with tempfile.TemporaryDirectory() as work:
            wrong = Network(options, folder, Path(work)).check()
        failures += wrong is not None
        print(f"{folder.relative_to(zoo)}: {wrong or 'exact'}", flush=True)
    print(f"{failures} of the models failed" if failures else "all exact")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
