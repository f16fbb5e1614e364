#!/usr/bin/env python3
"""Writes inputs and expected outputs of a network as a C++ header for apps/network.cpp.

    embed.py NAME --output FILE [--labels FILE] [--case CASE INPUTS... -- OUTPUTS...]...

NAME is the network's, an identifier. The files of a case are raw tensors, in the model's order.
"""

import argparse
import sys
from pathlib import Path


def array(name, data):
    numbers = [str(byte - 256 if byte > 127 else byte) for byte in data]
    lines = ["    " + ", ".join(numbers[i:i + 24]) + "," for i in range(0, len(numbers), 24)]
    return [f"inline constexpr std::array<std::int8_t, {len(data)}> {name}{{", *lines, "};"]


def parse_case(words):
    if len(words) < 4 or "--" not in words:
        sys.exit(f"embed.py: case {words[0] if words else '?'}: expected CASE INPUTS... -- OUTPUTS...")
    middle = words.index("--")
    return words[0], [Path(w).read_bytes() for w in words[1:middle]], [Path(w).read_bytes() for w in words[middle + 1:]]


def main():
    words = sys.argv[1:]
    groups = [[]]
    for word in words:  # argparse cannot read '--' within an option.
        if word == "--case":
            groups.append([])
        else:
            groups[-1].append(word)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--labels", type=Path)
    arguments = parser.parse_args(groups[0])
    cases = [parse_case(group) for group in groups[1:]]
    labels = arguments.labels.read_text(encoding="utf-8").split() if arguments.labels else []
    lines = ["// Written by firmware/embed.py; do not edit.", "#pragma once", "#include <array>", "#include <cstdint>",
             "#include <span>", "", f"namespace auklet_cases::{arguments.name} {{", "",
             "/// The bytes of all inputs, one after the other, and of all outputs.", "struct Case {",
             "  const char* name;", "  std::span<const std::int8_t> inputs;", "  std::span<const std::int8_t> expected;",
             "};", ""]
    rows = []
    for index, (name, inputs, outputs) in enumerate(cases):
        data, expected = b"".join(inputs), b"".join(outputs)
        lines += array(f"kInput{index}", data) + array(f"kExpected{index}", expected)
        rows.append(f'    {{"{name}", kInput{index}, kExpected{index}}},')
    lines += ["", f"inline constexpr std::array<Case, {len(cases)}> kCases{{{{", *rows, "}};", "",
              f"inline constexpr std::array<const char*, {len(labels)}> kLabels{{",
              *[f'    "{label}",' for label in labels], "};", "", f"}}  // namespace auklet_cases::{arguments.name}"]
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
