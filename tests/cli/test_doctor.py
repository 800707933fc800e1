"""`capdemo doctor` as its users see it."""

from __future__ import annotations

import platform

import pytest
import torch
from tests.guide_for_tests import invoke


def test_it_says_what_is_here() -> None:
    answer = invoke("doctor")
    assert answer.code == 0
    assert platform.python_version() in answer.out
    assert torch.__version__ in answer.out
    assert "architectures" in answer.out
    assert "spanx4_ch48" in answer.out


def test_it_says_which_models_want_a_larger_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capdemo.models.device.device_memory", lambda: 16_000_000_000)
    found = invoke("doctor", "--json").json
    wanted = "a GPU with 24 GB is wanted; here are 16.0 GB"
    assert found["for Qwen-Image-Edit 2509"] == wanted
    assert "for Qwen2.5-VL 7B" not in found


@pytest.mark.parametrize(
    ("able", "says"),
    [
        (True, "bfloat16, where a model bears it"),
        (False, "as exact, since bfloat16 is not faster here"),
    ],
)
def test_it_says_what_fast_mode_does_on_a_cpu(
    monkeypatch: pytest.MonkeyPatch, says: str, *, able: bool
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("capdemo.models.device.multiplies_bfloat16", lambda: able)
    assert invoke("doctor", "--json").json["fast mode"] == says


def test_it_answers_scripts() -> None:
    found = invoke("doctor", "--json").json
    assert found["torch"] == torch.__version__
    assert found["extra weights"] == "installed"
    assert found["models"]["RealESRGAN_x4plus"] == "package"
    assert found["memory"].endswith(" GB")
