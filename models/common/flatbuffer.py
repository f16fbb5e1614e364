# SPDX-License-Identifier: Apache-2.0
"""A small FlatBuffers encoder and decoder: what a .tflite file needs, in plain Python.

The format is described at https://flatbuffers.dev/internals. The encoder lays objects out front to back: the root
table first, then whatever it refers to, so that every (unsigned) offset points forwards as the format demands.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Union


@dataclass
class Scalar:
    """One number; `fmt` is its struct code ('b', 'B', 'i', 'I', 'f', 'q', ...)."""

    fmt: str
    value: Union[int, float, bool]

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.fmt)


@dataclass
class Vector:
    """A vector of numbers, already in little-endian bytes; `align` is the alignment of its first element."""

    data: bytes
    item_size: int
    align: int

    @staticmethod
    def of(fmt: str, values: Any) -> "Vector":
        values = list(values)
        size = struct.calcsize("<" + fmt)
        return Vector(struct.pack(f"<{len(values)}{fmt}", *values), size, max(size, 4))


@dataclass
class Table:
    """A table: field number to value (Scalar, Vector, str, Table, or a list of Tables)."""

    fields: dict[int, Any] = field(default_factory=dict)

    def add(self, number: int, value: Any) -> "Table":
        """Sets a field, leaving it out when there is nothing to say (None)."""
        if value is not None:
            self.fields[number] = value
        return self

    def add_scalar(self, number: int, fmt: str, value: Union[int, float, bool], default: Union[int, float]) -> "Table":
        """Sets a number, leaving it out when it equals the schema's default."""
        return self.add(number, Scalar(fmt, value) if value != default else None)


class Encoder:
    """Turns a tree of Tables into the bytes of one FlatBuffer."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.vtables: dict[bytes, int] = {}
        # (position of an offset that is still to be filled in, the object that it will point to)
        self.pending: deque[tuple[int, Any]] = deque()

    def encode(self, root: Table, identifier: bytes) -> bytes:
        """The finished buffer; `identifier` is the four-byte file identifier."""
        if len(identifier) != 4:
            raise ValueError("a FlatBuffers file identifier has four bytes")
        self.buffer += bytes(4) + identifier
        self.pending.append((0, root))
        while self.pending:
            slot, value = self.pending.popleft()
            struct.pack_into("<I", self.buffer, slot, self._place(value) - slot)
        self._pad(4)
        return bytes(self.buffer)

    def _pad(self, align: int, ahead: int = 0) -> None:
        """Pads with zeros until `ahead` bytes further on is aligned."""
        self.buffer += bytes(-(len(self.buffer) + ahead) % align)

    def _place(self, value: Any) -> int:
        if isinstance(value, Table):
            return self._place_table(value)
        if isinstance(value, str):
            data = value.encode("utf-8")
            return self._place_vector(len(data), data + b"\0", 4)
        if isinstance(value, Vector):
            return self._place_vector(len(value.data) // value.item_size, value.data, value.align)
        if isinstance(value, list):
            position = self._place_vector(len(value), bytes(4 * len(value)), 4)
            for index, item in enumerate(value):
                self.pending.append((position + 4 + 4 * index, item))
            return position
        raise TypeError(f"cannot encode a {type(value).__name__}")

    def _place_vector(self, count: int, data: bytes, align: int) -> int:
        self._pad(max(align, 4), ahead=4)
        position = len(self.buffer)
        self.buffer += struct.pack("<I", count) + data
        return position

    def _place_table(self, table: Table) -> int:
        # Wide fields first: then each is aligned as soon as the first one is.
        sizes = {number: value.size if isinstance(value, Scalar) else 4 for number, value in table.fields.items()}
        offsets: dict[int, int] = {}
        end = 4  # the offset to the vtable comes first
        for number in sorted(sizes, key=lambda n: (-sizes[n], n)):
            end += -end % sizes[number]
            offsets[number] = end
            end += sizes[number]
        slots = [offsets.get(number, 0) for number in range(max(sizes, default=-1) + 1)]
        vtable = struct.pack(f"<{len(slots) + 2}H", 4 + 2 * len(slots), end, *slots)
        if vtable not in self.vtables:
            self._pad(2)
            self.vtables[vtable] = len(self.buffer)
            self.buffer += vtable
        self._pad(max([4, *sizes.values()]))
        position = len(self.buffer)
        self.buffer += struct.pack("<i", position - self.vtables[vtable]) + bytes(end - 4)
        for number, value in table.fields.items():
            if isinstance(value, Scalar):
                struct.pack_into("<" + value.fmt, self.buffer, position + offsets[number], value.value)
            else:
                self.pending.append((position + offsets[number], value))
        return position


class View:
    """A table in an encoded buffer. Reading past the end raises struct.error; there is no other verification."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position

    @staticmethod
    def root(data: bytes, identifier: bytes) -> "View":
        if data[4:8] != identifier:
            raise ValueError(f"not a {identifier.decode()} file")
        return View(data, struct.unpack_from("<I", data, 0)[0])

    def _find(self, number: int) -> int:
        vtable = self.position - struct.unpack_from("<i", self.data, self.position)[0]
        slot = 4 + 2 * number
        if slot >= struct.unpack_from("<H", self.data, vtable)[0]:
            return 0
        offset = struct.unpack_from("<H", self.data, vtable + slot)[0]
        return self.position + offset if offset else 0

    def _follow(self, position: int) -> int:
        return position + struct.unpack_from("<I", self.data, position)[0]

    def has(self, number: int) -> bool:
        return self._find(number) != 0

    def scalar(self, number: int, fmt: str, default: Any) -> Any:
        position = self._find(number)
        return struct.unpack_from("<" + fmt, self.data, position)[0] if position else default

    def table(self, number: int) -> "View":
        position = self._find(number)
        if not position:
            raise ValueError(f"required field {number} is absent")
        return View(self.data, self._follow(position))

    def numbers(self, number: int, fmt: str) -> list[Any]:
        """A vector of numbers, empty when absent."""
        position = self._find(number)
        if not position:
            return []
        position = self._follow(position)
        count = struct.unpack_from("<I", self.data, position)[0]
        return list(struct.unpack_from(f"<{count}{fmt}", self.data, position + 4))

    def blob(self, number: int) -> bytes:
        """A vector of bytes (or a string), empty when absent."""
        position = self._find(number)
        if not position:
            return b""
        position = self._follow(position)
        count = struct.unpack_from("<I", self.data, position)[0]
        return self.data[position + 4 : position + 4 + count]

    def tables(self, number: int) -> list["View"]:
        position = self._find(number)
        if not position:
            return []
        position = self._follow(position)
        count = struct.unpack_from("<I", self.data, position)[0]
        return [View(self.data, self._follow(position + 4 + 4 * index)) for index in range(count)]
