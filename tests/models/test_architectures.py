"""Architectures of spandrel through the whole way that a workflow takes them, random and tiny."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import save_file

from capdemo.imaging.upscale import upscale_with_model
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.upscaler import load_reference_upscale_model, load_upscale_model
from capdemo.node_api import Image

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.node_api import UpscaleModel

NETWORKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Compact", "Compact", {"num_feat": 8, "num_conv": 2, "upscale": 3}),
    ("ESRGAN", "ESRGAN", {"num_filters": 8, "num_blocks": 1, "scale": 2}),
    ("MoSR", "MoSR", {"n_block": 1, "dim": 16, "upscale": 2}),
    ("NAFNet", "NAFNet", {"width": 8, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]}),  # scale 1
    ("OmniSR", "OmniSR", {"num_feat": 16, "res_num": 1, "up_scale": 2}),
    ("PLKSR", "PLKSR", {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}),
    ("PLKSR", "RealPLKSR", {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}),
    ("RCAN", "RCAN", {"scale": 2, "n_resgroups": 1, "n_resblocks": 1, "n_feats": 16}),  # in place
    ("RealCUGAN", "UpCunet2x", {}),
    ("SAFMN", "SAFMN", {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}),
    ("SPAN", "SPAN", {"num_in_ch": 3, "num_out_ch": 3, "feature_channels": 16, "upscale": 2}),
)


@pytest.fixture(params=NETWORKS, ids=lambda network: network[1])
def network_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder, name, sizes = request.param
    import_spandrel()
    module = importlib.import_module(f"spandrel.architectures.{folder}")
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.meshgrid")
        network = getattr(module, name)(**sizes)
    path = tmp_path / "net.safetensors"
    save_file({key: value.clone() for key, value in network.state_dict().items()}, path)
    return path


def _upscale(image: Image, model: UpscaleModel) -> torch.Tensor:
    return upscale_with_model(image, model, progress=lambda _done, _total: None, tile=64).image


def _smooth(*shape: int) -> Image:
    generator = torch.Generator().manual_seed(4)
    coarse = torch.rand(shape[0], shape[3], 4, 4, generator=generator) * 0.6 + 0.2
    fine = torch.nn.functional.interpolate(coarse, shape[1:3], mode="bilinear")
    return Image(fine.movedim(1, -1).contiguous())


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (2, 17, 23, 4), (1, 40, 70, 3)])
def test_any_picture_goes_through(network_file: Path, shape: tuple[int, ...]) -> None:
    image = _smooth(*shape)
    exact = load_upscale_model(network_file, device="cpu", precision="exact")
    fast = load_upscale_model(network_file, device="cpu", precision="fast")
    scale = exact.scale
    result = _upscale(image, exact)
    assert result.shape == (shape[0], scale * shape[1], scale * shape[2], shape[3])
    assert result.isfinite().all()
    reference = load_reference_upscale_model(network_file, "cpu")
    assert (result - _upscale(image, reference)).abs().max() < 1 / 255
    assert torch.equal(image, _smooth(*shape)), "some networks work in what they are given"
    # Random weights amplify what bfloat16 loses; the 50 dB of trained ones are tested beside this.
    assert (result - _upscale(image, fast)).square().mean() < 1e-4
