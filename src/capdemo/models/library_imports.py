"""Imports diffusers and transformers where a network needs them, after torchvision.

Both import torchvision if it is installed, and beside a CPU build of torch that fails unless
its operators have schemas (see `spandrel_import`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from capdemo.models.spandrel_import import import_torchvision

if TYPE_CHECKING:
    from types import ModuleType


def import_library(name: str) -> ModuleType:
    """The module of this name: `diffusers`, or a part of it or of transformers."""
    import_torchvision()
    return importlib.import_module(name)
