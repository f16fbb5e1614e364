#!/usr/bin/env python3
"""What start-up code and linker script promise, on RV32: what overflows, needs a constructor or finds no debugger ends well.

    start_up_test.py SOC FIRMWARE     FIRMWARE: the folder of a built cross build
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cache_mutants_test import commands

SOC, FIRMWARE = sys.argv.pop(1), Path(sys.argv.pop(1))
# slli zero, zero, 0x1f; ebreak: what a debugger recognises a semihosting call by.
SEMIHOSTING = bytes.fromhex("1310f001") + bytes.fromhex("73001000")
NOTHING = bytes.fromhex("13000000")  # addi zero, zero, 0


class StartUp(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.image = Path(self.folder.name) / "image.elf"

    def build(self, source):
        """Compiles and links a program in place of the self-test; returns what the linker said."""
        compile_words, link_words = commands(FIRMWARE)
        old_source = next(word for word in compile_words if word.endswith("apps/selftest.cpp"))
        old_object = compile_words[compile_words.index("-o") + 1]
        new_source, new_object = Path(self.folder.name) / "a.cpp", Path(self.folder.name) / "a.o"
        new_source.write_text(source, encoding="utf-8")
        place = {old_source: str(new_source), old_object: str(new_object), "selftest.elf": str(self.image)}
        subprocess.run([place.get(word, word) for word in compile_words] + ["-Wno-error"], cwd=FIRMWARE, check=True,
                       stderr=subprocess.DEVNULL)
        return subprocess.run([place.get(word, word) for word in link_words], cwd=FIRMWARE, capture_output=True, text=True,
                              check=False)

    def run_image(self, cycles=10_000_000):
        return subprocess.run([SOC, self.image, "--npu", "model", "--max-cycles", str(cycles)], capture_output=True,
                              text=True, check=False)

    def test_exit_codes(self):
        for code, expected in ((0, 0), (5, 5), (118, 118), (119, 119), (128, 119), (300, 119), (-1, 119)):
            self.assertEqual(self.build(f"int main() {{ return {code}; }}").returncode, 0)
            self.assertEqual(self.run_image().returncode, expected, code)

    def test_a_stack_that_overflows_is_named(self):
        self.build("""
            int volatile n = 1;
            __attribute__((noinline)) int again(int k) { volatile int a[16]; a[0] = k; return again(k + 1) + a[0]; }
            int main() { return again(n); }""")
        done = self.run_image()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^the stack overflows at [0-9a-f]{8}\n$")

    def test_a_trap_is_named(self):
        self.build("int main() { return *reinterpret_cast<volatile int*>(0x60000000); }")
        done = self.run_image()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^trap: mcause 00000005 mepc [0-9a-f]{8} mtval 60000000\n$")

    def test_static_constructors_do_not_link(self):
        done = self.build("""
            int volatile n;
            struct S { S() : x(n) {} int x; };
            S s;
            int main() { return s.x; }""")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("a static object needs a constructor", done.stderr)

    def test_without_a_debugger_the_program_stops_at_its_end(self):
        self.build("""
            #include <auklet/board/console.hpp>
            int main() { auklet::board::Console console; console << "bye\\n"; return 0; }""")
        image = self.image.read_bytes()
        self.assertEqual(image.count(SEMIHOSTING), 1)
        self.image.write_bytes(image.replace(SEMIHOSTING, NOTHING + SEMIHOSTING[4:]))
        done = self.run_image(cycles=1_000_000)
        self.assertEqual(done.stdout, "bye\n")
        self.assertIn("the processor waits for an interrupt", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
