"""Numbers that ComfyUI 0.3.64 computed; `golden/README.md` says how."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

_FOLDER = Path(__file__).with_name("golden")


@cache
def golden(name: str) -> dict[str, np.ndarray[Any, Any]]:
    """All arrays of a file."""
    with np.load(_FOLDER / f"{name}.npz") as archive:
        return {key: archive[key] for key in archive.files}


def relative_error(got: torch.Tensor, wanted: np.ndarray[Any, Any]) -> float:
    """The largest difference, as a share of the largest wanted number."""
    expected = torch.from_numpy(wanted)
    assert got.shape == expected.shape
    return float((got - expected).abs().max() / expected.abs().max())
