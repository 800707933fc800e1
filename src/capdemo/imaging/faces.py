"""Restoring the faces in a picture, each by itself, and cutting them out; networks are given.

Detection, alignment, restoration and pasting follow facexlib's order, on float pictures. A face
that cannot be restored is named and left as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import RunError
from capdemo.imaging.faces_detection import find_faces
from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, fit, resized, shifted, warp
from capdemo.imaging.faces_masks import soften, square
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.imaging.faces_geometry import Similarity
    from capdemo.node_api.faces import Face, FaceDetector, FaceLandmarker, FaceParser

SMALLEST_EYES = 5.0
"""Pixels between the eyes below which a face is left as it is: there is nothing to restore."""
AROUND = (132.0 / 255, 133.0 / 255, 135.0 / 255)
"""The grey (RGB) that fills an aligned face where it lies outside the picture, as in facexlib."""
_FRAME = Size(SIDE, SIDE)
_NO_FACE = torch.zeros(1, 3, SIDE, SIDE)
RGB = 3


@dataclass(frozen=True, slots=True)
class FaceTools:
    """What is done to faces."""

    detector: FaceDetector
    restore: Callable[[torch.Tensor], torch.Tensor]
    """From an aligned face (1CHW, 512x512, 0..1, RGB) to the restored one."""
    parser: FaceParser | None = None
    """Without it the whole square around a face is pasted."""
    visibility: float = 1.0
    """How much of the restored face is seen, 0..1; the rest is the face as it was."""
    landmarker: FaceLandmarker | None = None
    """Without it landmarks are the detector's."""


def restore_faces(
    picture: torch.Tensor,
    tools: FaceTools,
    *,
    background: torch.Tensor | None = None,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> torch.Tensor:
    """The picture (1CHW, float32, 0..1, RGB) with its faces restored.

    They are pasted into `background` where that is given: the same picture, enlarged by whatever
    means. Calls `note` with a sentence where there is no face, where one is too small, and where
    one cannot be restored. Raises `RunError` where none of them can.
    """
    result = (picture if background is None else background).clone()
    enlarged = resized(result.shape[-1] / picture.shape[-1])
    faces = _large_enough(find_faces(picture, tools.detector, tools.parser, tools.landmarker), note)
    failures = []
    for index, face in enumerate(faces):
        upright = fit(face.landmarks, TEMPLATE)
        aligned = _aligned(picture, upright)
        try:
            restored = tools.restore(aligned)
        except RuntimeError as error:  # as torch raises it, for want of memory too
            failures.append(_failure(index, faces, str(error)))
        except RunError as error:
            failures.append(_failure(index, faces, error.what))
        else:
            seen = aligned.lerp(restored, tools.visibility)
            mask = _mask(aligned, tools.parser)
            _paste(result, seen, mask, enlarged.inverse.then(upright))
        progress(index + 1, len(faces))
    if faces and len(failures) == len(faces):
        raise RunError(f"No face could be restored. {' '.join(failures)}")
    for failure in failures:
        note(failure)
    return result


def restore_each(
    image: Image,
    tools: FaceTools,
    *,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Image:
    """`restore_faces` for every picture of a batch (BHWC), alpha kept (FaceRestoreCFWithModel)."""
    colour = image[..., :RGB].movedim(-1, 1)
    restored = torch.cat(
        [
            restore_faces(picture[None], tools, note=note, progress=progress)
            for picture in colour.contiguous()
        ]
    )
    return Image(torch.cat([restored.movedim(1, -1), image[..., RGB:]], dim=-1))


def crop_each(
    image: Image,
    detector: FaceDetector,
    *,
    landmarker: FaceLandmarker | None = None,
    note: Callable[[str], None],
) -> Image:
    """`crop_faces` of a batch (BHWC); a picture without a face gives a black one (CropFace)."""
    crops = []
    for picture in image[..., :RGB].movedim(-1, 1).contiguous():
        found = crop_faces(picture[None], detector, landmarker=landmarker, note=note)
        crops += found or [_NO_FACE]
    return Image(torch.cat(crops).movedim(1, -1))


def crop_faces(
    picture: torch.Tensor,
    detector: FaceDetector,
    *,
    landmarker: FaceLandmarker | None = None,
    note: Callable[[str], None],
) -> list[torch.Tensor]:
    """The faces in a picture (1CHW, float32, 0..1, RGB), upright, 512x512, the surest first."""
    faces = _large_enough(find_faces(picture, detector, landmarker=landmarker), note)
    return [_aligned(picture, fit(face.landmarks, TEMPLATE)) for face in faces]


def _large_enough(found: Sequence[Face], note: Callable[[str], None]) -> list[Face]:
    kept = [face for face in found if face.eye_distance >= SMALLEST_EYES]
    if not found:
        note("No face was found; the picture is unchanged.")
    elif len(kept) < len(found):
        count = len(found) - len(kept)
        note(f"Too small to be restored: {count} of {len(found)} faces, left as they were.")
    return kept


def _failure(index: int, faces: list[Face], why: str) -> str:
    x, y = (round(value) for value in faces[index].landmarks[2])
    reason = (why.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return f"Face {index + 1} of {len(faces)}, at ({x}, {y}), was left as it was: {reason}."


def _aligned(picture: torch.Tensor, upright: Similarity) -> torch.Tensor:
    covered = warp(torch.ones_like(picture[:, :1]), upright, _FRAME, mode="bilinear")
    grey = torch.tensor(AROUND)[:, None, None]
    return (warp(picture, upright, _FRAME) + (1 - covered) * grey).clamp(0.0, 1.0)


def _mask(aligned: torch.Tensor, parser: FaceParser | None) -> torch.Tensor:
    return square(SIDE) if parser is None else soften(parser(aligned).face)


def _paste(
    picture: torch.Tensor, face: torch.Tensor, mask: torch.Tensor, upright: Similarity
) -> None:
    """Blend an aligned face into a picture, in place; `upright` is the picture's way to it."""
    back = upright.inverse
    corners = [back((x, y)) for x in (0, SIDE - 1) for y in (0, SIDE - 1)]
    height, width = picture.shape[-2:]
    left, right = _range([x for x, _ in corners], width)
    top, bottom = _range([y for _, y in corners], height)
    if left >= right or top >= bottom:
        return
    place = back.then(shifted(-left, -top))
    size = Size(right - left, bottom - top)
    there = warp(mask, place, size, mode="bilinear").clamp(0.0, 1.0)
    region = picture[..., top:bottom, left:right]
    region.lerp_(warp(face, place, size).clamp(0.0, 1.0), there.expand_as(region))


def _range(values: list[float], limit: int) -> tuple[int, int]:
    return max(0, math.floor(min(values))), min(limit, math.ceil(max(values)) + 1)
