"""What Ultimate SD Upscale redraws, one step after the other; nothing is redrawn here.

The plan depends on sizes alone, so it is there before the first tile is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.imaging.redraw_masks import (
    Patch,
    band,
    peak,
    ridge,
    solid,
    upright_band,
    upright_ridge,
)
from capdemo.imaging.redraw_regions import (
    grid_of,
    groups_of_cells,
    padded,
    processing_size,
    with_multiples,
    with_shape_of,
)
from capdemo.imaging.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import PIL.Image

    from capdemo.imaging.choices import RedrawOrder, SeamFix
    from capdemo.imaging.redraw_regions import Box

MORE_THAN_A_TILE = 1
"""PIL draws a rectangle's last row and column too, so that a tile reaches a pixel into the next."""


@dataclass(frozen=True, slots=True)
class Seams:
    """How the places where tiles meet are redrawn, after the tiles."""

    mode: SeamFix = "None"
    width: int = 64
    """Of a band, in pixels; only in the mode Band Pass."""
    blur: int = 8
    """Of the masks, a radius in pixels; not in the mode Band Pass."""
    padding: int = 16
    """Pixels around a seam that are redrawn and thrown away."""

    def __post_init__(self) -> None:
        """Raise `InputError` for a band without a width."""
        if self.mode == "Band Pass" and self.width < 1:
            raise InputError("Bands have no width.", hint="Set seam_fix_width to 8 or more.")


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a picture is cut."""

    size: Size
    order: RedrawOrder = "Linear"
    blur: int = 8
    """Of the masks, a radius in pixels."""
    padding: int = 32
    """Pixels around a tile that are redrawn and thrown away."""
    uniform: bool = True
    """Whether all are redrawn at one size, or each at the smallest that holds it."""
    at_once: int = 1
    """How many tiles are redrawn together, none seeing the others' results; not seams."""

    def __post_init__(self) -> None:
        """Raise `InputError` where tiles of different sizes are to be redrawn together."""
        if self.at_once > 1 and not self.uniform:
            raise InputError(
                f"{self.at_once} tiles cannot be redrawn together while their sizes differ.",
                hint="Turn force_uniform_tiles on, or set batch_size to 1.",
            )


@dataclass(frozen=True, slots=True)
class Step:
    """One region of the canvas that is redrawn."""

    patch: Patch
    blur: int
    region: Box
    size: Size
    """At which it is redrawn."""

    def mask(self, canvas: Size) -> PIL.Image.Image:
        """How much of every pixel of the region is replaced."""
        return self.patch.within(self.region, canvas, self.blur)


@dataclass(frozen=True, slots=True)
class _Pass:
    """What the steps of one walk over the canvas have in common."""

    canvas: Size
    size: Size
    padding: int
    blur: int
    uniform: bool

    def step(self, picture: PIL.Image.Image, left: int, top: int) -> Step:
        patch = Patch(picture, left, top)
        region = padded(patch.extent(self.canvas), self.padding, self.canvas)
        if self.uniform:
            region = with_shape_of(region, self.size, self.canvas)
            return Step(patch, self.blur, region, self.size)
        region = with_multiples(region, self.canvas)
        return Step(patch, self.blur, region, region.size)


def plan_steps(canvas: Size, tiles: Tiles, seams: Seams) -> list[tuple[Step, ...]]:
    """Every step, those in one group that are redrawn together, in the order of the work."""
    return [*_tiles(canvas, tiles), *((step,) for step in _seams(canvas, tiles, seams))]


def _tiles(canvas: Size, tiles: Tiles) -> Iterator[tuple[Step, ...]]:
    width, height = tiles.size
    size = processing_size(tiles.size, tiles.padding)
    walk = _Pass(canvas, size, tiles.padding, tiles.blur, tiles.uniform)
    white = solid(Size(width + MORE_THAN_A_TILE, height + MORE_THAN_A_TILE))
    for group in groups_of_cells(grid_of(canvas, tiles.size), tiles.order, tiles.at_once):
        yield tuple(walk.step(white, column * width, row * height) for column, row in group)


def _seams(canvas: Size, tiles: Tiles, seams: Seams) -> Iterator[Step]:
    if seams.mode == "Band Pass":
        yield from _bands(canvas, tiles, seams)
    elif seams.mode != "None":
        yield from _half_tiles(canvas, tiles, seams)
    if seams.mode == "Half Tile + Intersections":
        yield from _intersections(canvas, tiles, seams)


def _bands(canvas: Size, tiles: Tiles, seams: Seams) -> Iterator[Step]:
    """Along every seam from border to border: the upright ones, then the others."""
    grid, breadth = grid_of(canvas, tiles.size), seams.width + 2 * seams.padding
    before = seams.width // 2
    walk = _Pass(canvas, Size(breadth, canvas.height), seams.padding, 0, tiles.uniform)
    picture = upright_band(Size(seams.width, canvas.height))
    for column in range(1, grid.columns):
        yield walk.step(picture, column * tiles.size.width - before, 0)
    walk = _Pass(canvas, Size(canvas.width, breadth), seams.padding, 0, tiles.uniform)
    picture = band(Size(canvas.width, seams.width))
    for row in range(1, grid.rows):
        yield walk.step(picture, 0, row * tiles.size.height - before)


def _half_tiles(canvas: Size, tiles: Tiles, seams: Seams) -> Iterator[Step]:
    """Tiles moved down by half, over the seams between rows; then right, between columns."""
    (columns, rows), (width, height) = grid_of(canvas, tiles.size), tiles.size
    walk = _Pass(canvas, tiles.size, seams.padding, seams.blur, tiles.uniform)
    picture = ridge(tiles.size)
    for left, top in _corners(columns, rows - 1, tiles.size):
        yield walk.step(picture, left, top + height // 2)
    picture = upright_ridge(tiles.size)
    for left, top in _corners(columns - 1, rows, tiles.size):
        yield walk.step(picture, left + width // 2, top)


def _intersections(canvas: Size, tiles: Tiles, seams: Seams) -> Iterator[Step]:
    """Tiles moved both ways by half, over the points where four tiles meet; without padding."""
    (columns, rows), (width, height) = grid_of(canvas, tiles.size), tiles.size
    walk = _Pass(canvas, tiles.size, 0, seams.blur, tiles.uniform)
    picture = peak(tiles.size)
    for left, top in _corners(columns - 1, rows - 1, tiles.size):
        yield walk.step(picture, left + width // 2, top + height // 2)


def _corners(columns: int, rows: int, tile: Size) -> Sequence[tuple[int, int]]:
    return [
        (column * tile.width, row * tile.height) for row in range(rows) for column in range(columns)
    ]
