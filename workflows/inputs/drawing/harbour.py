"""Draws the harbour at evening, the flat-shaded illustration that the anime example enlarges.

It draws shapes only: no font, no random number, no picture from elsewhere, so the same Pillow
gives the same pixels. Run it in the repository's folder as
`python -m workflows.inputs.drawing.harbour`; it overwrites the ground truth, or writes the file
that is given to it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.inputs.drawing.canvas import INK, WIDTH, Canvas, Point, smooth
from workflows.inputs.drawing.cat import draw_cat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

TRUTH = Path(__file__).parents[1] / "truth" / "harbour.png"

HORIZON = 470
QUAY = 648


def draw_sky(canvas: Canvas) -> None:
    """Flat bands of evening sky, a low sun and two clouds."""
    bands = ["#3d5a98", "#5b78b4", "#8a94c4", "#c6a5bf", "#f2b39b", "#f9c98a", "#fbdc9a"]
    edges = [0, 92, 172, 242, 304, 356, 404, HORIZON]
    for colour, (top, bottom) in zip(bands, pairwise(edges), strict=True):
        canvas.box((0, top), (WIDTH, bottom - top), colour, line=0)
    canvas.disc((700, 392), (118, 118), "#fce9b4", line=0)
    canvas.disc((700, 392), (86, 86), "#fff4cf", line=0)
    for x, y, size in ((150, 128, 1.0), (560, 78, 0.8), (880, 176, 1.15)):
        puffs = [(0, 0), (26, -26), (62, -22), (88, -44), (126, -30), (150, -4), (118, 8), (40, 9)]
        outline = smooth([(x + size * dx, y + size * dy) for dx, dy in puffs])
        canvas.shape(outline, "#fdf1e2", line=2.2)
    for x, y in ((470, 150), (520, 176), (440, 196)):
        canvas.stroke(smooth([(x - 18, y - 6), (x - 8, y - 10), (x, y)], closed=False), INK, 2.4)
        canvas.stroke(smooth([(x, y), (x + 8, y - 10), (x + 18, y - 6)], closed=False), INK, 2.4)


def draw_coast(canvas: Canvas) -> None:
    """Two ranges of hills and a striped lighthouse on the headland."""
    far = [(0, 410), (130, 372), (300, 402), (480, 366), (660, 420), (860, 388), (1030, 416)]
    canvas.shape([*smooth(far, closed=False), (1030, HORIZON), (0, HORIZON)], "#8d86b4", 2.2)
    near = [(560, HORIZON), (700, 444), (800, 408), (900, 396), (1034, 420), (1034, HORIZON)]
    canvas.shape([*smooth(near[:-1], closed=False), near[-1]], "#5f7f78", 2.6)
    canvas.shape([(876, 402), (886, 282), (926, 282), (936, 402)], "#fbf3e4")
    for top in (306, 354):
        reach = 20 + (top - 282) / 12
        low = reach + 2
        stripe = [(906 - reach, top), (906 + reach, top), (906 + low, top + 24)]
        canvas.shape([*stripe, (906 - low, top + 24)], "#d9524b", 2.4)
    canvas.box((880, 272), (52, 11), INK, line=0)
    canvas.box((890, 246), (32, 27), "#ffe38a")
    canvas.stroke([(906, 246), (906, 272)], INK, 2.4)
    canvas.shape([(884, 247), (906, 224), (928, 247)], "#d9524b")


@dataclass(frozen=True, slots=True)
class House:
    """A gabled house of the row along the quay."""

    left: float
    width: float
    top: float
    """Height of the eaves, from the top of the picture."""
    wall: str
    roof: str


HOUSES = (
    House(-14, 92, 296, "#d98a6a", "#6b3f4c"),
    House(78, 84, 250, "#f1d9a7", "#a1483f"),
    House(162, 74, 312, "#7fa8a4", "#4d4468"),
    House(236, 96, 268, "#c65b4e", "#53354a"),
    House(332, 76, 322, "#f4ead6", "#8a5a3c"),
    House(408, 88, 288, "#8fb3cf", "#5a3d52"),
    House(496, 70, 340, "#e6b45e", "#7b4038"),
)


def draw_house(canvas: Canvas, house: House) -> None:
    """One house: wall, gable, roof, chimney, windows with shutters, and a door."""
    right, middle = house.left + house.width, house.left + house.width / 2
    peak = house.top - house.width * 0.55
    canvas.box((right - 27, peak + 8), (15, 38), "#8c5b52")
    canvas.box((right - 30, peak + 3), (21, 8), "#5c3a3d")
    canvas.box((house.left, house.top), (house.width, 560 - house.top), house.wall)
    eaves = [(house.left - 7, house.top + 4), (middle, peak), (right + 7, house.top + 4)]
    canvas.shape(eaves, house.roof)
    canvas.disc((middle, house.top - house.width * 0.14), (8, 8), "#ffe7a3", 2.4)
    for row in range(int((500 - house.top) // 58)):
        for column in (0.26, 0.74):
            centre = (house.left + house.width * column, house.top + 36 + 58 * row)
            draw_window(canvas, centre, house.roof, lit=(row + int(column * 10)) % 3 != 0)
    canvas.box((middle - 13, 508), (26, 52), house.roof)
    canvas.box((middle - 8, 514), (16, 15), "#ffe7a3", 2)


def draw_window(canvas: Canvas, centre: Point, shutter: str, *, lit: bool) -> None:
    """A window with a cross bar, its shutters and a sill."""
    x, y = centre
    canvas.box((x - 16, y - 15), (7, 30), shutter, 2)
    canvas.box((x + 9, y - 15), (7, 30), shutter, 2)
    canvas.box((x - 9, y - 16), (18, 32), "#ffdf86" if lit else "#3f5777", 2.4)
    canvas.stroke([(x, y - 16), (x, y + 16)], INK, 1.8)
    canvas.stroke([(x - 9, y - 2), (x + 9, y - 2)], INK, 1.8)
    canvas.box((x - 13, y + 16), (26, 5), "#fbf3e4", 2)


def draw_water(canvas: Canvas) -> None:
    """The sea behind, the basin in front, the sun's path and the waves."""
    bands = ["#d99f94", "#b08ba0", "#7d7fa6", "#56709c", "#3f5f8d"]
    edges = [HORIZON, 492, 524, 566, 612, QUAY + 10]
    for colour, (top, bottom) in zip(bands, pairwise(edges), strict=True):
        canvas.box((0, top), (WIDTH, bottom - top), colour, line=0)
    canvas.stroke([(560, HORIZON), (WIDTH, HORIZON)], INK, 2.2)
    for step in range(13):
        y, reach = 480 + 13 * step, 92 - 5.4 * step + (step % 3) * 12
        canvas.box((700 - reach, y), (2 * reach, 4.6), "#fce3a6", line=0)
    for x, y, reach in ((612, 606, 34), (842, 500, 26), (950, 540, 34), (600, 536, 28)):
        wave = [(x - reach, y), (x - reach / 2, y - 6), (x, y), (x + reach / 2, y - 6)]
        canvas.stroke(smooth([*wave, (x + reach, y)], closed=False), "#e8eef6", 2.4)


