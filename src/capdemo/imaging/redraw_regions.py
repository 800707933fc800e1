"""Where Ultimate SD Upscale cuts a picture: canvas, tiles and regions; no torch or PIL in here.

After ssitu's ComfyUI nodes (2026-02) over Coyote-A's script. `round` is Python's: halves go to the
even number.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from capdemo.errors import InputError
from capdemo.imaging.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from capdemo.imaging.choices import RedrawOrder

MULTIPLE = 8
"""Pixels per latent: what canvases and tiles are rounded to."""


class Box(NamedTuple):
    """A rectangle of a picture, in pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> Size:
        """Its sides."""
        return Size(self.right - self.left, self.bottom - self.top)


class Grid(NamedTuple):
    """How many tiles lie side by side and below each other."""

    columns: int
    rows: int


class Cell(NamedTuple):
    """A tile's place in the grid, from 0."""

    column: int
    row: int


def canvas_of(size: Size, factor: float) -> Size:
    """A size times a factor, each side the nearest multiple of 8.

    Raises `InputError` where a side would be 0.
    """
    canvas = Size(_to_nearest(size.width * factor), _to_nearest(size.height * factor))
    if 0 in canvas:
        raise InputError(
            f"A picture of {size.width}x{size.height} pixels times {factor:g} is rounded to"
            f" {canvas.width}x{canvas.height}.",
            hint="Give a larger picture, or raise upscale_by.",
        )
    return canvas


def _to_nearest(length: float) -> int:
    return round(length / MULTIPLE) * MULTIPLE


def enlargements(size: Size, canvas: Size) -> tuple[int, ...]:
    """The factors 2, 3 and 4 by which a picture grows until it covers its canvas; or none.

    Counted on the longer sides. A picture that is rounded up by a few pixels grows by 2.
    """
    total = math.ceil(max(canvas) / max(size))
    while total > 1 and _step(total) is None:
        total += 1
    factors: list[int] = []
    while (reached := math.prod(factors)) < total:
        factor = _step(total // reached)
        if factor is None:
            break
        factors.append(factor)
    return tuple(factors)


def _step(total: int) -> int | None:
    if total == 1:
        return 2
    return next((factor for factor in (4, 3, 2) if total % factor == 0), None)


def grid_of(canvas: Size, tile: Size) -> Grid:
    """As many tiles as cover a canvas; those at the right and bottom may reach beyond it."""
    return Grid(math.ceil(canvas.width / tile.width), math.ceil(canvas.height / tile.height))


def groups_of_cells(grid: Grid, order: RedrawOrder, at_once: int) -> list[tuple[Cell, ...]]:
    """The tiles in the order in which they are redrawn, those together that are redrawn at once.

    Linear: row by row. Chess: the white fields of a chessboard, then the black ones, so that no
    group holds two neighbours.
    """
    cells = [Cell(column, row) for row in range(grid.rows) for column in range(grid.columns)]
    colours: Sequence[list[Cell]] = [cells] if order == "Linear" else []
    if order == "Chess":
        colours = [[cell for cell in cells if sum(cell) % 2 == colour] for colour in (0, 1)]
    return [group for colour in colours for group in _chunks(colour, at_once)]


def _chunks(cells: Sequence[Cell], length: int) -> Iterator[tuple[Cell, ...]]:
    remaining = iter(cells)
    while chunk := tuple(itertools.islice(remaining, length)):
        yield chunk


def processing_size(tile: Size, padding: int) -> Size:
    """The size at which a tile is redrawn: with its padding once, the nearest multiple of 8."""
    return Size(_to_nearest(tile.width + padding), _to_nearest(tile.height + padding))


def padded(box: Box, padding: int, canvas: Size) -> Box:
    """A box and its surroundings; one pixel less at the right and bottom unless at the border."""
    right = min(box.right + padding, canvas.width)
    bottom = min(box.bottom + padding, canvas.height)
    return Box(
        max(box.left - padding, 0),
        max(box.top - padding, 0),
        right - (right < canvas.width),
        bottom - (bottom < canvas.height),
    )


def with_shape_of(box: Box, size: Size, canvas: Size) -> Box:
    """A box grown to the shape of a size, as far as the canvas allows (force_uniform_tiles)."""
    width, height = box.size
    wanted = size.width / size.height
    if width / height > wanted:
        return grown(box, Size(width, round(width / wanted)), canvas)
    return grown(box, Size(round(height * wanted), height), canvas)


def with_multiples(box: Box, canvas: Size) -> Box:
    """A box grown so that its sides are multiples of 8, which any canvas has room for."""
    width, height = (math.ceil(side / MULTIPLE) * MULTIPLE for side in box.size)
    return grown(box, Size(width, height), canvas)


def grown(box: Box, size: Size, canvas: Size) -> Box:
    """A box grown to a size, or as far as the canvas allows."""
    left, right = _grown(box.left, box.right, size.width, canvas.width)
    top, bottom = _grown(box.top, box.bottom, size.height, canvas.height)
    return Box(left, top, right, bottom)


def _grown(start: int, end: int, length: int, limit: int) -> tuple[int, int]:
    """Half of what is missing goes behind, the rest before, and what does not fit there behind."""
    end = min(end + (length - (end - start)) // 2, limit)
    start = max(start - (length - (end - start)), 0)
    return start, min(start + length, limit)
