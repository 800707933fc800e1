"""Files of full size, loaded and run as ComfyUI 0.3.64 does; see `golden/README.md`.

Stable Diffusion 1.5 by default. `pytest -m full_size tests/models/sd` runs 2.1 and SDXL, with
their control nets: 16 GB of memory and 12 GB of disk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.sd_cases_for_tests import (
    EMBEDDINGS,
    PROMPTS,
    lora_diffusers_sd15,
    lora_sd15,
    lora_sdxl,
)
from tests.sd_for_tests import GOLDEN, write_file

from capdemo.diffusion.sampling import Settings, sample
from capdemo.models.sd_loader import Checkpoint, Where, load_checkpoint, load_control_net
from capdemo.node_api import Condition, Conditioning, Control, Image, Latent, PictureSizes, Tiles
from capdemo.node_api.diffusion import Canvas

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from capdemo.node_api import Vae
    from capdemo.node_api.diffusion import DiffusionNetwork, TextEncoder

LORAS = {
    "lora_sd15": lora_sd15,
    "lora_diffusers_sd15": lora_diffusers_sd15,
    "lora_sdxl": lora_sdxl,
}
SIZES = PictureSizes(1152, 896, 4, 8, 1216, 832)
TIMES = torch.tensor([801.0, 123.25])
CPU = Where("cpu", "exact")


@dataclass(frozen=True)
class Family:
    """A checkpoint, and what ComfyUI made of it."""

    name: str
    folder: Path
    checkpoint: Checkpoint
    expected: dict[str, torch.Tensor]

    @property
    def text_encoder(self) -> TextEncoder:
        assert self.checkpoint.text_encoder is not None
        return self.checkpoint.text_encoder

    @property
    def vae(self) -> Vae:
        assert self.checkpoint.vae is not None
        return self.checkpoint.vae

    def condition(self, prompt: str) -> Condition:
        sizes = SIZES if self.name == "sdxl" else None
        return replace(self.text_encoder.encode(PROMPTS[prompt]), sizes=sizes)

    def names(self, kind: str) -> list[str]:
        return [key.removeprefix(kind) for key in self.expected if key.startswith(kind)]


@pytest.fixture(
    scope="module",
    params=[
        "sd15",
        pytest.param("sd21", marks=pytest.mark.full_size),
        pytest.param("sdxl", marks=pytest.mark.full_size),
    ],
)
def family(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Family]:
    folder = tmp_path_factory.mktemp(request.param)
    path = write_file(folder / "checkpoint.safetensors", request.param)
    for name, tensors in EMBEDDINGS.items():
        save_file(dict(tensors), folder / f"{name}.safetensors")

    def embedding(name: str) -> Path | None:
        found = folder / f"{name}.safetensors"
        return found if found.is_file() else None

    with np.load(GOLDEN / f"{request.param}.npz") as arrays:
        expected = {key: torch.from_numpy(arrays[key]) for key in arrays}
    yield Family(request.param, folder, load_checkpoint(path, CPU, embedding), expected)
    for left in folder.iterdir():
        left.unlink()


def test_texts(family: Family) -> None:
    for name in family.names("text/"):
        encoder, prompt = family.text_encoder, name
        if name.startswith("layer"):
            encoder, prompt = encoder.with_last_layer(int(name.removeprefix("layer"))), "weights"
        elif name in LORAS:
            encoder, prompt = encoder.with_lora(LORAS[name](), 1.3), "plain"
        condition = encoder.encode(PROMPTS[prompt])
        near(condition.embedding[:, ::5, ::24], family.expected[f"text/{name}"], 1e-5)
        assert condition.pooled is not None
        near(condition.pooled[:, ::24], family.expected[f"pooled/{name}"], 1e-5)


def test_the_vae(family: Family) -> None:
    if not family.names("vae/"):
        assert family.name == "sd21"  # whose VAE is Stable Diffusion 1's
        return
    vae, expected = family.vae, family.expected
    near(vae.encode(picture(5, 2, 72, 101)), expected["vae/encode"], 1e-4)
    near(vae.decode(noise(6, 1, 4, 9, 12))[:, ::3, ::3], expected["vae/decode"], 1e-4)
    encoded = vae.encode_tiled(picture(7, 1, 136, 200), Tiles(128, 32))
    near(encoded, expected["vae/encode_tiled"], 1e-4)
    decoded = vae.decode_tiled(noise(8, 1, 4, 17, 25), Tiles(64, 16))
    near(decoded[:, ::3, ::5], expected["vae/decode_tiled"], 1e-4)


def test_the_unet(family: Family) -> None:
    network, expected = family.checkpoint.model.network, family.expected
    weights, latent = family.condition("weights"), noise(1, 2, 4, 16, 16)
    near(call(network, latent, TIMES, weights), expected["unet/plain"], 1e-4)
    odd = call(network, noise(2, 1, 4, 11, 14), TIMES[:1], family.condition("long"))
    near(odd, expected["unet/odd"], 1e-4)
    for name in LORAS.keys() & set(family.names("unet/")):
        changed = network.with_lora(LORAS[name](), 0.7)
        near(call(changed, latent, TIMES, weights), expected[f"unet/{name}"], 1e-4)
    if "unet/two_loras" in expected:
        both = network.with_lora(lora_diffusers_sd15(), 0.7).with_lora(lora_sd15(), -0.4)
        near(call(both, latent, TIMES, weights), expected["unet/two_loras"], 1e-4)
        near(call(network, latent, TIMES, weights), expected["unet/plain"], 1e-4)
    if "unet/vector" in expected:
        vector = network.inputs(weights, Canvas((2, 4, 16, 16), latent)).vector
        assert vector is not None
        near(vector, expected["unet/vector"], 1e-5)


@pytest.mark.parametrize(
    ("sampler", "scheduler"),
    [("euler", "normal"), ("dpmpp_2m", "karras"), ("res_multistep", "simple")],
)
def test_whole_runs(family: Family, sampler: str, scheduler: str) -> None:
    expected = family.expected.get(f"sample/{sampler}")
    if expected is None:
        assert family.name == "sd21"
        return
    # KSampler knows no sizes but the latent's own.
    prompts = tuple(
        Conditioning((replace(family.condition(name), sizes=None),))
        for name in ("weights", "plain")
    )
    settings = Settings(42, 4, 6.5, sampler, scheduler, denoise=0.4)
    result = run(family, (prompts[0], prompts[1]), settings)
    assert float((result - expected).norm() / expected.norm()) < 1e-3
    if sampler == "euler":
        once = replace(settings, steps=1)
        first = run(family, (prompts[0], prompts[1]), once)
        assert torch.equal(run(family, (prompts[0], prompts[1]), once), first)


@pytest.mark.parametrize(
    ("net", "file", "kind"),
    [
        ("control", "control_{}", None),
        ("union_auto", "union_sdxl", None),
        ("union_kind", "union_sdxl", 3),
    ],
)
def test_control_nets(family: Family, net: str, file: str, kind: int | None) -> None:
    expected = family.expected.get(f"sample/{net}")
    if expected is None:
        return
    name = file.format(family.name)
    path = family.folder / f"{name}.safetensors"
    control_net = load_control_net(path if path.exists() else write_file(path, name), CPU)
    control = Control(control_net.with_kind(kind), picture(9, 1, 150, 130), 0.8)
    prompts = tuple(
        Conditioning((replace(family.condition(name), sizes=None, control=control),))
        for name in ("weights", "plain")
    )
    settings = Settings(42, 2, 6.5, "euler", "normal", denoise=0.4)
    result = run(family, (prompts[0], prompts[1]), settings)
    assert float((result - expected).norm() / expected.norm()) < 1e-3
    # Without the net, the result is another one.
    assert float((result - family.expected["sample/euler"]).norm() / expected.norm()) > 1e-2


def run(
    family: Family, prompts: tuple[Conditioning, Conditioning], settings: Settings
) -> torch.Tensor:
    latent = Latent(noise(3, 1, 4, 16, 16) * 3)
    model = family.checkpoint.model
    return sample(model, prompts, latent, settings, lambda _done, _all: None).samples


def call(
    network: DiffusionNetwork, latent: torch.Tensor, times: torch.Tensor, condition: Condition
) -> torch.Tensor:
    inputs = network.inputs(condition, Canvas(tuple(latent.shape), latent))
    return network(latent, times, inputs)


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def picture(seed: int, *sides: int) -> Image:
    generator = torch.Generator().manual_seed(seed)
    return Image(torch.rand(*sides, 3, generator=generator))


def near(found: torch.Tensor, expected: torch.Tensor, limit: float) -> None:
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) < limit * max(1, float(expected.abs().max()))
