"""Reads a file of weights into a state dict without running anything that the file contains."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file

from capdemo.errors import InputError
from capdemo.models.file_kinds import PICKLED, SAFE, another_file

if TYPE_CHECKING:
    from pathlib import Path


def read_state_dict(path: Path) -> dict[str, Any]:
    """Read `.safetensors` or `.pth`, the latter with torch's restricted unpickler.

    Raises `InputError` where the file is damaged, holds code, or is something else altogether.
    """
    suffix = path.suffix.lower()
    if suffix not in PICKLED | SAFE:
        raise InputError(
            f"Weights are not read from {suffix or 'a file without a suffix'}.",
            where=str(path),
            hint="Use .safetensors, .pth, .pt or .ckpt.",
        )
    try:
        content = _read_safe(path) if suffix in SAFE else _read_pickled(path)
    except pickle.UnpicklingError as error:
        raise _not_weights(path, "holds something that is not a tensor", error) from error
    except Exception as error:  # damaged bytes lead the readers to raise anything
        raise _not_weights(path, "is damaged or cut short", error) from error
    if not isinstance(content, dict) or not content:
        raise InputError("The file holds no weights.", where=str(path))
    return content


def strip_module_prefix(state_dict: dict[str, Any]) -> dict[str, Any]:
    """ComfyUI's rule for SwinIR files that were saved by `DataParallel`."""
    if "module.layers.0.residual_group.blocks.0.norm1.weight" not in state_dict:
        return state_dict
    return {key.removeprefix("module."): value for key, value in state_dict.items()}


def _read_safe(path: Path) -> Any:
    return load_file(path)


class _LeftBehind:
    """Stands for what training left beside the weights; it keeps nothing of what it is given."""

    def __init__(self, *_given: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


_LEFT_BEHIND = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "numpy.dtype",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
)
"""Keys of a table in the first Stable Diffusion checkpoints, and NumPy's numbers, such as a loss.

Nobody reads either, and ComfyUI takes files that hold them.
"""


def _read_pickled(path: Path) -> Any:
    allowed: list[Any] = [(_LeftBehind, name) for name in _LEFT_BEHIND]
    with torch.serialization.safe_globals(allowed), warnings.catch_warnings():
        # A protocol that torch does not write; what it cannot read of it is an error anyway.
        warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
        # Mapped where the format allows it, so that a large file is read when it is used.
        return torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )


_FRAME = "Unsupported operand 149"
"""What torch says of the first code of a pickle since protocol 4 (PEP 3154)."""


def _not_weights(path: Path, why: str, error: Exception) -> InputError:
    asked = re.search(r"GLOBAL ([\w.]+)", str(error))
    again = "Nothing of it was run. Take" if asked else "Download it again, or take"
    return another_file(path) or InputError(
        f"The file {why} ({f'it asks for {asked[1]}' if asked else _detail(error)}).",
        where=str(path),
        hint=f"{again} a .safetensors file.",
    )


def _detail(error: Exception) -> str:
    """What the reader means, without torch's paragraphs of advice."""
    if _FRAME in str(error):
        return "its pickle is of protocol 4 or later, which torch's safe reader does not know"
    first = (str(error).splitlines() or [type(error).__name__])[0]
    first = first.partition("Weights only load failed. ")[0].partition(". This is an internal")[0]
    return first.rstrip(".")[:160] or "no pickle"
