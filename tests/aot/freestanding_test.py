#!/usr/bin/env python3
"""Emitted code on bare metal: compiled, linked with driver and kernels, and searched for what must not be in it.

    freestanding_test.py --auklet EXE --source TREE --compiler "CXX FLAGS" [--cxx-include DIR...] [--models MODEL...]

Compiles the keyword network, its use in tests/aot/freestanding.cpp, and the libraries' sources for the compiler's target
without C++ run-time library, links them with the C library, and checks that nothing needs a heap, exceptions or static
constructors, that constants are read-only, and that the arena is all of the memory. MODELs, folders of the reference
vectors ($AUKLET_GOLDEN/zoo), are compiled too; without reference vectors they are left out.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = ("-std=c++20 -Os -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections "
         "-fdata-sections -Wall -Wextra -Wconversion -Werror").split()
INCLUDES = ["kernels/include", "driver/include", "driver/gen/include", "driver/plan/include",
            "driver/runtime/include", "tests/aot"]
FORBIDDEN = re.compile(r"\b(malloc|_Znwj|_Znaj|_ZdlPv\w*|__cxa_throw|__cxa_guard_acquire|_Unwind_\w+|__dynamic_cast)\b")


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"freestanding_test.py: {' '.join(map(str, command[:4]))} …: {result.stderr.strip()}")
    return result.stdout


class Target:
    """A compiler and where its objects go."""

    def __init__(self, options, work):
        self.compiler = options.compiler.split()
        self.prefix = re.sub(r"(g\+\+|gcc)$", "", self.compiler[0])
        self.source, self.work, self.auklet = Path(options.source), work, options.auklet
        self.includes = [f"-I{self.source / path}" for path in INCLUDES]
        if options.cxx_include:
            self.includes += ["-nostdinc++", *(word for path in options.cxx_include for word in ("-isystem", path))]

    def emit(self, model, name):
        run(self.auklet, "compile", model, "--emit", "cpp", "--name", name, "-o", self.work)
        return self.work / f"{name}.cpp"

    def compile(self, path):
        target = self.work / (path.as_posix().replace("/", "_") + ".o")
        run(*self.compiler, *FLAGS, *self.includes, f"-I{self.work}", "-x", "c++", "-c", path, "-o", target)
        return target

    def tool(self, name, *arguments):
        return run(self.prefix + name, *arguments)

    def check_object(self, path):
        """No start-up code, nothing forbidden, and in the data of an emitted file nothing that is not constant."""
        sections = self.tool("objdump", "-h", path)
        if ".init_array" in sections or ".ctors" in sections:
            sys.exit(f"freestanding_test.py: {path.name} has static constructors")
        if found := FORBIDDEN.search(self.tool("nm", "-u", path)):
            sys.exit(f"freestanding_test.py: {path.name} needs {found.group()}")

    def sizes(self, path):
        return tuple(map(int, self.tool("size", path).splitlines()[1].split()[:3]))


def library_sources(source):
    """Those that a network with nothing on the CPU needs."""
    return [source / "driver/src" / f"{name}.cpp"
            for name in ("stream", "stream_extents", "stream_fields", "stream_waits", "status")] + \
           [source / "driver/plan/src/crc32.cpp"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--auklet", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--cxx-include", nargs="*", default=[])
    parser.add_argument("--models", nargs="*", default=[])
    options = parser.parse_args()
    zoo = Path(os.environ.get("AUKLET_GOLDEN", "/nonexistent")) / "zoo"
    with tempfile.TemporaryDirectory() as work:
        target = Target(options, Path(work))
        network = target.compile(target.emit(target.source / "models/keyword/keyword.tflite", "keyword"))
        objects = [network, target.compile(target.source / "tests/aot/freestanding.cpp")]
        objects += [target.compile(path) for path in library_sources(target.source)]
        program = Path(work) / "program.elf"
        run(*target.compiler, "-nostartfiles", "-nostdlib", "-Wl,--gc-sections", "-Wl,--entry=recognise_once", *objects,
            "-lc", "-lgcc", "-o", program)
        models = [zoo / name / "model.tflite" for name in options.models] if zoo.is_dir() else []
        emitted = [network] + [target.compile(target.emit(path, path.parent.name)) for path in models]
        for path in [*objects, *emitted]:
            target.check_object(path)
        for path in emitted:
            if target.sizes(path)[1:] != (0, 0):
                sys.exit(f"freestanding_test.py: {path.name} has data that is not constant")
        print("keyword network and its driver, linked: text {}, data {}, bss {}".format(*target.sizes(program)))
        print(f"{len(emitted)} emitted networks are freestanding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
