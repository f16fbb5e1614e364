"""Tests of scripts/gen_errors.py on made-up headers."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import gen_errors  # noqa: E402


class CodesOf(unittest.TestCase):
    def codes(self, body):
        with tempfile.TemporaryDirectory() as folder:
            header = Path(folder) / "status.hpp"
            header.write_text(f"enum class Status : std::uint8_t {{\n{body}\n}};\n", encoding="utf-8")
            return gen_errors.codes_of(header, "Status")

    def test_values_count_on_from_the_last_one(self):
        self.assertEqual(self.codes("  kOk = 0,  ///< Done.\n  kNext,  ///< Next.\n  kFar = 7,  ///< Far."),
                         [[None, "kOk", 0, "Done."], [None, "kNext", 1, "Next."], [None, "kFar", 7, "Far."]])

    def test_a_wrapped_value_and_a_wrapped_comment_are_one_entry(self):
        self.assertEqual(self.codes("  kLong =\n      33,  ///< A long\n                 ///< story."),
                         [[None, "kLong", 33, "A long story."]])

    def test_comments_above_name_the_group(self):
        codes = self.codes("  kOk = 0,  ///< Done.\n\n  // Arguments. Nothing\n  // happened.\n  kBad = 1,  ///< Bad.")
        self.assertEqual([code[0] for code in codes], [None, "Arguments. Nothing happened."])

    def test_a_code_without_a_comment_is_refused(self):
        with self.assertRaisesRegex(gen_errors.DocsError, "kOk has no comment"):
            self.codes("  kOk = 0,")

    def test_what_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(gen_errors.DocsError, "cannot read"):
            self.codes("  Ok = 0,  ///< Done.")


class Advise(unittest.TestCase):
    def test_a_code_without_advice_is_refused(self):
        with self.assertRaisesRegex(gen_errors.DocsError, "kNovel has no advice"):
            gen_errors.advise("driver", [*gen_errors.ADVICE["driver"], "kNovel"])

    def test_advice_without_a_code_is_refused(self):
        with self.assertRaisesRegex(gen_errors.DocsError, "kOk, which does not exist"):
            gen_errors.advise("driver", [name for name in gen_errors.ADVICE["driver"] if name != "kOk"])


if __name__ == "__main__":
    unittest.main()
