"""Tiling against a float64 re-derivation and against the untiled result."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from capdemo.imaging.tile import Tile, Tiling, feather, plan_tiles, tiled_scale


def unheard(_done: int, _total: int) -> None:
    """Progress that nobody follows."""


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(2))


def enlarge(pictures: torch.Tensor, scale: int) -> torch.Tensor:
    return pictures.repeat_interleave(scale, 2).repeat_interleave(scale, 3)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Height, width, tile and overlap."""
    tile = draw(st.integers(1, 40))
    return (
        draw(st.integers(1, 200)),
        draw(st.integers(1, 200)),
        tile,
        draw(st.integers(0, tile - 1)),
    )


@given(layouts())
def test_every_plan_covers_the_picture_with_overlapping_tiles(
    layout: tuple[int, int, int, int],
) -> None:
    height, width, tile, overlap = layout
    tiles = plan_tiles(height, width, tile=tile, overlap=overlap)
    assert list(tiles) == sorted(tiles, key=lambda part: (part.top, part.left))
    for size, spans in (
        (height, sorted({(part.top, part.height) for part in tiles})),
        (width, sorted({(part.left, part.width) for part in tiles})),
    ):
        assert spans[0][0] == 0
        assert sum(spans[-1]) == size
        assert all(0 < length <= tile for _, length in spans)
        # Neighbours overlap by exactly `overlap`, and only the last one may be shorter.
        for (start, length), (following, _) in itertools.pairwise(spans):
            assert length == tile
            assert following == start + tile - overlap
        if len(spans) > 1:
            assert spans[-1][1] > overlap
    rows, columns = {part.top for part in tiles}, {part.left for part in tiles}
    assert len(tiles) == len(rows) * len(columns)


def test_a_plan_as_comfyui_makes_it() -> None:
    assert plan_tiles(512, 512, tile=512, overlap=32) == (Tile(0, 0, 512, 512),)
    assert plan_tiles(512, 513, tile=512, overlap=32) == (
        Tile(0, 0, 512, 512),
        Tile(0, 480, 512, 33),
    )
    # 992 = 480 + 512: the second tile ends at the border, so that there is no third one.
    assert [part.left for part in plan_tiles(9, 992, tile=512, overlap=32)] == [0, 480]
    assert [part.left for part in plan_tiles(9, 993, tile=512, overlap=32)] == [0, 480, 960]


