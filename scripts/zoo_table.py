#!/usr/bin/env python3
"""Runs every network of the reference vectors and prints a Markdown table: verdict, cycles, what ran on the NPU.

    scripts/zoo_table.py [--auklet PROGRAM] [--backend rtl|model|cpu] [--config NAME] [--profile NAME]
                         [--most-macs MILLIONS] [--all-cases] [--model NAME ...]

Each model runs one case (--all-cases: all of them), all steps of the streaming ones, through `auklet run --expect`. The
MACs are those that the reference vectors record. Exit code 1 when a model is not bit-exact.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(os.environ.get("AUKLET_GOLDEN", ROOT / "../shared/golden"))


def numbered(folder, prefix):
    """The files prefix0.bin, prefix1.bin, … of a case."""
    files = []
    while (path := folder / f"{prefix}{len(files)}.bin").exists():
        files.append(path)
    return files


def run(arguments, folder, case, steps):
    """The report of one case; a failure's sentence instead where there is none."""
    command = [arguments.auklet, "run", folder / "model.tflite", "--backend", arguments.backend, "--config",
               arguments.config, "--profile", arguments.profile, "--steps", str(steps), "--no-check", "--json"]
    for path in numbered(case, "in"):
        command += ["--input", path]
    for path in numbered(case, "out"):
        command += ["--expect", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        return {"verdict": done.stderr.strip() or f"exit code {done.returncode}"}
    return json.loads(done.stdout)


def npu_share(report, records):
    """Share of the recorded MACs that ran on the NPU, in percent; None when the model multiplies nothing."""
    layers = [layer for layer in report["layers"] if layer["op"]]
    done = [0, 0]
    for layer, record in zip(layers, records, strict=True):
        done[layer["where"] == "npu"] += record["macs"]
    return 100 * done[1] / sum(done) if sum(done) else None


def on_cpu(report):
    counts = collections.Counter(op["op"] for op in report["cpu_ops"])
    return ", ".join(f"{op} {times}" if times > 1 else op for op, times in sorted(counts.items())) or "–"


def row(arguments, model):
    folder = GOLDEN / "zoo" / model["dir"]
    cases = sorted(path for path in folder.iterdir() if path.is_dir())
    if not arguments.all_cases:
        cases = cases[:1]
    reports = [run(arguments, folder, case, model["steps"]) for case in cases]
    wrong = [report["verdict"] for report in reports if report["verdict"] != "bit-exact"]
    name, macs = model["name"], f"{model['macs'] / 1e6:.2f}"
    if any("layers" not in report for report in reports):
        return f"| {name} | {macs} | {wrong[0]} | | | | |", False
    records = json.loads((folder / "tensors.json").read_text(encoding="utf-8"))["subgraphs"][0]["ops"]
    first = reports[0]
    share = npu_share(first, records)
    verdict = wrong[0] if wrong else f"bit-exact ({len(cases)})"
    return (f"| {name} | {macs} | {verdict} | {'–' if share is None else f'{share:.1f} %'} | {on_cpu(first)} "
            f"| {first['segments']} | {first['cycles'] // first['steps']:,} |"), not wrong


def main():
    parser = argparse.ArgumentParser(description="Runs every network of the reference vectors.")
    parser.add_argument("--auklet", type=Path, default=ROOT / "build/release/bin/auklet")
    parser.add_argument("--backend", default="rtl")
    parser.add_argument("--config", default="npu256")
    parser.add_argument("--profile", default="sram")
    parser.add_argument("--most-macs", type=float, default=float("inf"), metavar="MILLIONS")
    parser.add_argument("--all-cases", action="store_true")
    parser.add_argument("--model", action="append", help="only this one; may be repeated")
    arguments = parser.parse_args()
    manifest = GOLDEN / "zoo/manifest.json"
    if not manifest.exists() or not arguments.auklet.exists():
        missing = manifest if not manifest.exists() else arguments.auklet
        print(f"zoo_table: {missing} is not there", file=sys.stderr)
        return 1
    models = json.loads(manifest.read_text(encoding="utf-8"))["models"]
    models = [m for m in models if m["macs"] <= arguments.most_macs * 1e6
              and (not arguments.model or m["name"] in arguments.model)]
    print("| model | M MACs | verdict (cases) | MACs on the NPU | operators on the CPU | segments | cycles an inference |")
    print("|---|---|---|---|---|---|---|")
    good = True
    for model in sorted(models, key=lambda m: m["name"]):
        line, exact = row(arguments, model)
        print(line, flush=True)
        good = good and exact
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