def draw_row(canvas: Canvas) -> None:
    """The houses, the street before them and a string of flags."""
    for house in HOUSES:
        draw_house(canvas, house)
    canvas.shape([(-8, 560), (576, 560), (592, 586), (-8, 586)], "#cdb8a0")
    canvas.shape([(-8, 586), (592, 586), (592, 622), (-8, 622)], "#8f7d78")
    for joint in range(20, 590, 64):
        canvas.stroke([(joint, 588), (joint, 620)], INK, 1.8)
    canvas.stroke([(-4, 603), (590, 603)], INK, 1.8)
    rope = smooth([(-20, 318), (120, 366), (270, 330), (420, 372), (566, 352)], closed=False)
    canvas.stroke(rope, INK, 1.8)
    colours = ("#d9524b", "#fdf1e2", "#3f7f8c", "#f2b544")
    for index, (x, y) in enumerate(rope[5::5]):
        flag = [(x - 8, y), (x + 8, y), (x, y + 18)]
        canvas.shape(flag, colours[index % 4], 1.8)


def draw_boat(canvas: Canvas, x: float, y: float, size: float, hull: str) -> None:
    """A sailing boat whose mast foot is at (x, y)."""

    def at(points: Sequence[Point]) -> list[Point]:
        return [(x + size * dx, y + size * dy) for dx, dy in points]

    canvas.stroke(at([(0, 0), (0, -190)]), INK, 5)
    canvas.shape(
        at([(6, -184), *smooth([(6, -184), (62, -110), (92, -22)], closed=False)]), "#fdf1e2"
    )
    canvas.shape(at([(6, -22), (92, -22), (84, -44), (6, -64)]), "#d9524b", 2.4)
    canvas.shape(at([(-6, -168), (-62, -22), (-6, -22)]), "#f6d9b0")
    canvas.shape(at([(0, -190), (34, -182), (0, -172)]), "#3f7f8c", 2.4)
    body = [(-96, -12), (-40, -4), (50, -4), (112, -20), (84, 34), (60, 40), (-64, 40), (-82, 30)]
    canvas.shape(at(body), hull)
    canvas.shape(
        at([(-94, -12), (-40, -4), (50, -4), (112, -20), (108, -8), (50, 8), (-40, 8), (-91, 0)]),
        "#fbf3e4",
        2.4,
    )
    for porthole in (-44, -8, 28):
        canvas.disc((x + size * porthole, y + size * 22), (size * 7, size * 7), "#ffe38a", 2.4)
    for depth, reach in ((47, 92), (57, 66), (66, 38)):
        canvas.stroke(at([(-reach, depth), (reach, depth)]), "#2f4a74", 3)


