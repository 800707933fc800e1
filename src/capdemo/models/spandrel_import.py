"""Imports spandrel without torchvision, which costs more than all the rest and is hardly used.

Two of spandrel's architectures name functions of torchvision: LaMa, an inpainting network, and
RestoreFormer. They get stand-ins that import torchvision when they are called.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

# PyPI's torchvision is built for CUDA. Beside a CPU build of torch its library does not load, the
# failure is swallowed, and then `import torchvision` stops because its operators have no schemas
# (pytorch/vision#9077). spandrel calls none of these operators; it needs the import to succeed.
_MISSING_OPERATOR = "operator torchvision::nms does not exist"
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_defined: list[torch.library.Library] = []
"""Kept, because a library's schemas vanish with it."""

_FUNCTIONAL = "torchvision.transforms.functional"
_STAND_INS = ("torchvision", "torchvision.transforms", _FUNCTIONAL)
_NAMES = ("InterpolationMode", "normalize", "rotate")
"""What spandrel 0.4.2 imports from torchvision."""


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
    """Import spandrel; torchvision only where a network is run that needs it."""
    if "spandrel" in sys.modules or "torchvision" in sys.modules:
        return importlib.import_module("spandrel")
    with _stand_ins():
        return importlib.import_module("spandrel")


@contextmanager
def _stand_ins() -> Iterator[None]:
    modules = {name: ModuleType(name) for name in _STAND_INS}
    for name in _NAMES:
        setattr(modules[_FUNCTIONAL], name, _Later(name))
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


class _Later:
    """A name of `torchvision.transforms.functional`, looked up when it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _real(self) -> Any:
        import_torchvision()
        return getattr(importlib.import_module(_FUNCTIONAL), self._name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._real()(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)
