#!/usr/bin/env python3
"""Checks that code in the documentation is code that is compiled.

    scripts/check_snippets.py              check the tree; one line a difference, exit code 1
    scripts/check_snippets.py --fix        copy the compiled code into the documentation
    scripts/check_snippets.py --self-test  check the checker on made-up trees

In Markdown, the marker

    <!-- snippet: tests/runtime/example_test.cpp#name -->

says that the fenced block after it is the region of that name in that file. There the region stands between the comment
lines `[snippet: name]` and `[end]`; common indentation does not count. C and C++ blocks without a marker are refused.
"""

import re
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MARKER = re.compile(r"^[ \t]*<!-- snippet: (?P<path>[^#\s]+)#(?P<name>\w+) -->[ \t]*$")
FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)")
BEGIN = re.compile(r"^[ \t]*(?://|#) \[snippet: (?P<name>\w+)\][ \t]*$")
END = re.compile(r"^[ \t]*(?://|#) \[end\][ \t]*$")
COMPILED = {"c", "cc", "cpp", "c++", "cxx"}


class Mistake(Exception):
    """What is wrong, in one sentence."""


def region(text, name):
    """The lines of region `name` of a source file, without their common indentation."""
    found = None
    lines = text.splitlines()
    for i, line in enumerate(lines):
        match = BEGIN.match(line)
        if not match or match.group("name") != name:
            continue
        if found is not None:
            raise Mistake(f"region '{name}' exists twice")
        end = next((j for j in range(i + 1, len(lines)) if END.match(lines[j]) or BEGIN.match(lines[j])), len(lines))
        if end == len(lines) or not END.match(lines[end]):
            raise Mistake(f"region '{name}' has no [end]")
        found = textwrap.dedent("\n".join(lines[i + 1:end])).split("\n")
    if found is None:
        raise Mistake(f"there is no region '{name}'")
    return found


def source_lines(root, path, name):
    source = (root / path).resolve()
    if not source.is_relative_to(root.resolve()) or not source.is_file():
        raise Mistake(f"there is no file {path}")
    try:
        return region(source.read_text(encoding="utf-8"), name)
    except Mistake as mistake:
        raise Mistake(f"{path}: {mistake}") from None


def block_after(lines, start):
    """The fenced block that begins at or after line `start`: (first line within, closing line)."""
    i = start
    while i < len(lines) and not lines[i].strip():
        i += 1
    opening = FENCE.match(lines[i]) if i < len(lines) else None
    if not opening:
        raise Mistake("no fenced block follows the marker")
    return i + 1, closing_line(lines, i, opening.group("fence"))


def closing_line(lines, opening, fence):
    for i in range(opening + 1, len(lines)):
        if lines[i].strip().startswith(fence) and not lines[i].strip().strip(fence[0]):
            return i
    raise Mistake("a fenced block is not closed")


def expected_block(root, marker, block, line, mistakes):
    """What the block has to be; the block itself when its marker leads nowhere. Notes any mistake."""
    try:
        expected = source_lines(root, marker.group("path"), marker.group("name"))
    except Mistake as mistake:
        mistakes.append((line, str(mistake)))
        return block
    if block != expected:
        mistakes.append((line, f"differs from {marker.group('path')}#{marker.group('name')}"))
    return expected


def examine(root, lines):
    """Walks through a Markdown file; returns ([(line number, mistake)], the lines as they should be)."""
    mistakes, result, i = [], [], 0
    while i < len(lines):
        marker, fence = MARKER.match(lines[i]), FENCE.match(lines[i])
        try:
            if marker:
                first, last = block_after(lines, i + 1)
                result += lines[i:first]
                result += expected_block(root, marker, lines[first:last], i + 1, mistakes)
                i = last
            elif fence:
                last = closing_line(lines, i, fence.group("fence"))
                if fence.group("language").lower() in COMPILED:
                    mistakes.append((i + 1, "code without a snippet marker: nothing compiles it"))
                result += lines[i:last]
                i = last
        except Mistake as mistake:
            mistakes.append((i + 1, str(mistake)))
        result.append(lines[i])
        i += 1
    return mistakes, result


def documents(root):
    for path in sorted(root.rglob("*.md")):
        relative = path.relative_to(root)
        if not relative.parts[0].startswith((".", "build")):
            yield path, relative.as_posix()


def run(root, fix=False):
    """Returns one line for every mistake that is left."""
    report = []
    for path, relative in documents(root):
        lines = path.read_text(encoding="utf-8").split("\n")
        mistakes, corrected = examine(root, lines)
        if fix and corrected != lines:
            path.write_text("\n".join(corrected), encoding="utf-8")
            mistakes, _ = examine(root, corrected)
        report += [f"{relative}:{line}: {text}" for line, text in mistakes]
    return report


def self_test():
    source = "int a;\n  // [snippet: one]\n  int b;\n    int c;\n  // [end]\n// [snippet: open]\nint d;\n"
    twice = "// [snippet: two]\n// [end]\n" * 2
    good = "Text.\n\n<!-- snippet: t/s.cpp#one -->\n```cpp\nint b;\n  int c;\n```\nMore.\n"
    cases = [  # (what, Markdown, mistakes, mistakes after --fix)
        ("right", good, 0, 0),
        ("blank line before the block", good.replace("-->\n", "-->\n\n"), 0, 0),
        ("changed", good.replace("int b", "int x"), 1, 0),
        ("line missing", good.replace("  int c;\n", ""), 1, 0),
        ("no such file", good.replace("s.cpp", "x.cpp"), 1, 1),
        ("file outside of the tree", good.replace("t/s.cpp", "../s.cpp"), 1, 1),
        ("no such region", good.replace("#one", "#none"), 1, 1),
        ("region without end", good.replace("#one", "#open"), 1, 1),
        ("region twice", good.replace("s.cpp#one", "twice.cpp#two"), 1, 1),
        ("no block", "<!-- snippet: t/s.cpp#one -->\nText.\n", 1, 1),
        ("block not closed", "<!-- snippet: t/s.cpp#one -->\n```cpp\nint b;\n", 2, 2),
        ("code that nothing compiles", "```cpp\nint x;\n```\n", 1, 1),
        ("a shell block", "```sh\nls\n```\n~~~\nint x;\n~~~\n", 0, 0),
        ("an example of a marker", "````\n<!-- snippet: t/x.cpp#one -->\n```cpp\n```\n````\n", 0, 0),
    ]
    failures = 0
    for what, markdown, expected, left in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "tree"
            for name, text in {"t/s.cpp": source, "t/twice.cpp": twice, "docs/d.md": markdown}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            (root.parent / "s.cpp").write_text(source, encoding="utf-8")
            found, after = run(root), run(root, fix=True)
            kept = (root / "docs/d.md").read_text(encoding="utf-8")
        wrong = len(found) != expected or len(after) != left or (left == 0 and expected == 0 and kept != markdown)
        if wrong:
            failures += 1
            print(f"check_snippets.py: self-test '{what}': found {found}, after --fix {after}")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    if sys.argv[1:] not in ([], ["--fix"]):
        print(__doc__.strip())
        return 2
    report = run(ROOT, fix=bool(sys.argv[1:]))
    for line in report:
        print(line)
    return 1 if report else 0


if __name__ == "__main__":
    sys.exit(main())
