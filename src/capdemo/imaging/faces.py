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
from capdemo.imaging.faces_notes import Seen, named_failures, notes_on_cropping, notes_on_restoring
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    """From an aligned face (1CHW, 512x512, 0..1, RGB) to the restored one, which is clamped."""
    parser: FaceParser | None = None
    """Without it the whole square around a face is pasted."""
    visibility: float = 1.0
    """How much of the restored face is seen, 0..1; the rest is the face as it was."""
    landmarker: FaceLandmarker | None = None
    """Without it landmarks are the detector's."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    picture: torch.Tensor
    seen: Seen


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
    outcome = _with_faces(picture, result, tools, progress)
    _report([outcome.seen], note)
    return outcome.picture


def restore_each(
    image: Image,
    tools: FaceTools,
    *,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Image:
    """`restore_faces` for every picture of a batch (BHWC), alpha kept (FaceRestoreCFWithModel).

    `progress` is told of the faces of a single picture, else of the pictures. Raises `RunError`
    where no face of the whole batch can be restored.
    """
    result = image.clone()
    pictures = []
    of_faces = progress if len(image) == 1 else _untold
    for index, picture in enumerate(_each(image)):
        outcome = _with_faces(picture, picture.clone(), tools, of_faces)
        result[index, ..., :RGB] = outcome.picture[0].movedim(0, -1)
        pictures.append(outcome.seen)
        progress(index + 1, len(image))
    _report(pictures, note)
    return Image(result)


def _untold(_done: int, _total: int) -> None:
    pass


def _with_faces(
    picture: torch.Tensor,
    result: torch.Tensor,
    tools: FaceTools,
    progress: Callable[[int, int], None],
) -> _Outcome:
    """Paste the restored faces of a picture into `result`, which is the picture, or larger."""
    enlarged = resized(result.shape[-1] / picture.shape[-1])
    found = find_faces(picture, tools.detector, tools.parser, tools.landmarker)
    faces = _large_enough(found)
    failures = []
    for index, face in enumerate(faces):
        upright = fit(face.landmarks, TEMPLATE)
        aligned = _aligned(picture, upright)
        try:
            restored = _restored(aligned, tools)
        except RuntimeError as error:  # as torch raises it, for want of memory too
            failures.append(_failure(index, faces, str(error)))
        except RunError as error:
            failures.append(_failure(index, faces, error.what))
        else:
            mask = _mask(aligned, tools.parser)
            _paste(result, restored, mask, enlarged.inverse.then(upright))
        progress(index + 1, len(faces))
    return _Outcome(result, Seen(len(found), len(found) - len(faces), tuple(failures)))


def _report(pictures: Sequence[Seen], note: Callable[[str], None]) -> None:
    """Note what was left as it was, or raise `RunError` where no face came out and some did not."""
    failures = named_failures(pictures)
    if failures and not any(seen.done for seen in pictures):
        raise RunError(f"No face could be restored. {failures}")
    for sentence in notes_on_restoring(pictures):
        note(sentence)


def crop_each(
    image: Image,
    detector: FaceDetector,
    *,
    landmarker: FaceLandmarker | None = None,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Image:
    """Every face of a batch (BHWC, 0..1), upright, 512x512, RGB; of a picture the surest first.

    A picture without a face gives a black one (CropFace). Calls `note` with what is left out.
    """
    crops: list[torch.Tensor] = []
    pictures = []
    for picture in _each(image):
        found = find_faces(picture, detector, landmarker=landmarker)
        faces = _large_enough(found)
        crops += [_aligned(picture, fit(face.landmarks, TEMPLATE)) for face in faces] or [_NO_FACE]
        pictures.append(Seen(len(found), len(found) - len(faces)))
        progress(len(pictures), len(image))
    for sentence in notes_on_cropping(pictures):
        note(sentence)
    return Image(torch.cat(crops).movedim(1, -1))


def _each(image: Image) -> Iterator[torch.Tensor]:
    """The colours of each picture of a batch, 1CHW."""
    for picture in image[..., :RGB]:
        yield picture.movedim(-1, 0)[None].contiguous()


def _large_enough(found: Sequence[Face]) -> list[Face]:
    return [face for face in found if face.eye_distance >= SMALLEST_EYES]


def _restored(aligned: torch.Tensor, tools: FaceTools) -> torch.Tensor:
    """The aligned face redrawn and blended with what it was (both 1CHW, 0..1).

    Raises `RunError` where the network gave no picture of the face's size.
    """
    restored = tools.restore(aligned)
    # Before clamping, which would make white of infinity.
    if restored.shape != aligned.shape or not bool(restored.isfinite().all()):
        raise RunError("The network gave something that is no picture.")
    return aligned.lerp(restored.clamp(0.0, 1.0), tools.visibility)


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
