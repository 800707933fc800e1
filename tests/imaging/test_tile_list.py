"""Tiles as a list: where they lie, and that cutting and merging is the identity."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.imaging.sizes import Size
from capdemo.imaging.tile_list import corners, merge, split
from capdemo.node_api import Image

SIDES = st.integers(1, 300)
OVERLAPS = st.integers(0, 200)


def noise(*shape: int) -> Image:
    return Image(torch.rand(*shape, generator=torch.Generator().manual_seed(3)))


@pytest.mark.parametrize(
    ("length", "tile", "overlap", "expected"),
    [
        (100, 64, 16, [0, 36]),  # the second would begin at 48, and is shifted back
        (64, 64, 0, [0]),
        (50, 64, 16, [0]),
        (160, 64, 16, [0, 48, 96]),
        (128, 64, 64, [0, 16, 32, 48, 64]),  # never less than a quarter of a tile further on
        (3, 1, 0, [0, 1, 2]),
        (3, 1, 9, [0, 1, 2]),  # ComfyUI never ends here
    ],
)
def test_where_tiles_begin(length: int, tile: int, overlap: int, expected: list[int]) -> None:
    assert corners(length, tile, overlap) == expected


@given(SIDES, SIDES, OVERLAPS)
def test_tiles_cover_a_side_from_end_to_end(length: int, tile: int, overlap: int) -> None:
    begins = corners(length, tile, overlap)
    assert begins == sorted(set(begins))
    assert begins[0] == 0
    assert begins[-1] + min(tile, length) == length
    step = max(1, round(max(tile / 4, tile - overlap)))
    assert all(after - before <= step for before, after in itertools.pairwise(begins))


@pytest.mark.parametrize("overlap", [0, 5, 16])
@pytest.mark.parametrize("shape", [(2, 37, 29, 4), (1, 16, 16, 3), (1, 9, 50, 3)])
def test_cutting_and_merging_is_the_identity(shape: tuple[int, ...], overlap: int) -> None:
    image = noise(*shape)
    tiles = split(image, Size(16, 16), overlap)
    assert all(max(tile.shape[1:3]) <= 16 for tile in tiles)
    merged = merge(tiles, Size(width=shape[2], height=shape[1]), overlap)
    assert (merged - image).abs().max() < 1e-6


def test_tiles_come_row_by_row() -> None:
    image = noise(1, 20, 20, 3)
    tiles = split(image, Size(width=16, height=12), 4)
    expected = [image[:, y : y + 12, x : x + 16] for y in (0, 8) for x in (0, 4)]
    assert all(torch.equal(tile, piece) for tile, piece in zip(tiles, expected, strict=True))


def test_a_tile_weighs_by_half_a_sine_wave() -> None:
    dark, bright = Image(torch.zeros(1, 1, 8, 1)), Image(torch.ones(1, 1, 8, 1))
    merged = merge([dark, bright], Size(width=12, height=1), 4)[0, 0, :, 0]
    wave = [max(math.sin(math.pi * i / 7), 1e-5) for i in range(8)]
    expected = [0.0] * 4 + [wave[i] / (wave[i] + wave[i + 4]) for i in range(4)] + [1.0] * 4
    assert torch.allclose(merged, torch.tensor(expected), atol=1e-6)


def test_enlarged_tiles_merge_at_the_enlarged_size() -> None:
    image = noise(1, 20, 28, 3)
    twice = [
        Image(tile.repeat_interleave(2, 1).repeat_interleave(2, 2))
        for tile in split(image, Size(16, 16), 4)
    ]
    merged = merge(twice, Size(width=56, height=40), 8)
    expected = image.repeat_interleave(2, 1).repeat_interleave(2, 2)
    assert (merged - expected).abs().max() < 1e-6


def test_missing_tiles_are_black_and_surplus_ones_left_out() -> None:
    tile = Image(torch.ones(1, 8, 8, 3))
    merged = merge([tile], Size(width=16, height=8), 0)
    assert merged[:, :, :8].min() == 1
    assert merged[:, :, 8:].max() == 0
    assert torch.equal(merge([tile, noise(1, 8, 8, 3)], Size(8, 8), 0), tile)
