#!/usr/bin/env python3
"""Coverage of the C++: lines and branches that the coverage build's tests reached, by folder.

  cpp_coverage.py BUILD PROFILES [--html FOLDER]

PROFILES holds the .profraw files of the test run. Generated code is left out. Exit code 1: fewer lines than the bar, of
the whole or of a top folder.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("compiler", "driver", "kernels", "sim")
GENERATED = "/gen/"
LINE_BAR = 90.0
# Second level: what is built and tested apart.
DEPTH = 2


def programs(build: pathlib.Path) -> list:
    """Every executable of the build, tests and tools."""
    return sorted(file for file in (build / "bin").iterdir() if file.is_file() and os.access(file, os.X_OK))


def llvm_cov(command: str, build: pathlib.Path, profile: pathlib.Path, *options: str) -> str:
    first, *others = programs(build)
    return subprocess.run(
        ["llvm-cov-19", command, first, *(f"-object={other}" for other in others), f"-instr-profile={profile}",
         f"-ignore-filename-regex={GENERATED}", *options, *(TOP / folder for folder in FOLDERS)],
        check=True, stdout=subprocess.PIPE, text=True).stdout


def folder_of(file: str, depth: int) -> str:
    parts = pathlib.Path(file).relative_to(TOP).parent.parts
    return "/".join(parts[:depth])


def sums(files: list, depth: int) -> dict:
    """[lines covered, lines, branches covered, branches] by folder."""
    result = collections.defaultdict(lambda: [0, 0, 0, 0])
    for file in files:
        summary = file["summary"]
        counts = [summary["lines"]["covered"], summary["lines"]["count"],
                  summary["branches"]["covered"], summary["branches"]["count"]]
        folder = result[folder_of(file["filename"], depth)]
        for i, count in enumerate(counts):
            folder[i] += count
    return result


def percent(covered: int, count: int) -> float:
    return 100.0 * covered / count if count else 100.0


def print_row(name: str, row: list) -> None:
    print(f"{name:<24}{percent(*row[:2]):>7.1f} %{row[1]:>8}{percent(*row[2:]):>9.1f} %{row[3]:>8}")


def main(arguments: list) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("profiles", type=pathlib.Path)
    parser.add_argument("--html", type=pathlib.Path)
    options = parser.parse_args(arguments)
    raw = sorted(options.profiles.glob("*.profraw"))
    if not raw:
        print(f"cpp_coverage: no .profraw in {options.profiles}", file=sys.stderr)
        return 1
    profile = options.profiles / "merged.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", *raw, "-o", profile], check=True)
    files = json.loads(llvm_cov("export", options.build, profile, "-summary-only"))["data"][0]["files"]
    print(f"{'folder':<24}{'lines':>9}{'of':>8}{'branches':>11}{'of':>8}")
    for folder, row in sorted(sums(files, DEPTH).items()):
        print_row(folder, row)
    checked = sums(files, 1)
    whole = sums(files, 0)[""]
    for folder in sorted(checked):
        print_row(folder, checked[folder])
    print_row("whole", whole)
    if options.html:
        llvm_cov("show", options.build, profile, "-format=html", f"-output-dir={options.html}", "-show-branches=count")
        print(f"HTML: {options.html / 'index.html'}")
    low = [f"{folder}: no test of this build has any of it" for folder in FOLDERS if folder not in checked]
    low += [f"{name}: {percent(*row[:2]):.2f} % of lines, below {LINE_BAR} %"
            for name, row in [*sorted(checked.items()), ("whole", whole)] if percent(*row[:2]) < LINE_BAR]
    for problem in low:
        print(f"cpp_coverage: {problem}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
