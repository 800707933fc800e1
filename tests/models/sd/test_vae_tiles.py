"""Tiles of latents, against the tiles of pictures that `imaging` cuts for upscale models."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch.nn import functional

from capdemo.imaging.tile import Tiling, tiled_scale
from capdemo.models.vae_tiles import Cut, in_tiles, three_cuts


def doubled(part: torch.Tensor) -> torch.Tensor:
    """Twice as large, and different in every tile."""
    return functional.interpolate(part, scale_factor=2) + part.mean()


@pytest.mark.parametrize(("height", "width"), [(20, 33), (7, 40), (8, 8)])
def test_tiles_are_those_of_pictures(height: int, width: int) -> None:
    whole = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    expected = tiled_scale(
        whole, doubled, scale=2, tiling=Tiling(8, 3), progress=lambda _done, _all: None
    )
    found = in_tiles(whole, doubled, Cut(8, 8, 3), Fraction(2))
    assert float((found - expected).abs().max()) < 1e-6


def test_a_smaller_result_is_blended_too() -> None:
    whole = torch.ones(1, 3, 64, 200)
    found = in_tiles(whole, lambda part: part[:, :1, ::8, ::8], Cut(64, 64, 16), Fraction(1, 8))
    assert found.shape == (1, 1, 8, 25)
    assert torch.allclose(found, torch.ones(1, 1, 8, 25))


def test_three_cuts_are_high_wide_and_square() -> None:
    assert three_cuts(64, 16) == (Cut(128, 32, 16), Cut(32, 128, 16), Cut(64, 64, 16))
