#!/usr/bin/env python3
"""Checks that each folder includes only what it may.

    scripts/check_includes.py              check the tree; one line a breach, exit code 1
    scripts/check_includes.py --self-test  check the checker on made-up trees

Own headers are included as <auklet/AREA/file.hpp>; a folder may use the areas of its row in FOLDERS. A "quoted" include
stays inside the folder of its row. kernels/ and driver/ run on bare metal, so of the standard library they may include
only headers that need neither a heap nor an operating system.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ANYTHING = None
# The row with the longest matching path counts. Every folder with C++ in it needs a row.
FOLDERS = {
    "bench": ANYTHING,
    "compiler": {"spec", "plan", "kernels", "compiler"},
    "compiler/cli": ANYTHING,  # The command line joins all parts.
    "driver": {"spec", "npu", "plan", "port"},
    "driver/gen": {"spec"},
    "driver/integration": {"spec", "npu", "plan", "integration"},
    "driver/plan": {"spec", "plan"},
    "driver/runtime": {"spec", "npu", "plan", "port", "runtime", "kernels"},
    "firmware": {"spec", "npu", "plan", "port", "runtime", "kernels", "conformance", "board"},
    "kernels": {"kernels"},
    "rtl": set(),
    "sim": {"spec", "kernels", "sim"},
    "sim/systemc/example": {"spec", "npu", "compiler", "sim"},  # A platform with a processor that runs the driver.
    "tests": ANYTHING,
    "tests/conformance/suite": {"spec", "npu", "conformance"},  # Firmware, too.
}
FREESTANDING = ("driver", "kernels", "tests/conformance/suite")
FREESTANDING_HEADERS = {
    "algorithm", "array", "atomic", "bit", "compare", "concepts", "cstddef", "cstdint", "initializer_list", "limits",
    "span", "type_traits", "utility", "version", "stdbool.h", "stddef.h", "stdint.h",
}
# Files of kernels/ that need the C library's <cmath>: quantising real numbers takes frexp, a softmax in float exp. Each is
# a file of its own, so that a static link leaves it out where nothing calls it.
MATH_FILES = re.compile(r"kernels/(common/(\w+_)?quantization|reference/\w+_float)\.cpp")
# Systems that the integrations belong to: folder and the headers of theirs that it may use, besides the C library's.
FOREIGN = {
    "driver/integration/tflm": ("tensorflow/",),
    "driver/integration/zephyr": ("zephyr/", "errno.h"),
}
C_HEADERS = {"auklet_npu.h": "npu"}  # Own C headers and the area that each is part of.
SIMD_FOLDER = "kernels/optimized"
SIMD_HEADERS = {"arm_acle.h", "arm_mve.h", "arm_neon.h", "cstring", "immintrin.h"}
SIMD_LIBRARY = "hwy/"  # Google Highway. What needs it is built for hosts only.
SUFFIXES = {".c", ".cc", ".cpp", ".h", ".hpp", ".def", ".inc"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def row_of(path):
    """The longest key of FOLDERS that is `path` (relative, with slashes) or one of its parents; None if there is none."""
    rows = [row for row in FOLDERS if path == row or path.startswith(row + "/")]
    return max(rows, key=len, default=None)


def breach(root, path, delimiter, name):
    """Why the file at `path` (relative to `root`) may not include `name`; None when it may."""
    row = row_of(path)
    allowed = FOLDERS[row]
    if delimiter == '"':
        target = (root / path).parent / name
        if not target.is_file():
            return None  # Found through an include path, as generated headers are; the compiler judges.
        relative = target.resolve().relative_to(root.resolve()).as_posix()
        if row_of(relative) != row and allowed is not ANYTHING:
            return f"reaches into {row_of(relative) or relative}"
        return None
    if name in C_HEADERS:
        name = f"auklet/{C_HEADERS[name]}/{name}"
    if name.startswith("auklet/"):
        area = name.split("/")[1]
        return None if allowed is ANYTHING or area in allowed else f"{row}/ may not use area '{area}'"
    if path.startswith(tuple(folder + "/" for folder in FREESTANDING)) and name not in FREESTANDING_HEADERS:
        if path.startswith(SIMD_FOLDER + "/") and (name in SIMD_HEADERS or name.startswith(SIMD_LIBRARY)):
            return None
        if any(path.startswith(folder + "/") and name.startswith(headers) for folder, headers in FOREIGN.items()):
            return None
        if name == "cmath" and MATH_FILES.fullmatch(path):
            return None
        return "is no header for bare metal"
    return None


def check(root):
    """Returns one line for every breach under `root`."""
    lines = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root).as_posix()
        if path.suffix not in SUFFIXES or relative.startswith(("build/", ".")):
            continue
        if row_of(relative) is None:
            lines.append(f"{relative}: its folder has no row in scripts/check_includes.py")
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in INCLUDE.finditer(text):
            reason = breach(root, relative, match.group(1), match.group(2))
            if reason:
                line = text.count("\n", 0, match.start()) + 1
                lines.append(f"{relative}:{line}: <{match.group(2)}> {reason}")
    return lines


def self_test():
    cases = [
        ("kernels/reference/add.cpp", "#include <auklet/kernels/add.hpp>\n#include <cstdint>\n", 0),
        ("kernels/reference/add.cpp", "#include <vector>\n", 1),
        ("kernels/reference/add.cpp", "#include <auklet/spec/spec.hpp>\n", 1),
        ("kernels/reference/add.cpp", "#include <arm_neon.h>\n", 1),
        ("kernels/optimized/add.cpp", "#include <arm_neon.h>\n", 0),
        ("kernels/optimized/add.cpp", "#include <hwy/highway.h>\n#include <cstring>\n", 0),
        ("kernels/optimized/add.cpp", "#include <vector>\n#include <thread>\n", 2),
        ("kernels/reference/add.cpp", "#include <hwy/highway.h>\n", 1),
        ("driver/src/device.cpp", "#include <auklet/kernels/add.hpp>\n", 1),
        ("driver/runtime/ops.cpp", "#include <auklet/kernels/add.hpp>\n", 0),
        ("driver/integration/zephyr/npu.c", "#include <zephyr/kernel.h>\n#include <auklet_npu.h>\n", 0),
        ("driver/integration/zephyr/npu.c", "#include <stdlib.h>\n#include <auklet/runtime/context.hpp>\n", 2),
        ("driver/integration/tflm/kernel.cpp", "#include <zephyr/kernel.h>\n", 1),
        ("driver/plan/src/plan.cpp", "  #  include <auklet/npu/device.hpp>\n", 1),
        ("sim/model/model.cpp", "#include <auklet/npu/device.hpp>\n", 1),
        ("sim/systemc/example/cpu.hpp", "#include <auklet/npu/port.hpp>\n", 0),
        ("sim/systemc/npu_tlm.cpp", "#include <auklet/npu/port.hpp>\n", 1),
        ("tests/conformance/suite/bench.cpp", "#include <auklet/sim/target.hpp>\n", 1),
        ("tests/conformance/suite/bench.cpp", "#include <vector>\n", 1),
        ("tests/conformance/backends.cpp", "#include <vector>\n", 0),
        ("sim/model/model.cpp", "#include <vector>\n#include <auklet/sim/target.hpp>\n", 0),
        ("sim/model/model.cpp", '#include "../../kernels/here.hpp"\n', 1),
        ("tests/sim/test.cpp", '#include "../../kernels/here.hpp"\n#include <auklet/npu/device.hpp>\n', 0),
        ("driver/src/c_api.cpp", "#include <auklet_npu.h>\n", 0),
        ("kernels/reference/add.cpp", "#include <auklet_npu.h>\n", 1),
        ("kernels/common/quantization.cpp", "#include <cmath>\n", 0),
        ("kernels/common/check.cpp", "#include <cmath>\n", 1),
        ("kernels/common/reduction_quantization.cpp", "#include <cmath>\n", 0),
        ("kernels/common/reduction_quantization.cpp", "#include <vector>\n", 1),
        ("kernels/reference/quantization.cpp", "#include <cmath>\n", 1),
        ("elsewhere/a.cpp", "#include <cstdint>\n", 1),
        ("compiler/passes/a.cpp", "// #include <auklet/sim/target.hpp>\n", 0),
    ]
    failures = 0
    for path, text, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, content in {"kernels/here.hpp": "", path: text}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content, encoding="utf-8")
            found = check(root)
        if len(found) != expected:
            failures += 1
            print(f"check_includes.py: self-test: {path} with {text!r}: expected {expected}, found {found}")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    lines = check(ROOT)
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
