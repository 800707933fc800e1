"""Writes small ncnn models, so that the reader is tested against the format and not itself."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capdemo.models.ncnn import Array

HALF = 0x01306B47


def convolution(name: str, outputs: int, kernel: int, size: int) -> str:
    """A line of a `.param`."""
    return f"Convolution {name} 1 1 in out 0={outputs} 1={kernel} 4={kernel // 2} 5=1 6={size}"


def half_blob(weight: Array, bias: Array) -> bytes:
    """A convolution as `ncnnoptimize` stores it: tag, float16 weight padded to 4 bytes, bias."""
    stored = weight.astype("<f2").tobytes()
    return struct.pack("<I", HALF) + stored + b"\0" * (-len(stored) % 4) + _floats(bias)


def plain_blob(weight: Array, bias: Array) -> bytes:
    """A convolution with float32 weight."""
    return struct.pack("<I", 0) + _floats(weight) + _floats(bias)


def _floats(values: Array) -> bytes:
    return np.asarray(values, "<f4").tobytes()


def write_network(folder: Path, lines: Sequence[str], blob: bytes) -> Path:
    """Write both files and return the `.bin`."""
    text = "\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines]) + "\n"
    (folder / "net.param").write_text(text)
    (folder / "net.bin").write_bytes(blob)
    return folder / "net.bin"
