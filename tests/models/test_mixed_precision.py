"""Fast mode on photographs: at least 50 dB from exact, for every network whose weights are here."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.bfloat16_for_tests import needs_bfloat16
from tests.models.architectures_for_tests import SINGLE_PICTURE, random_state

from capdemo import imaging
from capdemo.models.architectures import load_network
from capdemo.models.mixed_precision import can_mix, mix_precision
from capdemo.models.rounded_convolution import RoundedConvolution
from capdemo.models.store import LocalModelStore
from capdemo.models.upscaler import load_upscale_model

INPUTS = Path(__file__).parents[2] / "workflows" / "inputs"


def _psnr(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(-10 * torch.log10((one - other).square().mean()))


@needs_bfloat16
@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        ("realesr-animevideov3.pth", 55),
        ("realesr-animevideov3-x2.bin", 55),
        ("RealESRGAN_x4plus_anime_6B.pth", 55),
        ("RealSR_DF2K.pth", 50),  # bfloat16 alone gives 48 dB here
        ("spanx2_ch48.pth", 55),
        ("spanx4_ch48.pth", 55),  # 49 dB
        ("spanx4_ch52.pth", 55),
    ],
)
def test_fast_is_close_to_exact_on_a_photograph(name: str, at_least: float) -> None:
    path = LocalModelStore.from_environment().file("upscale_models", name)
    image, _ = imaging.files.load_image(INPUTS / "harbour-small.png")
    picture = image[:, 60:108, 60:108].movedim(-1, 1)
    exact, fast = (
        load_upscale_model(path, device="cpu", precision=precision)
        for precision in ("exact", "fast")
    )
    assert at_least < _psnr(exact(picture), fast(picture)) < 80
    assert fast.nbytes < 0.6 * exact.nbytes, "most of it is bfloat16"


@needs_bfloat16
def test_fast_is_close_to_exact_on_a_frame_of_a_film() -> None:
    # The worst of the pictures here: the input in bfloat16 and nothing else is 50 dB off.
    path = LocalModelStore.from_environment().file("upscale_models", "RealESRGAN_x4plus.pth")
    image, _ = imaging.files.load_image(INPUTS / "rabbit-small.png")
    picture = image[:, 52:100, 132:212].movedim(-1, 1)
    exact, fast = (
        load_upscale_model(path, device="cpu", precision=precision)(picture)
        for precision in ("exact", "fast")
    )
    assert _psnr(exact, fast) > 50


def test_fast_is_exact_where_the_processor_does_not_multiply_bfloat16(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    path = LocalModelStore.from_environment().file("upscale_models", "realesr-animevideov3.pth")
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    exact, fast = (
        load_upscale_model(path, device="cpu", precision=precision)(picture)
        for precision in ("exact", "fast")
    )
    assert torch.equal(exact, fast)


@pytest.mark.parametrize(
    ("architecture", "ends"),
    [("Compact", (0, -1)), ("ESRGAN", (0, -1)), ("SPAN", (0, 1, 2, 3, -1))],
)
def test_the_first_and_last_steps_stay_in_float32(architecture: str, ends: tuple[int, ...]) -> None:
    (case,) = (case for case in SINGLE_PICTURE if case.architecture == architecture)
    network = load_network(random_state(case)).model
    mix_precision(network, architecture)
    kinds = (torch.nn.Conv2d, RoundedConvolution)
    layers = [layer for layer in network.modules() if isinstance(layer, kinds)]
    kept = [layers.pop(place) for place in sorted(ends, reverse=True)]
    assert {layer.weight.dtype for layer in kept} == {torch.float32}
    assert {layer.weight.dtype for layer in layers} == {torch.bfloat16}


def test_architectures_that_were_not_measured_stay_exact(tmp_path: Path) -> None:
    from safetensors.torch import save_file
    from tests.models.networks_for_tests import swinir_state

    assert not can_mix("SwinIR")
    path = tmp_path / "net.safetensors"
    save_file(swinir_state(), path)
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    exact, fast = (
        load_upscale_model(path, device="cpu", precision=precision)(picture)
        for precision in ("exact", "fast")
    )
    assert torch.equal(exact, fast)
