"""Changes of weights that only some LoRA files make."""

from __future__ import annotations

import pytest
import torch
from tests.sd_for_tests import small

from capdemo.models.lora import find_changes, unfit

MODULE = "lora_unet_down_blocks_1_resnets_0_conv1"
WEIGHT = "down_blocks.1.resnets.0.conv1.weight"
SHAPE = (6, 5, 3, 3)


def tucker_loha() -> dict[str, torch.Tensor]:
    names = {"hada_w{}_a": (4, 6), "hada_w{}_b": (4, 5), "hada_t{}": (4, 4, 3, 3)}
    return small(
        {
            f"{MODULE}.{name.format(number)}": shape
            for name, shape in names.items()
            for number in (1, 2)
        }
    ) | {f"{MODULE}.alpha": torch.tensor(2.0)}


def kernel_of(parts: dict[str, torch.Tensor], number: int) -> torch.Tensor:
    """Tucker's product, one axis after the other, in float64."""
    rows, columns, core = (
        parts[f"{MODULE}.hada_{name}"].double()
        for name in (f"w{number}_a", f"w{number}_b", f"t{number}")
    )
    wide = torch.tensordot(rows, core, dims=([0], [0]))
    kernel: torch.Tensor = torch.tensordot(wide, columns, dims=([1], [0]))
    return kernel.permute(0, 3, 1, 2)


def test_loha_of_a_convolution_with_tucker_cores() -> None:
    """ComfyUI 0.3.64's LoHa gives the same within 2e-6, for a whole run of a reduced model."""
    parts = tucker_loha()
    changes = find_changes(parts, {MODULE: WEIGHT}, {WEIGHT: SHAPE}, -0.7)
    weight = torch.linspace(-1, 1, 270).reshape(SHAPE)
    wanted = weight.double() - 0.7 * 2 / 4 * kernel_of(parts, 1) * kernel_of(parts, 2)
    assert torch.allclose(changes[WEIGHT](weight), wanted.float(), atol=1e-6)


@pytest.mark.parametrize("name", ["lora_te_text_model_encoder_layers_0_mlp_fc1", "text_encoder.x"])
def test_a_lora_of_the_text_encoder_alone_is_named_as_that(name: str) -> None:
    weights = {
        f"{name}.lora_A.weight": torch.zeros(2, 3),
        f"{name}.lora_B.weight": torch.zeros(3, 2),
    }
    assert "text encoders alone. Take LoraLoader" in str(unfit(weights, "Stable Diffusion 1"))
