"""docs/gen/auklet.svd is well-formed, and has exactly the registers and fields of spec/auklet.yaml."""

import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


def number(text):
    return int(text, 0)


class SvdTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.device = ElementTree.parse(ROOT / "docs/gen/auklet.svd").getroot()
        cls.spec = yaml.safe_load((ROOT / "spec/auklet.yaml").read_text(encoding="utf-8"))
        cls.registers = {node.findtext("name").removesuffix("[%s]").removesuffix("%s"): node
                         for node in cls.device.iter("register")}

    def test_is_one_peripheral(self):
        self.assertEqual(self.device.tag, "device")
        self.assertEqual(len(list(self.device.iter("peripheral"))), 1)
        self.assertEqual(len(list(self.device.iter("baseAddress"))), 1)
        self.assertEqual(next(self.device.iter("baseAddress")).text, "0x00000000")  # As the page says.

    def test_has_every_register_at_its_offset(self):
        self.assertEqual(len(list(self.device.iter("register"))), len(self.spec["registers"]))
        for register in self.spec["registers"]:
            with self.subTest(register["name"]):
                node = self.registers[register["name"]]
                self.assertEqual(number(node.findtext("addressOffset")), register["offset"])
                self.assertEqual(number(node.findtext("dim") or "1"), register.get("count", 1))
                self.assertEqual({field.findtext("name") for field in node.iter("field")}, set(register["fields"]))

    def test_fields_are_inside_and_apart(self):
        for name, node in self.registers.items():
            with self.subTest(name):
                taken = 0
                for field in node.iter("field"):
                    if field.find("bitRange") is not None:
                        high, low = map(int, field.findtext("bitRange").strip("[]").split(":"))
                    else:
                        low = number(field.findtext("bitOffset"))
                        high = low + number(field.findtext("bitWidth")) - 1
                    self.assertTrue(0 <= low <= high <= 31)
                    mask = (2 << high) - (1 << low)
                    self.assertEqual(taken & mask, 0)
                    taken |= mask
                self.assertNotEqual(taken, 0)


if __name__ == "__main__":
    unittest.main()
