"""Real-CUGAN from ncnn's files: every weight in its place, and equal to ncnn's own output."""

from __future__ import annotations

from pathlib import Path

import ncnn
import numpy as np
import pytest
import torch
from PIL import Image

from capdemo.errors import InputError
from capdemo.models.catalogue import BUILT_IN, read_catalogue
from capdemo.models.convert import convert_ncnn
from capdemo.models.folders import Locations
from capdemo.models.ncnn import read_network
from capdemo.models.resolve import find_in_packages, find_model
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.upscaler import load_upscale_model

CATALOGUE = read_catalogue(BUILT_IN)
MODELS = [model.id for model in CATALOGUE if model.architecture == "RealCUGAN"]
PICTURES = Path(__file__).parents[2] / "workflows" / "inputs"

PARAMETERS = {2: 1_284_598, 3: 1_286_326, 4: 1_406_812}
MARGIN = {2: 18, 3: 14, 4: 19}
"""What the program around the network adds on every side, and the network takes away."""
LARGEST = {"realcugan-up4x-no-denoise": 1e-4}
"""A spot of it is off by 3e-5: it magnifies float32's rounding, ncnn's and PyTorch's alike."""
WRONG = "none that is known here"

each_model = pytest.mark.parametrize("model_id", MODELS)


def _path(model_id: str) -> Path:
    found = find_in_packages(CATALOGUE.get(model_id))
    assert found is not None
    return found.path


def _crop(name: str, top: int, left: int, height: int, width: int) -> torch.Tensor:
    """A part of an input picture, 1CHW, 0..1."""
    with Image.open(PICTURES / name) as picture:
        pixels = np.asarray(picture.convert("RGB"), np.float32) / 255
    part = pixels[top : top + height, left : left + width]
    return torch.from_numpy(part).movedim(-1, 0)[None].contiguous()


def _run_ncnn(path: Path, picture: torch.Tensor, scale: int) -> torch.Tensor:
    """What realcugan-ncnn does: a mirrored margin, the network, and for x4 the input added."""
    net = ncnn.Net()
    for option in (
        *("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"),
        *("use_packing_layout", "use_winograd_convolution", "use_sgemm_convolution"),
    ):
        setattr(net.opt, option, False)
    net.load_param(str(path.with_suffix(".param")))
    net.load_model(str(path))
    padded = torch.nn.functional.pad(picture, (MARGIN[scale],) * 4, "reflect")
    with net.create_extractor() as extractor:
        extractor.input("in0", ncnn.Mat(padded[0].numpy()).clone())
        _, found = extractor.extract("out0")
        output = torch.from_numpy(np.array(found))[None]
    if scale == 4:
        output += torch.nn.functional.interpolate(picture, scale_factor=4, mode="nearest")
    return output


def test_the_published_models_are_there() -> None:
    canonical = {CATALOGUE.get(model_id).files[0] for model_id in MODELS}
    strengths = ("conservative", "no-denoise", "denoise3x")
    assert canonical == {
        *(f"up{scale}x-latest-{strength}.pth" for scale in (2, 3, 4) for strength in strengths),
        *("up2x-latest-denoise1x.pth", "up2x-latest-denoise2x.pth"),
    }


@each_model
def test_workflows_find_it_by_its_published_name(model_id: str) -> None:
    model, nowhere = CATALOGUE.get(model_id), Locations(())
    for name in model.files:
        found = find_model("upscale_models", name, nowhere, CATALOGUE)
        assert (found.origin, found.model) == ("package", model)
        # The file's own name says the same as the workflow's.
        scale, _, strength = name.partition(".")[0].partition("-latest-")
        suffix = "" if strength == "no-denoise" else f"_{strength.upper()}"
        assert found.path.stem == f"REALCUGAN_SE_{scale.upper()}{suffix}"


@each_model
def test_every_parameter_is_there(model_id: str) -> None:
    path, scale = _path(model_id), CATALOGUE.get(model_id).scale
    read = sum(array.size for layer in read_network(path) for array in layer.weights)
    named = sum(weight.numel() for weight in convert_ncnn(path).state_dict.values())
    assert read == named == PARAMETERS[scale]


