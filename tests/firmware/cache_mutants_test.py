#!/usr/bin/env python3
"""Takes one call of cache maintenance after the other out of the driver: each time the self-test has to fail.

    cache_mutants_test.py SOC FIRMWARE [--list]

SOC is auklet-soc, FIRMWARE the folder of a built cross build. The self-test is compiled anew against a copy of the
driver's headers that lacks the call, and run on the functional model with the non-coherent data cache: it must fail
there, and pass without the cache, since the call is all that is missing. --list shows the calls only.
"""

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = ROOT / "driver/include"
CALL = re.compile(r"\bport_\.(?:clean|invalidate)\([^;]*\);")


def calls():
    """(header, match) of every call in the driver's headers."""
    return [(path, match) for path in sorted(HEADERS.rglob("*.hpp"))
            for match in CALL.finditer(path.read_text(encoding="utf-8"))]


def commands(firmware):
    """The commands that compile and link the self-test, as lists of words."""
    database = json.loads((firmware / "compile_commands.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in database if entry["file"].endswith("apps/selftest.cpp"))
    listed = subprocess.run(["ninja", "-C", firmware, "-t", "commands", "selftest.elf"], capture_output=True, text=True,
                            check=True).stdout
    link = next(line for line in listed.splitlines() if "-o selftest.elf" in line)
    return shlex.split(entry["command"]), shlex.split(re.search(r"&& (.* -o selftest\.elf .*?) &&", link).group(1))


def build(firmware, folder):
    """Compiles the self-test against folder/include; returns the image."""
    compile_words, link_words = commands(firmware)
    old_object = compile_words[compile_words.index("-o") + 1]
    new_object, image = folder / "selftest.o", folder / "selftest.elf"
    words = [f"-I{folder / 'include'}" if word == f"-I{HEADERS}" else str(new_object) if word == old_object else word
             for word in compile_words]
    subprocess.run([*words, "-Wno-error"], cwd=firmware, check=True, stderr=subprocess.DEVNULL)
    words = [str(new_object) if word == old_object else str(image) if word == "selftest.elf" else word for word in link_words]
    subprocess.run(words, cwd=firmware, check=True)
    return image


def passes(soc, image, *options):
    done = subprocess.run([soc, image, "--npu", "model", *options], capture_output=True, text=True, check=False, timeout=600)
    return done.returncode == 0, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("soc")
    parser.add_argument("firmware", type=Path)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    found = calls()
    survivors = 0
    for number, (path, match) in enumerate([(None, None), *found]):
        if path is None:
            what = "the driver as it is"
        else:
            line = path.read_text(encoding="utf-8").count("\n", 0, match.start()) + 1
            what = f"{path.relative_to(ROOT)}:{line}: without {match.group(0)}"
        if arguments.list:
            print(what)
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(HEADERS, folder / "include")
            if path is not None:
                copy = folder / "include" / path.relative_to(HEADERS)
                text = path.read_text(encoding="utf-8")
                copy.write_text(text[:match.start()] + ";" + text[match.end():], encoding="utf-8")
            image = build(arguments.firmware, folder)
            coherent, _ = passes(arguments.soc, image)
            cached, output = passes(arguments.soc, image, "--data-cache")
        right = coherent and cached == (path is None)
        survivors += not right
        first = next((text for text in output.splitlines() if text.startswith("FAILED") or ": " in text[:60]), "")
        print(f"{'ok' if right else 'NOT SEEN' if path else 'BROKEN'}: {what}" + (f": {first}" if path and not cached else ""))
        sys.stdout.flush()
    if not found:
        print("there is no call to take out: has the driver's port been renamed?")
        return 1
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
