"""MTCNN's last network, O-Net, which places five landmarks in a picture that a face fills.

Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks",
IEEE Signal Processing Letters 23(10), 2016, arXiv 1604.02878. The two networks before it, which
find faces, are not needed here: RetinaFace does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import max_pool2d

from capdemo.models.face_weights import load_strictly

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.node_api.faces import Landmarks

SIDE = 48
"""Of a picture, in pixels."""


class ONet(nn.Module):
    """From pictures (B3HW of 48 pixels, RGB, -1..1) to the landmarks' five x and five y, 0..1.

    The names are those of facenet-pytorch's file; its scores and boxes are loaded and not used.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 32, 3), nn.PReLU(32)
        self.conv2, self.prelu2 = nn.Conv2d(32, 64, 3), nn.PReLU(64)
        self.conv3, self.prelu3 = nn.Conv2d(64, 64, 3), nn.PReLU(64)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2 = nn.Linear(256, 2), nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """As the class says."""
        features = max_pool2d(self.prelu1(self.conv1(pictures)), 3, 2, ceil_mode=True)
        features = max_pool2d(self.prelu2(self.conv2(features)), 3, 2, ceil_mode=True)
        features = max_pool2d(self.prelu3(self.conv3(features)), 2, 2, ceil_mode=True)
        features = self.prelu4(self.conv4(features))
        # Columns before rows: the network was trained where pictures are stored that way.
        flat = features.permute(0, 3, 2, 1).flatten(1)
        landmarks: torch.Tensor = self.dense6_3(self.prelu5(self.dense5(flat)))
        return landmarks


class ONetLandmarker:
    """A loaded network; implements `node_api.faces.FaceLandmarker`."""

    side = SIDE

    def __init__(self, network: ONet, device: str) -> None:
        self._network = network
        self._device = device

    def __call__(self, pictures: torch.Tensor, /) -> tuple[Landmarks, ...]:
        """As the protocol says."""
        values = (pictures * 255.0 - 127.5) / 128.0  # as it was trained
        with torch.inference_mode():
            places = self._network(values.to(self._device)).cpu() * SIDE - 0.5
        return tuple(_five(*half) for half in places.reshape(-1, 2, 5).tolist())


def load_face_landmarker(path: Path, *, device: str) -> ONetLandmarker:
    """Load facenet-pytorch's `onet.pt`. Raises `InputError` for other files."""
    return ONetLandmarker(load_strictly(path, {"MTCNN's O-Net": ONet}).to(device), device)


def _five(across: list[float], down: list[float]) -> Landmarks:
    one, two, three, four, five = zip(across, down, strict=True)
    return one, two, three, four, five
