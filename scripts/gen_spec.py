#!/usr/bin/env python3
"""Writes every file that is derived from spec/auklet.yaml and spec/soc.yaml.

    scripts/gen_spec.py           write the files
    scripts/gen_spec.py --check   write nothing; fail and name each file that differs

A mistake in the specification ends with one sentence on stderr and exit code 1.
"""

import argparse
import re
import sys
import textwrap
from pathlib import Path

import jinja2
import spec_soc
import yaml

ROOT = Path(__file__).resolve().parent.parent

# Template (in spec/templates) -> generated file. Paths are relative to the top of the source tree.
OUTPUTS = {
    "auklet_pkg.sv.j2": "rtl/gen/auklet_pkg.sv",
    "spec.hpp.j2": "driver/gen/include/auklet/spec/spec.hpp",
    "constants.hpp.j2": "driver/gen/include/auklet/spec/constants.hpp",
    "registers.hpp.j2": "driver/gen/include/auklet/spec/registers.hpp",
    "commands.hpp.j2": "driver/gen/include/auklet/spec/commands.hpp",
    "auklet_spec.h.j2": "driver/gen/include/auklet/spec/auklet_spec.h",
    "auklet.svd.j2": "docs/gen/auklet.svd",
    "registers.md.j2": "docs/gen/registers.md",
    "commands.md.j2": "docs/gen/commands.md",
}
SOC_OUTPUTS = {
    "soc.h.j2": "driver/gen/include/auklet/spec/soc.h",
    "soc.md.j2": "docs/gen/soc.md",
}

ACCESS = ("ro", "rw", "wo", "w1c")
ENGINES = ("none", "load", "store", "compute")
REGISTER_SPACE = 0x1000  # Registers are addressed with 12 bits.
WORD = 32


class SpecError(Exception):
    """The specification contradicts itself; the message is one sentence for its author."""


def require(condition, message):
    if not condition:
        raise SpecError(message)


def known_keys(node, where, required, optional=()):
    """Refuses a mapping that lacks a key, has an unknown one (a typing error), or has an empty doc."""
    require(isinstance(node, dict), f"{where}: must be a mapping.")
    for key in required:
        require(key in node, f"{where}: '{key}' is missing.")
    for key in node:
        require(key in required or key in optional, f"{where}: unknown key '{key}'.")
    if "doc" in required:
        require(isinstance(node["doc"], str) and node["doc"].strip(), f"{where}: 'doc' is empty.")


def integer(value, where, low=0, high=2**32 - 1):
    require(isinstance(value, int) and not isinstance(value, bool), f"{where}: {value!r} is no integer.")
    require(low <= value <= high, f"{where}: {value} is outside {low} to {high}.")
    return value


def identifier(name, where, upper):
    pattern = r"[A-Z][A-Z0-9_]*" if upper else r"[a-z][a-z0-9_]*"
    case = "upper" if upper else "lower"
    require(isinstance(name, str) and re.fullmatch(pattern, name), f"{where}: name {name!r} is not in {case} case.")
    return name


def bit_range(field, where):
    """Returns (lsb, width) of a field's `bits: [msb, lsb]`."""
    bits = field["bits"]
    require(isinstance(bits, list) and len(bits) == 2, f"{where}: 'bits' must be [msb, lsb].")
    msb, lsb = (integer(b, where, 0, WORD - 1) for b in bits)
    require(msb >= lsb, f"{where}: msb {msb} is below lsb {lsb}.")
    return lsb, msb - lsb + 1


def check_overlap(fields, where):
    """`fields` have first_bit and width in a common bit space; no two may share a bit."""
    ordered = sorted(fields, key=lambda f: f["first_bit"])
    for low, high in zip(ordered, ordered[1:]):
        require(low["first_bit"] + low["width"] <= high["first_bit"],
                f"{where}: fields '{low['name']}' and '{high['name']}' overlap.")


def load_enums(raw):
    enums = {}
    for name, node in raw.items():
        where = f"enum {identifier(name, 'enums', upper=False)}"
        known_keys(node, where, ("doc", "values"))
        values = []
        for value_name, value in node["values"].items():
            identifier(value_name, where, upper=True)
            known_keys(value, f"{where}.{value_name}", ("value", "doc"))
            number = integer(value["value"], f"{where}.{value_name}")
            require(number not in [v["value"] for v in values], f"{where}.{value_name}: {number} is used twice.")
            values.append({"name": value_name, "value": number, "doc": value["doc"]})
        require(values, f"{where}: has no values.")
        minimal = max(1, max(v["value"] for v in values).bit_length())
        enums[name] = {"name": name, "doc": node["doc"], "values": values, "minimal_width": minimal, "width": 0}
    return enums


