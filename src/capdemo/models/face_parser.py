"""Tells a face from what surrounds it with BiSeNet; softening the edge is the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import interpolate

from capdemo.models.face_bisenet import CLASSES, BiSeNet
from capdemo.models.face_weights import load_strictly
from capdemo.node_api.faces import FaceParts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIDE = 512
"""The side of the pictures that the network was trained on."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, of red, green and blue, 0..1."""
NOT_FACE = ("background", "neck", "necklace", "cloth", "hat")
"""What facexlib, and the packs after it, leave as it was; hair is redrawn with the face."""
MOUTH = ("mouth", "upper lip", "lower lip")


class BiSeNetParser:
    """A loaded network; implements `node_api.faces.FaceParser`."""

    def __init__(self, network: BiSeNet, device: str) -> None:
        self._network = network
        self._device = device

    def __call__(self, face: torch.Tensor, /) -> FaceParts:
        """As the protocol says; a face of another size is brought to 512 pixels first."""
        labels = self.classes(face)[:, None]
        return FaceParts(
            face=1.0 - _where(labels, NOT_FACE),
            eyes=(_where(labels, ("right eye",)), _where(labels, ("left eye",))),
            mouth=_where(labels, MOUTH),
        )

    def classes(self, face: torch.Tensor) -> torch.Tensor:
        """The index in `CLASSES` of each pixel (1HW) of a face (1CHW, float32, 0..1, RGB)."""
        mean, deviation = (torch.tensor(triple)[:, None, None] for triple in (MEAN, DEVIATION))
        with torch.inference_mode():
            resized = interpolate(face, size=(SIDE, SIDE), mode="bilinear", antialias=True)
            logits = self._network(((resized - mean) / deviation).to(self._device)).cpu()
            logits = interpolate(logits, size=face.shape[-2:], mode="bilinear")
        labels: torch.Tensor = logits.argmax(1).clone()
        return labels


def _where(labels: torch.Tensor, names: Sequence[str]) -> torch.Tensor:
    indices = torch.tensor([CLASSES.index(name) for name in names])
    return torch.isin(labels, indices).float()


def load_face_parser(path: Path, *, device: str) -> BiSeNetParser:
    """Load the BiSeNet that was trained on CelebAMask-HQ. Raises `InputError` for other files."""
    network = load_strictly(path, {"BiSeNet for faces": BiSeNet})
    return BiSeNetParser(network.to(device), device)
