"""Control nets in a run: when each is due, its hint in the right size, what a chain adds up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

import torch

from capdemo.node_api import ControlResiduals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.diffusion.levels import Levels
    from capdemo.node_api import Control, ControlNet, NetworkInputs


@dataclass(frozen=True, slots=True, eq=False)
class ReadyControl:
    """A control with the noise levels between which it acts, and those before it."""

    control: Control
    first_sigma: float
    last_sigma: float
    previous: ReadyControl | None
    hints: dict[tuple[int, ...], torch.Tensor] = field(default_factory=dict)
    """By the sides of the latent that they were made for."""

    def nets(self) -> Iterator[ControlNet]:
        """All nets of the chain."""
        yield self.control.net
        if self.previous is not None:
            yield from self.previous.nets()


def made_ready(control: Control, levels: Levels) -> ReadyControl:
    """The chain for a run with these levels."""
    return ReadyControl(
        control,
        levels.percent_to_sigma(control.start_percent),
        levels.percent_to_sigma(control.end_percent),
        None if control.previous is None else made_ready(control.previous, levels),
    )


@dataclass(frozen=True, slots=True, eq=False)
class ControlledCall:
    """What the steered network is about to be given."""

    latent: torch.Tensor
    """Scaled for its level; several prompts' latents behind each other."""
    timestep: torch.Tensor
    sigma: torch.Tensor
    inputs: NetworkInputs
    prompts: int
    """How many share the batch."""


def residuals(ready: ReadyControl, call: ControlledCall) -> ControlResiduals | None:
    """What the chain adds to the network; None where nothing of it is due."""
    before = None if ready.previous is None else residuals(ready.previous, call)
    if not ready.last_sigma <= float(call.sigma) <= ready.first_sigma:
        return before
    net, control = ready.control.net, ready.control
    hint = _spread(_hint(ready, call), len(call.latent), call.prompts)
    added = _weighed(net(hint, call.latent, call.timestep, call.inputs, control), control)
    return added if before is None else _sum(before, added)


def _hint(ready: ReadyControl, call: ControlledCall) -> torch.Tensor:
    sides = tuple(call.latent.shape[2:])
    if sides not in ready.hints:
        ready.hints[sides] = ready.control.net.hint(ready.control, tuple(call.latent.shape))
    return ready.hints[sides]


def _spread(hint: torch.Tensor, batch: int, prompts: int) -> torch.Tensor:
    """One hint for each latent of the batch, the same for every prompt; a single one serves all."""
    if hint.shape[0] == 1:
        return hint
    each = batch // prompts
    order = torch.arange(each, device=hint.device) % min(hint.shape[0], each)
    return hint[order].repeat(prompts, *[1] * (hint.ndim - 1))


def _weighed(added: ControlResiduals, control: Control) -> ControlResiduals:
    rises = control.net.strength_rises

    def weigh(tensors: tuple[torch.Tensor | None, ...]) -> tuple[torch.Tensor | None, ...]:
        count = len(tensors)
        return tuple(
            None if tensor is None else tensor * control.strength ** (count - place if rises else 1)
            for place, tensor in enumerate(tensors)
        )

    return ControlResiduals(weigh(added.input), weigh(added.middle), weigh(added.output))


def _sum(before: ControlResiduals, added: ControlResiduals) -> ControlResiduals:
    return ControlResiduals(
        _sum_of(before.input, added.input),
        _sum_of(before.middle, added.middle),
        _sum_of(before.output, added.output),
    )


def _sum_of(
    before: tuple[torch.Tensor | None, ...], added: tuple[torch.Tensor | None, ...]
) -> tuple[torch.Tensor | None, ...]:
    return tuple(
        second if first is None else first if second is None else first + second
        for first, second in zip_longest(before, added)
    )
