#!/usr/bin/env python3
"""Every test that docs/robustness.md names exists."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")
CASE = re.compile(r"^\s*TEST(?:_P|_F)?\((\w+),\s*(\w+)\)", re.MULTILINE)
FILE = re.compile(r"`(tests/[\w/]+\.py)`")


def main():
    page = (ROOT / "docs" / "robustness.md").read_text(encoding="utf-8")
    cases = {match for path in (ROOT / "tests").rglob("*.cpp") for match in CASE.findall(path.read_text(encoding="utf-8"))}
    named = set(NAME.findall(page))
    missing = [f"{suite}.{case}" for suite, case in sorted(named - cases)]
    missing += [path for path in FILE.findall(page) if not (ROOT / path).exists()]
    for name in missing:
        print(f"docs/robustness.md names {name}, which there is not")
    if len(named) < 50:
        print("docs/robustness.md names next to no tests: has its form changed?")
    return 1 if missing or len(named) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
