"""Ultimate SD Upscale with small random networks, against the pack in ComfyUI."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from tests.small_checkpoints import write_control_net, write_unet, write_vae

from capdemo.errors import CancelledError, InputError
from capdemo.models.sd_loader import Where, load_control_net, load_diffusion_model, load_vae
from capdemo.node_api import Area, Condition, Conditioning, Control, Image, Sampler, Sigmas
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

    from capdemo.node_api import ControlNet, DiffusionModel, Vae

FOLDER = Path(__file__).parent / "redraw"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text())
DEFAULTS: dict[str, Any] = {
    "upscale_by": 2.0,
    "seed": 7,
    "steps": 2,
    "cfg": 2.0,
    "sampler_name": "euler",
    "scheduler": "normal",
    "denoise": 0.6,
    "mode_type": "Linear",
    "tile_width": 32,
    "tile_height": 32,
    "mask_blur": 4,
    "tile_padding": 16,
    "seam_fix_mode": "None",
    "seam_fix_denoise": 1.0,
    "seam_fix_width": 16,
    "seam_fix_mask_blur": 4,
    "seam_fix_padding": 8,
    "force_uniform_tiles": True,
    "tiled_decode": False,
    "batch_size": 1,
}

ONE_TILE = {"tile_width": 64, "tile_height": 64}


@dataclass(frozen=True)
class Networks:
    """Small ones, loaded once."""

    model: DiffusionModel
    vae: Vae
    control_net: ControlNet


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    folder, where = tmp_path_factory.mktemp("networks"), Where("cpu", "exact")
    return Networks(
        load_diffusion_model(write_unet(folder / "unet.safetensors"), where),
        load_vae(write_vae(folder / "vae.safetensors"), where),
        load_control_net(write_control_net(folder / "control.safetensors"), where),
    )


@pytest.fixture(scope="module")
def expected() -> list[np.ndarray[Any, Any]]:
    pixels = np.load(FOLDER / "expected.npz")["pixels"]
    ends = np.cumsum([np.prod(case["shape"]) for case in CASES])
    assert ends[-1] == len(pixels)
    parts = np.split(pixels, ends[:-1])
    return [part.reshape(case["shape"]) for part, case in zip(parts, CASES, strict=True)]


def drawing(*shape: int) -> Image:
    b, y, x, c = torch.meshgrid(*(torch.arange(side) for side in shape), indexing="ij")
    return Image(((7 * x * x + 5 * y * y + 3 * x * y) // 64 + 40 * c + 31 * b) % 256 / 255)


def prompt(seed: int) -> Condition:
    return Condition(torch.randn(1, 77, 768, generator=torch.Generator().manual_seed(seed)))


def inputs(case: dict[str, Any], networks: Networks) -> dict[str, Any]:
    """All that the node is given."""
    positive: tuple[Condition, ...] = (prompt(1),)
    negative, more = (prompt(2),), {}
    kind = case.get("case")
    if kind == "control":
        control = Control(networks.control_net, drawing(1, 64, 80, 3), 0.8, 0.0, 0.9)
        positive = (replace(positive[0], control=control),)
        negative = (replace(negative[0], control=control),)
    if kind == "area":
        mask = torch.zeros(1, 16, 16)
        mask[:, 4:12, 2:10] = 1
        placed = replace(prompt(3), area=Area((2, 3), (0, 1)), strength=0.7)
        positive = (*positive, placed, replace(prompt(4), mask=mask, mask_strength=0.8))
    if kind == "custom":
        levels = Sigmas(torch.tensor([3.0, 1.2, 0.4, 0.0]))
        more = {"custom_sampler": Sampler("dpmpp_2m"), "custom_sigmas": levels}
    widgets = {name: case.get(name, value) for name, value in DEFAULTS.items()}
    return {
        **widgets,
        **more,
        "image": drawing(*case.get("picture", (1, 32, 32, 3))),
        "model": networks.model,
        "vae": networks.vae,
        "positive": Conditioning(positive),
        "negative": Conditioning(negative),
    }


def redrawn(
    bench: Bench, given: dict[str, Any], name: str = "UltimateSDUpscaleCustomSample"
) -> torch.Tensor:
    (image,) = bench.run(name, **given)
    assert isinstance(image, torch.Tensor)
    return image


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_pixel_is_within_two_steps_of_comfyuis(
    bench: Bench, networks: Networks, expected: list[np.ndarray[Any, Any]], number: int
) -> None:
    result = redrawn(bench, inputs(CASES[number], networks))
    numbers = torch.round(result * 255).to(torch.int64).numpy()
    assert numbers.shape == tuple(CASES[number]["shape"])
    difference = np.abs(numbers - expected[number].astype(np.int64))
    assert difference.max() <= 2
    assert difference.mean() <= 0.1


def test_two_runs_are_bit_identical(bench: Bench, networks: Networks) -> None:
    given = inputs({}, networks)
    first = redrawn(bench, given)
    assert torch.equal(first, redrawn(bench, given))
    other = redrawn(bench, {**given, "seed": 8})
    assert (first - other).abs().mean() > 0.02


def test_progress_counts_the_steps_of_all_tiles(bench: Bench, networks: Networks) -> None:
    redrawn(bench, inputs({"seam_fix_mode": "Half Tile"}, networks))
    assert bench.progress == [(done, 16) for done in range(1, 17)]


def test_a_run_stops_where_progress_says_so(bench: Bench, networks: Networks) -> None:
    told: list[int] = []

    def stop(done: int, _total: int) -> None:
        told.append(done)
        if done == 3:
            raise CancelledError("Stopped.")

    stopping = replace(bench.context, progress=stop)
    given = inputs({}, networks)
    with pytest.raises(CancelledError):
        NODES["UltimateSDUpscaleCustomSample"].run(given, stopping)
    assert told == [1, 2, 3]


def test_the_three_nodes_agree(bench: Bench, networks: Networks) -> None:
    class Doubles:
        scale = 2

        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            return picture.repeat_interleave(2, 2).repeat_interleave(2, 3)

    given = inputs({"mode_type": "None", "seam_fix_mode": "None"}, networks)
    with_model = {**given, "upscale_model": Doubles()}
    large = redrawn(bench, with_model, "UltimateSDUpscale")
    doubled = given["image"].repeat_interleave(2, 1).repeat_interleave(2, 2)
    assert torch.equal(torch.round(large * 255), torch.round(doubled * 255))
    both = inputs(ONE_TILE, networks)
    assert torch.equal(
        redrawn(bench, {**both, "upscale_model": Doubles()}, "UltimateSDUpscale"),
        redrawn(bench, {**both, "upscale_model": Doubles()}),
    )
    alone = {name: value for name, value in both.items() if name not in {"image", "upscale_by"}}
    assert torch.equal(
        redrawn(bench, {**alone, "upscaled_image": large}, "UltimateSDUpscaleNoUpscale"),
        redrawn(bench, {**both, "upscale_model": Doubles()}, "UltimateSDUpscale"),
    )


def test_half_a_custom_sampler_is_not_used_and_said_so(bench: Bench, networks: Networks) -> None:
    said: list[str] = []
    context = replace(bench.context, note=said.append)
    given = inputs(ONE_TILE, networks)
    (plain,) = NODES["UltimateSDUpscaleCustomSample"].run(given, context)
    assert said == []
    half = {**given, "custom_sampler": Sampler("heun")}
    (same,) = NODES["UltimateSDUpscaleCustomSample"].run(half, context)
    assert isinstance(plain, torch.Tensor)
    assert isinstance(same, torch.Tensor)
    assert torch.equal(plain, same)
    (sentence,) = said
    assert sentence.startswith("custom_sampler and custom_sigmas work only together")


def test_settings_that_exclude_each_other_are_refused_at_once(
    bench: Bench, networks: Networks
) -> None:
    def never(picture: torch.Tensor) -> torch.Tensor:
        raise AssertionError

    given = inputs({"force_uniform_tiles": False, "batch_size": 2}, networks)
    with pytest.raises(InputError, match="force_uniform_tiles"):
        redrawn(bench, {**given, "upscale_model": never}, "UltimateSDUpscale")
    assert bench.progress == []
