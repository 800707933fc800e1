"""Reads the weights and the wiring of an ONNX file, and nothing else; runs no graph.

An ONNX file is one protobuf message. Of its wire format (a tag, then a varint, or a length and so
many bytes) little is needed, so it is read here: the package `onnx` would bring protobuf and 18 MB
for it. Field numbers are those of onnx.proto3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_GRAPH = 7
_NODE, _INITIALIZER = 1, 5
_NODE_INPUT, _NODE_NAME, _NODE_TYPE = 1, 3, 4
_DIMS, _DATA_TYPE, _FLOATS, _NAME, _RAW = 1, 2, 4, 8, 9

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_TYPES: Mapping[int, str] = {1: "<f4", 7: "<i8", 10: "<f2", 11: "<f8"}
"""ONNX's numbers of the types that weights have."""


@dataclass(frozen=True, slots=True)
class OnnxNode:
    """A step of the graph."""

    name: str
    kind: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """What the file holds."""

    weights: Mapping[str, NDArray[Any]]
    """The initialisers of known types by name."""
    nodes: tuple[OnnxNode, ...]


def read_onnx(path: Path) -> OnnxFile:
    """Read an ONNX file whose weights are in the file itself.

    Raises `InputError` where it is none, is cut short, or keeps its weights elsewhere.
    """
    try:
        graph = next(value for field, value in _fields(_content(path)) if field == _GRAPH)
        weights: dict[str, NDArray[Any]] = {}
        nodes: list[OnnxNode] = []
        for field, value in _fields(graph):
            if field == _INITIALIZER:
                weights |= _weight(value)
            elif field == _NODE:
                nodes.append(_node(value))
    except (OSError, ValueError, IndexError, StopIteration, TypeError) as error:
        raise InputError(
            f"The file is no ONNX network, or cut short ({str(error) or 'no graph'}).",
            where=str(path),
            hint="Fetch it again: capdemo models fetch",
        ) from error
    return OnnxFile(weights, tuple(nodes))


def _content(path: Path) -> memoryview:
    return memoryview(path.read_bytes())


def _weight(message: memoryview) -> dict[str, NDArray[Any]]:
    shape: list[int] = []
    name, kind, raw = "", 0, memoryview(b"")
    for field, value in _fields(message):
        if field == _DIMS:
            shape += _varints(value) if isinstance(value, memoryview) else [value]
        elif field == _DATA_TYPE:
            kind = value
        elif field == _NAME:
            name = bytes(value).decode()
        elif field in {_RAW, _FLOATS}:
            raw = value
    if kind not in _TYPES:
        return {}
    values = np.frombuffer(raw, _TYPES[kind])
    if len(values) != math.prod(shape):
        raise ValueError(f"{name} has {len(values)} values for the shape {shape}")
    return {name: values.reshape(shape)}


def _node(message: memoryview) -> OnnxNode:
    texts: dict[int, list[str]] = {_NODE_INPUT: [], _NODE_NAME: [""], _NODE_TYPE: [""]}
    for field, value in _fields(message):
        if field in texts:
            texts[field].append(bytes(value).decode())
    return OnnxNode(texts[_NODE_NAME][-1], texts[_NODE_TYPE][-1], tuple(texts[_NODE_INPUT]))


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """The fields of a message: a number each, with an integer or with bytes."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        field, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(message, position)
            yield field, value
            continue
        if wire == _BYTES:
            length, position = _varint(message, position)
        elif wire in {_EIGHT, _FOUR}:
            length = 8 if wire == _EIGHT else 4
        else:
            raise ValueError(f"wire type {wire}")
        if position + length > len(message):
            raise ValueError("the end is missing")
        yield field, message[position : position + length]
        position += length


def _varints(packed: memoryview) -> list[int]:
    found, position = [], 0
    while position < len(packed):
        value, position = _varint(packed, position)
        found.append(value)
    return found


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first, the last byte without its eighth bit."""
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  # the eighth bit
            return value, position
        shift += 7
