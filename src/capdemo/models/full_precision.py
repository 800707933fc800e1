"""Float32 that is float32: not cuDNN's or cuBLAS' ten bits of mantissa."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def full_precision(dtype: torch.dtype) -> AbstractContextManager[None]:
    """Keep cuDNN from rounding float32 to TF32; nothing for other types."""
    if dtype != torch.float32 or not torch.cuda.is_available():
        return contextlib.nullcontext()
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags
