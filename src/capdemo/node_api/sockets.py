"""The types that travel along links, named so that a type checker tells a mask from an image."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NewType, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

Image = NewType("Image", "torch.Tensor")
"""BHWC, float32, 0..1, RGB or RGBA, on the CPU."""

Mask = NewType("Mask", "torch.Tensor")
"""BHW, float32, 0..1, on the CPU; 1 is selected."""


class UpscaleModel(Protocol):
    """A loaded network that enlarges, or at scale 1 restores, one picture at a time."""

    @property
    def scale(self) -> int:
        """Output pixels per input pixel, along each side."""
        ...

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """Run the network on one picture or tile.

        Takes 1CHW, float32, 0..1, RGB, on any device; returns 1CHW, float32, 0..1, on the CPU,
        `scale` times as high and wide.
        """
        ...


SOCKET_TYPES: Mapping[Any, str] = MappingProxyType(
    {Image: "IMAGE", Mask: "MASK", UpscaleModel: "UPSCALE_MODEL"},
)
"""From the Python type to the name that workflow files use."""