@pytest.mark.parametrize(("tile", "overlap"), [(32, 32), (8, 9), (8, -1)])
def test_tiles_that_would_not_advance_are_refused(tile: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        plan_tiles(100, 100, tile=tile, overlap=overlap)


def test_feather_falls_off_at_both_ends() -> None:
    assert feather(6, ramp=2).tolist() == [0.5, 1, 1, 1, 1, 0.5]


def test_feather_leaves_out_an_axis_no_longer_than_the_ramp() -> None:
    assert torch.equal(feather(4, ramp=4), torch.ones(4))


def test_ramps_of_two_ends_that_meet_are_multiplied() -> None:
    assert feather(5, ramp=4).tolist() == [0.25, 0.5, 0.75 * 0.75, 0.5, 0.25]


def blended(
    picture: npt.NDArray[np.float64], scale: int, tile: int, overlap: int
) -> npt.NDArray[np.float64]:
    """A mean of nearest-enlarged tiles that each carry their own number, pixel by pixel.

    The picture is CHW. A tile's function is the enlarged tile plus its upper left pixel, so that
    neighbours disagree and the weights show.
    """
    _, height, width = picture.shape
    values = np.zeros((len(picture), scale * height, scale * width))
    weights = np.zeros((scale * height, scale * width))
    tops = [0] if height <= tile else range(0, height - overlap, tile - overlap)
    lefts = [0] if width <= tile else range(0, width - overlap, tile - overlap)
    for top in tops:
        for left in lefts:
            part = picture[:, top : top + tile, left : left + tile]
            output = np.kron(part, np.ones((scale, scale))) + part[:, :1, :1]
            for row in range(output.shape[1]):
                for column in range(output.shape[2]):
                    weight = falloff(row, output.shape[1], scale * overlap) * falloff(
                        column, output.shape[2], scale * overlap
                    )
                    at = (scale * top + row, scale * left + column)
                    values[:, *at] += weight * output[:, row, column]
                    weights[at] += weight
    return values / weights


def falloff(position: int, length: int, ramp: int) -> float:
    if ramp >= length:
        return 1.0
    from_sides = (position + 1, length - position)
    return math.prod(distance / ramp for distance in from_sides if distance <= ramp)


@pytest.mark.parametrize(
    ("shape", "scale", "tile", "overlap"),
    [
        ((1, 3, 17, 31), 2, 8, 3),
        ((3, 3, 17, 31), 1, 16, 4),
        ((1, 4, 31, 17), 4, 12, 2),
        ((1, 3, 1, 40), 3, 16, 4),  # one row: no fall-off along it
        ((1, 3, 5, 40), 2, 6, 5),
        ((1, 1, 20, 20), 2, 16, 0),  # no overlap, no ramp
    ],
)
def test_blending_is_the_weighted_mean(
    shape: tuple[int, int, int, int], scale: int, tile: int, overlap: int
) -> None:
    pictures = noise(*shape)
    result = tiled_scale(
        pictures,
        lambda part: enlarge(part, scale) + part[:, :, :1, :1],
        scale=scale,
        tiling=Tiling(tile, overlap),
        progress=unheard,
    )
    for picture, expected in zip(result, pictures.numpy().astype(np.float64), strict=True):
        difference = picture.numpy() - blended(expected, scale, tile, overlap)
        assert np.abs(difference).max() < 1e-6


@given(layouts(), st.integers(1, 4))
def test_a_function_of_single_pixels_shows_no_tiles(
    layout: tuple[int, int, int, int], scale: int
) -> None:
    height, width, tile, overlap = layout
    pictures = noise(1, 3, min(height, 40), min(width, 40))
    # Tiles of one or two pixels make thousands of calls and say nothing more.
    tile, overlap = max(tile, 6), min(overlap, 5)
    result = tiled_scale(
        pictures,
        lambda part: enlarge(part, scale),
        scale=scale,
        tiling=Tiling(tile, overlap),
        progress=unheard,
    )
    assert result.shape[2:] == (scale * pictures.shape[2], scale * pictures.shape[3])
    assert (result - enlarge(pictures, scale)).abs().max() < 1e-6


@pytest.mark.parametrize(("side", "calls"), [(16, 1), (17, 4)])
def test_a_picture_that_fits_is_one_call(side: int, calls: int) -> None:
    parts: list[torch.Size] = []

    def double(part: torch.Tensor) -> torch.Tensor:
        parts.append(part.shape)
        return enlarge(part, 2)

    tiled_scale(noise(1, 3, side, side), double, scale=2, tiling=Tiling(16, 4), progress=unheard)
    assert len(parts) == calls


def test_progress_counts_the_tiles_of_the_whole_batch() -> None:
    heard: list[tuple[int, int]] = []
    tiled_scale(
        noise(3, 3, 10, 25),
        lambda part: part,
        scale=1,
        tiling=Tiling(16, 4),
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(done, 6) for done in range(1, 7)]


def test_the_result_is_float32_whatever_the_function_gives() -> None:
    for side in (8, 20):
        result = tiled_scale(
            noise(1, 3, side, side),
            lambda part: part.double(),
            scale=1,
            tiling=Tiling(16, 4),
            progress=unheard,
        )
        assert result.dtype == torch.float32


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_tiles_of_one_size_go_together(at_once: int) -> None:
    pictures = noise(2, 3, 20, 45)
    batches: list[tuple[int, ...]] = []
    heard: list[tuple[int, int]] = []

    def enlarge_several(parts: torch.Tensor) -> torch.Tensor:
        batches.append((len(parts), *parts.shape[2:]))
        return enlarge(parts, 2)

    result = tiled_scale(
        pictures,
        enlarge_several,
        scale=2,
        tiling=Tiling(16, 4, at_once),
        progress=lambda done, total: heard.append((done, total)),
    )
    assert (result - enlarge(pictures, 2)).abs().max() < 1e-6
    assert max(count for count, *_ in batches) == min(at_once, 6)
    assert sum(count for count, *_ in batches) == 2 * 2 * 4
    assert heard[-1] == (16, 16)
    assert len(heard) == len(batches)


def test_the_colours_of_the_result_lie_side_by_side() -> None:
    result = tiled_scale(
        noise(2, 3, 9, 21), lambda part: part, scale=1, tiling=Tiling(16, 4), progress=unheard
    )
    assert result.movedim(1, -1).is_contiguous()


def test_beside_the_result_only_tiles_are_in_memory() -> None:
    pictures = noise(1, 3, 700, 900)
    tracked = _Tracked()
    with tracked:
        result = tiled_scale(
            pictures,
            lambda part: enlarge(part, 2),
            scale=2,
            tiling=Tiling(64, 8),
            progress=unheard,
        )
    enlarged_tile = 3 * 128 * 128 * 4
    assert tracked.largest == result.nbytes
    assert sorted(tracked.sizes)[-2] <= enlarged_tile


class _Tracked(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the bytes of every tensor that is made; views make none."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.sizes: list[int] = []

    @property
    def largest(self) -> int:
        return max(self.sizes)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        result = function(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and not any(
            isinstance(given, torch.Tensor)
            and given.untyped_storage().data_ptr() == result.untyped_storage().data_ptr()
            for given in args
        ):
            self.sizes.append(result.nbytes)
        return result
