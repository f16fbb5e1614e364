"""Tests of scripts/gen_operators.py on made-up operators."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import gen_operators  # noqa: E402

DEFINITIONS = 'AUKLET_OPERATOR(kAdd, "ADD", 0)\nAUKLET_OPERATOR(kMul, "MUL", 18)\nAUKLET_OPERATOR(kDiv, "DIV", 42)\n'
REGISTRY = "    Entry{OpCode::kAdd, prepare_add},\n    Entry{OpCode::kMul, prepare_mul},\n"


def entry(npu, cpu, **reasons):
    return {"npu": npu, "cpu": cpu, "reasons": reasons}


def places(**random):
    return {"single": {"ADD": entry(2, 0)}, "networks": {}, "random": random}


class Page(unittest.TestCase):
    def page(self, where, registry=REGISTRY):
        return gen_operators.page(DEFINITIONS, registry, where)

    def test_an_operator_that_always_runs_on_the_npu_needs_no_reason(self):
        page = self.page(places(ADD=entry(7, 0)))
        self.assertIn("| ADD | yes | yes | 2 of 2 |  | 7 of 7 |", page)
        self.assertNotIn("### ADD", page)

    def test_partly_lists_reasons_the_most_frequent_first(self):
        page = self.page(places(ADD=entry(7, 3, rare=1, frequent=2)))
        self.assertIn("| [ADD](#add) | yes | partly | 2 of 2 |  | 7 of 10 |", page)
        self.assertIn("### ADD\n\n- frequent (2)\n- rare (1)\n", page)

    def test_what_never_runs_on_the_npu_says_no(self):
        self.assertIn("| [MUL](#mul) | yes | no |  |  | 0 of 4 |", self.page(places(MUL=entry(0, 4, why=4))))

    def test_what_is_not_implemented_is_named(self):
        self.assertIn("Refused by name, in any model: DIV.", self.page(places()))

    def test_totals_are_of_all_operators(self):
        page = self.page(places(ADD=entry(1500, 3, why=3), MUL=entry(0, 4, why=4)))
        self.assertIn("1,500 of 1,507", page)

    def test_an_operator_that_the_cpu_lacks_is_refused(self):
        with self.assertRaisesRegex(gen_operators.DocsError, "not on the CPU: DIV"):
            self.page(places(DIV=entry(1, 0)))

    def test_an_entry_without_a_definition_is_refused(self):
        with self.assertRaisesRegex(gen_operators.DocsError, "kNovel"):
            self.page(places(), REGISTRY + "    Entry{OpCode::kNovel, prepare_novel},\n")


if __name__ == "__main__":
    unittest.main()
