"""RetinaFace's networks, laid out as in the released files; anchors and pictures are elsewhere.

Deng et al. 2019, arXiv 1905.00641, over MobileNet (Howard et al. 2017, arXiv 1704.04861, a quarter
as wide) or ResNet-50 (He et al. 2015, arXiv 1512.03385), with a feature pyramid (Lin et al. 2016,
arXiv 1612.03144) and SSH's context modules (Najibi et al. 2017, arXiv 1708.03979).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import interpolate, relu

from capdemo.models.face_backbone import ResidualStages

if TYPE_CHECKING:
    from collections.abc import Sequence

ANCHORS_PER_CELL = 2
_SLOPE = 0.1
"""LeakyReLU's slope in the small network; the large one has plain ReLUs."""
_NARROW = 64
"""Up to this many channels a pyramid counts as small."""


class RetinaFace(nn.Module):
    """From a picture (BCHW, BGR, 0..255 less the mean) to what each anchor says.

    Returns the logits (BN2: no face, face), the boxes' offsets (BN4) and the landmarks' (BN10),
    where N runs over the levels, then rows, columns and the two anchors of a cell.
    """

    def __init__(self, body: nn.Module, body_channels: Sequence[int], channels: int) -> None:
        super().__init__()
        self.body = body
        self.fpn = _Pyramid(body_channels, channels)
        self.ssh1, self.ssh2, self.ssh3 = (_Context(channels) for _ in range(3))
        self.ClassHead = nn.ModuleList(_Head(channels, 2) for _ in range(3))
        self.BboxHead = nn.ModuleList(_Head(channels, 4) for _ in range(3))
        self.LandmarkHead = nn.ModuleList(_Head(channels, 10) for _ in range(3))

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """As the class says."""
        levels = self.fpn(self.body(picture))
        contexts = (self.ssh1, self.ssh2, self.ssh3)
        features = [context(level) for context, level in zip(contexts, levels, strict=True)]
        classes, boxes, landmarks = (
            torch.cat([head(level) for head, level in zip(heads, features, strict=True)], dim=1)
            for heads in (self.ClassHead, self.BboxHead, self.LandmarkHead)
        )
        return classes, boxes, landmarks


def small_retinaface() -> RetinaFace:
    """RetinaFace over a quarter of MobileNet: `mobilenet0.25_Final.pth`."""
    return RetinaFace(_QuarterMobileNet(), (64, 128, 256), 64)


def large_retinaface() -> RetinaFace:
    """RetinaFace over ResNet-50: `detection_Resnet50_Final.pth`."""
    return RetinaFace(ResidualStages("resnet50"), (512, 1024, 2048), 256)


class _QuarterMobileNet(nn.Module):
    """The features at an eighth, a sixteenth and a thirty-second of the picture's size."""

    def __init__(self) -> None:
        super().__init__()
        self.stage1 = nn.Sequential(
            nn.Sequential(*_convolution(3, 8, 3, stride=2), nn.LeakyReLU(_SLOPE)),
            _separable(8, 16),
            _separable(16, 32, stride=2),
            _separable(32, 32),
            _separable(32, 64, stride=2),
            _separable(64, 64),
        )
        self.stage2 = nn.Sequential(
            _separable(64, 128, stride=2), *(_separable(128, 128) for _ in range(5))
        )
        self.stage3 = nn.Sequential(_separable(128, 256, stride=2), _separable(256, 256))

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        fine = self.stage1(picture)
        middle = self.stage2(fine)
        return fine, middle, self.stage3(middle)


class _Pyramid(nn.Module):
    """Carries coarse features down into finer ones."""

    def __init__(self, inputs: Sequence[int], channels: int) -> None:
        super().__init__()
        self.output1, self.output2, self.output3 = (
            _activated(entry, channels, 1, slope=_slope(channels)) for entry in inputs
        )
        self.merge1, self.merge2 = (
            _activated(channels, channels, 3, slope=_slope(channels)) for _ in range(2)
        )

    def forward(self, features: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        fine, middle, coarse = features
        coarse = self.output3(coarse)
        middle = self.merge2(_plus_enlarged(self.output2(middle), coarse))
        return self.merge1(_plus_enlarged(self.output1(fine), middle)), middle, coarse


class _Context(nn.Module):
    """SSH: what one, two and three 3x3 convolutions see, side by side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half, quarter, slope = channels // 2, channels // 4, _slope(channels)
        self.conv3X3 = _convolution(channels, half, 3)
        self.conv5X5_1 = _activated(channels, quarter, 3, slope=slope)
        self.conv5X5_2 = _convolution(quarter, quarter, 3)
        self.conv7X7_2 = _activated(quarter, quarter, 3, slope=slope)
        self.conv7x7_3 = _convolution(quarter, quarter, 3)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        wider = self.conv5X5_1(features)
        widest = self.conv7x7_3(self.conv7X7_2(wider))
        return relu(torch.cat([self.conv3X3(features), self.conv5X5_2(wider), widest], dim=1))


class _Head(nn.Module):
    """A number of values for each anchor."""

    def __init__(self, channels: int, values: int) -> None:
        super().__init__()
        self.values = values
        self.conv1x1 = nn.Conv2d(channels, ANCHORS_PER_CELL * values, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        values: torch.Tensor = self.conv1x1(features).permute(0, 2, 3, 1)
        return values.reshape(len(features), -1, self.values)


def _convolution(
    inputs: int, outputs: int, side: int, *, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, side // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    )


def _activated(inputs: int, outputs: int, side: int, *, slope: float) -> nn.Sequential:
    return nn.Sequential(*_convolution(inputs, outputs, side), nn.LeakyReLU(slope))


def _separable(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    """A convolution of each channel by itself, then one across the channels."""
    return nn.Sequential(
        *_convolution(inputs, inputs, 3, stride=stride, groups=inputs),
        nn.LeakyReLU(_SLOPE),
        *_convolution(inputs, outputs, 1),
        nn.LeakyReLU(_SLOPE),
    )


def _slope(channels: int) -> float:
    return _SLOPE if channels <= _NARROW else 0.0


def _plus_enlarged(fine: torch.Tensor, coarse: torch.Tensor) -> torch.Tensor:
    return fine + interpolate(coarse, size=fine.shape[-2:], mode="nearest")
