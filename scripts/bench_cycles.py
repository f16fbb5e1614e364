#!/usr/bin/env python3
"""Runs bench/cosim and compares its cycles with those of bench/cosim/baseline.json, which are exact: no tolerance.

    scripts/bench_cycles.py           the quick part: single layers and the project's own networks, npu256, profile sram
    scripts/bench_cycles.py --all     everything in the baseline (minutes)
    scripts/bench_cycles.py --update  write what was measured into the baseline, be it better or worse; also with --all

Needs the release build's target cosim_bench, or --program. Exit code as scripts/compare_bench.py's. The networks of the
reference vectors take part in --all where they are; without them, their lines of the baseline are left alone.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import compare_bench

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "bench/cosim/baseline.json"
PROGRAM = ROOT / "build/release/bin/cosim_bench"
QUICK = "^(layer|network)/.*/npu256/sram$"
# What the baseline holds: more would take long to bring up to date.
ALL = "^(layer|network)/|^zoo/.*/npu256/sram$"
OWN = "^(layer|network)/"


def measure(program, pattern):
    """Cycles by name of the benchmarks that match."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        # The shortest time there is: cycles are those of a benchmark's first run.
        command = [program, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.000001",
                   f"--benchmark_out={report}", "--benchmark_out_format=json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.is_file() or report.stat().st_size == 0:
            raise compare_bench.BenchError(f"{program} ended with code {done.returncode}: {done.stderr.strip()}")
        entries = json.loads(report.read_text(encoding="utf-8"))["benchmarks"]
    for entry in entries:
        if entry.get("error_occurred"):
            print(f"bench_cycles: {entry['name']}: {entry.get('error_message')}", file=sys.stderr)
    return compare_bench.of_report(program, entries)


def merged(baseline, expected, measured):
    """The baseline, by name, with what was measured in the place of what was expected. An error leaves it as it was."""
    cycles = {name: value for name, value in baseline.items() if name not in expected or name in measured}
    cycles.update({name: value for name, value in measured.items() if value is not None})
    return dict(sorted(cycles.items()))


def write(path, cycles):
    lines = ",\n".join(f"{json.dumps(name)}: {value}" for name, value in cycles.items())
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Compares the cycles of bench/cosim with the baseline.")
    parser.add_argument("--all", action="store_true", help="everything in the baseline, not the quick part")
    parser.add_argument("--update", action="store_true", help="write what was measured into the baseline")
    parser.add_argument("--program", default=str(PROGRAM), help="the benchmark (build/release/bin/cosim_bench)")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="the baseline (bench/cosim/baseline.json)")
    options = parser.parse_args(arguments)
    pattern = ALL if options.all else QUICK
    try:
        baseline = compare_bench.read(options.baseline) if options.baseline.is_file() else {}
        measured = measure(options.program, pattern)
    except (compare_bench.BenchError, OSError) as error:
        print(f"bench_cycles: {error}", file=sys.stderr)
        return 2
    # Reference vectors that are not there are no failure of theirs.
    wanted = pattern if any(not re.search(OWN, name) for name in measured) else OWN
    expected = {name: value for name, value in baseline.items() if re.search(pattern, name) and re.search(wanted, name)}
    comparison = compare_bench.Comparison(expected, measured)
    print("\n".join(comparison.lines))
    if options.update:
        write(options.baseline, merged(baseline, expected, measured))
        return 1 if None in measured.values() else 0
    again = f"scripts/bench_cycles.py {'--all ' if options.all else ''}--update"
    if comparison.failures:
        print(f"bench_cycles: {len(comparison.failures)} benchmarks are worse than the baseline. If that is meant, run "
              f"{again} and say why in the commit.", file=sys.stderr)
        return 1
    if comparison.improved or comparison.added:
        print(f"bench_cycles: better than the baseline, or not in it; to keep it that way run {again}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
