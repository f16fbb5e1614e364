#!/usr/bin/env python3
"""Writes docs/operators.md: which operators run on the NPU and the CPU, and why not on the NPU.

    scripts/gen_operators.py [--places FILE]           write the page
    scripts/gen_operators.py [--places FILE] --check   write nothing; fail when the page is not what this would write

The operators are those of the file format (operators.def) that the CPU implements (operator_registry.cpp). Where they
run is what the compiler does with the reference vectors and with random operators, as tests/compiler/operator_places
prints it: FILE, else what build/release/bin/operator_places prints now. With --check and without reference vectors
there is nothing to compare with: exit code 77, which CTest takes for skipped.
"""

import argparse
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/operators.md"
DEFINITIONS = ROOT / "compiler/include/auklet/compiler/operators.def"
REGISTRY = ROOT / "compiler/exec/operator_registry.cpp"
PROGRAM = ROOT / "build/release/bin/operator_places"
SOURCES = ("single", "networks", "random")
SKIPPED = 77

# Implemented by the executor itself rather than by a function of the registry.
OF_THE_EXECUTOR = {"CALL_ONCE"}


class DocsError(Exception):
    """What the page is made of is not there, or cannot be read."""


def names_of(definitions):
    """The operators' names by enumerator."""
    names = dict(re.findall(r'^AUKLET_OPERATOR\((k\w+), "(\w+)", \d+\)$', definitions, re.MULTILINE))
    if not names:
        raise DocsError(f"cannot read operators from {DEFINITIONS.name}")
    return names


def on_cpu(definitions, registry):
    """Names of the operators that the CPU implements."""
    names = names_of(definitions)
    entries = re.findall(r"^\s*Entry\{OpCode::(k\w+), prepare_\w+\},$", registry, re.MULTILINE)
    unknown = [entry for entry in entries if entry not in names]
    if unknown or not entries:
        raise DocsError(f"cannot read {REGISTRY.name}: {', '.join(unknown) or 'no entries'}")
    return {names[entry] for entry in entries} | OF_THE_EXECUTOR


def verdict(counts):
    """`yes`, `partly` or `no`: whether all, some or none ran on the NPU. Counts are (npu, cpu) pairs."""
    npu = sum(count[0] for count in counts)
    cpu = sum(count[1] for count in counts)
    if npu == 0:
        return "no"
    return "yes" if cpu == 0 else "partly"


def count_of(places, source, name):
    entry = places[source].get(name, {"npu": 0, "cpu": 0})
    return entry["npu"], entry["cpu"]


def share(count):
    """`3 of 12`, or nothing where there were none."""
    npu, cpu = count
    return f"{npu} of {npu + cpu}" if npu + cpu else ""


def table(names, places):
    lines = ["| operator | CPU | NPU | single-operator models | in networks | random operators |",
             "|---|---|---|---|---|---|"]
    for name in names:
        counts = [count_of(places, source, name) for source in SOURCES]
        cells = [f"[{name}](#{name.lower()})" if reasons_of(name, places) else name, "yes", verdict(counts),
                 *map(share, counts)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def reasons_of(name, places):
    """How often each reason came up, the most frequent first."""
    reasons = {}
    for source in SOURCES:
        for reason, times in places[source].get(name, {}).get("reasons", {}).items():
            reasons[reason] = reasons.get(reason, 0) + times
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def constraints(names, places):
    parts = []
    for name in names:
        reasons = reasons_of(name, places)
        if not reasons:
            continue
        parts.append(f"### {name}\n\n" + "\n".join(f"- {reason} ({times})" for reason, times in reasons))
    return "\n\n".join(parts)


def total(places, source):
    npu = sum(entry["npu"] for entry in places[source].values())
    return f"{npu:,} of {npu + sum(entry['cpu'] for entry in places[source].values()):,}"


def page(definitions, registry, places):
    names = sorted(on_cpu(definitions, registry))
    stray = sorted({name for source in SOURCES for name in places[source]} - set(names))
    if stray:
        raise DocsError(f"operators that run somewhere and are not on the CPU: {', '.join(stray)}")
    missing = sorted(set(names_of(definitions).values()) - set(names))
    return f"""<!-- Written by scripts/gen_operators.py; do not edit. -->
# Operators

Every operator in this table runs on the CPU, bit-exact with TensorFlow Lite's int8 reference kernels. Those that the NPU
runs are put there by the compiler; an operator that it cannot take stays on the CPU, with the reason in `auklet info` and
`auklet run`. `partly` means that it depends on shape, types or quantisation: the reasons are below.

The counts are how many the compiler puts on the NPU (npu256, all of its SRAM): of the reference vectors' single-operator
models ({total(places, "single")}), of the operators of their networks ({total(places, "networks")}), and of random single
operators ({total(places, "random")}: shapes of one to six dimensions, any padding, strides, axes and broadcasting, and
scales, zero points and clamps at their limits). Tests run the models of the first two columns in full on the RTL, and
random ones of the third kind in numbers that depend on the preset (`campaign`: 40,000); all outputs are compared with the
reference.

{table(names, places)}

{textwrap.fill(f"Refused by name, in any model: {', '.join(missing)}.", 120, break_on_hyphens=False)}

## Why on the CPU

How often each reason came up in the models above.

{constraints(names, places)}
"""


def read_places(path):
    if path is not None:
        return json.loads(path.read_text(encoding="utf-8"))
    if not PROGRAM.exists():
        raise DocsError(f"{PROGRAM.relative_to(ROOT)} is not built; build it, or give --places")
    return json.loads(subprocess.run([PROGRAM], check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description="Writes docs/operators.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    parser.add_argument("--places", type=Path, help="what operator_places printed")
    arguments = parser.parse_args()
    try:
        places = read_places(arguments.places)
        if any(source not in places for source in SOURCES):
            print("gen_operators: the reference vectors are not here; the page stays as it is.", file=sys.stderr)
            return SKIPPED if arguments.check else 1
        text = page(DEFINITIONS.read_text(encoding="utf-8"), REGISTRY.read_text(encoding="utf-8"), places)
    except (DocsError, OSError, subprocess.CalledProcessError) as error:
        print(f"gen_operators: {error}", file=sys.stderr)
        return 1
    if not arguments.check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("gen_operators: docs/operators.md is not current; run scripts/gen_operators.py.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
