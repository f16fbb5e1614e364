#!/usr/bin/env python3
"""How fast the functional model simulates, beside the RTL.

    scripts/backend_speed.py [--runs N] [--config NAME] [MODEL...]

runs each model on both, in turns, and prints a table of multiply-accumulates that are simulated a second, of the fastest of
N runs (default 3), and their ratio. Models: by default the project's own, and those of the reference vectors
(AUKLET_GOLDEN, or ../shared/golden beside the tree) that need no input files. Needs the release build. The speeds depend on
the machine and on what else it does; the ratio hardly does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AUKLET = ROOT / "build/release/bin/auklet"
GOLDEN = Path(os.environ.get("AUKLET_GOLDEN", ROOT.parent / "shared/golden"))


def models():
    own = sorted((ROOT / "models").glob("*/*.tflite"))
    return own + sorted((GOLDEN / "zoo").glob("*/model.tflite"))


def speed(model, backend, config):
    """MACs a second of the NPU's segments, or None when the model cannot run without input files."""
    command = [AUKLET, "run", model, "--backend", backend, "--config", config, "--no-check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    report = json.loads(done.stdout)
    if not report["cycles"] or not report["sim_cycles_per_second"]:
        return None
    return report["npu_macs"] * report["sim_cycles_per_second"] / report["cycles"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--config", default="npu256")
    arguments = parser.parse_args()
    if not AUKLET.exists():
        sys.exit("backend_speed.py: there is no release build; build it: cmake --preset release && cmake --build --preset release")
    print("| model | RTL, M MAC/s | functional model, M MAC/s | ratio |\n|---|---|---|---|")
    ratios = []
    for model in arguments.models or models():
        runs = [(speed(model, "rtl", arguments.config), speed(model, "model", arguments.config)) for _ in range(arguments.runs)]
        if any(rtl is None or functional is None for rtl, functional in runs):
            continue
        rtl, functional = (max(column) for column in zip(*runs))
        if rtl == 0:
            continue
        ratios.append(functional / rtl)
        name = model.stem if model.stem != "model" else model.parent.name
        print(f"| {name} | {rtl / 1e6:.1f} | {functional / 1e6:,.0f} | {ratios[-1]:.1f} |", flush=True)
    if ratios:
        print(f"\nmedian ratio {statistics.median(ratios):.1f}, lowest {min(ratios):.1f}, of {len(ratios)} models")


if __name__ == "__main__":
    main()
