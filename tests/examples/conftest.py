"""A network that loads as a real one does, small and random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def random_model() -> Callable[..., None]:
    """Write a random Compact network (SRVGGNetCompact, 2x) in the released files' layout."""

    def write(path: Path, *, seed: int, features: int = 8, convolutions: int = 2) -> None:
        import torch
        from safetensors.torch import save_file

        generator = torch.Generator().manual_seed(seed)
        state: dict[str, torch.Tensor] = {}

        def convolution(index: int, inputs: int, outputs: int) -> None:
            weight = torch.randn(outputs, inputs, 3, 3, generator=generator)
            state[f"body.{index}.weight"] = weight * 0.1
            state[f"body.{index}.bias"] = torch.randn(outputs, generator=generator) * 0.1

        convolution(0, 3, features)
        state["body.1.weight"] = torch.full((features,), 0.25)
        for layer in range(convolutions):
            convolution(2 + 2 * layer, features, features)
            state[f"body.{3 + 2 * layer}.weight"] = torch.full((features,), 0.25)
        convolution(2 + 2 * convolutions, features, 3 * 4)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(state, path)

    return write
