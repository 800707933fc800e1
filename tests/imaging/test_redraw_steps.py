"""The plan of what is redrawn: it covers the canvas, and every seam lies in a region."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capdemo.imaging.choices import RedrawOrder, SeamFix
from capdemo.imaging.redraw_steps import Seams, Step, Tiles, plan_steps
from capdemo.imaging.sizes import Size

SIDES = st.integers(4, 24).map(lambda n: 8 * n)
PLANS = st.builds(
    lambda canvas, tile, order, padding, uniform, mode, width: (
        canvas,
        Tiles(tile, order, 4, padding, uniform),
        Seams(mode, width, 4, padding),
    ),
    st.builds(Size, SIDES, SIDES),
    st.builds(
        Size, st.integers(4, 12).map(lambda n: 8 * n), st.integers(4, 12).map(lambda n: 8 * n)
    ),
    st.sampled_from(get_args(RedrawOrder)),
    st.integers(0, 4).map(lambda n: 8 * n),
    st.booleans(),
    st.sampled_from(get_args(SeamFix)),
    st.integers(1, 6).map(lambda n: 8 * n),
)


def every(groups: list[tuple[Step, ...]]) -> list[Step]:
    return [step for group in groups for step in group]


@settings(max_examples=60)
@given(PLANS)
def test_regions_lie_on_the_canvas_and_are_redrawn_at_multiples_of_eight(
    plan: tuple[Size, Tiles, Seams],
) -> None:
    canvas, tiles, seams = plan
    for step in every(plan_steps(canvas, tiles, seams)):
        left, top, right, bottom = step.region
        assert 0 <= left < right <= canvas.width
        assert 0 <= top < bottom <= canvas.height
        assert step.size.width % 8 == step.size.height % 8 == 0
        assert step.mask(canvas).size == step.region.size
        if not tiles.uniform:
            assert step.size == step.region.size


@settings(max_examples=60)
@given(PLANS)
def test_tiles_redraw_every_pixel_of_the_canvas_wholly(plan: tuple[Size, Tiles, Seams]) -> None:
    canvas, tiles, _ = plan
    sharp = Tiles(tiles.size, tiles.order, 0, tiles.padding, tiles.uniform)
    covered = np.zeros((canvas.height, canvas.width), np.uint8)
    for step in every(plan_steps(canvas, sharp, Seams())):
        left, top, right, bottom = step.region
        place = covered[top:bottom, left:right]
        np.maximum(place, np.asarray(step.mask(canvas)), out=place)
    assert covered.min() == (0 if tiles.order == "None" else 255)


@pytest.mark.parametrize("uniform", [True, False])
def test_seams_are_redrawn_most_where_tiles_meet(*, uniform: bool) -> None:
    canvas, tiles = Size(192, 128), Tiles(Size(64, 64), "None", uniform=uniform)
    counts = {"None": 0, "Band Pass": 3, "Half Tile": 7, "Half Tile + Intersections": 9}
    for mode in get_args(SeamFix):
        steps = every(plan_steps(canvas, tiles, Seams(mode, width=16, blur=0)))
        assert len(steps) == counts[mode]
        weight = np.zeros((canvas.height, canvas.width), int)
        for step in steps:
            left, top, right, bottom = step.region
            weight[top:bottom, left:right] += np.asarray(step.mask(canvas))
        if steps:
            assert weight[32, 64] > weight[32, 58] > weight[32, 56]
            assert weight[64, 32] > weight[58, 32] > weight[56, 32]
    assert weight[63:65, 63:65].min() >= weight.max() - 1


def test_a_lone_tile_has_no_seams() -> None:
    for mode in get_args(SeamFix):
        assert len(plan_steps(Size(64, 64), Tiles(Size(64, 64)), Seams(mode))) == 1


def test_bands_reach_from_border_to_border_and_are_as_wide_as_asked() -> None:
    canvas, seams = Size(128, 96), Seams("Band Pass", width=16, padding=8)
    upright, flat = every(plan_steps(canvas, Tiles(Size(64, 48), "None"), seams))
    assert (upright.size, flat.size) == (Size(32, 96), Size(128, 32))
    assert (upright.region.top, upright.region.bottom) == (0, 96)
    assert (flat.region.left, flat.region.right) == (0, 128)


def test_half_tiles_are_redrawn_at_the_size_of_a_tile_without_padding() -> None:
    canvas, tiles = Size(128, 128), Tiles(Size(64, 64))
    steps = every(plan_steps(canvas, tiles, Seams("Half Tile + Intersections", padding=16)))
    assert [step.size for step in steps[:4]] == [Size(96, 96)] * 4
    assert [step.size for step in steps[4:]] == [Size(64, 64)] * 5
    assert steps[-1].region == (32, 32, 95, 95)
