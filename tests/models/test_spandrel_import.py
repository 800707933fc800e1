"""spandrel can be imported whichever torchvision lies beside torch."""

from __future__ import annotations

import subprocess
import sys


def test_spandrel_is_imported_in_a_fresh_process() -> None:
    code = (
        "from capdemo.models.spandrel_import import import_spandrel, import_torchvision;"
        "print(len(import_spandrel().MAIN_REGISTRY));"
        "import torch, torchvision;"
        "print(torchvision is import_torchvision());"
        "print(torchvision.transforms.functional.rotate(torch.ones(1, 4, 4), 90).sum().item());"
        "print(torch.ops.torchvision.nms.default._schema)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    count, same, rotated, schema = result.stdout.splitlines()
    assert int(count) >= 42
    assert (same, rotated) == ("True", "16.0")
    assert schema.endswith("(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
