#!/usr/bin/env python3
"""Makes Verilator's counters of toggles cheap where nothing toggles: group_toggles.py FOLDER rewrites FOLDER/*.cpp.

Verilator asks for each bit of a signal, in every evaluation, whether it differs from what it was:

    if ((1U & (signal ^ last))) { ... count, and note the bit in `last` }
    if ((2U & (signal ^ last))) { ... }

Here such statements for one word come into an `if ((signal ^ last)) { ... }` of their own. What is counted stays the same.
"""
import itertools
import pathlib
import re
import sys

MARK = "// Grouped by group_toggles.py.\n"  # Verilator leaves files alone when its input is the same.
HEADER = re.compile(r"if \(\((?:0x)?[0-9a-f]+U(?:LL)? & (.*__Vtogcov__.*)\)\) \{")


def statements(lines: list):
    """(word that is compared or None, lines): each statement about a bit, and whatever is between them."""
    i = 0
    while i < len(lines):
        begin = i
        i += 1
        text = lines[begin].strip()
        if text.startswith("if ((") and "{" not in text:
            while i < len(lines) and i < begin + 6 and "{" not in text:
                text += " " + lines[i].strip()
                i += 1
        header = HEADER.fullmatch(text) if text.startswith("if ((") else None
        if header is None:
            yield None, lines[begin:begin + 1]
            i = begin + 1
            continue
        end = lines[begin][:len(lines[begin]) - len(lines[begin].lstrip())] + "}\n"
        while lines[i] != end:
            i += 1
        i += 1
        yield header[1], lines[begin:i]


def grouped(lines: list):
    """The lines, with bits of one word under a condition of their own."""
    for word, run in itertools.groupby(statements(lines), key=lambda statement: statement[0]):
        run = [text for _, text in run]
        several = word is not None and len(run) > 1
        if several:
            yield f"    if (({word})) {{\n"
        yield from itertools.chain.from_iterable(run)
        if several:
            yield "    }\n"


def main() -> None:
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.cpp")):
        with open(file, encoding="utf-8") as stream:
            lines = stream.readlines()
        if MARK not in lines[:1]:
            file.write_text(MARK + "".join(grouped(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
