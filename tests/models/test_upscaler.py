"""Loading and calling networks: shapes, precision, equality with plain spandrel, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from tests.bfloat16_for_tests import needs_bfloat16
from tests.models.networks_for_tests import compact_state, swinir_state
from torch.utils.flop_counter import FlopCounterMode

from capdemo.errors import InputError
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.store import LocalModelStore
from capdemo.models.upscaler import load_reference_upscale_model, load_upscale_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capdemo.models.convert import StateDict
    from capdemo.node_api import Precision, UpscaleModel


def _picture(height: int, width: int, channels: int = 3) -> torch.Tensor:
    return torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(1))


def _gradient(height: int, width: int) -> torch.Tensor:
    """A picture without noise or extremes, which a network neither amplifies nor clamps."""
    coarse = _picture(3, 3) * 0.4 + 0.3
    return torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")


def _save(folder: Path, state: StateDict) -> Path:
    path = folder / "net.safetensors"
    save_file(state, path)
    return path


def _plain(state: StateDict, picture: torch.Tensor) -> torch.Tensor:
    output: torch.Tensor = (
        import_spandrel().ModelLoader().load_from_state_dict(dict(state))(picture)
    )
    return output


@pytest.mark.parametrize("size", [(5, 7), (16, 9), (33, 32)])
@pytest.mark.parametrize("make_state", [compact_state, swinir_state])
def test_exact_is_what_plain_spandrel_gives(
    tmp_path: Path, make_state: Callable[[], StateDict], size: tuple[int, int]
) -> None:
    state = make_state()
    picture, path = _picture(*size), _save(tmp_path, state)
    network: UpscaleModel = load_upscale_model(path, device="cpu", precision="exact")
    reference: UpscaleModel = load_reference_upscale_model(path, "cpu")
    output = network(picture)
    assert network.scale == reference.scale == 2
    assert output.shape == (1, 3, 2 * size[0], 2 * size[1])
    assert torch.equal(reference(picture), _plain(state, picture))
    torch.testing.assert_close(output, reference(picture), rtol=0, atol=1e-5)


def _esrgan_state() -> StateDict:
    import_spandrel()
    from spandrel.architectures.ESRGAN import ESRGAN

    torch.manual_seed(0)
    return dict(ESRGAN(num_filters=16, num_blocks=2, scale=1).state_dict())


def _fused_products(
    given: torch.Size, weight: torch.Size, *_other: object, out_shape: torch.Size
) -> int:
    return 2 * given[0] * weight.numel() * out_shape[2] * out_shape[3]


def _products(network: UpscaleModel) -> int:
    fused = {torch.ops.mkldnn._convolution_pointwise: _fused_products}
    with FlopCounterMode(display=False, custom_mapping=fused) as counter:
        network(_picture(32, 64))
    products: int = counter.get_total_flops()
    return products


@needs_bfloat16
@pytest.mark.parametrize("make_state", [compact_state, _esrgan_state])
def test_exact_multiplies_less_than_plain_spandrel_and_fast_as_much(
    tmp_path: Path, make_state: Callable[[], StateDict]
) -> None:
    path = _save(tmp_path, make_state())
    plain = _products(load_reference_upscale_model(path, "cpu"))
    exact = _products(load_upscale_model(path, device="cpu", precision="exact"))
    fast = _products(load_upscale_model(path, device="cpu", precision="fast"))
    assert exact < 0.9 * plain
    assert fast == plain


@pytest.mark.parametrize("precision", ["exact", "fast"])
def test_the_output_is_a_plain_picture(tmp_path: Path, precision: Precision) -> None:
    network = load_upscale_model(
        _save(tmp_path, compact_state()), device="cpu", precision=precision
    )
    output = network(_picture(8, 8) * 3 - 1)
    assert (output.dtype, output.device.type) == (torch.float32, "cpu")
    assert output.is_contiguous(memory_format=torch.channels_last)
    assert output.min() >= 0
    assert output.max() <= 1
    assert not output.requires_grad
    output *= 0.5  # a tensor of inference mode would refuse


@needs_bfloat16
@pytest.mark.parametrize("model_name", ["realesr-animevideov3.pth", "spanx2_ch48.pth"])
def test_fast_is_close_to_exact_on_a_textured_picture(model_name: str) -> None:
    # Not so on a smooth gradient: bfloat16 makes steps of it, which a network then sharpens.
    path = LocalModelStore.from_environment().file("upscale_models", model_name)
    picture = 0.8 * _gradient(48, 48) + 0.2 * _picture(48, 48)
    exact, fast = (
        load_upscale_model(path, device="cpu", precision=precision)(picture)
        for precision in ("exact", "fast")
    )
    assert not torch.equal(exact, fast)
    psnr = -10 * torch.log10((exact - fast).square().mean())
    assert psnr > 50


def test_the_animevideo_x2_file_is_the_x4_network_resized() -> None:
    store = LocalModelStore.from_environment()
    four, two = (
        load_upscale_model(store.file("upscale_models", name), device="cpu", precision="exact")
        for name in ("realesr-animevideov3.pth", "realesr-animevideov3-x2.bin")
    )
    picture = _gradient(12, 14)
    expected = torch.nn.functional.interpolate(four(picture), scale_factor=0.5, mode="bicubic")
    assert (four.scale, two.scale) == (4, 2)
    torch.testing.assert_close(two(picture), expected.clamp(0, 1), rtol=0, atol=1e-5)


def test_a_grey_network_is_run_on_each_colour(tmp_path: Path) -> None:
    state = compact_state(channels=1)
    network = load_upscale_model(_save(tmp_path, state), device="cpu", precision="exact")
    picture = _picture(6, 8)
    output = network(picture)
    assert output.shape == (1, 3, 12, 16)
    for colour in range(3):
        expected = _plain(state, picture[:, colour : colour + 1])
        torch.testing.assert_close(output[:, colour : colour + 1], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("wrapper", ["params_ema", "params", "state_dict", ""])
def test_wrapped_state_dicts_are_unwrapped(tmp_path: Path, wrapper: str) -> None:
    state, path = compact_state(), tmp_path / "net.pth"
    torch.save({wrapper: state} if wrapper else state, path)
    network = load_upscale_model(path, device="cpu", precision="exact")
    picture = _picture(4, 4)
    torch.testing.assert_close(network(picture), _plain(state, picture), rtol=0, atol=1e-5)
    assert (network.architecture, network.tags) == ("Compact", ("8nf", "2nc"))
    assert network.parameters == sum(weight.numel() for weight in state.values())


def test_a_bin_of_pytorch_is_read_and_half_an_ncnn_model_is_not(tmp_path: Path) -> None:
    state, path = compact_state(), tmp_path / "net.bin"
    torch.save(state, path)
    network = load_upscale_model(path, device="cpu", precision="exact")
    picture = _picture(4, 4)
    torch.testing.assert_close(network(picture), _plain(state, picture), rtol=0, atol=1e-5)
    path.write_bytes(bytes(8))
    with pytest.raises(InputError, match=r"net\.param is not beside this one"):
        load_upscale_model(path, device="cpu", precision="exact")


def test_swinir_with_the_prefix_of_dataparallel(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({f"module.{key}": value for key, value in swinir_state().items()}, path)
    assert load_upscale_model(path, device="cpu", precision="exact").architecture == "SwinIR"


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"lora_unet_mid.lora_up.weight": torch.zeros(2)},
            "is a LoRA; it belongs in the folder loras",
        ),
        ({"model.diffusion_model.out.0.weight": torch.zeros(2)}, "is a diffusion checkpoint"),
        ({"something.weight": torch.zeros(2)}, "No network that is known here"),
        ({1: torch.zeros(2)}, "No network that is known here"),
        ({"params": {1: torch.zeros(2)}}, "No network that is known here"),
    ],
)
def test_another_model_is_called_what_it_is(
    tmp_path: Path, state: dict[object, object], message: str
) -> None:
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(InputError, match=message):
        load_upscale_model(tmp_path / "net.pth", device="cpu", precision="exact")


def test_a_network_for_four_channels_is_refused(tmp_path: Path) -> None:
    path = _save(tmp_path, compact_state(channels=4))
    with pytest.raises(InputError, match="a network from 4 to 4 channels"):
        load_upscale_model(path, device="cpu", precision="exact")


def test_weights_of_the_wrong_shape_are_refused(tmp_path: Path) -> None:
    path = _save(tmp_path, {**compact_state(), "body.1.weight": torch.zeros(3)})
    with pytest.raises(InputError, match="No network that is known here"):
        load_upscale_model(path, device="cpu", precision="exact")


def test_a_face_model_is_refused(tmp_path: Path) -> None:
    from spandrel.architectures.RestoreFormer import RestoreFormer

    network = RestoreFormer(n_embed=4, embed_dim=8, ch=32, ch_mult=(1, 1), z_channels=8)
    path = _save(tmp_path, dict(network.state_dict()))
    with pytest.raises(InputError, match="face model; it belongs in the folder facerestore_models"):
        load_upscale_model(path, device="cpu", precision="exact")


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["exact", "fast"])
def test_a_gpu_gives_what_the_cpu_gives(precision: Precision) -> None:
    path = LocalModelStore.from_environment().file("upscale_models", "RealESRGAN_x4plus.pth")
    picture = _gradient(48, 48)
    expected = load_upscale_model(path, device="cpu", precision="exact")(picture)
    output = load_upscale_model(path, device="cuda", precision=precision)(picture)
    assert (output - expected).abs().max() < (1e-4 if precision == "exact" else 0.05)


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["exact", "fast"])
def test_a_gpu_gives_for_several_tiles_what_the_cpu_gives_for_each(precision: Precision) -> None:
    from capdemo.imaging.upscale import upscale_with_model
    from capdemo.node_api import Image

    path = LocalModelStore.from_environment().file("upscale_models", "realesr-animevideov3.pth")
    image = Image(_gradient(150, 170).movedim(1, -1))
    expected, output = (
        upscale_with_model(image, model, progress=lambda _done, _total: None, tile=64).image
        for model in (
            load_upscale_model(path, device="cpu", precision="exact"),
            load_upscale_model(path, device="cuda", precision=precision),
        )
    )
    difference = output - expected
    if precision == "exact":
        assert difference.abs().max() < 1 / 255
    else:
        assert -10 * torch.log10(difference.square().mean()) > 50
