"""Finding faces of all sizes in a picture, their landmarks measured again where they are surest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch
from torch.nn.functional import interpolate

from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, fit, resized, shifted, warp
from capdemo.imaging.faces_landmarks import measured_in_views, measured_on_parts
from capdemo.imaging.sizes import Size
from capdemo.node_api.faces import Face, mirrored, without_doubles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.imaging.faces_geometry import Similarity
    from capdemo.node_api.faces import FaceDetector, FaceLandmarker, FaceParser, Landmarks

SHORT_SIDE = 640
"""The picture's shorter side is brought to this length, as the packs for ComfyUI do it."""
LONG_LOOK = 2048
"""Larger pictures are looked at a second time at up to this length, for faces small in them."""

EYES = 64
"""Pixels between the eyes at which the small RetinaFace places landmarks best (measured)."""
ZOOMS = (0.9, 1.0, 1.12)
"""Around that size; every network errs a little differently at each."""
SHIFTS = (-4.0, 4.0)
"""Half of the network's finest step apart, so that a face lies differently among its anchors."""
VIEW = 256
"""Side of a view, in pixels: a multiple of the network's coarsest step, 32."""


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
    shorter = min(picture.shape[-2:])
    lengths = [SHORT_SIDE]
    if shorter >= 2 * SHORT_SIDE:
        lengths.append(min(shorter, LONG_LOOK))
    found = [face for length in lengths for face in _look(picture, length / shorter, detector)]
    faces = [_measured_again(picture, face, detector) for face in without_doubles(found)]
    return tuple(_measured_exactly(picture, face, parser, landmarker) for face in faces)


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
    height, width = (round(side * scale) for side in picture.shape[-2:])
    frame = interpolate(picture, size=(height, width), mode="bilinear", antialias=scale < 1)
    back = resized(scale).inverse
    return [_moved(face, back) for face in detector(frame)[0]]


def _moved(face: Face, similarity: Similarity) -> Face:
    left, top, right, bottom = face.box
    (left, top), (right, bottom) = similarity((left, top)), similarity((right, bottom))
    return replace(face, box=(left, top, right, bottom), landmarks=_all(face.landmarks, similarity))


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
