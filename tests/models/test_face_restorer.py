"""Restorers: full-size files in the released layouts, the mapping, noise and fidelity, refusals.

Their weights cannot be had here, so each file has random ones: the names, shapes and wrapper are
those of the released file, whose size is told where it is known.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tests.models.faces_for_tests import photograph
from tests.models.networks_for_tests import compact_state
from torch import nn

from capdemo.errors import InputError
from capdemo.models.face_restorer import FaceRestorer, load_face_restorer
from capdemo.models.spandrel_import import import_spandrel

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.models.convert import StateDict

FACE = photograph("nobody-1")


def _gfpgan() -> StateDict:
    architectures = importlib.import_module("spandrel.architectures.GFPGAN")
    return dict(
        architectures.GFPGAN(
            out_size=512,
            num_style_feat=512,
            channel_multiplier=2,
            fix_decoder=False,
            num_mlp=8,
            input_is_latent=True,
            different_w=True,
            narrow=1,
            sft_half=True,
        ).state_dict()
    )


def _restoreformer() -> StateDict:
    architectures = importlib.import_module("spandrel.architectures.RestoreFormer")
    network = architectures.RestoreFormer(
        n_embed=1024, embed_dim=256, ch=64, ch_mult=(1, 2, 2, 4, 4, 8), z_channels=256
    )
    return dict(network.state_dict())


def _codeformer() -> StateDict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit.script
        architectures = importlib.import_module("spandrel_extra_arches.architectures.CodeFormer")
    return dict(architectures.CodeFormer().state_dict())


class _Fading(nn.Module):
    """Divides red by 2, green by 4 and blue by 8, and remembers how it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[dict[str, Any]] = []

    def forward(self, face: torch.Tensor, **options: Any) -> tuple[torch.Tensor]:
        self.calls.append({**options, "lowest": face.min().item(), "highest": face.max().item()})
        return (face / torch.tensor([2.0, 4.0, 8.0])[:, None, None],)


@pytest.mark.parametrize("architecture", ["GFPGAN", "RestoreFormer", "CodeFormer"])
def test_faces_go_in_and_come_out_red_first_and_between_minus_one_and_one(
    architecture: str,
) -> None:
    network = _Fading()
    face = torch.tensor([0.0, 0.25, 1.0]).reshape(1, 3, 1, 1)
    output = FaceRestorer(network, architecture, "cpu")(face, fidelity=0.3)
    assert output.flatten().tolist() == [0.25, 0.4375, 0.5625]
    assert (network.calls[0]["lowest"], network.calls[0]["highest"]) == (-1.0, 1.0)
    output *= 2  # a tensor of inference mode would refuse


def test_noise_is_fixed_and_fidelity_is_passed_on() -> None:
    network = _Fading()
    FaceRestorer(network, "GFPGAN", "cpu")(FACE, fidelity=0.3)
    FaceRestorer(network, "CodeFormer", "cpu")(FACE, fidelity=0.3)
    assert network.calls[0]["randomize_noise"] is False
    assert network.calls[1]["weight"] == 0.3


@pytest.mark.slow
def test_gfpgan_loads_and_runs_from_a_file_of_the_released_layout(tmp_path: Path) -> None:
    import_spandrel()
    state, path = _gfpgan(), tmp_path / "GFPGANv1.4.pth"
    assert sum(value.numel() for value in state.values()) == pytest.approx(87.1e6, rel=0.01)
    torch.save({"params_ema": state}, path)
    assert path.stat().st_size == pytest.approx(348_632_874, rel=0.001)  # GFPGANv1.4.pth
    restorer = load_face_restorer(path, device="cpu")
    path.unlink()  # pytest would keep three runs of it
    assert restorer.architecture == "GFPGAN"
    output = restorer(FACE, fidelity=0.5)
    assert output.shape == FACE.shape
    assert torch.equal(output, restorer(FACE, fidelity=0.9))
    by_hand = import_spandrel().ModelLoader().load_from_state_dict(state).model.eval()
    with torch.inference_mode():
        plain = by_hand(FACE * 2 - 1, randomize_noise=False)[0]
    torch.testing.assert_close(output, plain / 2 + 0.5, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_restoreformer_gives_what_spandrels_own_wrapper_gives(tmp_path: Path) -> None:
    import_spandrel()
    state, path = _restoreformer(), tmp_path / "RestoreFormer.pth"
    torch.save({"params": state}, path)
    restorer = load_face_restorer(path, device="cpu")
    path.unlink()  # pytest would keep three runs of it
    assert restorer.architecture == "RestoreFormer"
    descriptor = import_spandrel().ModelLoader().load_from_state_dict(state)
    with torch.inference_mode():
        expected = descriptor(FACE)
    output = restorer(FACE, fidelity=0.5).clamp(0, 1)
    torch.testing.assert_close(output, expected, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_codeformer_loads_and_heeds_fidelity(tmp_path: Path) -> None:
    import_spandrel()
    state, path = _codeformer(), tmp_path / "codeformer.pth"
    assert sum(value.numel() for value in state.values()) == pytest.approx(94.1e6, rel=0.01)
    torch.save({"params_ema": state}, path)
    assert path.stat().st_size == pytest.approx(376_637_898, rel=0.001)  # codeformer.pth
    restorer = load_face_restorer(path, device="cpu")
    path.unlink()  # pytest would keep three runs of it
    assert restorer.architecture == "CodeFormer"
    assert not torch.equal(restorer(FACE, fidelity=0.0), restorer(FACE, fidelity=1.0))


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without spandrel_extra_arches."""
    monkeypatch.setitem(sys.modules, "spandrel_extra_arches", None)


@pytest.mark.usefixtures("no_extra")
def test_codeformer_without_its_extra_says_what_to_type_and_that_it_is_non_commercial(
    tmp_path: Path,
) -> None:
    path = tmp_path / "codeformer.pth"
    torch.save({"params_ema": {"fuse_convs_dict.32.scale.0.weight": torch.zeros(2)}}, path)
    with pytest.raises(InputError) as caught:
        load_face_restorer(path, device="cpu")
    assert "forbids commercial use" in caught.value.hint
    assert "pip install 'capdemo[extra-architectures]'" in caught.value.hint


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (compact_state(), "a network of the kind Compact"),
        ({"lora_unet.lora_up.weight": torch.zeros(2)}, "is a LoRA"),
        ({"something.weight": torch.zeros(2)}, "No face model that is known here"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, state: StateDict, message: str) -> None:
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(InputError, match=message):
        load_face_restorer(tmp_path / "net.pth", device="cpu")
