"""ESRGAN's blocks (arXiv 1809.00219, figure 4) with fewer passes over memory than spandrel's.

Each scaled sum is one pass instead of two, and in mixed precision the sums stay in float32 while
convolutions compute in the type of their weights. Where float32 is computed on a CPU, the
convolutions are Winograd's: their input's transform serves all those of a block that read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from capdemo.models.winograd import Rows, WinogradConvolution, can_transform

if TYPE_CHECKING:
    from torch import nn

_SHARE = 0.2
"""What of a block's output is added to its input."""


def simplify_dense_blocks(network: nn.Module, *, winograd: bool) -> None:
    """Replace the blocks of an ESRGAN in place; other networks, and ESRGAN+, have none of them.

    With `winograd` those blocks whose convolutions allow it.
    """
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if _is_plain(child):
                setattr(module, name, _simplified(child, winograd=winograd))


def _is_plain(block: Any) -> bool:
    """Whether it is ESRGAN's; MMRealSR has another block of the same name."""
    if type(block).__name__ != "RRDB" or not hasattr(block, "RDB1"):
        return False
    return all(part.conv1x1 is None for part in (block.RDB1, block.RDB2, block.RDB3))


def _simplified(block: Any, *, winograd: bool) -> nn.Module:
    parts = [_layers(part) for part in (block.RDB1, block.RDB2, block.RDB3)]
    if winograd and all(_can_transform(layers) for layers in parts):
        return _WinogradResidualBlock(parts)
    return _ResidualBlock(parts)


def _layers(block: Any) -> list[nn.Module]:
    """The five convolutions with what follows each: an activation, or nothing."""
    return [block.conv1, block.conv2, block.conv3, block.conv4, block.conv5]


def _can_transform(layers: list[Any]) -> bool:
    *inner, last = layers
    return all(
        len(layer) == 2 and can_transform(layer[0]) and isinstance(layer[1], torch.nn.LeakyReLU)  # noqa: PLR2004  (convolution and activation)
        for layer in inner
    ) and (len(last) == 1 and can_transform(last[0]))


class _ResidualBlock(torch.nn.Module):
    """Three dense blocks and a scaled sum."""

    def __init__(self, parts: list[list[nn.Module]]) -> None:
        super().__init__()
        self._blocks = torch.nn.Sequential(*map(_DenseBlock, parts))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape and type."""
        return features.add(self._blocks(features), alpha=_SHARE)


class _DenseBlock(torch.nn.Module):
    """Five convolutions, each given what all before it made, and a scaled sum.

    The sum keeps the type of what is given.
    """

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self._first, *middle, self._last = layers
        self._middle = torch.nn.ModuleList(middle)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape and type."""
        grown = self._first(features)
        found = [features.to(grown.dtype), grown]
        for convolution in self._middle:
            found.append(convolution(torch.cat(found, 1)))
        return features.add(self._last(torch.cat(found, 1)), alpha=_SHARE)


class _WinogradResidualBlock(torch.nn.Module):
    """The same as `_ResidualBlock`."""

    def __init__(self, parts: list[list[nn.Module]]) -> None:
        super().__init__()
        self._blocks = torch.nn.Sequential(*map(_WinogradDenseBlock, parts))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape."""
        output = torch.empty_like(features)
        for picture, place in zip(features, output, strict=True):
            torch.add(picture, self._blocks(Rows.of(picture)).picture(), alpha=_SHARE, out=place)
        return output


class _WinogradDenseBlock(torch.nn.Module):
    """The same as `_DenseBlock`, from rows to rows."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__()
        self._slopes = [layer[1].negative_slope for layer in layers[:-1]]
        self._convolutions = torch.nn.ModuleList(WinogradConvolution(layer[0]) for layer in layers)

    def forward(self, features: Rows) -> Rows:
        """Features to features of the same shape."""
        *inner, last = self._convolutions
        found = [features.transformed()]
        for convolution, slope in zip(inner, self._slopes, strict=True):
            grown = _convolved(convolution, found, features)
            torch.nn.functional.leaky_relu_(grown.pixels, slope)
            grown.clear_gaps()
            found.append(grown.transformed())
        output = _convolved(last, found, features)
        torch.add(features.pixels, output.pixels, alpha=_SHARE, out=output.pixels)
        output.clear_gaps()
        return output


def _convolved(convolution: Any, found: list[torch.Tensor], like: Rows) -> Rows:
    output = Rows(like.height, like.width, convolution.channels, like.pixels.dtype)
    for first, last in output.bands():
        parts = [transformed[first : last + 2] for transformed in found]
        convolution(parts, output.pixels[first:last])
    return output
