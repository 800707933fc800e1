"""A network and a control net without weights: fixed functions of what they are given."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import torch
from torch.nn.functional import interpolate

from capdemo.node_api import ControlResiduals, LatentFormat, NetworkInputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.node_api import Canvas, Condition, Control


def answer(
    latent: torch.Tensor,
    timestep: torch.Tensor,
    context: torch.Tensor,
    control: ControlResiduals | None,
) -> torch.Tensor:
    """A mix of neighbours, text, time and control; channels of an inpainting model count, too."""
    channels = latent.shape[1]
    first = latent[:, :4]
    if channels == 16:
        base = torch.tanh(latent + 0.3 * torch.roll(latent, 1, -1))
    else:
        base = torch.tanh(first + 0.3 * torch.roll(first, 1, -1) + 0.2 * torch.roll(first, -1, -2))
    if 4 < channels < 16:
        base = base + 0.1 * latent[:, 4:].mean(1, keepdim=True)
    text = context.mean(1)[:, :1] * context.std(1)[:, 1:2] + context[..., 2].mean(1, keepdim=True)
    extra = (text + torch.sin(timestep.view(-1, 1) / 100.0)).view(-1, *[1] * (latent.ndim - 1))
    result = 0.7 * base + 0.5 * extra
    for residuals in (control.input, control.middle, control.output) if control else ():
        for place, residual in enumerate(residuals):
            if residual is not None:
                result = result + (0.1 + 0.2 * place) * residual
    return result


def control_answer(
    hint: torch.Tensor, latent: torch.Tensor, timestep: torch.Tensor, scale: float
) -> ControlResiduals:
    """A hint's brightness, a little of the latent, and the time."""
    time = torch.cos(timestep.view(-1, 1, 1, 1) / 300.0) * 0.1
    base = hint.mean(1, keepdim=True) * scale + 0.05 * latent[:, :1] + time
    return ControlResiduals((base, None), (base * 0.5,), (base + 0.1, base * 2.0, base - 0.2))


@dataclass(eq=False)
class ToyNetwork:
    """A `DiffusionNetwork`; remembers the batches that it was called with."""

    channels: int = 4
    is_inpainting: bool = False
    batches: list[int] = field(default_factory=list)
    readied: list[str] = field(default_factory=list)

    @property
    def latent_format(self) -> LatentFormat:
        return LatentFormat(channels=self.channels, scale=0.18215)

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def inputs(self, condition: Condition, canvas: Canvas) -> NetworkInputs:
        concat = self._concat(condition, canvas) if self.is_inpainting else None
        return NetworkInputs(context=condition.embedding, concat=concat)

    def _concat(self, condition: Condition, canvas: Canvas) -> torch.Tensor:
        """A mask and the masked latent, as ComfyUI's inpainting models take them."""
        mask = canvas.noise_mask if condition.concat_mask is None else condition.concat_mask
        if condition.concat_latent is None:
            latent = canvas.latent
        else:
            latent = condition.concat_latent * self.latent_format.scale
        sides = canvas.shape[2:]
        if mask is None:
            latent = torch.full(canvas.shape, 0.1)
            mask = torch.ones(canvas.shape[0], 1, *sides)
        else:
            mask = mask[:, :1]
            if mask.shape[2:] != sides:
                mask = interpolate(mask, size=sides, mode="bilinear")
            mask = mask.round().expand(canvas.shape[0], -1, -1, -1)
        return torch.cat([mask, latent.expand(canvas.shape)], 1)

    def __call__(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
    ) -> torch.Tensor:
        self.batches.append(len(latent))
        assert inputs.context is not None
        assert timestep.shape == (len(latent),)
        if inputs.concat is not None:
            latent = torch.cat([latent, inputs.concat], 1)
        return answer(latent, timestep, inputs.context, inputs.control)

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        raise NotImplementedError

    @contextmanager
    def ready(self) -> Iterator[None]:
        self.readied.append("in")
        yield
        self.readied.append("out")


@dataclass(eq=False)
class ToyControlNet:
    """A `ControlNet`."""

    scale: float
    strength_rises: bool = False

    def hint(self, control: Control, shape: tuple[int, ...]) -> torch.Tensor:
        """The picture cut to the latent's aspect, in its size."""
        picture = control.image.movedim(-1, 1)
        high, wide = picture.shape[-2:]
        old, new = wide / high, shape[-1] / shape[-2]
        x = round((wide - wide * (new / old)) / 2) if old > new else 0
        y = round((high - high * (old / new)) / 2) if old < new else 0
        cut = picture[..., y : high - y, x : wide - x]
        return interpolate(cut, size=shape[-2:], mode="nearest-exact")

    def __call__(
        self,
        hint: torch.Tensor,
        latent: torch.Tensor,
        timestep: torch.Tensor,
        inputs: NetworkInputs,
        control: Control,
        /,
    ) -> ControlResiduals:
        return control_answer(hint, latent, timestep, self.scale)

    @contextmanager
    def ready(self) -> Iterator[None]:
        yield
