"""Every architecture of spandrel through the whole way that a workflow takes them.

A new release of spandrel or of its companion with an architecture that is not here fails the
first test.
"""

from __future__ import annotations

import importlib
import itertools
import sys
import warnings
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from tests.models.architectures_for_tests import SINGLE_PICTURE, random_state

from capdemo.errors import InputError
from capdemo.imaging.tile import plan_tiles
from capdemo.imaging.upscale import upscale_with_model
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.upscaler import load_reference_upscale_model, load_upscale_model
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.models.architectures_for_tests import Case

    from capdemo.node_api import UpscaleModel

OTHERS = {
    "CodeFormer": "faces",
    "GFPGAN": "faces",
    "RestoreFormer": "faces",
    "DDColor": "colours",
    "LaMa": "inpainting",
    "MAT": "inpainting",
}
"""What takes more than a picture, or gives something else; see the tests of refusals below."""

SHAPES = ((1, 1, 1, 3), (2, 17, 23, 4), (1, 40, 70, 3))
"""A single pixel; a batch with alpha and odd sides; two tiles."""
TILE = 64


def test_no_architecture_is_forgotten() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        companion = importlib.import_module("spandrel_extra_arches").EXTRA_REGISTRY
    registered = [*import_spandrel().MAIN_REGISTRY, *companion]
    names = {entry.architecture.id for entry in registered}
    assert names == {case.architecture for case in SINGLE_PICTURE} | set(OTHERS)


@pytest.fixture(params=SINGLE_PICTURE, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def network_file(case: Case, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "net.safetensors"
    save_file(random_state(case), path)
    yield path
    path.unlink()  # pytest would keep three runs of it


def _upscale(image: Image, model: UpscaleModel) -> torch.Tensor:
    return upscale_with_model(image, model, progress=lambda _done, _total: None, tile=TILE).image


def _smooth(*shape: int) -> Image:
    generator = torch.Generator().manual_seed(4)
    coarse = torch.rand(shape[0], shape[3], 4, 4, generator=generator) * 0.6 + 0.2
    fine = torch.nn.functional.interpolate(coarse, shape[1:3], mode="bilinear")
    return Image(fine.movedim(1, -1).contiguous())


def test_any_picture_comes_out_as_comfyui_has_it(case: Case, network_file: Path) -> None:
    exact = load_upscale_model(network_file, device="cpu", precision="exact")
    fast = load_upscale_model(network_file, device="cpu", precision="fast")
    reference = load_reference_upscale_model(network_file, "cpu")
    assert (exact.architecture, exact.scale) == (case.architecture, case.scale)
    for shape in SHAPES:
        image = _smooth(*shape)
        result = _upscale(image, exact)
        assert result.shape == (shape[0], case.scale * shape[1], case.scale * shape[2], shape[3])
        assert (result - _upscale(image, reference)).abs().max() < 1 / 255
        assert torch.equal(image, _smooth(*shape)), "some networks work in what they are given"
        # Random weights amplify what bfloat16 loses; trained ones are tested for 50 dB elsewhere.
        assert (result - _upscale(image, fast)).square().mean() < 1e-4
    assert result[..., :3].std() > 0.002, "a black picture would prove nothing"
    image = _smooth(1, 33, 41, 3)
    plain = reference(image.movedim(-1, 1)).movedim(1, -1)
    assert (_upscale(image, exact) - plain).abs().max() < 1 / 255


def test_a_network_that_draws_noise_gives_one_result_and_leaves_the_generator_alone(
    tmp_path: Path,
) -> None:
    (aurasr,) = (case for case in SINGLE_PICTURE if case.architecture == "AuraSR")
    save_file(random_state(aurasr), tmp_path / "net.safetensors")
    model = load_upscale_model(tmp_path / "net.safetensors", device="cpu", precision="exact")
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    first = _upscale(_smooth(1, 24, 24, 3), model)
    assert torch.rand(1) == expected
    assert torch.equal(first, _upscale(_smooth(1, 24, 24, 3), model))


@pytest.mark.parametrize("key", ["params", "params_ema", "state_dict", "model"])
def test_the_wrappers_of_training_are_taken_off(key: str, tmp_path: Path) -> None:
    (compact,) = (case for case in SINGLE_PICTURE if case.architecture == "Compact")
    torch.save({key: random_state(compact)}, tmp_path / "net.pth")
    model = load_upscale_model(tmp_path / "net.pth", device="cpu", precision="exact")
    assert (model.architecture, model.scale) == ("Compact", 3)


def _ffdnet() -> dict[str, torch.Tensor]:
    """The layout of KAIR's ffdnet_color.pth."""
    sides = [13, *[96] * 11, 12]
    state = {}
    for index, (given, made) in enumerate(itertools.pairwise(sides)):
        state[f"model.{2 * index}.weight"] = torch.zeros(made, given, 3, 3)
        state[f"model.{2 * index}.bias"] = torch.zeros(made)
    return state


def _lama() -> dict[str, torch.Tensor]:
    module = importlib.import_module("spandrel.architectures.LaMa")
    return dict(module.LaMa().state_dict())


def _restoreformer() -> dict[str, torch.Tensor]:
    module = importlib.import_module("spandrel.architectures.RestoreFormer")
    sizes = {"n_embed": 4, "embed_dim": 32, "ch": 32, "ch_mult": (1,) * 6, "num_res_blocks": 1}
    return dict(module.RestoreFormer(**sizes, z_channels=32).state_dict())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_ffdnet, "FFDNet, which wants to be told the noise"),
        (_lama, "an inpainting model, which needs a mask"),
        (_restoreformer, "a face model; it belongs in the folder facerestore_models"),
    ],
)
def test_what_makes_no_picture_of_a_picture_is_refused_by_name(
    make: type, message: str, tmp_path: Path
) -> None:
    import_spandrel()
    path = tmp_path / "net.pth"
    torch.save(make(), path)
    with pytest.raises(InputError, match=message):
        load_upscale_model(path, device="cpu", precision="exact")
    path.unlink()


def test_an_architecture_of_the_companion_is_known_only_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (srformer,) = (case for case in SINGLE_PICTURE if case.architecture == "SRFormer")
    save_file(random_state(srformer), tmp_path / "net.safetensors")
    model = load_upscale_model(tmp_path / "net.safetensors", device="cpu", precision="exact")
    assert model.restricted
    monkeypatch.setitem(sys.modules, "spandrel_extra_arches", None)
    with pytest.raises(InputError) as caught:
        load_upscale_model(tmp_path / "net.safetensors", device="cpu", precision="exact")
    assert "pip install 'capdemo[extra-architectures]'" in caught.value.hint


@pytest.mark.parametrize("side", [1, 511, 512, 513, 4096, 16384])
def test_tiles_cover_pictures_of_any_size(side: int) -> None:
    tiles = plan_tiles(side, side, tile=512, overlap=32)
    rows = sorted({(tile.top, tile.height) for tile in tiles})
    assert rows[0][0] == 0
    assert sum(rows[-1]) == side
    for (top, height), (following, _) in itertools.pairwise(rows):
        assert following <= top + height - 32
    assert max(height for _, height in rows) <= 512
    assert len(tiles) == len(rows) ** 2 == (1 if side <= 512 else -(-(side - 32) // 480)) ** 2
