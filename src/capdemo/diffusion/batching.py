"""Several prompts' inputs in one call of the network, where their shapes agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from capdemo.node_api import NetworkInputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.diffusion.parts import Box

_MOST_REPEATS = 4
"""How often a prompt may be repeated to the length of another; ComfyUI's limit."""


def batched_inputs(inputs: NetworkInputs, batch: int, box: Box | None) -> NetworkInputs:
    """One prompt's inputs for every latent of a batch; those that lie on it are cut to a box."""
    return NetworkInputs(
        context=_spread(inputs.context, batch),
        may_repeat_context=inputs.may_repeat_context,
        vector=_spread(inputs.vector, batch),
        attention_mask=_spread(inputs.attention_mask, batch),
        reference_latents=tuple(repeated_to(latent, batch) for latent in inputs.reference_latents),
        reference_method=inputs.reference_method,
        guidance=_spread(inputs.guidance, batch),
        concat=_spread(_cut(inputs.concat, box), batch),
    )


def repeated_to(tensor: torch.Tensor, count: int) -> torch.Tensor:
    """As many items along the first axis, begun again from the first where there are fewer."""
    if tensor.shape[0] == count:
        return tensor
    times = math.ceil(count / tensor.shape[0])
    return tensor.repeat(times, *[1] * (tensor.ndim - 1))[:count]


def _spread(tensor: torch.Tensor | None, batch: int) -> torch.Tensor | None:
    return None if tensor is None else repeated_to(tensor, batch)


def _cut(tensor: torch.Tensor | None, box: Box | None) -> torch.Tensor | None:
    if tensor is None or box is None:
        return tensor
    for axis, (size, start) in enumerate(zip(*box, strict=True)):
        tensor = tensor.narrow(axis + 2, start, size)
    return tensor


def may_share(first: NetworkInputs, second: NetworkInputs) -> bool:
    """Whether two prompts can be asked in one call."""
    return (
        _contexts_agree(first, second)
        and _shapes(first) == _shapes(second)
        and first.reference_method == second.reference_method
    )


def _contexts_agree(first: NetworkInputs, second: NetworkInputs) -> bool:
    one, two = first.context, second.context
    if one is None or two is None:
        return one is two
    if one.shape == two.shape:
        return True
    if not first.may_repeat_context or one.shape[::2] != two.shape[::2]:
        return False
    return math.lcm(one.shape[1], two.shape[1]) // min(one.shape[1], two.shape[1]) <= _MOST_REPEATS


def _shapes(inputs: NetworkInputs) -> tuple[object, ...]:
    single = (inputs.vector, inputs.attention_mask, inputs.guidance, inputs.concat)
    alone = tuple(None if tensor is None else tensor.shape for tensor in single)
    return (*alone, *(latent.shape for latent in inputs.reference_latents))


def joined(several: Sequence[NetworkInputs]) -> NetworkInputs:
    """The inputs of prompts that may share a call, behind each other."""
    first = several[0]
    return NetworkInputs(
        context=_joined_contexts([inputs.context for inputs in several]),
        may_repeat_context=first.may_repeat_context,
        vector=_joined([inputs.vector for inputs in several]),
        attention_mask=_joined([inputs.attention_mask for inputs in several]),
        reference_latents=tuple(
            torch.cat(latents)
            for latents in zip(*(inputs.reference_latents for inputs in several), strict=True)
        ),
        reference_method=first.reference_method,
        guidance=_joined([inputs.guidance for inputs in several]),
        concat=_joined([inputs.concat for inputs in several]),
    )


def _joined(tensors: Sequence[torch.Tensor | None]) -> torch.Tensor | None:
    given = [tensor for tensor in tensors if tensor is not None]
    return torch.cat(given) if given else None


def _joined_contexts(contexts: Sequence[torch.Tensor | None]) -> torch.Tensor | None:
    given = [context for context in contexts if context is not None]
    if not given:
        return None
    length = math.lcm(*(context.shape[1] for context in given))
    # Repeating all tokens changes nothing in cross attention.
    return torch.cat([context.repeat(1, length // context.shape[1], 1) for context in given])
