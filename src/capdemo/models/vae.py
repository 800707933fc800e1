"""Stable Diffusion's VAE, versions 1, 2 and XL, by diffusers' module; in float32."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.full_precision import full_precision
from capdemo.models.library_imports import import_library
from capdemo.models.vae_tiles import in_tiles, three_cuts
from capdemo.node_api import Image
from capdemo.node_api.diffusion import LatentFormat, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn

    from capdemo.models.stored_network import StoredNetwork

PIXELS = 8
"""Of the picture along each side of a latent's cell."""
_DECODE_CELLS, _DECODE_OVERLAP = 64, 16
_ENCODE_PIXELS, _ENCODE_OVERLAP = 512, 64
"""How ComfyUI cuts where the memory does not suffice for the whole."""


class KlVae:
    """A VAE for pictures; implements `node_api.Vae`."""

    def __init__(self, network: StoredNetwork, channels: int) -> None:
        self._network = network
        self.latent_format = LatentFormat(channels=channels, pixels=PIXELS)

    def encode(self, image: Image) -> torch.Tensor:
        """As `Vae`."""
        pictures = _cropped(image)
        try:
            return torch.cat([self._encode(picture[None]) for picture in pictures])
        except torch.OutOfMemoryError:
            pass  # The picture's memory is free only outside of the handler.
        return self._tiled(
            pictures, self._encode, (_ENCODE_PIXELS, _ENCODE_OVERLAP), Fraction(1, PIXELS)
        )

    def decode(self, samples: torch.Tensor) -> Image:
        """As `Vae`."""
        self._check(samples)
        try:
            return _as_image(torch.cat([self._decode(sample[None]) for sample in samples]))
        except torch.OutOfMemoryError:
            pass
        cut = (_DECODE_CELLS, _DECODE_OVERLAP)
        return _as_image(self._tiled(samples, self._decode, cut, Fraction(PIXELS)))

    def encode_tiled(self, image: Image, tiles: Tiles) -> torch.Tensor:
        """As `Vae`: the mean of three tilings. Raises `InputError` where tiles do not advance."""
        cut = (tiles.side, tiles.overlap)
        return self._tiled(_cropped(image), self._encode, cut, Fraction(1, PIXELS))

    def decode_tiled(self, samples: torch.Tensor, tiles: Tiles) -> Image:
        """As `Vae`: the mean of three tilings."""
        self._check(samples)
        cut = (tiles.side // PIXELS, tiles.overlap // PIXELS)
        return _as_image(self._tiled(samples, self._decode, cut, Fraction(PIXELS)))

    def _tiled(
        self,
        whole: torch.Tensor,
        function: Callable[[torch.Tensor], torch.Tensor],
        side_and_overlap: tuple[int, int],
        scale: Fraction,
    ) -> torch.Tensor:
        side, overlap = side_and_overlap
        if side // 2 <= overlap:
            raise InputError(
                f"Tiles of half of {side} do not advance where they overlap by {overlap}.",
                hint="Choose an overlap of less than half a tile.",
            )
        high, wide, square = (
            in_tiles(whole, function, cut, scale) for cut in three_cuts(side, overlap)
        )
        return (high + wide + square) / 3

    def _encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """BCHW, 0..1, to the mode of the posterior."""
        return self._run(
            lambda module, given: module.encode(given).latent_dist.mode(), pictures * 2 - 1
        )

    def _decode(self, samples: torch.Tensor) -> torch.Tensor:
        """BCHW to BCHW, -1..1 and beyond."""
        return self._run(lambda module, given: module.decode(given).sample, samples)

    def _run(
        self,
        function: Callable[[Any, torch.Tensor], torch.Tensor],
        given: torch.Tensor,
    ) -> torch.Tensor:
        placing = self._network.weights.placing
        with (
            torch.inference_mode(),
            full_precision(placing.dtype),
            self._network.ready() as module,
        ):
            result = function(module, given.to(placing.device, placing.dtype))
        return torch.empty(result.shape).copy_(result)

    def _check(self, samples: torch.Tensor) -> None:
        channels = self.latent_format.channels
        if samples.ndim != 4 or samples.shape[1] != channels:  # noqa: PLR2004 - BCHW
            raise InputError(
                f"The latent has the shape {tuple(samples.shape)}; this VAE decodes pictures of "
                f"{channels} channels.",
                hint="Take the VAE of the model that made the latent.",
            )


def make_vae(shapes: Mapping[str, tuple[int, ...]]) -> nn.Module:
    """Diffusers' module of the size that weights have, by its names, without values."""
    levels = count_levels(shapes)
    with torch.device("meta"):
        module: nn.Module = import_library("diffusers").AutoencoderKL(
            block_out_channels=[
                shapes[f"encoder.down_blocks.{level}.resnets.0.conv1.weight"][0]
                for level in range(levels)
            ],
            down_block_types=["DownEncoderBlock2D"] * levels,
            up_block_types=["UpDecoderBlock2D"] * levels,
            layers_per_block=2,
            latent_channels=shapes["decoder.conv_in.weight"][1],
            use_quant_conv="quant_conv.weight" in shapes,
            use_post_quant_conv="post_quant_conv.weight" in shapes,
        )
    return module


def count_levels(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many resolutions a VAE has, in either layout."""
    level = 0
    while (
        f"encoder.down.{level}.block.0.conv1.weight" in shapes
        or f"encoder.down_blocks.{level}.resnets.0.conv1.weight" in shapes
    ):
        level += 1
    return level


def _cropped(image: Image) -> torch.Tensor:
    """BCHW, RGB, the centre whose sides are multiples of a cell."""
    height, width = (side // PIXELS * PIXELS for side in image.shape[1:3])
    if not height or not width:
        raise InputError(
            f"A picture of {image.shape[2]} x {image.shape[1]} pixels is too small for the VAE.",
            hint=f"Give it {PIXELS} pixels or more along each side.",
        )
    top, left = ((side % PIXELS) // 2 for side in image.shape[1:3])
    return image[:, top : top + height, left : left + width, :3].movedim(-1, 1)


def _as_image(decoded: torch.Tensor) -> Image:
    return Image(((decoded + 1) / 2).clamp(0, 1).movedim(1, -1))
