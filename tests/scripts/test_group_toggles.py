#!/usr/bin/env python3
"""sim/verilator/group_toggles.py changes what counting toggles costs, and nothing of what is counted."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = """#include <atomic>
#include <cstdint>
#include <cstdio>
using IData = std::uint32_t;
struct Root { IData a, __Vtogcov__a, w[2], __Vtogcov__w[2]; unsigned char flag, __Vtogcov__flag; };
std::atomic<std::uint32_t> counts[8];
void eval(Root* vlSelf) {
%s}
int main() {
    Root root{};
    for (IData i = 0; i < 5000; ++i) {
        const IData random = i * 2654435761U;
        if (i %% 3 == 0) root.a = random >> 20;
        if (i %% 5 == 0) root.w[i & 1U] = random >> 8;
        root.flag = i >> 4 & 1U;
        eval(&root);
    }
    for (const auto& count : counts) std::printf("%%u ", count.load());
}
"""


def bit(number, mask, signal, last, cast=""):
    """What Verilator 5.006 writes for one bit, its line breaks included."""
    return f"""    if (({mask:#x}U & ({cast}(vlSelf->{signal})
                 ^ {cast}(vlSelf->{last})))) {{
        counts[{number}].fetch_add(1, std::memory_order_relaxed);
        vlSelf->{last}
            = (({0xffffffff ^ mask:#x}U & vlSelf->{last})
               | ({mask:#x}U & vlSelf->{signal}));
    }}
"""


A = [bit(i, 1 << i, "a", "__Vtogcov__a") for i in range(3)]
W = [bit(3 + i, 0x10 << i, f"w[{i // 2}U]", f"__Vtogcov__w[{i // 2}U]") for i in range(4)]
FLAG = bit(7, 1, "flag", "__Vtogcov__flag", "(IData)")


class GroupToggles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "model.cpp"

    def group(self, text):
        self.file.write_text(text, encoding="utf-8")
        self.again()
        return self.file.read_text(encoding="utf-8")

    def again(self):
        subprocess.run([sys.executable, ROOT / "sim/verilator/group_toggles.py", self.folder], check=True)

    def counts(self, text):
        source, program = self.folder / "program.cc", self.folder / "program"
        source.write_text(text, encoding="utf-8")
        subprocess.run(["c++", "-std=c++17", "-w", source, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()

    def test_counts_the_same(self):
        before = PROGRAM % "".join([*A, *W, FLAG])
        after = self.group(before)
        expected = self.counts(before)
        self.assertEqual(len(expected), 8)
        self.assertNotIn("0", expected)
        self.assertEqual(self.counts(after), expected)

    def test_bits_of_one_word_share_a_condition(self):
        # Three words have several bits; the flag stays alone.
        self.assertEqual(self.group("".join([*A, *W, FLAG])).count("if (("), 8 + 3)

    def test_statements_between_divide(self):
        text = A[0] + A[1] + "    vlSelf->a = 0;\n" + A[2] + W[0]
        after = self.group(text)
        self.assertEqual(after.count("if (("), 4 + 1)
        self.assertIn("    }\n    }\n    vlSelf->a = 0;\n" + A[2] + W[0], after)

    def test_other_code_stays(self):
        text = "    if ((1U & (vlSelf->a ^ vlSelf->b))) {\n        f();\n    }\n" * 2
        self.assertEqual(self.group(text).split("\n", 1)[1], text)

    def test_a_second_time_changes_nothing(self):
        once = self.group("".join(A))
        self.again()
        self.assertEqual(self.file.read_text(encoding="utf-8"), once)


if __name__ == "__main__":
    unittest.main()
