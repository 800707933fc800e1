"""Finding faces of all sizes in a picture, their landmarks measured again where they are surest."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch
from torch.nn.functional import interpolate

from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, Similarity, fit, resized, shifted, warp
from capdemo.imaging.faces_landmarks import measured_in_views, measured_on_parts
from capdemo.imaging.sizes import Size
from capdemo.node_api.faces import Face, mirrored, without_doubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from capdemo.node_api.faces import FaceDetector, FaceLandmarker, FaceParser, Landmarks

SHORT_SIDE = 640
"""The picture's shorter side is brought to this length, as the packs for ComfyUI do it."""
LONG_LOOK = 2048
"""Larger pictures are looked at a second time at up to this length, for faces small in them."""
LONGEST = 16 * SHORT_SIDE
"""A strip is not enlarged beyond this length: a line of 500 pixels would become 640 x 320000."""

_NEAR = 0.5
"""Distance of two noses, as a part of the eyes', within which there is one face."""

EYES = 64
"""Pixels between the eyes at which the small RetinaFace places landmarks best (measured)."""
ZOOMS = (0.9, 1.0, 1.12)
"""Around that size; every network errs a little differently at each."""
SHIFTS = (-4.0, 4.0)
"""Half of the network's finest step apart, so that a face lies differently among its anchors."""
VIEW = 256
"""Side of a view, in pixels: a multiple of the network's coarsest step, 32."""

TURNED = 96.0
"""Pixels of a box's longer side at which the small RetinaFace tells best which way is up: it was
trained on upright faces, and is surest of them (measured)."""
TURNS = tuple(cmath.rect(1.0, math.pi / 4 * eighth) for eighth in range(8))
"""By which a face is turned to see that; by quarters, a face between two of them is misread."""


def find_faces(
    picture: torch.Tensor,
    detector: FaceDetector,
    parser: FaceParser | None = None,
    landmarker: FaceLandmarker | None = None,
) -> tuple[Face, ...]:
    """The faces in a picture (1CHW, float32, 0..1, RGB), the surest first.

    With a landmarker, landmarks are its instead of the detector's; with a parser, the eyes' and the
    mouth's are measured on their parts, too.
    """
    found = [face for scale in _scales(picture) for face in _look(picture, scale, detector)]
    upright = [_told_which_way_is_up(picture, face, detector) for face in without_doubles(found)]
    faces = [_measured_again(picture, face, detector) for face in without_doubles(upright)]
    return _apart(_measured_exactly(picture, face, parser, landmarker) for face in faces)


def _apart(faces: Iterable[Face]) -> tuple[Face, ...]:
    """The faces without those that turned out to be a surer one: their noses are in one place.

    Of a face that fills a large picture the second look sees parts, with a box around each.
    """
    kept: list[Face] = []
    for face in faces:
        if all(_noses(face, other) > _NEAR * _narrower(face, other) for other in kept):
            kept.append(face)
    return tuple(kept)


def _noses(one: Face, other: Face) -> float:
    return abs(complex(*one.landmarks[2]) - complex(*other.landmarks[2]))


def _narrower(one: Face, other: Face) -> float:
    return min(one.eye_distance, other.eye_distance)


def _scales(picture: torch.Tensor) -> list[float]:
    """The factors by which a picture is resized to be looked at."""
    shorter, longer = sorted(picture.shape[-2:])
    scales = [min(SHORT_SIDE / shorter, max(1.0, LONGEST / longer))]
    if shorter >= 2 * SHORT_SIDE:
        scales.append(min(shorter, LONG_LOOK) / shorter)
    return scales


def _measured_exactly(
    picture: torch.Tensor,
    face: Face,
    parser: FaceParser | None,
    landmarker: FaceLandmarker | None,
) -> Face:
    """The face by what landmarker and parser see, each in the face as the detector aligns it."""
    upright = fit(face.landmarks, TEMPLATE)
    if landmarker is not None:
        face = measured_in_views(picture, face, landmarker, upright)
    return face if parser is None else measured_on_parts(picture, face, parser, upright)


