#!/usr/bin/env python3
"""Compares the cycles of two runs of bench/cosim; seconds are never looked at.

    scripts/compare_bench.py OLD NEW                   fail when a benchmark takes more cycles than before, or is missing
    scripts/compare_bench.py OLD NEW --tolerance 0.5%  ... when it takes over 0.5 % more
    scripts/compare_bench.py OLD NEW --only REGEX      only benchmarks whose names match

A file is what Google Benchmark writes (--benchmark_out, --benchmark_out_format=json), or a baseline: one JSON object,
cycles by name. A line a benchmark: old, new, their ratio, name. Exit code 1 for more cycles, for a benchmark of OLD that
NEW lacks and for one that ended with an error; 2 for files that cannot be compared.
"""

import argparse
import json
import re
import sys
from fractions import Fraction
from pathlib import Path


class BenchError(Exception):
    """Files that cannot be compared; the message is one sentence."""


def of_report(path, entries):
    """Cycles by name of what Google Benchmark wrote; None for a benchmark that ended with an error."""
    cycles = {}
    for entry in entries:
        if entry.get("run_type") == "aggregate":
            continue
        name = entry["name"]
        value = None
        if not entry.get("error_occurred"):
            if "cycles" not in entry:
                raise BenchError(f"{path}: benchmark {name} has no counter 'cycles'.")
            value = round(entry["cycles"])
        if cycles.setdefault(name, value) != value:
            raise BenchError(f"{path}: {name} takes {cycles[name]:,} cycles once and {value:,} another time.")
    return cycles


def read(path):
    """Cycles by name of a report or a baseline."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BenchError(f"{path} cannot be read: {error}.") from error
    if isinstance(content, dict) and isinstance(content.get("benchmarks"), list):
        return of_report(path, content["benchmarks"])
    if isinstance(content, dict) and all(isinstance(value, int) for value in content.values()):
        return content
    raise BenchError(f"{path} is neither a report of Google Benchmark nor cycles by name.")


def tolerance_of(text):
    """A share: '0.5%' and '0.005' are the same."""
    # A fraction: 1005 is within 0.5 % of 1000, but not so in floating point.
    value = Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("the tolerance is a share from 0 to 1, or a percentage")
    return value


class Comparison:
    """Of two mappings of names to cycles."""

    def __init__(self, old, new, tolerance=0):
        self.lines = []
        self.failures = []  # Names.
        self.improved = []  # Names.
        self.added = [name for name in new if name not in old]
        for name in [*old, *self.added]:
            self._one(name, old.get(name), new, tolerance)

    def _one(self, name, old, new, tolerance):
        now = new.get(name)
        if now is None:
            self._line(old, None, "-", name, "ended with an error" if name in new else "is missing")
            self.failures.append(name)
        elif old is None:
            self._line(None, now, "-", name, "is new")
        elif now > old * (1 + tolerance):
            self._line(old, now, f"{now / old:.4f}" if old else "-", name, "takes MORE cycles")
            self.failures.append(name)
        else:
            self._line(old, now, f"{now / old:.4f}" if old else "-", name, "takes fewer cycles" if now < old else "")
            if now < old:
                self.improved.append(name)

    def _line(self, old, new, ratio, name, note):
        old, new = ("-" if value is None else f"{value:,}" for value in (old, new))
        self.lines.append(f"{old:>12} {new:>12} {ratio:>8}  {name}{'  ' + note if note else ''}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Compares the cycles of two runs of bench/cosim.")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--tolerance", type=tolerance_of, default=0, help="growth that passes: 0.5%% or 0.005")
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="regular expression for names")
    options = parser.parse_args(arguments)
    try:
        old, new = ({name: cycles for name, cycles in read(path).items() if options.only.search(name)}
                    for path in (options.old, options.new))
    except BenchError as error:
        print(f"compare_bench: {error}", file=sys.stderr)
        return 2
    if not old:
        print(f"compare_bench: {options.old} has no benchmark to compare.", file=sys.stderr)
        return 2
    comparison = Comparison(old, new, options.tolerance)
    print("\n".join([f"{'old':>12} {'new':>12} {'new/old':>8}  benchmark", *comparison.lines]))
    if comparison.failures:
        print(f"compare_bench: {len(comparison.failures)} of {len(old)} benchmarks got worse or are missing.",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
