"""Landmarks measured on a parsed face, averaged with the detector's where the two agree.

The detector guesses from the whole face and errs with its expression; a parser sees the eyes' and
the mouth's edges, but at times takes something else for them. Neither knows the nose's tip better.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch

from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, fit, warp
from capdemo.imaging.sizes import Size

if TYPE_CHECKING:
    from capdemo.node_api.faces import Face, FaceParser, FaceParts, Landmarks, Point

AGREE = 0.12
"""Distance between both measurements, as a part of the eyes', up to which they are averaged."""
AROUND_EYE = 60.0
"""Pixels of an aligned face around the template's eye beyond which nothing counts as the eye."""
FEWEST = 100
"""Pixels of an aligned face that an eye or a mouth must cover to be measured."""
OUTERMOST = 3
"""Columns at each end of a mouth whose middle is its corner."""


def measured_on_parts(picture: torch.Tensor, face: Face, parser: FaceParser) -> Face:
    """The face with its eyes and its mouth's corners moved half-way to where the parser sees them.

    A landmark that the parser does not see, behind glasses for example, or sees elsewhere, stays.
    """
    upright = fit(face.landmarks, TEMPLATE)
    parts = parser(warp(picture, upright, Size(SIDE, SIDE)).clamp(0.0, 1.0))
    seen = (_eye(parts, 0), _eye(parts, 1), None, *_corners(parts.mouth))
    back = upright.inverse
    moved = tuple(
        known if point is None else _half_way(known, back(point), AGREE * face.eye_distance)
        for known, point in zip(face.landmarks, seen, strict=True)
    )
    return replace(face, landmarks=cast("Landmarks", moved))


def _half_way(known: Point, other: Point, farthest: float) -> Point:
    if abs(complex(*known) - complex(*other)) > farthest:
        return known
    return (known[0] + other[0]) / 2, (known[1] + other[1]) / 2


def _eye(parts: FaceParts, index: int) -> Point | None:
    rows, columns = torch.nonzero(parts.eyes[index][0, 0], as_tuple=True)
    x, y = TEMPLATE[index]
    near = torch.hypot(columns - x, rows - y) < AROUND_EYE
    if int(near.sum()) < FEWEST:
        return None
    return columns[near].float().mean().item(), rows[near].float().mean().item()


def _corners(mouth: torch.Tensor) -> tuple[Point | None, Point | None]:
    rows, columns = torch.nonzero(mouth[0, 0], as_tuple=True)
    if len(columns) < FEWEST:
        return None, None
    left, right = int(columns.min()), int(columns.max())
    left_height = rows[columns < left + OUTERMOST].float().mean().item()
    right_height = rows[columns > right - OUTERMOST].float().mean().item()
    return (left, left_height), (right, right_height)
