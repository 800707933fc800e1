"""Flat shapes with inked outlines, and smooth curves; knows no scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 1024, 768
SUPERSAMPLING = 4
"""Shapes are drawn this much larger and averaged down, which gives their edges clean steps."""

INK = "#27233f"
LINE = 3.2
"""Width of an outline, in pixels of the finished picture."""


class Canvas:
    """Shapes in pixels of the finished picture."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING))
        self._draw = ImageDraw.Draw(self.image)

    def shape(self, points: Sequence[Point], fill: str, line: float = LINE) -> None:
        """Fill a polygon and ink its outline; a line of 0 leaves the outline away."""
        scaled = _scaled(points)
        self._draw.polygon(scaled, fill=fill)
        if line:
            self.stroke([*points, points[0], points[1]], INK, line)

    def box(self, corner: Point, size: Point, fill: str, line: float = LINE) -> None:
        """Fill a rectangle and ink its outline."""
        (left, top), (width, height) = corner, size
        right, bottom = left + width, top + height
        self.shape([corner, (right, top), (right, bottom), (left, bottom)], fill, line)

    def disc(self, centre: Point, radii: Point, fill: str, line: float = LINE) -> None:
        """Fill an ellipse; its outline lies inside the radii."""
        (x, y), (across, down) = centre, radii
        bounds = _scaled([(x - across, y - down), (x + across, y + down)])
        width = round(line * SUPERSAMPLING)
        self._draw.ellipse(bounds, fill=fill, outline=INK if line else None, width=width)

    def stroke(self, points: Sequence[Point], colour: str, line: float = LINE) -> None:
        """Draw an open line with round joints and ends."""
        scaled = _scaled(points)
        width = round(line * SUPERSAMPLING)
        self._draw.line(scaled, fill=colour, width=width)
        for x, y in scaled:
            reach = width / 2
            self._draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)

    def finished(self) -> Image.Image:
        """The picture at its own size."""
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    before, after = (points[-1], points[:2]) if closed else (points[0], points[-1:])
    padded = [before, *points, *after]
    curve: list[Point] = []
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        for step in range(steps):
            t = step / steps
            weights = (
                (-t + 2 * t**2 - t**3) / 2,
                (2 - 5 * t**2 + 3 * t**3) / 2,
                (t + 4 * t**2 - 3 * t**3) / 2,
                (t**3 - t**2) / 2,
            )
            curve.append(
                (
                    sum(w * v for w, v in zip(weights, (ax, bx, cx, dx), strict=True)),
                    sum(w * v for w, v in zip(weights, (ay, by, cy, dy), strict=True)),
                )
            )
    return curve if closed else [*curve, points[-1]]
