"""Low-rank changes of weights: LoRA (arXiv 2106.09685), LoCon, LoHa, LoKr and DoRA, and plain ones.

A file changes W to W + strength * alpha / rank * B A, computed in float32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.models.unet_shape import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capdemo.models.stored_network import Change

    Parts = Mapping[str, torch.Tensor]

_PARTS = re.compile(
    r"(?P<module>.+?)(?:"
    r"\.lora_(?P<kohya>up|down|mid)\.weight"
    r"|[._]lora\.(?P<diffusers>up|down)\.weight"
    r"|\.lora_linear_layer\.(?P<transformers>up|down)\.weight"
    r"|\.lora_(?P<peft>A|B)(?:\.default)?(?:\.weight)?"
    r"|\.(?P<other>alpha|dora_scale|reshape_weight|diff|diff_b|set_weight|w_norm|b_norm"
    r"|hada_[wt][12](?:_[ab])?|lokr_(?:w[12](?:_[ab])?|t2)"
    r"|oft_blocks|oft_diag|rescale|a1\.weight|a2\.weight|b1\.weight|b2\.weight)"
    r")"
)
_PEFT = {"A": "down", "B": "up"}
_PLAIN = {"diff": "weight", "w_norm": "weight", "diff_b": "bias", "b_norm": "bias"}
_UNKNOWN = {
    "oft_blocks": "OFT",
    "oft_diag": "OFT",
    "a1.weight": "GLoRA",
    "lokr_t2": "LoKr with Tucker factors",
    "reshape_weight": "a LoRA that enlarges weights",
    "set_weight": "weights that replace the model's",
}


def find_changes(
    weights: Mapping[str, torch.Tensor],
    places: Mapping[str, str],
    shapes: Mapping[str, tuple[int, ...]],
    strength: float,
) -> dict[str, Change]:
    """What a LoRA file does to the weights of a network; empty where it means another one.

    `places` leads from the file's names of modules to the network's weights, `shapes` gives their
    sizes. Raises `InputError` where a change does not fit its weight, or is of an unknown kind.
    """
    changes: dict[str, Change] = {}
    for module, parts in group_by_module(weights).items():
        weight = places.get(module)
        if weight is None:
            continue
        _refuse_unknown(module, parts)
        for name, target in _PLAIN.items():
            if name in parts:
                place = weight.removesuffix("weight") + target
                changes[place] = _Sum(parts[name], strength)
        product = _low_rank(parts, strength)
        if product is not None:
            changes[weight] = product
    for name, change in changes.items():
        _check_size(name, change, shapes, weights)
    return changes


def group_by_module(weights: Mapping[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    """The parts of each change under one set of names: `up`, `down`, `mid`, `alpha` and so on."""
    modules: dict[str, dict[str, torch.Tensor]] = {}
    for name, value in weights.items():
        found = _PARTS.fullmatch(name)
        if found:
            _, *kinds = found.groups()
            part = next(kind for kind in kinds if kind)
            modules.setdefault(found["module"], {})[_PEFT.get(part, part)] = value
    return modules


def say_which_model(weights: Mapping[str, torch.Tensor]) -> str:
    """The family of models that a LoRA file was made for; empty where its names tell nothing."""
    if any("double_blocks" in name or "single_transformer_blocks" in name for name in weights):
        return "Flux"
    if any("img_mlp" in name for name in weights):
        return "Qwen-Image"
    for module, parts in group_by_module(weights).items():
        if module.endswith(("attn2_to_k", "attn2.to_k", "attn2.processor.to_k")):
            inner = parts.get("down", parts.get("hada_w1_b"))
            if inner is not None:
                return FAMILIES.get(inner.shape[1], "")
    return "SDXL" if any(name.startswith("lora_te2_") for name in weights) else ""


def unfit(weights: Mapping[str, torch.Tensor], family: str) -> InputError:
    """The error for a file that changes nothing in a network of a family."""
    made_for = say_which_model(weights)
    if is_for_text_alone(weights):
        return InputError(
            "The LoRA changes text encoders alone.",
            hint="Take LoraLoader, which gives it to the text encoder, too.",
        )
    if not group_by_module(weights):
        what = "The file is no LoRA: none of its names is one's."
    elif made_for and made_for != family:
        what = f"The LoRA is for {made_for}, and the model is {family}."
    else:
        what = f"No weight that the LoRA changes is in the model, which is {family}."
    return InputError(what, hint=f"Choose a LoRA that was made for {family}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """The weight, and something of its shape."""

    difference: torch.Tensor
    strength: float

    def __call__(self, weight: torch.Tensor, /) -> torch.Tensor:
        return weight + self.strength * self.difference.to(weight)


@dataclass(frozen=True, slots=True, eq=False)
class _Product:
    """The weight, and a product of small matrices."""

    parts: Parts
    multiply: Callable[[Parts], torch.Tensor]
    rank: int | None
    strength: float

    @property
    def scale(self) -> float:
        """What the product is multiplied by at a strength of 1."""
        alpha = self.parts.get("alpha")
        return 1.0 if alpha is None or self.rank is None else float(alpha) / self.rank

    def __call__(self, weight: torch.Tensor, /) -> torch.Tensor:
        parts = {name: part.to(weight) for name, part in self.parts.items()}
        difference = self.multiply(parts).reshape(weight.shape)
        if "dora_scale" in parts:
            return self._decomposed(weight, self.scale * difference, parts["dora_scale"])
        return weight + (self.strength * self.scale) * difference

    def _decomposed(
        self, weight: torch.Tensor, difference: torch.Tensor, magnitude: torch.Tensor
    ) -> torch.Tensor:
        """DoRA (arXiv 2402.09353): the changed weight is given a length of its own."""
        changed: torch.Tensor = weight + difference
        if magnitude.shape[0] == weight.shape[0]:
            length = weight.flatten(1).norm(dim=1).reshape(-1, *[1] * (weight.ndim - 1))
        else:
            length = changed.transpose(0, 1).flatten(1).norm(dim=1)
            length = length.reshape(1, -1, *[1] * (weight.ndim - 2))
        length = length + torch.finfo(weight.dtype).eps
        changed = changed * (magnitude / length)
        return changed if self.strength == 1 else weight + self.strength * (changed - weight)


def _low_rank(parts: Parts, strength: float) -> _Product | None:
    if "up" in parts:
        multiply = _bottleneck if "mid" in parts else _outer
        return _Product(parts, multiply, parts["down"].shape[0], strength)
    if "hada_w1_a" in parts:
        return _Product(parts, _hadamard, parts["hada_w1_b"].shape[0], strength)
    if "lokr_w1" in parts or "lokr_w1_a" in parts:
        return _Product(parts, _kronecker, _kronecker_rank(parts), strength)
    return None


def _outer(parts: Parts) -> torch.Tensor:
    return parts["up"].flatten(1) @ parts["down"].flatten(1)


def _bottleneck(parts: Parts) -> torch.Tensor:
    """A 1x1, a larger and a 1x1 convolution in one (LoCon's `mid`)."""
    return torch.einsum(
        "or,rshw,si->oihw", parts["up"].flatten(1), parts["mid"], parts["down"].flatten(1)
    )


def _hadamard(parts: Parts) -> torch.Tensor:
    """LoHa (arXiv 2108.06098)."""
    return _hadamard_factor(parts, "1") * _hadamard_factor(parts, "2")


def _hadamard_factor(parts: Parts, number: str) -> torch.Tensor:
    """A product of two matrices, or of Tucker's core with one along either side (arXiv 2309.14859).

    With a core the first matrix lies on its side, and the result is a kernel.
    """
    rows, columns = parts[f"hada_w{number}_a"], parts[f"hada_w{number}_b"]
    core = parts.get(f"hada_t{number}")
    if core is None:
        return rows @ columns
    return torch.einsum("rshw,ro,si->oihw", core, rows, columns)


def _kronecker(parts: Parts) -> torch.Tensor:
    """LoKr (arXiv 2309.14859)."""
    first, second = _factor(parts, "lokr_w1"), _factor(parts, "lokr_w2")
    first = first.reshape(*first.shape, *[1] * (second.ndim - first.ndim))
    return torch.kron(first, second)


def _factor(parts: Parts, name: str) -> torch.Tensor:
    return parts[name] if name in parts else parts[f"{name}_a"] @ parts[f"{name}_b"]


def _kronecker_rank(parts: Parts) -> int | None:
    """Of the factor that is a product, the second where both are; whole factors have none."""
    inner = parts.get("lokr_w2_b", parts.get("lokr_w1_b"))
    return None if inner is None else inner.shape[0]


def _refuse_unknown(module: str, parts: Parts) -> None:
    found: Sequence[str] = [kind for part, kind in _UNKNOWN.items() if part in parts]
    if found:
        raise InputError(
            f"The LoRA is of a kind that does not run here: {found[0]}, for one at {module}.",
            hint="LoRA, LoCon, LoHa, LoKr and DoRA do.",
        )


def _check_size(
    name: str,
    change: Change,
    shapes: Mapping[str, tuple[int, ...]],
    weights: Mapping[str, torch.Tensor],
) -> None:
    try:
        # Without values: torch works out the shapes alone.
        with torch.device("meta"):
            changed = change(torch.empty(shapes[name]))
    except (RuntimeError, KeyError, IndexError) as error:
        made_for = say_which_model(weights)
        raise InputError(
            f"The LoRA does not fit the model's weight {name}"
            + (f": it was made for {made_for}." if made_for else "."),
            hint="Choose a LoRA that was made for this family of models.",
        ) from error
    if tuple(changed.shape) != shapes[name]:
        raise InputError(f"The LoRA would change the shape of the model's weight {name}.")


def is_for_text_alone(weights: Mapping[str, torch.Tensor]) -> bool:
    """Whether all changes of a file are of text encoders."""
    modules = group_by_module(weights)
    return bool(modules) and all(
        module.startswith(("lora_te", "text_encoder")) for module in modules
    )
