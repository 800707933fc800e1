"""The inner convolutions of Real-ESRGAN's compact networks, by Winograd and row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from capdemo.models.winograd import Rows, WinogradConvolution, can_transform

if TYPE_CHECKING:
    from torch import nn


def transform_compact_body(network: nn.Module) -> None:
    """Replace the inner layers of a `SRVGGNetCompact` in place; other networks keep theirs.

    The first and the last convolution have too few channels to gain.
    """
    if type(network).__name__ != "SRVGGNetCompact":
        return
    body: Any = network.body
    first, activation, *inner, last = body
    if inner and all(can_transform(convolution) for convolution in inner[::2]):
        network.body = torch.nn.ModuleList([first, activation, _Body(inner), last])


class _Body(torch.nn.Module):
    """Convolutions, each followed by an activation."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__()
        self._convolutions = torch.nn.ModuleList(map(WinogradConvolution, layers[::2]))
        self._activations = torch.nn.ModuleList(layers[1::2])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) to features of the same shape."""
        output = torch.empty_like(features)
        for picture, place in zip(features, output, strict=True):
            place.copy_(self._run(Rows.of(picture)).picture())
        return output

    def _run(self, rows: Rows) -> Rows:
        for convolution, activation in zip(self._convolutions, self._activations, strict=True):
            result = Rows(rows.height, rows.width, rows.channels, rows.pixels.dtype)
            for first, last in result.bands():
                band = result.pixels[first:last]
                convolution([rows.transformed(first, last)], band)
                # Activations take channels second.
                channels_first = band.movedim(-1, 0)[None]
                channels_first.copy_(activation(channels_first))
            result.clear_gaps()
            rows = result
        return rows
