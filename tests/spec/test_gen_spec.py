#!/usr/bin/env python3
"""Every mistake in the specification gets one sentence and exit code 1, never a file."""

import copy
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = yaml.safe_load((ROOT / "spec" / "auklet.yaml").read_text(encoding="utf-8"))
SOC = yaml.safe_load((ROOT / "spec" / "soc.yaml").read_text(encoding="utf-8"))


def register(spec, name):
    return next(r for r in spec["registers"] if r["name"] == name)


def duplicate_offset(spec):
    register(spec, "WATCHDOG")["offset"] = register(spec, "STATUS")["offset"]


# What is broken, how, and what the sentence must say.
MISTAKES = {
    "overlapping register fields": (
        lambda s: register(s, "STATUS")["fields"]["irq"].update(bits=[4, 4]), "'isolated' and 'irq' overlap"),
    "overlapping command fields": (
        lambda s: s["formats"]["geom"]["fields"]["kh"].update(bits=[30, 23]), "'row_pitch' and 'kh' overlap"),
    "field over the common header": (
        lambda s: s["formats"]["dma"]["fields"]["offset"].update(word=1), "overlap"),
    "shared offset": (duplicate_offset, "belongs to STATUS too"),
    "array over its neighbour": (lambda s: register(s, "PMU_EVENT").update(count=9), "offset 0x0c0"),
    "misaligned offset": (lambda s: register(s, "STATUS").update(offset=0x15), "multiples of 4"),
    "reset that does not fit": (
        lambda s: register(s, "AXI_ATTR")["fields"]["prot"].update(reset=8), "8 is outside 0 to 7"),
    "constant that does not fit": (lambda s: s["constants"]["LANES"].update(value=2**32), "outside"),
    "unknown enum": (lambda s: register(s, "STATUS")["fields"]["state"].update(enum="mood"), "enum 'mood' does not exist"),
    "enum wider than its field": (
        lambda s: s["enums"]["state"]["values"]["IDLE"].update(value=8), "too few for enum 'state'"),
    "enum value used twice": (lambda s: s["enums"]["state"]["values"]["IDLE"].update(value=2), "used twice"),
    "missing doc": (lambda s: register(s, "STATUS").pop("doc"), "'doc' is missing"),
    "empty doc": (lambda s: s["commands"]["ADD"].update(doc=" "), "'doc' is empty"),
    "unknown key": (lambda s: s["formats"]["dma"]["fields"]["window"].update(minimum=1), "unknown key 'minimum'"),
    "unknown access": (lambda s: register(s, "STATUS").update(access="r"), "access 'r'"),
    "field beyond its format": (lambda s: s["formats"]["dma"]["fields"]["sp_len"].update(word=12), "outside 0 to 11"),
    "reversed bits": (lambda s: s["formats"]["dma"]["fields"]["sp_len"].update(bits=[0, 23]), "below lsb"),
    "limit that does not fit": (lambda s: s["formats"]["dma"]["fields"]["window"].update(max=8), "max: 8 is outside"),
    "align no power of two": (lambda s: s["formats"]["dma"]["fields"]["sp_base"].update(align=12), "power of two"),
    "odd length": (lambda s: s["formats"]["end"].update(words=5), "multiple of four"),
    "opcode used twice": (lambda s: s["commands"]["ADD"].update(opcode=0x20), "opcode 0x20 is used twice"),
    "unknown format": (lambda s: s["commands"]["ADD"].update(format="vector"), "format 'vector' does not exist"),
    "macs that do not multiply": (lambda s: s["configurations"]["npu64"].update(macs=65), "lanes x rows x groups"),
    "two defaults": (lambda s: s["configurations"]["npu64"].update(default=True), "exactly one"),
    "clashing generated names": (
        lambda s: s["constants"].update(STATE_IDLE={"value": 1, "doc": "Clash"}), "STATE_IDLE would be defined twice"),
}


# The same of the simulated system.
SOC_MISTAKES = {
    "overlapping regions": (lambda s: s["regions"]["CLINT"].update(base=0x007ff000), "overlaps FLASH"),
    "a region of no pages": (lambda s: s["regions"]["UART"].update(size=0x100), "multiples of 4 KiB"),
    "a region above the address space": (lambda s: s["regions"]["HOLE"].update(base=0xfffff000, size=0x2000), "32 bits"),
    "registers of no device": (lambda s: s["registers"].update(GPIO={}), "there is no region 'GPIO'"),
    "shared offset": (lambda s: s["registers"]["UART"]["STATUS"].update(offset=0), "used twice"),
    "offset beyond its device": (lambda s: s["registers"]["UART"]["STATUS"].update(offset=0x1000), "is outside"),
    "misaligned offset": (lambda s: s["registers"]["UART"]["STATUS"].update(offset=2), "multiples of 4"),
    "unknown access": (lambda s: s["registers"]["UART"]["STATUS"].update(access="w1c"), "none of ro, rw, wo"),
    "missing doc": (lambda s: s["regions"]["RAM"].pop("doc"), "'doc' is missing"),
}


class GeneratorTest(unittest.TestCase):
    def run_on(self, spec, soc=None):
        with tempfile.TemporaryDirectory() as folder:
            path, soc_path = Path(folder) / "spec.yaml", Path(folder) / "soc.yaml"
            path.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
            soc_path.write_text(yaml.safe_dump(soc or SOC, sort_keys=False), encoding="utf-8")
            command = [sys.executable, ROOT / "scripts" / "gen_spec.py", "--check", "--spec", path, "--soc", soc_path]
            return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_the_specification_itself_passes(self):
        self.assertEqual(self.run_on(SPEC).returncode, 0)

    def test_a_changed_specification_makes_files_stale(self):
        spec = copy.deepcopy(SPEC)
        spec["constants"]["LANES"]["doc"] = "Changed"
        result = self.run_on(spec)
        self.assertEqual(result.returncode, 1)
        self.assertIn("rtl/gen/auklet_pkg.sv is not what", result.stderr)

    def test_mistakes_in_the_system_get_one_sentence(self):
        for name, (break_it, sentence) in SOC_MISTAKES.items():
            with self.subTest(name):
                soc = copy.deepcopy(SOC)
                break_it(soc)
                result = self.run_on(SPEC, soc)
                self.assertEqual(result.returncode, 1)
                self.assertIn(sentence, result.stderr)
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)

    def test_mistakes_get_one_sentence(self):
        for name, (break_it, sentence) in MISTAKES.items():
            with self.subTest(name):
                spec = copy.deepcopy(SPEC)
                break_it(spec)
                result = self.run_on(spec)
                self.assertEqual(result.returncode, 1)
                self.assertIn(sentence, result.stderr)
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)


if __name__ == "__main__":
    unittest.main()
