"""What face detectors, parsers and restorers promise; `imaging` knows them by this alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    import torch

Point: TypeAlias = tuple[float, float]
"""(x, y) in pixels; (0, 0) is the centre of the first pixel."""
Landmarks: TypeAlias = tuple[Point, Point, Point, Point, Point]
"""The eyes' centres, the nose's tip, the mouth's corners; the picture's left one first."""

SAME_FACE = 0.4
"""Two boxes that share more of their union than this are the same face."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face that was found in a picture; parts of it may lie outside."""

    box: tuple[float, float, float, float]
    """Left, top, right, bottom, in pixels."""
    landmarks: Landmarks
    score: float
    """How sure the detector is, 0..1."""

    @property
    def eye_distance(self) -> float:
        """Pixels between the eyes' centres."""
        left, right = (complex(*eye) for eye in self.landmarks[:2])
        return abs(right - left)

    @property
    def area(self) -> float:
        """Of the box, in pixels."""
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)

    def overlap(self, other: Face) -> float:
        """The part of both boxes' union that they share, 0..1."""
        left, top = (max(self.box[i], other.box[i]) for i in (0, 1))
        right, bottom = (min(self.box[i], other.box[i]) for i in (2, 3))
        shared = max(0.0, right - left) * max(0.0, bottom - top)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0


def without_doubles(faces: Iterable[Face]) -> tuple[Face, ...]:
    """The faces without those that cover a surer one, the surest first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.score, reverse=True):
        if all(face.overlap(other) <= SAME_FACE for other in kept):
            kept.append(face)
    return tuple(kept)


def mirrored(landmarks: Landmarks, width: int) -> Landmarks:
    """The landmarks as they lie in the mirrored picture, which is `width` pixels wide."""
    right, left, nose, mouth_right, mouth_left = ((width - 1 - x, y) for x, y in landmarks)
    return left, right, nose, mouth_left, mouth_right


class FaceDetector(Protocol):
    """A loaded network that finds faces."""

    def __call__(self, pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        """The faces in each picture (BCHW, float32, 0..1, RGB) as it is, the surest first."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FaceParts:
    """Where the parts of an aligned face are; each is 11HW, float32, 0 or 1, on the CPU."""

    face: torch.Tensor
    """Skin, features, ears and hair."""
    eyes: tuple[torch.Tensor, torch.Tensor]
    """What is seen of the eyeballs, the picture's left one first; nothing behind glasses."""
    mouth: torch.Tensor
    """Lips and what is between them."""


class FaceLandmarker(Protocol):
    """A loaded network that places the landmarks of a face that is found already."""

    @property
    def side(self) -> int:
        """Of its pictures, in pixels."""
        ...

    def __call__(self, pictures: torch.Tensor, /) -> tuple[Landmarks, ...]:
        """Those of the upright face that fills each picture (B3HW, `side` pixels, 0..1, RGB)."""
        ...


class FaceParser(Protocol):
    """A loaded network that tells a face's parts from each other and from what surrounds it."""

    def __call__(self, face: torch.Tensor, /) -> FaceParts:
        """The parts of an aligned face (1CHW, float32, 0..1, RGB)."""
        ...


class FaceRestoreModel(Protocol):
    """A loaded network that redraws an aligned face."""

    def __call__(self, face: torch.Tensor, /, *, fidelity: float) -> torch.Tensor:
        """Redraw one face; both are 1CHW, 512x512, float32, RGB, the result on the CPU.

        The face is 0..1; the result is about that, and no numbers at all where a network fails.
        Fidelity, 0..1, weighs likeness (1) against quality (0) where the network knows that
        (CodeFormer); others ignore it.
        """
        ...
