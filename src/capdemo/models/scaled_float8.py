"""Reads ComfyUI's scaled float8 layout: a weight is its float8 numbers times one factor.

Two spellings exist. Until 2025 a marker `scaled_fp8` says that `X.weight` belongs to
`X.scale_weight`; since then `X.comfy_quant`, a JSON text, names the format of each layer and the
factor is `X.weight_scale`. Factors for inputs are left out: they serve float8 arithmetic, which
is not used here. Other formats (int8, nvfp4) are refused by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.models.stored_layers import StoredLinear

_MARK = "scaled_fp8"
_FACTORS = (".scale_weight", ".weight_scale")
_OF_INPUTS = (".scale_input", ".input_scale")
_FORMAT = ".comfy_quant"
_FORMATS = frozenset({"float8_e4m3fn", "float8_e5m2"})


@dataclass(frozen=True, slots=True, eq=False)
class ScaledWeights:
    """A state dict taken apart."""

    weights: Mapping[str, torch.Tensor]
    """Everything but the factors."""
    factors: Mapping[str, torch.Tensor]
    """By the layer's name: one float32 number without dimensions."""
    marked: torch.dtype | None
    """The type that the older spelling's marker names; None where there is no marker."""


def take_factors(state_dict: Mapping[str, torch.Tensor], where: str) -> ScaledWeights:
    """Part the factors from the weights; a file without any is passed through.

    Raises `InputError` where a layer is stored in another format.
    """
    weights: dict[str, torch.Tensor] = {}
    factors: dict[str, torch.Tensor] = {}
    for key, tensor in state_dict.items():
        layer = _layer(key, _FACTORS)
        if layer:
            factors[layer] = tensor.reshape(()).to(torch.float32)
        elif key.endswith(_FORMAT):
            _check_format(tensor, where)
        elif key != _MARK and not key.endswith(_OF_INPUTS):
            weights[key] = tensor
    marker = state_dict.get(_MARK)
    return ScaledWeights(weights, factors, None if marker is None else marker.dtype)


def give_factors(layers: Mapping[str, StoredLinear], scaled: ScaledWeights, where: str) -> None:
    """Hand each layer its factor.

    Under the older spelling ComfyUI holds every linear layer in the marker's type, biases too,
    and so rounds what the file has finer; so it is done here. Raises `InputError` where a factor
    belongs to no layer.
    """
    for name, factor in scaled.factors.items():
        if name not in layers:
            raise InputError(
                f"The file has a factor for {name}, which is no layer of this network.",
                where=where,
            )
        layers[name].scale = factor
    if scaled.marked is not None:
        for layer in layers.values():
            layer.round_to(scaled.marked)


def _layer(key: str, endings: tuple[str, ...]) -> str:
    return next((key.removesuffix(end) for end in endings if key.endswith(end)), "")


def _check_format(text: torch.Tensor, where: str) -> None:
    kept = json.loads(bytes(text.tolist())).get("format")
    if kept not in _FORMATS:
        raise InputError(
            f"The file stores its weights as {kept}, which is not read here.",
            where=where,
            hint="Take the bf16, fp8_e4m3fn or fp8_scaled version of the model.",
        )
