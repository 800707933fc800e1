"""What ComfyUI 0.3.64 computed, and the pictures it was given; see golden/README.md."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Generator

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class PixelCase:
    """One call of a node; `expected` is None where ComfyUI raised."""

    node: str
    inputs: dict[str, Any]
    expected: tuple[Any, ...] | None

    def arguments(self) -> dict[str, object]:
        """The inputs with their pictures made."""
        return {name: made(value) for name, value in self.inputs.items()}


@cache
def cases() -> tuple[PixelCase, ...]:
    """All of them, in the order of the file."""
    planes = np.load(GOLDEN / "expected_pixels.npz")["planes"]
    values = torch.from_numpy(np.ascontiguousarray(planes.T).view("<f4").ravel())
    pieces = _pieces(values)
    next(pieces)
    read = []
    for entry in json.loads((GOLDEN / "pixel_cases.json").read_text()):
        outputs = entry.get("outputs")
        expected = None if outputs is None else tuple(_filled(o, pieces) for o in outputs)
        read.append(PixelCase(entry["node"], entry["inputs"], expected))
    return tuple(read)


def made(value: Any) -> Any:
    """A widget's value as it is, a picture's description as the picture."""
    if isinstance(value, list):
        return [made(item) for item in value]
    return _drawn(value) if isinstance(value, dict) else value


def _drawn(description: dict[str, Any]) -> torch.Tensor:
    shape, kind = description["shape"], description.get("kind", "bytes")
    generator = torch.Generator().manual_seed(description["seed"])
    if kind == "floats":
        return torch.rand(shape, generator=generator)
    if kind == "ones":
        return torch.ones(shape)
    if kind == "corners":
        return torch.randint(0, 2, shape, generator=generator).float()
    if kind == "smooth":
        coarse = torch.randint(0, 256, [shape[0], shape[3], 4, 5], generator=generator) / 255
        large = torch.nn.functional.interpolate(coarse, size=shape[1:3], mode="bicubic")
        return large.clamp(0, 1).movedim(1, -1).contiguous()
    return torch.randint(0, 256, shape, generator=generator) / 255


def _pieces(values: torch.Tensor) -> Generator[torch.Tensor, int, None]:
    """Send a number of values, get the next so many."""
    start = 0
    length = yield values[:0]
    while True:
        piece = values[start : start + length]
        start += length
        length = yield piece


def _filled(output: Any, pieces: Generator[torch.Tensor, int, None]) -> Any:
    if isinstance(output, list):
        return [_filled(item, pieces) for item in output]
    if isinstance(output, dict):
        return pieces.send(math.prod(output["shape"])).reshape(output["shape"])
    return output
