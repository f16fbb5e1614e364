#!/usr/bin/env python3
"""Keeps what README.md shows equal to what the program prints. Needs the release build.

    scripts/update_readme.py           run the commands shown and write what they print
    scripts/update_readme.py --check   write nothing; fail and show the first difference

A ```console block is commands after '$ ' and what each prints, from the top of the source tree. A line '...' stands for
any lines; what is shown between two of them begins with a line that differs from the printed one in digits only. Text
between '<!-- measured -->' and '<!-- end -->' is the table that measured() makes. Seconds and simulated cycles a second
depend on the machine: --check ignores their values. Cycles do not: a change of theirs has to be shown.
"""

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
AUKLET = "build/release/bin/auklet"
KEYWORD = "models/keyword/keyword.tflite"
CONFIGURATIONS = ("npu64", "npu256", "npu1024")
SPEED_RUNS = 5  # The fastest counts: what else the machine does only slows it.

BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.S)
TABLE = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- end -->)", re.S)
# What depends on the machine: the group is masked.
MASKS = [re.compile(r"[\d,]+(?= cycles simulated a second)"), re.compile(r"\b\d+(?= s\b)"),
         re.compile(r"[\d.]+(?= M/s)")]


class ReadmeError(Exception):
    """The README shows what does not exist; the message is one sentence."""


def run(command):
    """What a command prints; `command` is a line for the shell, or a list of arguments."""
    done = subprocess.run(command, shell=isinstance(command, str), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReadmeError(f"'{command}' ended with code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def without_digits(line):
    return re.sub(r"[\d,.]+", "#", line)


def show(shown, printed):
    """`printed` (lines), shortened as `shown` (lines) is."""
    result, position = [], 0
    free = False  # After '...': the next line may be anywhere below.
    for line in shown:
        if line == "...":
            result.append(line)
            free = True
            continue
        if free:
            found = [i for i in range(position, len(printed)) if without_digits(printed[i]) == without_digits(line)]
            if not found:
                raise ReadmeError(f"README.md shows '{line}', which is not printed.")
            position = found[0]
            free = False
        if position == len(printed):
            return result
        result.append(printed[position])
        position += 1
    return result if free else result + printed[position:]


def console(block):
    """A ```console block with what its commands print now."""
    result = ""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        lines = show(shown.rstrip("\n").split("\n"), run(command).split("\n"))
        result += f"$ {command}\n" + "\n".join(lines).rstrip("\n") + "\n"
        result += "\n" if shown.endswith("\n\n") else ""
    return result


def measured():
    """The table of the keyword network on each configuration."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        run([AUKLET, "bench", KEYWORD, "--config", ",".join(CONFIGURATIONS), "--profile", "sram,flash", "--repetitions",
             str(SPEED_RUNS), "-o", results])
        entries = json.loads(results.read_text(encoding="utf-8"))["benchmarks"]
    lines = ["| configuration | multipliers | cycles, `sram` | array used | cycles, `flash` | simulation |",
             "|---|---|---|---|---|---|"]
    for config in CONFIGURATIONS:
        # `auklet bench` fails when an output is wrong or cycles are not the same in every run.
        sram, flash = ([entry for entry in entries if entry["run_type"] == "iteration" and
                        entry["run_name"] == f"keyword/{config}/{profile}/rtl"] for profile in ("sram", "flash"))
        speed = max(entry["simulated_cycles_per_second"] for entry in sram)
        lines.append(f"| `{config}` | {sram[0]['auklet']['hardware']['macs']:,} | {sram[0]['cycles']:,.0f} | "
                     f"{sram[0]['utilisation']:.1%} | {flash[0]['cycles']:,.0f} | {speed / 1e6:.2f} M/s |")
    return "\n".join(lines) + "\n"


def masked(text):
    for mask in MASKS:
        text = mask.sub("#", text)
    return text


def main():
    parser = argparse.ArgumentParser(description="Keeps README.md's output true.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something differs")
    check = parser.parse_args().check
    old = README.read_text(encoding="utf-8")
    try:
        new = BLOCK.sub(lambda match: console(match[0]), old)
        new = TABLE.sub(lambda _: measured(), new)
    except ReadmeError as error:
        print(f"update_readme: {error}", file=sys.stderr)
        return 1
    if not check:
        README.write_text(new, encoding="utf-8")
        return 0
    for was, now in itertools.zip_longest(masked(old).split("\n"), masked(new).split("\n"), fillvalue=""):
        if was != now:
            print(f"update_readme: README.md shows\n  {was}\nbut it is\n  {now}\nRun scripts/update_readme.py.",
                  file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
