"""Whether a model file can be what its folder says, by its first bytes and names alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.models.file_kinds import PICKLED, SAFE, another_file, say_what_it_is
from capdemo.models.safetensors_header import read_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAY_HOLD: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints",),
    "diffusion_models": ("diffusion_models", "checkpoints"),
    "text_encoders": ("text_encoders",),
    "vae": ("vae", "checkpoints"),
    "loras": ("loras",),
    "controlnet": ("controlnet",),
}
"""Folders whose loaders take only some kinds of files: those that belong in these folders."""


def wrong_file(path: Path, folder: str) -> InputError | None:
    """The error that loading the file would end in, as far as nothing but its start tells.

    A file of a kind that is not known, or whose names are in a pickle, passes.
    """
    suffix = path.suffix.lower()
    if suffix not in PICKLED | SAFE:
        return None
    error = another_file(path)
    if error is not None or suffix in PICKLED:
        return error
    try:
        header = read_header(path)
    except InputError as damage:
        return damage
    found = say_what_it_is(header.entries)
    belongs = tuple(f"folder {kind}" for kind in _MAY_HOLD.get(folder, ()))
    if not found or not belongs or found.endswith(belongs):
        return None
    return InputError(
        f"The file is {found}.",
        where=str(path),
        hint=f"Choose one of the folder {folder}: capdemo models list",
    )
