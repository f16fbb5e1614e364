#!/usr/bin/env python3
"""Converts single-operator golden models into the test vectors of tests/data/ops.

Usage: golden_to_vectors.py GOLDEN_OPS_DIR OUTPUT_DIR [--budget BYTES]

GOLDEN_OPS_DIR holds one directory a model: model.tflite, tensors.json (operator options, tensor roles) and
caseN/{in,out}K.bin. Each becomes one file OUTPUT_DIR/NAME.vec that a test can read without a TFLite parser. Smallest
first, as many as fit the budget; what is left out is printed.

A .vec file is a text header, one record a line, ended by the line `end`; then the bytes of its arrays, in the header's
order, little-endian, without gaps:
  auklet-vectors 1             first line: format and version
  operator CONV_2D
  option KEY VALUE             as the model states them
  tensor ROLE TYPE DIM...      ROLE is input0, input1, ... output0 in the operator's order; absent inputs have no line
  array NAME TYPE DIM...       NAME is ROLE.scale, ROLE.zero_point, ROLE.data (constants) or caseN.ROLE
"""
import argparse
import json
import pathlib
import struct
import sys

FAMILIES = {"ABS", "ADD", "ARG_MAX", "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "ELU",
            "FULLY_CONNECTED", "HARD_SWISH", "L2_NORMALIZATION", "LEAKY_RELU", "LOGISTIC", "LOG_SOFTMAX", "MAXIMUM",
            "MAX_POOL_2D", "MEAN", "MINIMUM", "MUL", "PRELU", "QUANTIZE", "REDUCE_MAX", "RELU", "RELU6", "RESHAPE",
            "RSQRT", "SOFTMAX", "SQUARED_DIFFERENCE", "SUB", "SUM", "TANH"}
TYPE_BYTES = {"int8": 1, "uint8": 1, "int32": 4, "float32": 4}
DEFAULT_BUDGET = 470_000

# Field numbers of the TFLite schema, in the order in which its tables declare them.
MODEL_SUBGRAPHS, MODEL_BUFFERS = 2, 4
SUBGRAPH_TENSORS = 0
TENSOR_BUFFER, TENSOR_QUANTIZATION = 2, 4
QUANTIZATION_SCALE, QUANTIZATION_ZERO_POINT = 2, 3
BUFFER_DATA = 0


class Table:
    """A FlatBuffers table: an offset to a vtable, which holds one 16-bit offset a field (0: absent)."""

    def __init__(self, data, position):
        self.data, self.position = data, position
        vtable = position - struct.unpack_from("<i", data, position)[0]
        size = struct.unpack_from("<H", data, vtable)[0]
        self.offsets = struct.unpack_from(f"<{size // 2 - 2}H", data, vtable + 4)

    def field(self, number):
        """Absolute position of a field, or None."""
        present = number < len(self.offsets) and self.offsets[number]
        return self.position + self.offsets[number] if present else None

    def uint32(self, number):
        at = self.field(number)
        return 0 if at is None else struct.unpack_from("<I", self.data, at)[0]

    def table(self, number):
        at = self.field(number)
        return None if at is None else Table(self.data, follow(self.data, at))

    def vector(self, number):
        """(position of the first element, length) of a vector; (0, 0) when absent."""
        at = self.field(number)
        if at is None:
            return 0, 0
        start = follow(self.data, at)
        return start + 4, struct.unpack_from("<I", self.data, start)[0]

    def tables(self, number):
        start, length = self.vector(number)
        return [Table(self.data, follow(self.data, start + 4 * i)) for i in range(length)]


def follow(data, position):
    return position + struct.unpack_from("<I", data, position)[0]


class Vectors:
    """One .vec file in the making."""

    def __init__(self):
        self.lines = ["auklet-vectors 1"]
        self.blobs = []

    def line(self, *words):
        self.lines.append(" ".join(str(word) for word in words))

    def array(self, name, type_name, shape, data):
        count = 1
        for dimension in shape:
            count *= dimension
        if len(data) != count * TYPE_BYTES[type_name]:
            raise ValueError(f"{name}: {len(data)} bytes for {type_name} {shape}")
        self.line("array", name, type_name, *shape)
        self.blobs.append(data)

    def encode(self):
        return ("\n".join(self.lines + ["end", ""])).encode("ascii") + b"".join(self.blobs)