def _look(picture: torch.Tensor, scale: float, detector: FaceDetector) -> list[Face]:
    height, width = (max(1, round(side * scale)) for side in picture.shape[-2:])
    frame = interpolate(picture, size=(height, width), mode="bilinear", antialias=scale < 1)
    back = resized(scale).inverse
    return [_moved(face, back) for face in detector(frame)[0]]


def _moved(face: Face, similarity: Similarity) -> Face:
    """The face elsewhere; its box keeps its sides, since one around a turned box is far larger."""
    left, top, right, bottom = face.box
    x, y = similarity(((left + right) / 2, (top + bottom) / 2))
    across, down = similarity.scale * (right - left) / 2, similarity.scale * (bottom - top) / 2
    box = (x - across, y - down, x + across, y + down)
    return replace(face, box=box, landmarks=_all(face.landmarks, similarity))


def _told_which_way_is_up(picture: torch.Tensor, face: Face, detector: FaceDetector) -> Face:
    """The face as the surest of eight views of it has it.

    The landmarks of a face that lies or hangs are often at the wrong ends of it, or those of
    another face that the network sees in it; one that is surest as it lies is left alone.
    """
    left, top, right, bottom = face.box
    middle, side = complex(left + right, top + bottom) / 2, max(right - left, bottom - top)
    factors = [TURNED / max(side, 1.0) * turn for turn in TURNS]
    centre = complex(VIEW / 2, VIEW / 2)
    places = [Similarity(factor, centre - factor * middle) for factor in factors]
    views = torch.cat([warp(picture, place, Size(VIEW, VIEW), mode="bilinear") for place in places])
    seen = [(_middle_one(faces) if faces else None) for faces in detector(views)]
    scores = [0.0 if found is None else found.score for found in seen]
    best = scores.index(max(scores))
    surest = seen[best]
    if best == 0 or surest is None:
        return face
    return replace(_moved(surest, places[best].inverse), score=face.score)


def _measured_again(picture: torch.Tensor, face: Face, detector: FaceDetector) -> Face:
    """The face with the mean of its landmarks in views of it upright, mirrored and not."""
    upright = fit(face.landmarks, TEMPLATE)
    places = [_in_view(upright, zoom, shift) for zoom in ZOOMS for shift in SHIFTS]
    views = torch.cat([warp(picture, place, Size(VIEW, VIEW), mode="bilinear") for place in places])
    seen = detector(torch.cat([views, views.flip(-1)]))
    measured = [
        _all(landmarks, place.inverse)
        for place, plain, flipped in zip(places, seen, seen[len(views) :], strict=False)
        for landmarks in _landmarks_of(plain, flipped)
    ]
    return replace(face, landmarks=_mean(measured)) if measured else face


_TEMPLATE_EYES = TEMPLATE[1][0] - TEMPLATE[0][0]


def _in_view(upright: Similarity, zoom: float, shift: float) -> Similarity:
    """From the picture to a view that holds the aligned face's middle in its own, but for shift."""
    scaled = resized(zoom * EYES / _TEMPLATE_EYES)
    x, y = scaled((SIDE / 2, SIDE / 2))
    return upright.then(scaled).then(shifted(VIEW / 2 + shift - x, VIEW / 2 + shift - y))


def _landmarks_of(plain: tuple[Face, ...], flipped: tuple[Face, ...]) -> Iterator[Landmarks]:
    """Those of the face in the middle of each view, the mirrored ones put back."""
    if plain:
        yield _middle_one(plain).landmarks
    if flipped:
        yield mirrored(_middle_one(flipped).landmarks, VIEW)


def _middle_one(faces: tuple[Face, ...]) -> Face:
    middle = complex(VIEW / 2, VIEW / 2)
    return min(faces, key=lambda face: abs(complex(*face.landmarks[2]) - middle))


def _all(landmarks: Landmarks, similarity: Similarity) -> Landmarks:
    return cast("Landmarks", tuple(similarity(point) for point in landmarks))


def _mean(measured: list[Landmarks]) -> Landmarks:
    return cast(
        "Landmarks",
        tuple(
            (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
            for points in zip(*measured, strict=True)
        ),
    )
