"""Tiles go through VAE and sampler, with prompts of their size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import torch

from capdemo.diffusion.tile_painter import TilePainter
from capdemo.node_api import Condition, Conditioning, Image, LatentFormat, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = torch.ones(1, 2, 3)
MASK = torch.zeros(1, 48, 80)
MASK[:, :, 40:] = 1.0
POSITIVE = Conditioning((Condition(TEXT, mask=MASK),))
NEGATIVE = Conditioning((Condition(-TEXT),))


@dataclass
class Pixels:
    """A VAE whose latents are the pixels."""

    tiled: list[Tiles] = field(default_factory=list)
    latent_format: LatentFormat = field(default_factory=lambda: LatentFormat(channels=3, pixels=1))

    def encode(self, image: Image) -> torch.Tensor:
        return image.movedim(-1, 1)

    def decode(self, samples: torch.Tensor) -> Image:
        return Image(samples.movedim(1, -1))

    def encode_tiled(self, image: Image, tiles: Tiles) -> torch.Tensor:
        raise AssertionError

    def decode_tiled(self, samples: torch.Tensor, tiles: Tiles) -> Image:
        self.tiled.append(tiles)
        return self.decode(samples)


def masked(
    latent: torch.Tensor,
    positive: Conditioning,
    negative: Conditioning,
    progress: Callable[[int, int], None],
) -> torch.Tensor:
    """Keep what the positive prompt's mask selects."""
    progress(1, 1)
    assert torch.equal(negative[0].embedding, -TEXT)
    assert positive[0].mask is not None
    return latent * positive[0].mask[:, None]


@pytest.mark.parametrize("in_tiles", [False, True])
def test_tiles_are_encoded_sampled_and_decoded(*, in_tiles: bool) -> None:
    vae = Pixels()
    painter = TilePainter(vae, POSITIVE, NEGATIVE, (80, 48), masked, decodes_in_tiles=in_tiles)
    told: list[tuple[int, int]] = []
    tiles = Image(torch.ones(2, 48, 64, 3))
    result = painter(tiles, [(16, 0, 80, 48)], (80, 48), lambda d, t: told.append((d, t)))
    assert told == [(1, 1)]
    assert result.shape == (2, 48, 64, 3)
    assert result[:, :, :24].max() == 0
    assert result[:, :, 24:].min() == 1
    assert vae.tiled == ([Tiles(512, 64)] if in_tiles else [])
