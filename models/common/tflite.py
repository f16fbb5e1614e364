# SPDX-License-Identifier: Apache-2.0
"""Reads and writes .tflite files (schema version 3) of one subgraph, for the operators in OPERATORS.

Field and enum numbers are those of TensorFlow Lite's schema.fbs; each is written down here once and serves both
directions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

import numpy as np

from .flatbuffer import Encoder, Scalar, Table, Vector, View

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
BUFFER_ALIGNMENT = 16  # kernels may read constant tensors with aligned vector loads

TENSOR_TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 4: np.int64, 7: np.int16, 9: np.int8}
PADDING = ("SAME", "VALID")
ACTIVATION = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")


@dataclass(frozen=True)
class OptionField:
    """One field of an operator's options table."""

    name: str
    fmt: str  # struct code; 'v' is a vector of int32
    default: Any = 0
    names: Optional[tuple[str, ...]] = None  # the enum's values, in order


@dataclass(frozen=True)
class OperatorKind:
    """A builtin operator: its code, the number of its options in the union, and their fields in schema order."""

    code: int
    options_type: int
    fields: tuple[OptionField, ...]


_PADDING = OptionField("padding", "b", "SAME", PADDING)
_ACTIVATION = OptionField("fused_activation", "b", "NONE", ACTIVATION)
_STRIDES = (OptionField("stride_w", "i"), OptionField("stride_h", "i"))
_DILATIONS = (OptionField("dilation_w", "i", 1), OptionField("dilation_h", "i", 1))

OPERATORS = {
    "AVERAGE_POOL_2D": OperatorKind(
        1, 5, (_PADDING, *_STRIDES, OptionField("filter_w", "i"), OptionField("filter_h", "i"), _ACTIVATION)
    ),
    "CONV_2D": OperatorKind(3, 1, (_PADDING, *_STRIDES, _ACTIVATION, *_DILATIONS)),
    "DEPTHWISE_CONV_2D": OperatorKind(
        4, 2, (_PADDING, *_STRIDES, OptionField("depth_multiplier", "i"), _ACTIVATION, *_DILATIONS)
    ),
    "FULLY_CONNECTED": OperatorKind(
        9, 8, (_ACTIVATION, OptionField("weights_format", "b"), OptionField("keep_num_dims", "?", False))
    ),
    "RESHAPE": OperatorKind(22, 17, (OptionField("new_shape", "v", ()),)),
    "SOFTMAX": OperatorKind(25, 9, (OptionField("beta", "f", 0.0),)),
}


@dataclass
class Tensor:
    """A tensor. `data` is None for what is computed at run time; an empty `scale` means not quantised."""

    name: str
    shape: tuple[int, ...]
    dtype: Any
    data: Optional[np.ndarray] = None
    scale: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    zero_point: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    quantized_dimension: int = 0


@dataclass
class Operator:
    kind: str  # a key of OPERATORS
    version: int
    inputs: list[int]  # tensor numbers; -1 is an optional input left out
    outputs: list[int]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Model:
    tensors: list[Tensor]
    operators: list[Operator]
    inputs: list[int]
    outputs: list[int]
    description: str = ""
    min_runtime_version: str = ""


def _encode_options(kind: OperatorKind, options: dict[str, Any]) -> Table:
    unknown = set(options) - {item.name for item in kind.fields}
    if unknown:
        raise ValueError(f"unknown options: {sorted(unknown)}")
    table = Table()
    for number, item in enumerate(kind.fields):
        value = options.get(item.name, item.default)
        if item.fmt == "v":
            table.add(number, Vector.of("i", value) if value else None)
        elif item.names:
            table.add_scalar(number, item.fmt, item.names.index(value), item.names.index(item.default))
        else:
            table.add_scalar(number, item.fmt, value, item.default)
    return table


