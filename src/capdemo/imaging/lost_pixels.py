"""Pixels that are no numbers (NaN), of which 8 bits make black; infinity is clipped like others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import RunError

if TYPE_CHECKING:
    import torch

    from capdemo.node_api import Image


def say_lost_pixels(images: Image) -> str:
    """A sentence on pixels that are no numbers in some pictures (BHWC); empty without any.

    Raises `RunError` where there is no other pixel: ComfyUI writes black pictures then.
    """
    shares = [_lost(picture) for picture in images]
    worst = max(shares, default=0.0)
    if not worst:
        return ""
    if min(shares) == 1.0:
        raise RunError(
            "The pictures hold no numbers (NaN), so there is nothing to write but black.",
            hint="Look at the nodes before: one divides by zero, or a network's file is damaged. "
            "In fast mode, try --precision exact.",
        )
    count = sum(share > 0 for share in shares)
    which = "the picture" if len(shares) == 1 else f"{count} of {len(shares)} pictures"
    return (
        f"Pixels that are no numbers (NaN) are black, as in ComfyUI, in {which}: up to "
        f"{max(0.1, 100 * worst):.1f} % of one. Look at the nodes before."
    )


def _lost(picture: torch.Tensor) -> float:
    # A sum that is a number tells that all are, at a small part of the cost of encoding.
    if bool(picture.sum().isfinite()):
        return 0.0
    return float(picture.isnan().any(-1).float().mean())
