"""Ultimate SD Upscale with Stable Diffusion 1.5 of full size, against the pack in ComfyUI.

`pytest -m full_size tests/nodes`: 2.1 GB of disk, 6 GB of memory, six minutes on one core.
`redraw/README.md` says where the numbers come from.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from tests.nodes.test_ultimate_sd_upscale import DEFAULTS as SMALL_DEFAULTS
from tests.nodes.test_ultimate_sd_upscale import drawing
from tests.sd_for_tests import write_file

from capdemo.models.sd_loader import Checkpoint, Where, load_checkpoint, load_control_net
from capdemo.node_api import Conditioning, Control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.nodes.bench_for_tests import Bench

    from capdemo.node_api import ControlNet

pytestmark = pytest.mark.full_size

FOLDER = Path(__file__).parent / "redraw"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "full_size.json").read_text())
POSITIVE, NEGATIVE = "a cup of (coffee:1.2) on a table", "blurry"
CPU = Where("cpu", "exact")
DEFAULTS = SMALL_DEFAULTS | {
    "denoise": 0.5,
    "tile_width": 64,
    "tile_height": 64,
    "mask_blur": 8,
    "seam_fix_width": 32,
    "seam_fix_mask_blur": 6,
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkpoint]:
    path = tmp_path_factory.mktemp("sd15") / "sd15.safetensors"
    yield load_checkpoint(write_file(path, "sd15"), CPU, lambda _name: None)
    path.unlink()


@pytest.fixture(scope="module")
def control_net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlNet]:
    path = tmp_path_factory.mktemp("control") / "control.safetensors"
    yield load_control_net(write_file(path, "control_sd15"), CPU)
    path.unlink()


def prompts(checkpoint: Checkpoint, net: ControlNet | None) -> dict[str, Conditioning]:
    assert checkpoint.text_encoder is not None
    encode = checkpoint.text_encoder.encode
    control = None if net is None else Control(net, drawing(1, 96, 96, 3), 0.8, 0.0, 1.0)
    return {
        name: Conditioning((replace(encode(text), control=control),))
        for name, text in {"positive": POSITIVE, "negative": NEGATIVE}.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_pixels_are_within_two_steps_of_comfyuis(
    bench: Bench, checkpoint: Checkpoint, request: pytest.FixtureRequest, name: str
) -> None:
    case = dict(CASES[name])
    shape = case.pop("picture", (1, 64, 64, 3))
    net = request.getfixturevalue("control_net") if case.pop("control", False) else None
    (result,) = bench.run(
        "UltimateSDUpscaleCustomSample",
        **(DEFAULTS | case | prompts(checkpoint, net)),
        image=drawing(*shape),
        model=checkpoint.model,
        vae=checkpoint.vae,
    )
    assert isinstance(result, torch.Tensor)
    found = torch.round(result * 255).to(torch.int64).numpy()[:, ::3, ::3]
    with np.load(FOLDER / "full_size.npz") as arrays:
        expected = arrays[name].astype(np.int64)
    assert found.shape == expected.shape
    difference = np.abs(found - expected)
    assert difference.max() <= 2
    assert difference.mean() <= 0.05
