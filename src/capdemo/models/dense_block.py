"""ESRGAN's blocks (arXiv 1809.00219, figure 4) with fewer passes over memory than spandrel's.

The convolutions are the same. Each scaled sum is one pass instead of two, and in mixed precision
the sum over all blocks stays in float32 while a block computes in the type of its weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import nn

_SHARE = 0.2
"""What of a block's output is added to its input."""


def simplify_dense_blocks(network: nn.Module) -> None:
    """Replace the blocks of an ESRGAN in place; other networks, and ESRGAN+, have none of them."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if _is_plain(child):
                setattr(module, name, _ResidualBlock(child))


def _is_plain(block: Any) -> bool:
    """Whether it is ESRGAN's; MMRealSR has another block of the same name."""
    if type(block).__name__ != "RRDB" or not hasattr(block, "RDB1"):
        return False
    return all(part.conv1x1 is None for part in (block.RDB1, block.RDB2, block.RDB3))


class _ResidualBlock(torch.nn.Module):
    """Three dense blocks and a scaled sum, which keeps the type of what is given."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        parts = (block.RDB1, block.RDB2, block.RDB3)
        self._blocks = torch.nn.Sequential(*map(_DenseBlock, parts))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape and type."""
        weight = next(self._blocks.parameters())
        return features.add(self._blocks(features.to(weight.dtype)), alpha=_SHARE)


class _DenseBlock(torch.nn.Module):
    """Five convolutions, each given what all before it made, and a scaled sum."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self._first = block.conv1
        self._middle = torch.nn.ModuleList([block.conv2, block.conv3, block.conv4])
        self._last = block.conv5

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape and type."""
        found = [features, self._first(features)]
        for convolution in self._middle:
            found.append(convolution(torch.cat(found, 1)))
        return features.add(self._last(torch.cat(found, 1)), alpha=_SHARE)
