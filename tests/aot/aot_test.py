#!/usr/bin/env python3
"""Models as C++ code, end to end: emitted, compiled by the host's compiler, run on the functional model, compared.

    aot_test.py --auklet EXE --compiler CXX --flags FLAGS --include DIR... --link FILE... --models MODEL...
    aot_test.py --uncompiled EXE ...       the same with every operator on the CPU

MODEL is a folder of the reference vectors ($AUKLET_GOLDEN/zoo), as tiny_ad01 or ops/add_000, or a pattern of such
folders. Every frame of every case has to be equal, byte for byte. Without the reference vectors nothing is tested, and
the exit code is 77.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77


def refused(command):
    """What a command that failed had to say; None when it did not fail."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return None if result.returncode == 0 else (result.stderr.strip() or f"exit code {result.returncode}")


def emit(options, folder, work):
    model = folder / "model.tflite"
    if options.uncompiled:
        return refused([options.uncompiled, model, folder.name, work])
    return refused([options.auklet, "compile", model, "--emit", "cpp", "--name", folder.name, "-o", work])


def build(options, names, work):
    """One program of all models."""
    lines = ['#include "run_network.hpp"']
    lines += [f'#include "{name}.cpp"' for name in names]
    table = ", ".join(f"&auklet_models::{name}::kNetwork" for name in names)
    lines += ["namespace auklet::test {",
              f"constexpr const runtime::Network* kEmitted[] = {{{table}}};",
              "std::span<const runtime::Network* const> emitted_networks() { return kEmitted; }",
              "}  // namespace auklet::test"]
    (work / "all.cpp").write_text("\n".join(lines) + "\n", encoding="utf-8")
    includes = [f"-I{path}" for path in (work, *options.include)]
    return refused([options.compiler, *options.flags.split(), *includes, work / "all.cpp", *options.link, "-o",
                    work / "run"])


def run(case, name, work):
    expected = sorted(case.glob("out?.bin"))
    outputs = [work / path.name for path in expected]
    inputs = sorted(case.glob("in?.bin"))
    header = (work / f"{name}.hpp").read_text(encoding="utf-8")
    frame = int(header.split("struct Input0", 1)[1].split("kBytes = ", 1)[1].split(";", 1)[0])
    steps = inputs[0].stat().st_size // frame
    if sentence := refused([work / "run", name, steps, *inputs, *outputs]):
        return f"{case.name}: {sentence}"
    for mine, reference in zip(outputs, expected):
        if mine.read_bytes() != reference.read_bytes():
            return f"{case.name}: {reference.name} differs"
    return None


def check(folder, work):
    """What is wrong with a model that was built, None when nothing is."""
    cases = sorted(path for path in folder.glob("case*") if path.is_dir())
    if not cases:
        return "has no cases"
    return next(filter(None, (run(case, folder.name, work) for case in cases)), None)


def find_folders(zoo, patterns):
    folders = []
    for pattern in patterns:
        found = sorted(path.parent for path in zoo.glob(f"{pattern}/model.tflite"))
        if not found:
            sys.exit(f"aot_test.py: no model is called {pattern}")
        folders += found
    return folders


def test(options, folders, work):
    """Prints a line a model; returns how many failed."""
    wrong = {folder: emit(options, folder, work) for folder in folders}
    good = [folder for folder in folders if not wrong[folder]]
    if sentence := build(options, [folder.name for folder in good], work):
        sys.exit(f"aot_test.py: the emitted code does not compile: {sentence}")
    for folder in good:
        wrong[folder] = check(folder, work)
    for folder in folders:
        print(f"{folder.name}: {wrong[folder] or 'exact'}", flush=True)
    return sum(sentence is not None for sentence in wrong.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--auklet")
    parser.add_argument("--uncompiled")
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--flags", default="")
    parser.add_argument("--include", nargs="*", default=[])
    parser.add_argument("--link", nargs="*", default=[])
    parser.add_argument("--models", nargs="+", required=True)
    options = parser.parse_args()
    zoo = Path(os.environ.get("AUKLET_GOLDEN", "/nonexistent")) / "zoo"
    if not zoo.is_dir():
        print("aot_test.py: no reference vectors; set AUKLET_GOLDEN to their folder")
        return SKIPPED
    folders = find_folders(zoo, options.models)
    with tempfile.TemporaryDirectory() as work:
        failures = test(options, folders, Path(work))
    print(f"{failures} of {len(folders)} models failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
