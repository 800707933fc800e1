"""Masks: a window of one equals the whole one, and gradients run where they should."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capdemo.imaging.redraw_masks import (
    Patch,
    band,
    peak,
    ridge,
    solid,
    upright_band,
    upright_ridge,
)
from capdemo.imaging.redraw_regions import Box
from capdemo.imaging.sizes import Size


@settings(max_examples=60)
@given(
    corner=st.tuples(st.integers(-20, 150), st.integers(-20, 150)),
    side=st.integers(16, 70),
    blur=st.integers(0, 24),
    shape=st.sampled_from([solid, ridge, upright_ridge, peak]),
    region=st.tuples(
        st.integers(0, 80), st.integers(0, 80), st.integers(81, 160), st.integers(81, 144)
    ),
)
def test_a_window_of_a_blurred_mask_equals_the_whole(
    corner: tuple[int, int],
    side: int,
    blur: int,
    shape: object,
    region: tuple[int, int, int, int],
) -> None:
    assert callable(shape)
    canvas, picture = Size(160, 144), shape(Size(side, side))
    whole = PIL.Image.new("L", canvas, 0)
    whole.paste(picture, corner)
    whole = whole.filter(PIL.ImageFilter.GaussianBlur(blur))
    window = Patch(picture, *corner).within(Box(*region), canvas, blur)
    assert window.tobytes() == whole.crop(region).tobytes()


def test_a_tile_is_a_rectangle_drawn_with_its_last_row_and_column() -> None:
    canvas = Size(64, 48)
    drawn = PIL.Image.new("L", canvas, 0)
    PIL.ImageDraw.Draw(drawn).rectangle((16, 8, 48, 40), fill=255)
    patch = Patch(solid(Size(33, 33)), 16, 8)
    assert patch.within(Box(0, 0, *canvas), canvas, 0).tobytes() == drawn.tobytes()
    assert patch.extent(canvas) == drawn.getbbox() == (16, 8, 49, 41)


@pytest.mark.parametrize("corner", [(-12, 5), (40, 30), (0, -3), (7, 9)])
def test_the_extent_is_that_of_the_pixels_that_are_not_black(corner: tuple[int, int]) -> None:
    canvas = Size(64, 48)
    for picture in (ridge(Size(40, 40)), upright_ridge(Size(600, 16)), peak(Size(24, 32))):
        whole = PIL.Image.new("L", canvas, 0)
        whole.paste(picture, corner)
        assert Patch(picture, *corner).extent(canvas) == whole.getbbox()


def test_a_ridge_rises_to_the_middle_and_falls() -> None:
    rows = np.asarray(ridge(Size(5, 512)))
    assert (rows == rows[:, :1]).all()
    assert rows[:256, 0].tolist() == list(range(256))
    assert rows[256:, 0].tolist() == list(range(255, -1, -1))
    columns = np.asarray(upright_ridge(Size(512, 5)))
    assert (columns == rows.T).all()


def test_an_odd_ridge_leaves_its_last_row_black() -> None:
    assert np.asarray(ridge(Size(8, 33)))[-1].max() == 0
    assert np.asarray(ridge(Size(8, 33)))[-2].min() > 0


def test_a_band_is_a_ridge_from_border_to_border() -> None:
    across = np.asarray(band(Size(40, 16))).astype(int)
    assert across.shape == (16, 40)
    assert (across == across[:, :1]).all()
    assert (across == across[::-1]).all()
    assert (np.diff(across[:8, 0]) > 0).all()
    assert (np.asarray(upright_band(Size(16, 40))) == across.T).all()


def test_a_peak_falls_off_with_the_distance_from_the_centre() -> None:
    values = np.asarray(peak(Size(256, 256))).astype(float)
    y, x = np.mgrid[:256, :256] - 128.0
    expected = 255 - np.minimum(np.hypot(x, y) * np.sqrt(2), 255)
    assert np.abs(values - expected).max() <= 1
