#!/usr/bin/env python3
"""scripts/stack_bound.py finds what a stack needs, and refuses what has no bound.

    test_stack_bound.py [COMPILER-PREFIX]     default: riscv64-unknown-elf-; exit code 77 where there is none
"""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PREFIX = sys.argv.pop(1) if len(sys.argv) > 1 else "riscv64-unknown-elf-"
FLAGS = ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-Os", "-ffreestanding", "-nostdlib", "-fno-exceptions",
         "-fno-rtti", "-fcallgraph-info=su"]
# Keeps `bytes` of stack in use, visibly.
KEEP = "template <int bytes> [[gnu::always_inline]] inline void keep() { volatile char data[bytes]; data[0] = 0; (void)data[0]; }\n"


def bound(source, *options, assembler=""):
    """What the script says of a program, and its exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.cpp").write_text(KEEP + source, encoding="utf-8")
        (folder / "b.s").write_text(assembler, encoding="utf-8")
        compiler = PREFIX + "gcc"
        subprocess.run([compiler, *FLAGS, "-c", "a.cpp", "-o", "a.cpp.obj"], cwd=folder, check=True)
        subprocess.run([compiler, *FLAGS, "-c", "b.s", "-o", "b.s.obj"], cwd=folder, check=True)
        subprocess.run([compiler, *FLAGS, "-Wl,-e,main", "a.cpp.obj", "b.s.obj", "-o", "image.elf"], cwd=folder, check=True)
        (folder / "build.ninja").write_text("rule none\n command = :\nbuild image.elf: none a.cpp.obj b.s.obj\n",
                                            encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts/stack_bound.py", folder, "image.elf", "--objdump",
                               PREFIX + "objdump", *options], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode


class StackBound(unittest.TestCase):
    def expect_bytes(self, at_least, at_most, source, *options, **more):
        text, code = bound(source, *options, **more)
        self.assertEqual(code, 0, text)
        total = int(re.search(r"stack at most (\d+) bytes", text).group(1))
        self.assertGreaterEqual(total, at_least, text)
        self.assertLessEqual(total, at_most, text)

    def expect_refusal(self, sentence, source, *options, **more):
        text, code = bound(source, *options, **more)
        self.assertEqual(code, 1, text)
        self.assertIn(sentence, text)

    def test_the_deepest_path_counts(self):
        self.expect_bytes(1500, 1700, """
            __attribute__((noinline)) void deep() { keep<1000>(); asm(""); }
            __attribute__((noinline)) void flat() { keep<100>(); asm(""); }
            int main() { keep<500>(); flat(); deep(); asm(""); return 0; }""")

    def test_the_interrupt_comes_on_top(self):
        self.expect_bytes(364, 500, """
            extern "C" __attribute__((used)) void handler() { keep<200>(); asm(""); }
            int main() { keep<100>(); return 0; }""", "--interrupt", "handler=64")

    def test_constructors_count_whatever_their_names(self):
        self.expect_bytes(8192, 8500, """
            struct Big { __attribute__((noinline)) Big() { keep<8192>(); asm(""); } __attribute__((noinline)) ~Big() { asm(""); } };
            int main() { Big big; asm(""); return 0; }""")

    def test_functions_of_assembler_files_count(self):
        self.expect_bytes(320, 400, 'extern "C" void outside(); int main() { outside(); return 0; }',
                          assembler=".text\n.global outside\n.type outside,@function\noutside: addi sp,sp,-320\n addi sp,sp,320\n ret\n")

    def test_pointers_that_are_explained(self):
        source = """
            __attribute__((noinline)) void target() { keep<700>(); asm(""); }
            void (*volatile pointer)() = target;
            int main() { pointer(); return 0; }"""
        self.expect_bytes(700, 900, source, "--indirect", "^main$=target")
        self.expect_refusal("main calls through a pointer", source)
        self.expect_refusal("no function matches 'other'", source, "--indirect", "^main$=other")
        self.expect_bytes(0, 100, source, "--indirect", "^main$=?other")

    def test_recursion_is_refused(self):
        self.expect_refusal("recursion:", """
            int volatile n; extern "C" int again(int k);
            extern "C" __attribute__((noinline)) int other(int k) { return again(k - 1) + n; }
            extern "C" __attribute__((noinline)) int again(int k) { return k == 0 ? 0 : other(k) + n; }
            int main() { return again(n); }""")

    def test_frames_that_depend_on_arguments_are_refused(self):
        self.expect_refusal("as much stack as its arguments say", """
            int volatile n;
            __attribute__((noinline)) void any(int k) { volatile char* data = (char*)__builtin_alloca(k); data[0] = 0; }
            int main() { any(n); return 0; }""")

    def test_assembler_that_moves_the_stack_by_a_register_is_refused(self):
        self.expect_refusal("moves the stack pointer by a register", 'extern "C" void outside(); int main() { outside(); return 0; }',
                            assembler=".text\n.global outside\n.type outside,@function\noutside: li t0,-8192\n add sp,sp,t0\n ret\n")

    def test_the_limit_holds(self):
        text, code = bound("int main() { keep<2000>(); return 0; }", "--limit", "1024")
        self.assertEqual(code, 1, text)


if __name__ == "__main__":
    if shutil.which(PREFIX + "gcc") is None or shutil.which("ninja") is None:
        print(f"no {PREFIX}gcc: skipped")
        sys.exit(77)
    unittest.main()
