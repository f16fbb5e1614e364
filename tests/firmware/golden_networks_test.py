#!/usr/bin/env python3
"""Runs networks of the reference vectors, compiled ahead of time, as firmware: outputs equal to the last bit.

    golden_networks_test.py AUKLET SOC BUILD --npu rtl|model [--cpu rv32imac] NETWORK...

Translates each network with `auklet compile --emit cpp`, builds apps/network.cpp with it and its first cases in folder
BUILD, and runs that. Exit code 77 where there are no reference vectors (AUKLET_GOLDEN).
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_CASES = 2


def quiet(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}\n{done.stdout}{done.stderr}")


def cases(folder):
    """The words that tell embed.py of the network's cases that have one step: name, inputs, outputs."""
    words = []
    found = [case for case in sorted(folder.glob("case*")) if sorted(case.glob("in*.bin"))]
    for case in found[:MOST_CASES]:
        words += ["--case", case.name, *sorted(case.glob("in*.bin")), "--", *sorted(case.glob("out*.bin"))]
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("auklet")
    parser.add_argument("soc")
    parser.add_argument("build", type=Path)
    parser.add_argument("--npu", required=True)
    parser.add_argument("--cpu", default="rv32imac")
    parser.add_argument("networks", nargs="+")
    arguments = parser.parse_args()
    zoo = Path(os.environ.get("AUKLET_GOLDEN") or "/nowhere") / "zoo"
    if not zoo.is_dir():
        print("no reference networks (AUKLET_GOLDEN): skipped")
        return 77
    models = arguments.build / "models"
    for network in arguments.networks:
        quiet(arguments.auklet, "compile", zoo / network / "model.tflite", "--emit", "cpp", "--name", network, "-o", models)
        quiet(sys.executable, ROOT / "firmware/embed.py", network, "--output", models / f"{network}_cases.hpp",
              *cases(zoo / network))
    quiet("cmake", "-S", ROOT, "-B", arguments.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=MinSizeRel",
          f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/toolchains/{arguments.cpu}.cmake", f"-DAUKLET_MODELS={models}",
          f"-DAUKLET_NETWORKS={';'.join(arguments.networks)}")
    quiet("cmake", "--build", arguments.build, "--target", *arguments.networks)
    failed = 0
    for network in arguments.networks:
        command = [arguments.soc, arguments.build / f"{network}.elf", "--npu", arguments.npu, "--report"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"== {network}\n{done.stdout}{done.stderr}")
        failed += done.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