def _decode_options(kind: OperatorKind, view: Optional[View]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for number, item in enumerate(kind.fields):
        if item.fmt == "v":
            options[item.name] = tuple(view.numbers(number, "i")) if view else item.default
        elif item.names:
            default = item.names.index(item.default)
            options[item.name] = item.names[view.scalar(number, item.fmt, default) if view else default]
        else:
            options[item.name] = view.scalar(number, item.fmt, item.default) if view else item.default
    return options


def _encode_tensor(tensor: Tensor, buffer: int) -> Table:
    types = {np.dtype(value): key for key, value in TENSOR_TYPES.items()}
    table = Table().add(0, Vector.of("i", tensor.shape))
    table.add_scalar(1, "b", types[np.dtype(tensor.dtype)], 0).add_scalar(2, "I", buffer, 0).add(3, tensor.name)
    quantization = Table()
    if tensor.scale.size:
        quantization.add(2, Vector.of("f", tensor.scale)).add(3, Vector.of("q", tensor.zero_point))
        quantization.add_scalar(6, "i", tensor.quantized_dimension, 0)
    return table.add(4, quantization)


def write(model: Model) -> bytes:
    """The file's bytes. Buffer 0 is the empty one, as TensorFlow Lite demands; each constant gets its own."""
    buffers = [Table()]

    def add_buffer(data: bytes) -> int:
        buffers.append(Table().add(0, Vector(data, 1, BUFFER_ALIGNMENT)))
        return len(buffers) - 1

    kinds = list(dict.fromkeys((operator.kind, operator.version) for operator in model.operators))
    codes = []
    for name, version in kinds:
        code = OPERATORS[name].code
        # The one-byte code came first and is still written, for readers older than the wide one.
        table = Table().add(0, Scalar("b", code)).add_scalar(2, "i", version, 1)
        codes.append(table.add(3, Scalar("i", code)))
    tensors = []
    for tensor in model.tensors:
        buffer = 0
        if tensor.data is not None:
            data = np.ascontiguousarray(tensor.data, np.dtype(tensor.dtype).newbyteorder("<"))
            if data.shape != tuple(tensor.shape):
                raise ValueError(f"{tensor.name}: the data's shape is {data.shape}, not {tensor.shape}")
            buffer = add_buffer(data.tobytes())
        tensors.append(_encode_tensor(tensor, buffer))
    operators = []
    for operator in model.operators:
        kind = OPERATORS[operator.kind]
        table = Table().add_scalar(0, "I", kinds.index((operator.kind, operator.version)), 0)
        table.add(1, Vector.of("i", operator.inputs)).add(2, Vector.of("i", operator.outputs))
        operators.append(table.add(3, Scalar("B", kind.options_type)).add(4, _encode_options(kind, operator.options)))
    subgraph = Table().add(0, tensors).add(1, Vector.of("i", model.inputs)).add(2, Vector.of("i", model.outputs))
    subgraph.add(3, operators).add(4, "main")
    root = Table().add(0, Scalar("I", SCHEMA_VERSION)).add(1, codes).add(2, [subgraph]).add(3, model.description)
    if model.min_runtime_version:
        # TensorFlow Lite's own files hold this string in 16 bytes, filled up with zeros.
        number = add_buffer(model.min_runtime_version.encode("ascii").ljust(16, b"\0"))
        root.add(6, [Table().add(0, "min_runtime_version").add(1, Scalar("I", number))])
    return Encoder().encode(root.add(4, buffers), IDENTIFIER)


def _decode_tensor(view: View, buffers: list[bytes]) -> Tensor:
    shape = tuple(view.numbers(0, "i"))
    dtype = TENSOR_TYPES[view.scalar(1, "b", 0)]
    raw = buffers[view.scalar(2, "I", 0)]
    tensor = Tensor(view.blob(3).decode("utf-8"), shape, dtype)
    if raw:
        tensor.data = np.frombuffer(raw, np.dtype(dtype).newbyteorder("<")).reshape(shape)
    if view.has(4):
        quantization = view.table(4)
        tensor.scale = np.array(quantization.numbers(2, "f"), np.float32)
        tensor.zero_point = np.array(quantization.numbers(3, "q"), np.int64)
        tensor.quantized_dimension = quantization.scalar(6, "i", 0)
    return tensor


def read(data: bytes) -> Model:
    """Decodes a file of one subgraph; raises ValueError or KeyError on what this module does not know."""
    root = View.root(data, IDENTIFIER)
    buffers = [view.blob(0) for view in root.tables(4)]
    names = {kind.code: name for name, kind in OPERATORS.items()}
    codes = []
    for view in root.tables(1):
        code = max(view.scalar(0, "b", 0), view.scalar(3, "i", 0))
        if code not in names:
            raise ValueError(f"operator {code} is not in OPERATORS")
        codes.append((names[code], view.scalar(2, "i", 1)))
    subgraphs = root.tables(2)
    if len(subgraphs) != 1:
        raise ValueError(f"{len(subgraphs)} subgraphs; one is supported")
    graph = subgraphs[0]
    operators = []
    for view in graph.tables(3):
        name, version = codes[view.scalar(0, "I", 0)]
        options = _decode_options(OPERATORS[name], view.table(4) if view.has(4) else None)
        operators.append(Operator(name, version, view.numbers(1, "i"), view.numbers(2, "i"), options))
    model = Model(
        [_decode_tensor(view, buffers) for view in graph.tables(0)],
        operators,
        graph.numbers(1, "i"),
        graph.numbers(2, "i"),
        root.blob(3).decode("utf-8"),
    )
    for entry in root.tables(6):
        if entry.blob(0) == b"min_runtime_version":
            model.min_runtime_version = buffers[entry.scalar(1, "I", 0)].rstrip(b"\0").decode("ascii")
    return model
