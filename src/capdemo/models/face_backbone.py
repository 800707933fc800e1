"""torchvision's residual networks without their classifier, and without weights of their own."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from torch import nn

from capdemo.models.spandrel_import import import_torchvision

if TYPE_CHECKING:
    import torch


class ResidualStages(nn.Module):
    """ResNet (He et al. 2015, arXiv 1512.03385) up to its last stage, named as torchvision does.

    Gives the features at an eighth, a sixteenth and a thirty-second of the picture's size.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        import_torchvision()
        network = importlib.import_module("torchvision.models").get_model(name, weights=None)
        self.conv1, self.bn1, self.maxpool = network.conv1, network.bn1, network.maxpool
        self.relu = nn.ReLU()
        self.layer1, self.layer2 = network.layer1, network.layer2
        self.layer3, self.layer4 = network.layer3, network.layer4

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """From BCHW to the three levels, the finest first."""
        start = self.maxpool(self.relu(self.bn1(self.conv1(picture))))
        fine = self.layer2(self.layer1(start))
        middle = self.layer3(fine)
        return fine, middle, self.layer4(middle)