def add_tensor(vectors, role, description, tensor, buffers):
    """Shape, quantisation and, for constants, contents of one tensor."""
    type_name = description["type"].lower()
    vectors.line("tensor", role, type_name, *description["shape"])
    data = tensor.data
    quantization = tensor.table(TENSOR_QUANTIZATION)
    if quantization is not None:
        start, length = quantization.vector(QUANTIZATION_SCALE)
        if length:
            vectors.array(f"{role}.scale", "float32", [length], data[start:start + 4 * length])
        start, length = quantization.vector(QUANTIZATION_ZERO_POINT)
        if length:
            values = struct.unpack_from(f"<{length}q", data, start)
            vectors.array(f"{role}.zero_point", "int32", [length], struct.pack(f"<{length}i", *values))
    start, length = buffers[tensor.uint32(TENSOR_BUFFER)].vector(BUFFER_DATA)
    if length:
        vectors.array(f"{role}.data", type_name, description["shape"], data[start:start + length])


def convert(directory):
    """The bytes of one model's .vec file, or None when its operator is not one of FAMILIES."""
    graph = json.loads((directory / "tensors.json").read_text())["subgraphs"][0]
    if len(graph["ops"]) != 1 or graph["ops"][0]["opcode"] not in FAMILIES:
        return None
    operator = graph["ops"][0]
    data = (directory / "model.tflite").read_bytes()
    model = Table(data, follow(data, 0))
    buffers = model.tables(MODEL_BUFFERS)
    tensors = model.tables(MODEL_SUBGRAPHS)[0].tables(SUBGRAPH_TENSORS)

    vectors = Vectors()
    vectors.line("operator", operator["opcode"])
    for key, value in (operator.get("options") or {}).items():
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            vectors.line("option", key, value)
    roles = {}
    for kind in ("input", "output"):
        for slot, index in enumerate(operator[f"{kind}s"]):
            if index >= 0:
                roles.setdefault(index, []).append(f"{kind}{slot}")
                add_tensor(vectors, f"{kind}{slot}", graph["tensors"][index], tensors[index], buffers)
    for case in sorted(path for path in directory.iterdir() if path.is_dir() and path.name.startswith("case")):
        for prefix, indices in (("in", graph["inputs"]), ("out", graph["outputs"])):
            for number, index in enumerate(indices):
                contents = (case / f"{prefix}{number}.bin").read_bytes()
                description = graph["tensors"][index]
                for role in roles[index]:
                    vectors.array(f"{case.name}.{role}", description["type"].lower(), description["shape"], contents)
    return vectors.encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("golden", type=pathlib.Path, help="directory of single-operator models")
    parser.add_argument("output", type=pathlib.Path, help="directory for the .vec files")
    parser.add_argument("--budget", type=int, default=DEFAULT_BUDGET, help="bytes in total (default: %(default)s)")
    arguments = parser.parse_args()

    converted = []
    for directory in sorted(arguments.golden.iterdir()):
        if (directory / "model.tflite").is_file() and (directory / "tensors.json").is_file():
            vectors = convert(directory)
            if vectors is not None:
                converted.append((len(vectors), directory.name, vectors))
    if not converted:
        print(f"No single-operator models of the known operators in {arguments.golden}.", file=sys.stderr)
        return 1

    arguments.output.mkdir(parents=True, exist_ok=True)
    total, left_out = 0, []
    for size, name, vectors in sorted(converted):
        if total + size > arguments.budget:
            left_out.append(f"{name} ({size} bytes)")
            continue
        (arguments.output / f"{name}.vec").write_bytes(vectors)
        total += size
    print(f"{len(converted) - len(left_out)} files, {total} bytes; left out: {', '.join(left_out) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
