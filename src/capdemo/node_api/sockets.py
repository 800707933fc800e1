"""The types that travel along links, named so that a type checker tells a mask from an image."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from spandrel import ImageModelDescriptor

Image = NewType("Image", "torch.Tensor")
"""BHWC, float32, 0..1, RGB or RGBA, on the CPU."""

Mask = NewType("Mask", "torch.Tensor")
"""BHW, float32, 0..1; 1 is selected."""

UpscaleModel = NewType("UpscaleModel", "ImageModelDescriptor[torch.nn.Module]")
"""A single-image network as spandrel describes it."""

SOCKET_TYPES: Mapping[Any, str] = MappingProxyType(
    {Image: "IMAGE", Mask: "MASK", UpscaleModel: "UPSCALE_MODEL"},
)
"""From the Python type to the name that workflow files use."""