def load_register(node, enums):
    where = f"register {node.get('name', '?')}"
    known_keys(node, where, ("name", "offset", "access", "doc", "fields"), ("lock", "count", "stride"))
    register = {
        "name": identifier(node["name"], where, upper=True),
        "offset": integer(node["offset"], f"{where}: offset", 0, REGISTER_SPACE - 4),
        "access": node["access"], "doc": node["doc"], "lock": node.get("lock", False),
        "count": integer(node.get("count", 1), f"{where}: count", 1),
        "stride": integer(node.get("stride", 4), f"{where}: stride", 4),
        "array": "count" in node, "fields": [],
    }
    require(register["access"] in ACCESS, f"{where}: access '{node['access']}' is none of {', '.join(ACCESS)}.")
    require(isinstance(register["lock"], bool), f"{where}: lock must be true or false.")
    require(register["offset"] % 4 == 0 and register["stride"] % 4 == 0, f"{where}: offset and stride must be multiples of 4.")
    require(node["fields"], f"{where}: has no fields.")
    for name, field in node["fields"].items():
        at = f"{where}.{identifier(name, where, upper=False)}"
        known_keys(field, at, ("bits", "doc"), ("enum", "reset"))
        lsb, width = bit_range(field, at)
        reset = field.get("reset")
        if reset is not None:
            integer(reset, f"{at}: reset", 0, 2**width - 1)
        if "enum" in field:
            require(field["enum"] in enums, f"{at}: enum '{field['enum']}' does not exist.")
            enum = enums[field["enum"]]
            require(enum["minimal_width"] <= width, f"{at}: {width} bits are too few for enum '{enum['name']}'.")
            enum["width"] = max(enum["width"], width)
        register["fields"].append({"name": name, "lsb": lsb, "width": width, "first_bit": lsb, "reset": reset,
                                   "enum": field.get("enum"), "doc": field["doc"]})
    check_overlap(register["fields"], where)
    register["field_mask"] = sum(((1 << f["width"]) - 1) << f["lsb"] for f in register["fields"])
    register["reset"] = sum((f["reset"] or 0) << f["lsb"] for f in register["fields"])
    # A read-only field without a stated reset depends on the hardware; every other field resets to zero.
    register["reset_mask"] = sum(((1 << f["width"]) - 1) << f["lsb"] for f in register["fields"]
                                 if f["reset"] is not None or register["access"] != "ro")
    return register


def load_registers(raw, enums):
    registers = [load_register(node, enums) for node in raw]
    owner = {}
    for register in registers:
        for index in range(register["count"]):
            offset = register["offset"] + index * register["stride"]
            require(offset < REGISTER_SPACE, f"register {register['name']}: ends beyond {REGISTER_SPACE:#x}.")
            require(offset not in owner, f"register {register['name']}: offset {offset:#05x} belongs to {owner.get(offset)} too.")
            owner[offset] = register["name"]
    require(len({r["name"] for r in registers}) == len(registers), "registers: a name is used twice.")
    return sorted(registers, key=lambda r: r["offset"])


def load_field(name, field, where, words):
    """One field of a command or of the stream header, with its limits made explicit."""
    at = f"{where}.{identifier(name, where, upper=False)}"
    known_keys(field, at, ("word", "bits", "doc"), ("signed", "min", "max", "align"))
    lsb, width = bit_range(field, at)
    word = integer(field["word"], f"{at}: word", 0, words - 1)
    signed = field.get("signed", False)
    lowest = -(1 << (width - 1)) if signed else 0
    highest = (1 << (width - 1)) - 1 if signed else (1 << width) - 1
    low = integer(field.get("min", lowest), f"{at}: min", lowest, highest)
    high = integer(field.get("max", highest), f"{at}: max", low, highest)
    align = integer(field.get("align", 1), f"{at}: align", 1, highest + 1)
    require(align & (align - 1) == 0, f"{at}: align {align} is no power of two.")
    return {"name": name, "word": word, "lsb": lsb, "width": width, "first_bit": word * WORD + lsb, "signed": signed,
            "min": low, "max": high, "align": align, "has_min": low > lowest, "has_max": high < highest,
            "doc": field["doc"]}


def reserved_words(fields, words):
    """Per word, the mask of bits that no field names."""
    masks = [2**WORD - 1] * words
    for field in fields:
        masks[field["word"]] &= ~(((1 << field["width"]) - 1) << field["lsb"])
    return masks


