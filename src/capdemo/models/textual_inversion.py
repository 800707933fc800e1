"""Vectors in place of words (arXiv 2208.01618), from the kinds of files that they are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.weights import read_state_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIXES = ("", ".safetensors", ".pt", ".bin")
"""What may be left out of an embedding's name in a prompt, in the order that is tried."""


def read_embedding(path: Path, encoder: str, width: int) -> torch.Tensor:
    """The vectors (NC) of a file for a text encoder: `clip_l`, `clip_g`, `clip_h`.

    Raises `InputError` where the file has none of the encoder's width.
    """
    vectors = _choose(read_state_dict(path), encoder)
    if vectors is None or vectors.shape[-1] != width:
        found = "no vectors" if vectors is None else f"vectors of {vectors.shape[-1]} numbers"
        raise InputError(
            f"The embedding has {found}; the text encoder {encoder} takes {width}.",
            where=str(path),
            hint="Choose an embedding that was made for this family of models.",
        )
    return vectors.detach().float().reshape(-1, width)


def _choose(content: Mapping[str, Any], encoder: str) -> torch.Tensor | None:
    inner = content.get("string_to_param")
    candidates = [content.get(encoder)] if inner is None else []
    candidates += (content if inner is None else inner).values()
    return next((value for value in candidates if isinstance(value, torch.Tensor)), None)
