"""Tiles and regions cover what they must, stay inside, and have the sizes they should."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capdemo.imaging.redraw_regions import (
    Box,
    Cell,
    Grid,
    canvas_of,
    enlargements,
    grid_of,
    groups_of_cells,
    grown,
    padded,
    processing_size,
    with_multiples,
    with_shape_of,
)
from capdemo.imaging.sizes import Size

CANVASES = st.builds(Size, *[st.integers(1, 60).map(lambda n: 8 * n)] * 2)
SIZES = st.builds(Size, st.integers(4, 500), st.integers(4, 500))


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Box, Size]:
    canvas = draw(CANVASES)
    left, right = sorted(draw(st.sets(st.integers(0, canvas.width), min_size=2, max_size=2)))
    top, bottom = sorted(draw(st.sets(st.integers(0, canvas.height), min_size=2, max_size=2)))
    return Box(left, top, right, bottom), canvas


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


@pytest.mark.parametrize(
    ("size", "factor", "canvas"),
    [
        (Size(100, 108), 1.0, Size(96, 112)),  # 12.5 and 13.5 eights: halves go to the even number
        (Size(240, 160), 2.0, Size(480, 320)),
        (Size(33, 41), 2.55, Size(88, 104)),
    ],
)
def test_a_canvas_is_the_nearest_multiple_of_eight(size: Size, factor: float, canvas: Size) -> None:
    assert canvas_of(size, factor) == canvas


@pytest.mark.parametrize(
    ("size", "canvas", "factors"),
    [
        (Size(64, 48), Size(64, 48), ()),
        (Size(64, 48), Size(32, 24), ()),
        (Size(108, 108), Size(112, 112), (2,)),
        (Size(64, 48), Size(128, 96), (2,)),
        (Size(64, 48), Size(136, 96), (3,)),
        (Size(64, 48), Size(256, 192), (4,)),
        (Size(64, 48), Size(320, 240), (3, 2)),  # 5 becomes 6
        (Size(8, 8), Size(56, 56), (4, 2)),  # 7 becomes 8
        (Size(8, 8), Size(72, 72), (3, 3)),
    ],
)
def test_a_picture_grows_by_twos_threes_and_fours(
    size: Size, canvas: Size, factors: tuple[int, ...]
) -> None:
    assert enlargements(size, canvas) == factors


def test_a_grid_covers_the_canvas() -> None:
    assert grid_of(Size(1024, 1032), Size(512, 512)) == Grid(2, 3)
    assert grid_of(Size(40, 48), Size(512, 512)) == Grid(1, 1)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5))
def test_every_order_visits_every_tile_once(columns: int, rows: int, at_once: int) -> None:
    grid = Grid(columns, rows)
    everything = {Cell(column, row) for column in range(columns) for row in range(rows)}
    for order in ("Linear", "Chess"):
        groups = groups_of_cells(grid, order, at_once)
        visited = [cell for group in groups for cell in group]
        assert len(visited) == len(everything)
        assert set(visited) == everything
        assert all(1 <= len(group) <= at_once for group in groups)
    assert groups_of_cells(grid, "None", at_once) == []


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5))
def test_linear_goes_row_by_row(columns: int, rows: int, at_once: int) -> None:
    visited = [
        cell for group in groups_of_cells(Grid(columns, rows), "Linear", at_once) for cell in group
    ]
    assert all((a.row, a.column) < (b.row, b.column) for a, b in pairwise(visited))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 9))
def test_chess_has_two_colours_whose_tiles_do_not_touch(
    columns: int, rows: int, at_once: int
) -> None:
    groups = groups_of_cells(Grid(columns, rows), "Chess", at_once)
    colours = [{(cell.column + cell.row) % 2 for cell in group} for group in groups]
    assert all(len(colour) == 1 for colour in colours)
    assert [min(colour) for colour in colours] == sorted(min(colour) for colour in colours)
    assert groups[0][0] == Cell(0, 0)


def test_a_tile_is_redrawn_with_its_padding_once() -> None:
    assert processing_size(Size(512, 768), 32) == Size(544, 800)
    assert processing_size(Size(512, 520), 12) == Size(528, 528)  # 65.5 and 66.5 eights


def test_padding_ends_a_pixel_early_inside_and_not_at_all_at_the_border() -> None:
    canvas = Size(128, 128)
    assert padded(Box(0, 0, 65, 65), 16, canvas) == Box(0, 0, 80, 80)
    assert padded(Box(64, 64, 128, 128), 16, canvas) == Box(48, 48, 128, 128)
    assert padded(Box(0, 0, 65, 65), 0, canvas) == Box(0, 0, 64, 64)


def test_a_box_grows_by_half_to_the_right_and_by_the_rest_to_the_left() -> None:
    canvas = Size(100, 100)
    assert grown(Box(40, 40, 50, 50), Size(15, 10), canvas) == Box(37, 40, 52, 50)
    assert grown(Box(0, 40, 50, 50), Size(60, 10), canvas) == Box(0, 40, 60, 50)
    assert grown(Box(60, 40, 99, 50), Size(60, 10), canvas) == Box(40, 40, 100, 50)
    assert grown(Box(10, 40, 90, 50), Size(120, 10), canvas) == Box(0, 40, 100, 50)


@given(boxes(), SIZES)
def test_a_grown_box_holds_the_old_one_and_stays_inside(
    box_and_canvas: tuple[Box, Size], size: Size
) -> None:
    box, canvas = box_and_canvas
    wanted = Size(max(size.width, box.size.width), max(size.height, box.size.height))
    result = grown(box, wanted, canvas)
    assert holds(result, box)
    assert holds(Box(0, 0, *canvas), result)
    assert result.size == Size(min(wanted.width, canvas.width), min(wanted.height, canvas.height))


@given(boxes())
def test_the_smallest_region_has_sides_that_are_multiples_of_eight(
    box_and_canvas: tuple[Box, Size],
) -> None:
    box, canvas = box_and_canvas
    result = with_multiples(box, canvas)
    assert holds(result, box)
    assert holds(Box(0, 0, *canvas), result)
    assert result.size.width % 8 == result.size.height % 8 == 0
    assert result.size.width < box.size.width + 8
    assert result.size.height < box.size.height + 8


@given(boxes(), SIZES)
def test_a_uniform_region_has_the_shape_of_its_size_where_the_canvas_has_room(
    box_and_canvas: tuple[Box, Size], size: Size
) -> None:
    box, canvas = box_and_canvas
    result = with_shape_of(box, size, canvas)
    assert holds(result, box)
    assert holds(Box(0, 0, *canvas), result)
    assert box.size.width == result.size.width or box.size.height == result.size.height
    if canvas.width not in result.size and canvas.height not in result.size:
        shape = size.width / size.height
        assert abs(result.size.width - result.size.height * shape) <= max(1, shape) / 2 + 1e-9