def test_the_layers_are_all_of_the_file() -> None:
    # The sum of tags, float16 weights, their padding and float32 biases; the reader stops at it.
    path = _path("realcugan-up3x-conservative")
    blocks = [layer.weights for layer in read_network(path) if layer.weights]
    sizes = [4 + 2 * weight.size + 2 * weight.size % 4 + 4 * bias.size for weight, bias in blocks]
    assert sum(sizes) == path.stat().st_size == 2_577_104


@each_model
def test_the_keys_are_those_of_the_network(model_id: str) -> None:
    state = convert_ncnn(_path(model_id)).state_dict
    network = import_spandrel().ModelLoader().load_from_state_dict(dict(state))
    assert network.architecture.id == "RealCUGAN"
    assert network.scale == CATALOGUE.get(model_id).scale
    assert network.tags == []  # not `pro`, whose ncnn files bear its range within the weights
    assert set(network.model.state_dict()) == set(state)


@each_model
@pytest.mark.parametrize(
    "picture", [("coffee-small.png", 70, 110, 32, 40), ("harbour-small.png", 90, 80, 36, 32)]
)
def test_the_output_is_that_of_ncnn(model_id: str, picture: tuple[str, int, int, int, int]) -> None:
    scale, photograph = CATALOGUE.get(model_id).scale, _crop(*picture)
    expected = _run_ncnn(_path(model_id), photograph, scale).clamp(0, 1)
    output = load_upscale_model(_path(model_id), device="cpu", precision="exact")(photograph)
    assert output.shape == (1, 3, scale * photograph.shape[2], scale * photograph.shape[3])
    difference = (output.clamp(0, 1) - expected).abs()
    assert difference.max().item() < LARGEST.get(model_id, 2e-5)
    assert difference.mean().item() < 1e-6


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (31, 33)])
def test_small_and_odd_pictures_have_their_size(size: tuple[int, int]) -> None:
    network = load_upscale_model(
        _path("realcugan-up3x-no-denoise"), device="cpu", precision="exact"
    )
    assert network(torch.full((1, 3, *size), 0.5)).shape == (1, 3, 3 * size[0], 3 * size[1])


@pytest.mark.parametrize(
    ("model_id", "old", "new"),
    [
        ("realcugan-up2x-conservative", "1,1.000000e-01", "1,2.000000e-01"),
        ("realcugan-up2x-conservative", "9=4", "9=1"),
        ("realcugan-up2x-conservative", "-23309=2,16,16", "-23309=2,15,15"),
        ("realcugan-up2x-conservative", "-23310=2,-20,-20", "-23310=2,-20,-21"),
        ("realcugan-up2x-conservative", "13 14 0=2", "13 14 0=1"),
        ("realcugan-up2x-conservative", "62 60 out0", "62 60 out0 0=1"),
        ("realcugan-up2x-conservative", "0=1 4=1", "0=0 4=1"),
        ("realcugan-up2x-conservative", "0=64 1=2 3=2 5=1", "0=64 1=2 5=1"),
        ("realcugan-up2x-conservative", "0=3 1=4 3=2 4=3", "0=3 1=4 3=2 4=2"),
        ("realcugan-up3x-conservative", "0=3 1=5 3=3 4=2", "0=3 1=5 3=2 4=2"),
        ("realcugan-up4x-conservative", "-23309=2,1,1", "-23309=2,0,0"),
        ("realcugan-up4x-conservative", "PixelShuffle ", "Noop "),
    ],
)
def test_a_graph_that_is_wired_otherwise_is_refused(
    tmp_path: Path, model_id: str, old: str, new: str
) -> None:
    path = _path(model_id)
    text = path.with_suffix(".param").read_text()
    assert old in text
    (tmp_path / "net.param").write_text(text.replace(old, new, 1))
    (tmp_path / "net.bin").write_bytes(path.read_bytes())
    with pytest.raises(InputError, match=WRONG):
        convert_ncnn(tmp_path / "net.bin")
