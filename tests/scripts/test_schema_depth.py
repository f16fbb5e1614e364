#!/usr/bin/env python3
"""How deep tables of a model can nest is the schema's: no table contains itself, so a file cannot make the reader
recurse. The longest chain stays below the limit that the FlatBuffers verifier is given (kMaxDepth), which therefore
refuses no model."""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "compiler/frontend/schema/tflite_subset.fbs"
READER = ROOT / "compiler/frontend/read_tflite.cpp"


def children(schema):
    """Names of the tables and unions that each table's fields, or each union's members, name."""
    schema = re.sub(r"//.*", "", schema)
    found = {}
    for kind, name, body in re.findall(r"\b(table|union)\s+(\w+)\s*\{(.*?)\}", schema, re.DOTALL):
        names = re.findall(r":\s*\[?\s*(\w+)", body) if kind == "table" else re.findall(r"\w+", body)
        found[name] = (kind, names)
    return found


def depth(tables, name, above=()):
    """Tables on the longest chain from `name` on, itself included; raises RecursionError, with the chain, on a circle."""
    if name not in tables:
        return 0
    if name in above:
        raise RecursionError(" -> ".join((*above, name)))
    kind, names = tables[name]
    below = max((depth(tables, child, (*above, name)) for child in names), default=0)
    return below + (kind == "table")


class SchemaDepth(unittest.TestCase):
    def test_no_table_contains_itself_and_the_limit_is_above_the_longest_chain(self):
        schema = SCHEMA.read_text(encoding="utf-8")
        tables = children(schema)
        self.assertEqual(len(tables), len(re.findall(r"^\s*(?:table|union)\s+\w+", schema, re.MULTILINE)))
        root = re.search(r"root_type\s+(\w+)", schema).group(1)
        longest = depth(tables, root)
        limit = int(re.search(r"kMaxDepth = (\d+)", READER.read_text(encoding="utf-8")).group(1))
        self.assertGreater(longest, 3)
        self.assertLessEqual(longest, limit)

    def test_a_circle_is_found(self):
        tables = children("table A { b:[B]; } union U { A, C } table B { u:U; } table C { n:int; }")
        with self.assertRaises(RecursionError):
            depth(tables, "A")
        self.assertEqual(depth(tables, "C"), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
