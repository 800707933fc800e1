"""BiSeNet for parsing faces, laid out as in the released file; gives logits and nothing more.

Yu et al. 2018, arXiv 1808.00897, over ResNet-18, as trained on CelebAMask-HQ: the features of the
context path at an eighth take the place of the paper's separate spatial path.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import interpolate

from capdemo.models.face_backbone import ResidualStages

CLASSES = (
    *("background", "skin", "left brow", "right brow", "left eye", "right eye", "glasses"),
    *("left ear", "right ear", "earring", "nose", "mouth", "upper lip", "lower lip"),
    *("neck", "necklace", "cloth", "hair", "hat"),
)
"""What the channels of the logits stand for, in order; left and right are the person's own."""


class BiSeNet(nn.Module):
    """From a face (B3HW, normalised as for ImageNet) to the logits of its classes (BCHW).

    The two heads that only served training are kept, since the released file has them.
    """

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.cp = _ContextPath()
        self.ffm = _Fusion(256, 256)
        self.conv_out = _Head(256, 256, classes)
        self.conv_out16 = _Head(128, 64, classes)
        self.conv_out32 = _Head(128, 64, classes)

    def forward(self, face: torch.Tensor) -> torch.Tensor:
        """As the class says."""
        fine, context = self.cp(face)
        logits = self.conv_out(self.ffm(fine, context))
        return interpolate(logits, size=face.shape[-2:], mode="bilinear", align_corners=True)


class _Block(nn.Module):
    """A convolution, its normalisation and a ReLU."""

    def __init__(self, inputs: int, outputs: int, side: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, side, padding=side // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        normalised: torch.Tensor = self.bn(self.conv(features))
        return normalised.relu()


class _Head(nn.Module):
    def __init__(self, inputs: int, middle: int, classes: int) -> None:
        super().__init__()
        self.conv = _Block(inputs, middle)
        self.conv_out = nn.Conv2d(middle, classes, 1, bias=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.conv_out(self.conv(features))
        return logits


class _Refinement(nn.Module):
    """Weighs channels by what the whole picture says of them (attention refinement)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _Block(inputs, outputs)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        refined: torch.Tensor = self.conv(features)
        weights: torch.Tensor = self.bn_atten(self.conv_atten(_mean(refined))).sigmoid()
        return refined * weights


class _ContextPath(nn.Module):
    """The fine features, and the coarse ones refined and enlarged to their size."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = ResidualStages("resnet18")
        self.arm16 = _Refinement(256, 128)
        self.arm32 = _Refinement(512, 128)
        self.conv_head32 = _Block(128, 128)
        self.conv_head16 = _Block(128, 128)
        self.conv_avg = _Block(512, 128, side=1)

    def forward(self, face: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        fine, middle, coarse = self.resnet(face)
        whole = self.conv_avg(_mean(coarse))
        coarse = self.conv_head32(_enlarged(self.arm32(coarse) + whole, middle))
        return fine, self.conv_head16(_enlarged(self.arm16(middle) + coarse, fine))


class _Fusion(nn.Module):
    """Joins both paths and strengthens the channels that matter (feature fusion)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convblk = _Block(inputs, outputs, side=1)
        self.conv1 = nn.Conv2d(outputs, outputs // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs // 4, outputs, 1, bias=False)

    def forward(self, *paths: torch.Tensor) -> torch.Tensor:
        joined: torch.Tensor = self.convblk(torch.cat(paths, dim=1))
        weights: torch.Tensor = self.conv2(self.conv1(_mean(joined)).relu()).sigmoid()
        return joined * weights + joined


def _mean(features: torch.Tensor) -> torch.Tensor:
    return features.mean(dim=(2, 3), keepdim=True)


def _enlarged(coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
    return interpolate(coarse, size=fine.shape[-2:], mode="nearest")
