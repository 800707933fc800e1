"""Imports spandrel, also where torchvision's compiled part does not fit the installed torch."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from types import ModuleType

# PyPI's torchvision is built for CUDA. Beside a CPU build of torch its library does not load, the
# failure is swallowed, and then `import torchvision` stops because its operators have no schemas
# (pytorch/vision#9077). spandrel calls none of these operators; it needs the import to succeed.
_MISSING_OPERATOR = "operator torchvision::nms does not exist"
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_defined: list[torch.library.Library] = []
"""Kept, because a library's schemas vanish with it."""


def import_torchvision() -> ModuleType:
    """Import torchvision, defining the schemas of `nms` and `qnms` if it fails for want of them.

    The operators then still have no kernel: calling `torchvision.ops.nms` raises.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if _MISSING_OPERATOR not in str(error):
            raise
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in ("nms", "qnms"):
        library.define(operator + _SIGNATURE)  # type: ignore[no-untyped-call]
    _defined.append(library)
    return importlib.import_module("torchvision")


def import_spandrel() -> ModuleType:
    """Import spandrel; takes seconds the first time."""
    import_torchvision()
    return importlib.import_module("spandrel")
