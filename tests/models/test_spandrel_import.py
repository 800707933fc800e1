"""spandrel can be imported whichever torchvision lies beside torch, and without waiting for it."""

from __future__ import annotations

import subprocess
import sys


def _lines(code: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.splitlines()


def test_torchvision_is_imported_in_a_fresh_process() -> None:
    count, same, rotated, schema = _lines(
        "from capdemo.models.spandrel_import import import_spandrel, import_torchvision;"
        "import_torchvision();"
        "print(len(import_spandrel().MAIN_REGISTRY));"
        "import torch, torchvision;"
        "print(torchvision is import_torchvision());"
        "print(torchvision.transforms.functional.rotate(torch.ones(1, 4, 4), 90).sum().item());"
        "print(torch.ops.torchvision.nms.default._schema)"
    )
    assert int(count) >= 42
    assert (same, rotated) == ("True", "16.0")
    assert schema.endswith("(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def test_spandrel_does_without_torchvision_until_a_network_needs_it() -> None:
    count, before, normalized, mode, after = _lines(
        "import sys, torch;"
        "from capdemo.models.spandrel_import import import_spandrel;"
        "print(len(import_spandrel().MAIN_REGISTRY));"
        "print('torchvision' in sys.modules);"
        "from spandrel.architectures import RestoreFormer;"
        "grey = torch.full((1, 3, 2, 2), 0.75);"
        "print(RestoreFormer.tv_normalize(grey, [0.5] * 3, [0.5] * 3).unique().item());"
        "from spandrel.architectures.LaMa.__arch import LaMa;"
        "print(LaMa.InterpolationMode.BILINEAR.value);"
        "print('torchvision' in sys.modules)"
    )
    assert int(count) >= 42
    assert (before, after) == ("False", "True")
    assert (normalized, mode) == ("0.5", "bilinear")
