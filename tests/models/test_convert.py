"""The embedded networks: complete, named as spandrel names them, and equal to ncnn's own output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ncnn
import numpy as np
import pytest
import torch
from tests.models.ncnn_files import convolution, half_blob, write_network

from capdemo.errors import InputError
from capdemo.models.catalogue import BUILT_IN, PackageSource, read_catalogue
from capdemo.models.convert import convert_ncnn
from capdemo.models.resolve import find_in_packages
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.upscaler import load_upscale_model

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = read_catalogue(BUILT_IN)
EMBEDDED = [
    model.id
    for model in CATALOGUE
    if isinstance(model.reference, PackageSource) and model.reference.format == "ncnn"
]

PARAMETERS = {
    "RealESRGAN_x4plus": 16_697_987,
    "RealESRGAN_x4plus_anime_6B": 4_467_779,
    "RealSR_DF2K": 16_697_987,
    "realesr-animevideov3": 621_424,
}


def _path(model_id: str) -> Path:
    found = find_in_packages(CATALOGUE.get(model_id))
    assert found is not None
    return found.path


def _run_ncnn(path: Path, picture: torch.Tensor) -> torch.Tensor:
    """The file as ncnn itself runs it, with every shortcut of precision off."""
    net = ncnn.Net()
    for option in (
        *("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"),
        *("use_packing_layout", "use_winograd_convolution", "use_sgemm_convolution"),
    ):
        setattr(net.opt, option, False)
    net.load_param(str(path.with_suffix(".param")))
    net.load_model(str(path))
    with net.create_extractor() as extractor:
        extractor.input("data", ncnn.Mat(picture[0].numpy()).clone())
        _, output = extractor.extract("output")
        return torch.from_numpy(np.array(output))[None]


@pytest.mark.parametrize("model_id", PARAMETERS)
def test_every_parameter_is_there(model_id: str) -> None:
    converted = convert_ncnn(_path(model_id))
    assert sum(weight.numel() for weight in converted.state_dict.values()) == PARAMETERS[model_id]


@pytest.mark.parametrize("model_id", EMBEDDED)
def test_the_keys_are_those_of_the_architecture(model_id: str) -> None:
    spandrel = import_spandrel()
    model, state = CATALOGUE.get(model_id), convert_ncnn(_path(model_id)).state_dict
    network = spandrel.ModelLoader().load_from_state_dict(dict(state))
    assert network.architecture.id == model.architecture
    # spandrel renames ESRGAN's keys to those of the first release; the count stays.
    assert len(network.model.state_dict()) == len(state)
    if model.architecture != "ESRGAN":
        assert set(network.model.state_dict()) == set(state)


def test_rrdbnet_has_the_names_of_basicsr() -> None:
    state = convert_ncnn(_path("RealESRGAN_x4plus_anime_6B")).state_dict
    layers = {key.rpartition(".")[0] for key in state}
    assert layers == {
        *("conv_first", "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"),
        *(f"body.{b}.rdb{d}.conv{c}" for b in range(6) for d in (1, 2, 3) for c in range(1, 6)),
    }


@pytest.mark.parametrize("model_id", [name for name in EMBEDDED if "cugan" not in name])
def test_the_output_is_that_of_ncnn(model_id: str) -> None:
    torch.manual_seed(0)
    # Smooth, so that values stay within 0..1 as in a photograph; ncnn does not clamp.
    small = torch.rand(1, 3, 5, 6)
    picture = torch.nn.functional.interpolate(small, size=(20, 24), mode="bilinear")
    expected = _run_ncnn(_path(model_id), picture)
    network = load_upscale_model(_path(model_id), device="cpu", precision="exact")
    output = network(picture)
    assert network.scale == CATALOGUE.get(model_id).scale
    assert output.shape == expected.shape
    difference = (output - expected.clamp(0, 1)).abs().max().item()
    assert difference < 2e-5


def test_span_branches_merge_without_changing_a_bit() -> None:
    spandrel = import_spandrel()
    state = convert_ncnn(_path("spanx4_ch48")).state_dict
    network = spandrel.ModelLoader().load_from_state_dict(dict(state)).model
    for name in ("conv_1", "block_3.c2_r", "conv_2"):
        branch = network.get_submodule(name)
        branch.update_params()
        assert torch.equal(branch.eval_conv.weight, state[f"{name}.eval_conv.weight"])
        assert torch.equal(branch.eval_conv.bias, state[f"{name}.eval_conv.bias"])


def _edited(tmp_path: Path, model_id: str, old: str, new: str) -> Path:
    path = _path(model_id)
    text = path.with_suffix(".param").read_text()
    assert old in text
    (tmp_path / "net.param").write_text(text.replace(old, new, 1))
    (tmp_path / "net.bin").write_bytes(path.read_bytes())
    return tmp_path / "net.bin"


@pytest.mark.parametrize(
    ("model_id", "old", "new"),
    [
        ("RealESRGAN_x4plus_anime_6B", "9=2 -23310=1,2.000000e-01", "9=2 -23310=1,1.000000e-01"),
        ("RealESRGAN_x4plus_anime_6B", "9=2 -23310=1,2.000000e-01", ""),
        ("RealESRGAN_x4plus_anime_6B", "-23301=2,2.000000e-01", "-23301=2,3.000000e-01"),
        ("RealESRGAN_x4plus_anime_6B", "Concat ", "Eltwise "),
        ("realesr-animevideov3", "PixelShuffle ", "Interp "),
        ("realesr-animevideov3-x2", "0=3 1=5.000000e-01", "0=2 1=5.000000e-01"),
        ("spanx4_ch48", "2=2.550000e+02", "2=1.000000e+00"),
        ("spanx4_ch48", "Swish ", "ReLU "),
    ],
)
def test_a_graph_that_is_wired_otherwise_is_refused(
    tmp_path: Path, model_id: str, old: str, new: str
) -> None:
    with pytest.raises(InputError, match="none that is known here"):
        convert_ncnn(_edited(tmp_path, model_id, old, new))


def test_another_network_is_refused(tmp_path: Path) -> None:
    weight, bias = np.ones((1, 3, 1, 1), np.float32), np.ones(1, np.float32)
    lines = ["Input data 0 1 data", convolution("conv", 1, 1, 3)]
    with pytest.raises(InputError, match="none that is known here"):
        convert_ncnn(write_network(tmp_path, lines, half_blob(weight, bias)))


def test_a_network_without_a_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none that is known here"):
        convert_ncnn(write_network(tmp_path, [], b""))