def packed_members(fields, words):
    """Members of a packed struct over all words, most significant first, with the gaps named rsvdN (one per word)."""
    members, at, gaps = [], 0, 0
    for field in sorted(fields, key=lambda f: f["first_bit"]) + [{"first_bit": words * WORD}]:
        while at < field["first_bit"]:
            width = min(field["first_bit"], (at // WORD + 1) * WORD) - at
            members.append({"name": f"rsvd{gaps}", "width": width, "signed": False, "word": at // WORD,
                            "lsb": at % WORD})
            gaps += 1
            at += width
        if "name" in field:
            members.append({key: field[key] for key in ("name", "width", "signed", "word", "lsb")})
            at += field["width"]
    return members[::-1]


def sv_violations(fields):
    """SystemVerilog terms, each true when a field of the command in `w` breaks its min, max or align."""
    terms = []
    for field in fields:
        first, width = field["first_bit"], field["width"]
        value = f"w[{first + width - 1}:{first}]"
        sign = "s" if field["signed"] else ""
        operand = f"$signed({value})" if field["signed"] else value

        def literal(number):
            return f"{'-' if number < 0 else ''}{width}'{sign}d{abs(number)}"

        if field["has_min"]:
            at_zero = field["min"] == 1 and not field["signed"]
            term = f"({value} == {width}'d0)" if at_zero else f"({operand} < {literal(field['min'])})"
            terms.append({"term": term, "doc": f"{field['name']} below {field['min']}"})
        if field["has_max"]:
            terms.append({"term": f"({operand} > {literal(field['max'])})", "doc": f"{field['name']} above {field['max']}"})
        if field["align"] > 1:
            low_bits = field["align"].bit_length() - 1
            terms.append({"term": f"(|w[{first + low_bits - 1}:{first}])",
                          "doc": f"{field['name']} no multiple of {field['align']}"})
    return terms


def load_layout(name, words, fields, header):
    """The layout of one command format (with the common header) or of the stream header (without)."""
    where = f"format {name}"
    integer(words, f"{where}: words", 4, 255)
    require(words % 4 == 0, f"{where}: {words} words are no multiple of four.")
    own = [load_field(key, field, where, words) for key, field in fields.items()]
    every = header + own
    require(len({f["name"] for f in every}) == len(every), f"{where}: a field's name is used twice.")
    check_overlap(every, where)
    return {"name": name, "words": words, "fields": sorted(own, key=lambda f: f["first_bit"]),
            "reserved": reserved_words(every, words), "members": packed_members(every, words),
            "violations": sv_violations(own)}


def load_commands(raw, formats):
    commands = []
    for name, node in raw.items():
        where = f"command {identifier(name, 'commands', upper=True)}"
        known_keys(node, where, ("opcode", "format", "engine", "doc"))
        integer(node["opcode"], f"{where}: opcode", 1, 255)  # 0 stays invalid, so that zeroed memory is no command.
        require(node["format"] in formats, f"{where}: format '{node['format']}' does not exist.")
        require(node["engine"] in ENGINES, f"{where}: engine '{node['engine']}' is none of {', '.join(ENGINES)}.")
        require(node["opcode"] not in [c["opcode"] for c in commands], f"{where}: opcode {node['opcode']:#04x} is used twice.")
        commands.append({"name": name, **node})
    return sorted(commands, key=lambda c: c["opcode"])


def load_configurations(raw, constants):
    lanes = next(c["value"] for c in constants if c["name"] == "LANES")
    configurations = []
    for name, node in raw.items():
        where = f"configuration {identifier(name, 'configurations', upper=False)}"
        keys = ("macs", "rows", "groups", "sram_kib", "axi_data_bits", "doc")
        known_keys(node, where, keys, ("default",))
        for key in keys[:-1]:
            integer(node[key], f"{where}: {key}", 1, 2**16 - 1)
        require(node["macs"] == lanes * node["rows"] * node["groups"], f"{where}: macs is not {lanes} lanes x rows x groups.")
        require(node["axi_data_bits"] in (64, 128), f"{where}: axi_data_bits must be 64 or 128.")
        require(node["sram_kib"] & (node["sram_kib"] - 1) == 0, f"{where}: sram_kib is no power of two.")
        configurations.append({"default": False, **node, "name": name})
    require(sum(c["default"] for c in configurations) == 1, "configurations: exactly one must be the default.")
    return configurations


def load_constants(raw):
    constants = []
    for name, node in raw.items():
        where = f"constant {identifier(name, 'constants', upper=True)}"
        known_keys(node, where, ("value", "doc"))
        constants.append({"name": name, "value": integer(node["value"], where), "doc": node["doc"]})
    return constants


def load(text):
    """Returns the checked specification, in the form that the templates read."""
    raw = yaml.safe_load(text)
    known_keys(raw, "specification", ("name", "title", "hardware_version", "stream_version", "constants", "configurations",
                                      "enums", "registers", "stream_header", "command_header", "formats", "commands"))
    known_keys(raw["hardware_version"], "hardware_version", ("major", "minor", "patch"))
    for part, number in raw["hardware_version"].items():
        integer(number, f"hardware_version: {part}", 0, 255)
    integer(raw["stream_version"], "stream_version", 1, 65535)
    constants = load_constants(raw["constants"])
    enums = load_enums(raw["enums"])
    registers = load_registers(raw["registers"], enums)
    for enum in enums.values():
        enum["width"] = enum["width"] or enum["minimal_width"]
    header = [load_field(key, field, "command_header", 4) for key, field in raw["command_header"].items()]
    check_overlap(header, "command_header")
    formats = {}
    for name, node in raw["formats"].items():
        known_keys(node, f"format {identifier(name, 'formats', upper=False)}", ("words", "fields"))
        formats[name] = load_layout(name, node["words"], node["fields"], header)
    known_keys(raw["stream_header"], "stream_header", ("words", "fields"))
    return {
        "name": raw["name"], "title": raw["title"], "version": raw["hardware_version"],
        "stream_version": raw["stream_version"], "constants": constants,
        "configurations": load_configurations(raw["configurations"], constants), "enums": enums, "registers": registers,
        "header": header,
        "stream_header": load_layout("stream_header", raw["stream_header"]["words"], raw["stream_header"]["fields"], []),
        "formats": formats, "commands": load_commands(raw["commands"], formats), "engines": ENGINES,
    }


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def doc_lines(text, indent=0):
    """A documentation comment of 120 columns for C++ or SystemVerilog, without the first line's indentation."""
    sentence = text if text.endswith(".") else text + "."
    lines = textwrap.wrap(sentence, 116 - indent, break_long_words=False, break_on_hyphens=False)
    return ("\n" + " " * indent).join(f"/// {line}" for line in lines)


def limits(field):
    """A field's limits in words, or an empty string."""
    parts = [f"at least {field['min']}"] if field["has_min"] else []
    parts += [f"at most {field['max']}"] if field["has_max"] else []
    parts += [f"a multiple of {field['align']}"] if field["align"] > 1 else []
    return ", ".join(parts)


def check_unique_names(path, text):
    """Names of different kinds may collide once prefixes are added (say, an enum value and a register field)."""
    names = re.findall(r"^\s*localparam\s[^=]*?(\w+)\s*=", text, re.M) + re.findall(r"^#define (\w+)", text, re.M)
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, f"{path}: the name {', '.join(twice)} would be defined twice.")


def render(spec, soc):
    """Returns {path: text} of every generated file."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "spec" / "templates"), trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    environment.filters["camel"] = camel
    environment.filters["hex32"] = lambda value: f"0x{value:08x}"
    environment.filters["hex"] = lambda value, digits: f"{value:0{digits}x}"
    environment.filters["bit_range"] = lambda f: f"{f['lsb'] + f['width'] - 1}:{f['lsb']}" if f["width"] > 1 else f["lsb"]
    environment.filters["doc"] = doc_lines
    environment.filters["limits"] = limits
    environment.filters["xml"] = lambda s: s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    files = {}
    for outputs, values in ((OUTPUTS, spec), (SOC_OUTPUTS, soc)):
        for template, path in outputs.items():
            text = environment.get_template(template).render(values)
            files[path] = "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n")) + "\n"
            check_unique_names(path, files[path])
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "auklet.yaml", help="the specification to read")
    parser.add_argument("--soc", type=Path, default=ROOT / "spec" / "soc.yaml", help="the simulated system to read")
    arguments = parser.parse_args()
    try:
        soc = spec_soc.load(yaml.safe_load(arguments.soc.read_text(encoding="utf-8")), sys.modules[__name__])
        files = render(load(arguments.spec.read_text(encoding="utf-8")), soc)
    except (SpecError, yaml.YAMLError, OSError) as error:
        print(f"gen_spec.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    stale = [path for path, text in files.items()
             if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text]
    if arguments.check:
        for path in stale:
            print(f"gen_spec.py: {path} is not what spec/ gives; run scripts/gen_spec.py.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(files[path], encoding="utf-8")
        print(f"gen_spec.py: wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
