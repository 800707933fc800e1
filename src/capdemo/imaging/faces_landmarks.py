"""Landmarks measured by a network made for that, and on a parsed face.

A landmarker sees the whole face, small, and errs differently in every view of it; a parser sees
the eyes' and the mouth's edges, but at times takes something else for them, and knows no nose. What
both see is averaged where they agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch

from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, resized, shifted, warp
from capdemo.imaging.sizes import Size
from capdemo.node_api.faces import mirrored

if TYPE_CHECKING:
    from capdemo.imaging.faces_geometry import Similarity
    from capdemo.node_api.faces import (
        Face,
        FaceLandmarker,
        FaceParser,
        FaceParts,
        Landmarks,
        Point,
    )

AGREE = 0.12
"""Distance between both measurements, as a part of the eyes', up to which they are averaged."""
AROUND_EYE = 60.0
"""Pixels of an aligned face around the template's eye beyond which nothing counts as the eye."""
FEWEST = 100
"""Pixels of an aligned face that an eye or a mouth must cover to be measured."""
OUTERMOST = 3
"""Columns at each end of a mouth whose middle is its corner."""


VIEWED = (330.0, 360.0, 400.0)
"""Pixels of an aligned face that fill a landmarker's picture, as MTCNN's boxes do."""
MIDDLE = (256.0, 295.0)
"""Of such a view."""
AWAY = (-12.0, 0.0, 12.0)
"""Pixels of an aligned face by which views differ, across and down."""


def measured_in_views(
    picture: torch.Tensor, face: Face, landmarker: FaceLandmarker, upright: Similarity
) -> Face:
    """The face with the mean of what a landmarker sees in 27 views of it, mirrored and not.

    `upright` aligns the face.
    """
    places = [
        _filling(upright, landmarker.side, viewed, x, y)
        for viewed in VIEWED
        for x in AWAY
        for y in AWAY
    ]
    size = Size(landmarker.side, landmarker.side)
    views = torch.cat([warp(picture, place, size, mode="bilinear") for place in places])
    plain = landmarker(views)
    flipped = (mirrored(seen, landmarker.side) for seen in landmarker(views.flip(-1)))
    measured = [
        [place.inverse(point) for point in seen]
        for place, pair in zip(places, zip(plain, flipped, strict=True), strict=True)
        for seen in pair
    ]
    means = tuple(
        (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for points in zip(*measured, strict=True)
    )
    return replace(face, landmarks=cast("Landmarks", means))


def _filling(upright: Similarity, side: int, viewed: float, x: float, y: float) -> Similarity:
    """From the picture to one of `side` pixels that shows `viewed` of the aligned face."""
    scaled = resized(side / viewed)
    left, top = scaled((MIDDLE[0] + x, MIDDLE[1] + y))
    middle = (side - 1) / 2
    return upright.then(scaled).then(shifted(middle - left, middle - top))


def measured_on_parts(
    picture: torch.Tensor, face: Face, parser: FaceParser, upright: Similarity
) -> Face:
    """The face with its eyes and its mouth's corners moved half-way to where the parser sees them.

    `upright` aligns the face. A landmark that the parser does not see, behind glasses for example,
    or sees elsewhere, stays.
    """
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
