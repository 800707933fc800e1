"""`capdemo doctor` as its users see it."""

from __future__ import annotations

import platform

import torch
from tests.guide_for_tests import invoke


def test_it_says_what_is_here() -> None:
    answer = invoke("doctor")
    assert answer.code == 0
    assert platform.python_version() in answer.out
    assert torch.__version__ in answer.out
    assert "architectures" in answer.out
    assert "spanx4_ch48" in answer.out


def test_it_answers_scripts() -> None:
    found = invoke("doctor", "--json").json
    assert found["torch"] == torch.__version__
    assert found["extra weights"] == "installed"
    assert found["models"]["RealESRGAN_x4plus"] == "package"
    assert found["memory"].endswith(" GB")