def draw_quay(canvas: Canvas) -> None:
    """The stone quay in front, a bollard with its rope, a lamp and two crates."""
    canvas.box((-8, QUAY), (WIDTH + 16, 26), "#d8c3a5")
    canvas.box((-8, QUAY + 26), (WIDTH + 16, 110), "#a08c84")
    for row, (top, bottom) in enumerate(((674, 708), (708, 742), (742, 770))):
        canvas.stroke([(0, bottom), (WIDTH, bottom)], INK, 2)
        for x in range(-30 + 46 * (row % 2), WIDTH, 92):
            canvas.stroke([(x, top), (x, bottom)], INK, 2)
    for x in range(40, WIDTH, 150):
        canvas.stroke([(x, QUAY), (x - 8, QUAY + 26)], INK, 2)
    canvas.stroke(
        smooth([(742, 628), (690, 652), (640, 616), (600, 574)], closed=False), "#e9d6ac", 5
    )
    canvas.shape([(724, 654), (728, 622), (756, 622), (760, 654)], "#4a4a63")
    canvas.disc((742, 620), (24, 10), "#6a6a86")
    draw_crate(canvas, (66, 566), 88, "#b9814f")
    draw_crate(canvas, (160, 590), 64, "#d19c60")


def draw_crate(canvas: Canvas, corner: Point, size: float, wood: str) -> None:
    """A wooden crate with a diagonal brace; it stands on the quay."""
    x, y = corner
    canvas.box(corner, (size, size), wood)
    canvas.shape(
        [
            (x + 10, y + size - 10),
            (x + size - 22, y + 10),
            (x + size - 10, y + 10),
            (x + 22, y + size - 10),
        ],
        "#8a5a3c",
        2,
    )
    canvas.box((x, y), (size, 12), "#e3b77c", 2.4)
    canvas.box((x, y + size - 12), (size, 12), "#e3b77c", 2.4)


def draw_harbour() -> Image.Image:
    """The whole scene, from the back to the front; 1024 x 768, RGB."""
    canvas = Canvas()
    draw_sky(canvas)
    draw_coast(canvas)
    draw_water(canvas)
    draw_row(canvas)
    draw_boat(canvas, 800, 590, 1.0, "#2f6f87")
    draw_boat(canvas, 628, 512, 0.36, "#a1483f")
    draw_quay(canvas)
    draw_cat(canvas)
    return canvas.finished()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else TRUTH
    draw_harbour().save(target, optimize=True)
    print(target.name)
