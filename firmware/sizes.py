#!/usr/bin/env python3
"""What the firmware images take, as the table in docs/firmware.md.

    sizes.py FOLDER [--check | --fix]     FOLDER: the host build's firmware folder, with rv32imac and cortex_m4 in it

Prints the table, or compares it with the one in the document, or puts it there. Sizes are those of the compiler that Debian
12 has; with another one nothing is compared (exit code 77).
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/firmware.md"
CPUS = {"rv32imac": ("RV32", "riscv64-unknown-elf-"), "cortex_m4": ("Cortex-M4", "arm-none-eabi-")}
IMAGES = ("hello_npu", "keyword", "bench", "selftest", "conformance", "kernels")
COMPILER = "12.2"
BEGIN, END = "<!-- sizes -->\n", "<!-- end -->"


def row(folder, image, cpu):
    name, prefix = CPUS[cpu]
    done = subprocess.run([prefix + "size", folder / cpu / f"{image}.elf"], capture_output=True, text=True, check=True)
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    stack = int((folder / cpu / f"{image}.elf.stack").read_text(encoding="utf-8"))
    return f"| `{image}`, {name} | {text + data:,} | {data + bss:,} | {stack:,} |\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--fix", action="store_true")
    arguments = parser.parse_args()
    for _, prefix in CPUS.values():
        version = subprocess.run([prefix + "gcc", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout
        if not version.startswith(COMPILER):
            print(f"{prefix}gcc is {version.strip()}, not {COMPILER}: skipped")
            return 77
    table = "".join(row(arguments.folder, image, cpu) for image in IMAGES for cpu in CPUS)
    document = DOCUMENT.read_text(encoding="utf-8")
    wanted = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: BEGIN + table + END, document, flags=re.S)
    if arguments.fix:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif arguments.check and wanted != document:
        print(f"docs/firmware.md has other sizes; put these there with firmware/sizes.py FOLDER --fix:\n{table}")
        return 1
    elif not arguments.check:
        print(table, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
