"""Tensors of a file, read one by one when asked for; the file is mapped, not loaded.

What was read and copied is given back to the system at once, so that a network that is cast
while it is read needs little more memory than it will have.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
from typing import TYPE_CHECKING, Any, Protocol

import torch

from capdemo.errors import InputError
from capdemo.models.file_start import recognise_start
from capdemo.models.weights import SAFE, read_state_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TYPES: Mapping[str, torch.dtype] = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_LENGTH = 8
_LARGEST_HEADER = 100_000_000
"""Bytes; the limit that the format itself sets."""


class TensorFile(Protocol):
    """Named tensors, whose shapes are known before any is read."""

    @property
    def path(self) -> Path:
        """Where they are."""
        ...

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """By name; every tensor of the file has one."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself."""
        ...

    def dtype(self, name: str) -> torch.dtype:
        """The type that a tensor is stored in."""
        ...

    def read(self, name: str) -> torch.Tensor:
        """A tensor on the CPU; it may share the file's memory, and must not be changed."""
        ...

    def forget(self, name: str) -> None:
        """Give back the memory of a tensor that was read and copied."""
        ...


def open_tensors(path: Path) -> TensorFile:
    """Open `.safetensors`, or read `.ckpt`, `.pt`, `.pth`, `.bin` by the restricted unpickler.

    Raises `InputError` where the file is damaged, cut short, or something else.
    """
    if path.suffix.lower() in SAFE:
        return _Safetensors(path)
    return LoadedTensors(path, flatten(read_state_dict(path)))


def flatten(content: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """The tensors of a pickled file, out of the `state_dict` that checkpoints keep them in."""
    inner = content.get("state_dict")
    weights = inner if isinstance(inner, dict) else content
    return {str(name): value for name, value in weights.items() if isinstance(value, torch.Tensor)}


class LoadedTensors:
    """Tensors that are in memory already; implements `TensorFile`."""

    def __init__(self, path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
        self.path = path
        self.shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        self.metadata: Mapping[str, str] = {}
        self._tensors = tensors

    def dtype(self, name: str) -> torch.dtype:
        """As `TensorFile`."""
        return self._tensors[name].dtype

    def read(self, name: str) -> torch.Tensor:
        """As `TensorFile`."""
        return self._tensors[name]

    def forget(self, name: str) -> None:
        """Nothing: the tensors stay."""


class _Safetensors:
    """The safetensors format, version 0.6: length, JSON header, bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._map, header, self._start = _open(path)
        self.metadata: Mapping[str, str] = header.pop("__metadata__", {})
        try:
            self.shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
            self._dtypes = {name: _TYPES[entry["dtype"]] for name, entry in header.items()}
            self._spans = {name: _span(entry) for name, entry in header.items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged(path, f"its list of tensors is broken at {error}") from error
        self._check_ends()

    def dtype(self, name: str) -> torch.dtype:
        """As `TensorFile`."""
        return self._dtypes[name]

    def read(self, name: str) -> torch.Tensor:
        """As `TensorFile`."""
        begin, end = self._spans[name]
        dtype, shape = self._dtypes[name], self.shapes[name]
        if begin == end:
            return torch.empty(shape, dtype=dtype)
        offset = self._start + begin
        if offset % dtype.itemsize:
            aligned = bytearray(self._map[offset : self._start + end])
            return torch.frombuffer(aligned, dtype=dtype).reshape(shape)
        count = math.prod(shape)
        return torch.frombuffer(self._map, dtype=dtype, offset=offset, count=count).reshape(shape)

    def forget(self, name: str) -> None:
        """As `TensorFile`; whole pages only."""
        begin, end = self._spans[name]
        first = -(-(self._start + begin) // mmap.PAGESIZE) * mmap.PAGESIZE
        last = (self._start + end) // mmap.PAGESIZE * mmap.PAGESIZE
        if last > first and hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED, first, last - first)

    def _check_ends(self) -> None:
        present = len(self._map) - self._start
        needed = max((end for _, end in self._spans.values()), default=0)
        if needed > present:
            raise InputError(
                f"The file is cut short: {present:,} of {needed:,} bytes of weights are there.",
                where=str(self.path),
                hint="The download was not finished. Download the file again.",
            )
        for name, (begin, end) in self._spans.items():
            if end - begin != math.prod(self.shapes[name]) * self._dtypes[name].itemsize:
                raise _damaged(self.path, f"{name} has another size than its shape needs")


def _open(path: Path) -> tuple[mmap.mmap, dict[str, Any], int]:
    known = recognise_start(path)
    if known:
        raise InputError(f"The file is {known}.", where=str(path), hint="Download it again.")
    with path.open("rb") as file:
        # A private copy on write: torch wants memory that could be written.
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    if len(mapped) < _LENGTH:
        raise _damaged(path, "it has no header")
    (length,) = struct.unpack("<Q", mapped[:_LENGTH])
    if length > _LARGEST_HEADER:
        raise _damaged(path, "it does not begin with the length of a header")
    if _LENGTH + length > len(mapped):
        raise _damaged(path, "it ends within its header")
    try:
        header = json.loads(mapped[_LENGTH : _LENGTH + length])
    except ValueError as error:
        raise _damaged(path, "its header is no JSON") from error
    if not isinstance(header, dict):
        raise _damaged(path, "its header is no list of tensors")
    return mapped, header, _LENGTH + length


def _span(entry: Mapping[str, Any]) -> tuple[int, int]:
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end:
        raise ValueError(begin)
    return int(begin), int(end)


def _damaged(path: Path, why: str) -> InputError:
    return InputError(
        f"The file is no safetensors file, or is damaged: {why}.",
        where=str(path),
        hint="Download it again.",
    )
