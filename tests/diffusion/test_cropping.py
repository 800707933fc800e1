"""Conditioning cut to tiles, number by number as ssitu's nodes cut it.

`crops.npz` holds what `crop_cond` of ComfyUI_UltimateSDUpscale at commit 34a3c2c made of the inputs
below, in Python 3.11 with torch 2.13 and Pillow 13: for every case a hint, a mask and a reference
latent, and in `areas` the area (-1 four times where it was dropped). Its ControlNet was a class
with the two attributes that are touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from capdemo.diffusion.cropping import (
    Region,
    Size,
    crop_area,
    crop_hint,
    crop_latent,
    crop_masks,
    latent_on_canvas,
    masks_on_canvas,
    scaled,
)
from capdemo.errors import InputError
from capdemo.node_api import Area

ORIGINAL = (40, 24)
AREA = Area(size=(2, 3), start=(1, 1))
CASES: list[tuple[Size, Region, Size]] = [
    ((80, 48), (0, 0, 48, 40), (48, 40)),  # a tile at the size it has on the canvas
    ((80, 48), (40, 8, 80, 48), (48, 48)),  # redrawn larger
    ((96, 64), (33, 17, 76, 52), (40, 32)),  # nothing is a multiple of anything
    ((80, 48), (48, 0, 80, 16), (32, 16)),  # where the area is not
    ((80, 48), (0, 0, 24, 48), (40, 48)),  # of another shape: the mask is filled up at the sides
    ((80, 48), (0, 0, 72, 24), (72, 48)),  # ... and above and below
]


def hint(size: Size = (30, 20)) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(size[1]), torch.arange(size[0]), indexing="ij")
    return torch.stack([(7 * x + 5 * y * c + 60 * c) % 256 for c in range(3)])[None] / 255


def mask() -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(18), torch.arange(25), indexing="ij")
    return ((9 * x + 6 * y + x * y) % 256 / 255)[None]


def latent() -> torch.Tensor:
    c, y, x = torch.meshgrid(torch.arange(4), torch.arange(3), torch.arange(5), indexing="ij")
    return ((7 * x + 11 * y + 13 * c) % 32 / 16 - 1)[None]


@pytest.fixture(scope="module")
def expected() -> Any:
    return np.load(Path(__file__).parent / "crops.npz")


@pytest.mark.parametrize("number", range(len(CASES)))
def test_all_that_a_prompt_says_is_cut_as_the_pack_cuts_it(number: int, expected: Any) -> None:
    canvas, region, tile = CASES[number]
    cut = crop_hint(hint(), [region], canvas, tile)
    assert (cut.numpy() == expected[f"hint{number}"].astype(np.float32) / 255).all()
    masks = crop_masks(masks_on_canvas(mask(), canvas), region, tile)
    assert masks.shape == (1, tile[1], tile[0])
    assert (masks.numpy() == expected[f"mask{number}"].astype(np.float32) / 255).all()
    small = crop_latent(latent_on_canvas(latent(), canvas), region, tile)
    assert np.abs(small.numpy() - expected[f"latent{number}"]).max() < 1e-6
    area = crop_area(AREA, region, ORIGINAL, canvas)
    found = (-1,) * 4 if area is None else (*area.size, *area.start)
    assert found == tuple(expected["areas"][number])


def test_hints_of_several_regions_follow_each_other() -> None:
    regions = [(0, 0, 24, 24), (24, 0, 48, 24)]
    both = crop_hint(hint(), regions, (48, 24), (24, 24))
    alone = [crop_hint(hint(), [region], (48, 24), (24, 24)) for region in regions]
    assert torch.equal(both, torch.cat(alone))


def test_a_region_is_rounded_outwards() -> None:
    assert scaled((10, 10, 20, 20), (100, 100), (33, 50)) == (3, 5, 7, 10)


def test_a_latent_with_an_axis_of_time_is_cut_like_one_without() -> None:
    canvas, region, tile = CASES[2]
    flat = crop_latent(latent_on_canvas(latent(), canvas), region, tile)
    with_time = crop_latent(latent_on_canvas(latent()[:, :, None], canvas), region, tile)
    assert torch.equal(with_time, flat[:, :, None])


def test_an_area_given_in_shares_is_that_part_of_the_picture() -> None:
    share = Area(size=(16 / 24, 24 / 40), start=(8 / 24, 8 / 40), is_share=True)
    for canvas, region, _ in CASES:
        assert crop_area(share, region, ORIGINAL, canvas) == crop_area(
            AREA, region, ORIGINAL, canvas
        )


def test_an_area_in_time_is_refused() -> None:
    with pytest.raises(InputError, match="video"):
        crop_area(Area((1, 2, 3), (0, 0, 0)), (0, 0, 8, 8), ORIGINAL, (80, 48))


def test_the_thinnest_mask_is_filled_up_too() -> None:
    masks = masks_on_canvas(torch.ones(1, 4, 4), (64, 64))
    assert crop_masks(masks, (0, 0, 64, 1), (64, 32)).min() > 0.99
