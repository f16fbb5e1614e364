#!/usr/bin/env python3
"""Writes the estimates of energy in docs/energy.md: the built-in table of picojoules, and five networks.

    scripts/energy_table.py [--auklet PROGRAM]           write them
    scripts/energy_table.py [--auklet PROGRAM] --check   write nothing; fail when something differs

The networks are those of the reference vectors (AUKLET_GOLDEN); without them exit code 77. What is counted does not depend
on cycles, so the functional model runs them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "energy.md"
TABLE = ROOT / "compiler" / "cli" / "page" / "energy_45nm.json"
GOLDEN = Path(os.environ.get("AUKLET_GOLDEN", ROOT / "../shared/golden"))
NETWORKS = {
    "tiny_kws_dscnn": "keyword spotting (DS-CNN)",
    "tiny_resnet8": "image classification (ResNet8)",
    "tiny_vww96": "visual wake words (96x96)",
    "tiny_ad01": "autoencoder (ad01)",
    "tiny_str_ww": "streaming wake word",
}
# Columns of the table, and the kinds of operations in each.
PARTS = {
    "MACs": ["mac"],
    "accumulators": ["accumulator"],
    "requantiser, vector": ["requantisation", "vector"],
    "SRAM": ["sram_read", "sram_write"],
    "memory": ["memory", "flash"],
}


def marked(name):
    """The text between the marks of that name."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end -->)", re.S)


def picojoules(entries):
    lines = ["| operation | pJ | of a | process | source |", "|---|---|---|---|---|"]
    for kind, entry in entries.items():
        lines.append(f"| `{kind}` | {entry['pj']:g} | {entry['per']} | {entry['node']} | {entry['source']} |")
    return "\n".join(lines) + "\n"


def run(auklet):
    """What `auklet bench` says of the networks, by profile and network."""
    models = [f"{name}={GOLDEN / 'zoo' / name / 'model.tflite'}" for name in NETWORKS]
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        subprocess.run([auklet, "bench", *models, "--backend", "model", "--profile", "sram,flash", "--no-check", "-o",
                        results], check=True, stdout=subprocess.DEVNULL)
        entries = json.loads(results.read_text(encoding="utf-8"))["benchmarks"]
    return {(entry["auklet"]["profile"], entry["auklet"]["model"]): entry for entry in entries}


def microjoules(entry, prices):
    """A run's energy by kind of operation, which has to add up to what the program says."""
    layers = entry["auklet"]["layers"]
    spent = {kind: sum(layer["operations"][kind] for layer in layers) * price / 1e6 for kind, price in prices.items()}
    total = entry["energy_estimate_uj"]
    if abs(sum(spent.values()) - total) > 1e-9 * total:
        raise ValueError(f"{entry['run_name']}: the table of {TABLE.name} is not the program's")
    return spent, total


def estimates(results, prices):
    lines = [f"| network | `sram`, µJ | pJ per MAC | {' | '.join(PARTS)} | `flash`, µJ | weights' part of it |",
             "|---|---|---|" + "---|" * (len(PARTS) + 2)]
    for name, title in NETWORKS.items():
        entry = results["sram", name]
        spent, total = microjoules(entry, prices)
        flash_spent, flash_total = microjoules(results["flash", name], prices)
        shares = [sum(spent[kind] for kind in kinds) / total for kinds in PARTS.values()]
        lines.append(f"| {title} | {total:.2f} | {total * 1e6 / entry['macs']:.2f} | "
                     + " | ".join(f"{share:.0%}" for share in shares)
                     + f" | {flash_total:.2f} | {flash_spent['flash'] / flash_total:.0%} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes the estimates of energy in docs/energy.md.")
    parser.add_argument("--auklet", default=ROOT / "build/release/bin/auklet", help="the command line's executable")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something differs")
    arguments = parser.parse_args()
    if not (GOLDEN / "zoo").is_dir():
        print("energy_table: skipped, the reference vectors are not here")
        return 77
    entries = json.loads(TABLE.read_text(encoding="utf-8"))["entries"]
    prices = {kind: entry["pj"] for kind, entry in entries.items()}
    old = PAGE.read_text(encoding="utf-8")
    new = marked("picojoules").sub(lambda _: picojoules(entries), old, count=1)
    new = marked("estimates").sub(lambda _: estimates(run(arguments.auklet), prices), new, count=1)
    if not arguments.check:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    if old != new:
        print("energy_table: docs/energy.md is stale; run scripts/energy_table.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
