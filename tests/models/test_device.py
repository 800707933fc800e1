"""The memory that a run took is that run's, not that of an earlier one."""

from __future__ import annotations

import pytest
import torch

from capdemo import models


def test_peak_memory_starts_anew() -> None:
    large = torch.ones(100_000_000)
    before = models.device.peak_memory("cpu")
    del large
    models.allocator.release_memory()  # what networks of other tests kept would serve the next
    models.device.reset_peak_memory("cpu")
    after = models.device.peak_memory("cpu")
    assert before - after > 300e6
    large = torch.ones(50_000_000)
    assert models.device.peak_memory("cpu") - after > 150e6
    assert len(large) == 50_000_000


def test_a_device_has_a_name_a_reader_knows() -> None:
    name = models.device.device_name("cpu")
    assert name.endswith(" threads")
    assert len(name) > len("N threads, ")


def test_auto_is_what_is_here() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert models.device.choose_device("auto") == expected
    assert models.device.choose_device("cpu") == "cpu"


@pytest.mark.parametrize(
    ("has", "able"),
    [
        ({"avx2": True}, False),
        ({"avx512_f": True, "avx512_bf16": False}, False),
        ({"avx512_bf16": True, "cpu_name": "AMD EPYC"}, True),
        ({"avx512_bf16": True, "cpu_name": "Intel Xeon"}, False),
        ({"avx512_bf16": True, "amx_bf16": True, "cpu_name": "Intel Xeon"}, True),
        ({"architecture": "arm64", "bf16": True}, True),
    ],
)
def test_a_processor_must_multiply_bfloat16(
    monkeypatch: pytest.MonkeyPatch, has: dict[str, object], *, able: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    assert models.device.multiplies_bfloat16() == able
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not models.device.multiplies_bfloat16()
