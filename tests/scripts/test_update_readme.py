"""Tests of scripts/update_readme.py on made-up output."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import update_readme  # noqa: E402

PRINTED = ["setting up", "yes 10 cycles", "no 20 cycles", "other", "all: 2", "verdict: bit-exact"]


class Show(unittest.TestCase):
    def show(self, *shown):
        return update_readme.show(list(shown), PRINTED)

    def test_everything_is_taken_without_an_ellipsis(self):
        self.assertEqual(self.show("old"), PRINTED)

    def test_an_ellipsis_leaves_lines_out_and_figures_are_renewed(self):
        self.assertEqual(self.show("...", "yes 7 cycles", "...", "all: 9", "..."),
                         ["...", "yes 10 cycles", "...", "all: 2", "..."])

    def test_what_follows_the_last_ellipsis_is_shown_to_the_end(self):
        self.assertEqual(self.show("...", "all: 9"), ["...", "all: 2", "verdict: bit-exact"])

    def test_lines_that_follow_each_other_are_those_printed(self):
        self.assertEqual(self.show("...", "yes 7 cycles", "something else", "..."),
                         ["...", "yes 10 cycles", "no 20 cycles", "..."])

    def test_a_line_that_is_not_printed_is_refused(self):
        with self.assertRaisesRegex(update_readme.ReadmeError, "verdict: mismatch"):
            self.show("...", "verdict: mismatch")

    def test_order_counts(self):
        with self.assertRaises(update_readme.ReadmeError):
            self.show("...", "all: 9", "...", "yes 7 cycles")


class Console(unittest.TestCase):
    def test_every_command_is_run(self):
        self.assertEqual(update_readme.console("$ echo one\nold\n\n$ echo two\nold\n"), "$ echo one\none\n\n$ echo two\ntwo\n")

    def test_a_command_that_fails_is_refused(self):
        with self.assertRaisesRegex(update_readme.ReadmeError, "ended with code 3"):
            update_readme.console("$ exit 3\n\n")


class Masked(unittest.TestCase):
    def test_times_and_speeds_are_not_compared(self):
        self.assertEqual(update_readme.masked("Done in 4 s; 1,234 cycles simulated a second | 1.25 M/s |"),
                         update_readme.masked("Done in 9 s; 9 cycles simulated a second | 0.9 M/s |"))

    def test_cycles_are_compared(self):
        self.assertNotEqual(update_readme.masked("18,414 cycles in 1 NPU segment"),
                            update_readme.masked("18,415 cycles in 1 NPU segment"))


if __name__ == "__main__":
    unittest.main()
