#!/usr/bin/env python3
"""Measures the optimised kernels beside the reference and other libraries, and writes the table of docs/kernels.md.

    scripts/bench_kernels.py                     run build/release/bin/kernels_bench and print the table
    scripts/bench_kernels.py --write             and put it into docs/kernels.md
    scripts/bench_kernels.py --json FILE         take FILE, what kernels_bench wrote, instead of running it

Times are processor time of one thread, the least of several repetitions whose order is shuffled, so that a machine with
other work skews all alike. A ratio above 1 means that Auklet is faster. Mean values are geometric.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/kernels.md"
BEGIN = "<!-- bench_kernels.py: begin -->"
END = "<!-- bench_kernels.py: end -->"
PEERS = ("XNNPACK", "oneDNN", "gemmlowp")
NETWORKS = ("KWS", "ResNet8", "VWW", "AD", "MobileNetV2")


def run(program):
    command = [program, "--benchmark_format=json", "--benchmark_min_time=0.01", "--benchmark_repetitions=5",
               "--benchmark_enable_random_interleaving=true"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def collect(report):
    """{(network, kind, layer): {implementation: (ns, counters)}} in the order of bench/kernels/layers.cpp."""
    layers = {}
    for entry in sorted(report["benchmarks"], key=lambda entry: entry["family_index"]):
        if entry.get("run_type") == "aggregate":
            continue
        if "error_message" in entry:
            sys.exit(f"bench_kernels.py: {entry['name']}: {entry['error_message']}.")
        network, kind, title, implementation = entry["run_name"].split("|")
        times = layers.setdefault((network, kind, title), {})
        if implementation not in times or entry["cpu_time"] < times[implementation][0]:
            times[implementation] = (entry["cpu_time"], entry)
    return layers


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def differences(layers, peer):
    """'n of m elements by at most d' over all layers that compare."""
    entries = [times[peer][1] for times in layers.values() if peer in times and times[peer][1]["elements"] > 0]
    different, elements = (int(sum(e[key] for e in entries)) for key in ("different", "elements"))
    return f"{different:,} of {elements:,} by at most {int(max((e['most'] for e in entries), default=0))}"


def table(layers):
    peers = [p for p in PEERS if any(p in times for times in layers.values())]
    lines = ["| network | operator | layer | Auklet, µs | " + " | ".join(peers) + " | best peer | reference |",
             "|---|---|---|--:|" + "--:|" * (len(peers) + 2)]
    groups = {}
    for (network, kind, title), times in layers.items():
        own = times["auklet"][0]
        if times["auklet"][1]["different"] != 0:
            sys.exit(f"bench_kernels.py: {network} {title}: not equal to the reference.")
        ratios = {name: ns / own for name, (ns, _) in times.items() if name != "auklet"}
        best = min((ratios[p] for p in peers if p in ratios), default=float("nan"))
        cells = [f"{ratios[p]:.2f}" if p in ratios else "-" for p in peers]
        lines.append(f"| {network} | {kind} | {title} | {own / 1000:.2f} | " + " | ".join(cells) +
                     f" | {best:.2f} | {ratios['reference']:.0f} |")
        for group in (kind, network, "all"):
            groups.setdefault(group, []).append((ratios, best))
    summary = ["| group | layers | " + " | ".join(peers) + " | best peer of each layer | reference |",
               "|---|--:|" + "--:|" * (len(peers) + 2)]
    for group in sorted(groups, key=lambda name: (name == "all", name in NETWORKS)):
        entries = groups[group]
        cells = []
        for p in peers:
            values = [ratios[p] for ratios, _ in entries if p in ratios]
            cells.append(f"{mean(values):.2f}" if values else "-")
        summary.append(f"| {group} | {len(entries)} | " + " | ".join(cells) +
                       f" | **{mean([best for _, best in entries]):.2f}** | "
                       f"{mean([ratios['reference'] for ratios, _ in entries]):.0f} |")
    notes = [f"- {p}: {differences(layers, p)}" for p in peers]
    return "\n".join(["How many times as long the others take; geometric means:", "", *summary, "",
                      "Output elements that differ from the reference's:", "", *notes, "", "Layer by layer:", "", *lines])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/bin/kernels_bench")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    report = json.loads(options.json.read_text(encoding="utf-8")) if options.json else run(str(options.program))
    text = table(collect(report))
    if not options.write:
        print(text)
        return 0
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
