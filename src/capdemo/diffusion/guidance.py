"""From a model and its prompts to D(x, sigma), by classifier-free guidance (arXiv:2207.12598)."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch

from capdemo.diffusion.batching import batched_inputs, joined, may_share
from capdemo.diffusion.control import ControlledCall, ReadyControl, residuals
from capdemo.diffusion.levels import levels_of
from capdemo.diffusion.parts import Box, Part, box_in, narrowed, ready_parts, weight_of
from capdemo.diffusion.predictions import prediction_of
from capdemo.node_api import GuidedStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.node_api import Canvas, DiffusionModel, Guider, NetworkInputs

_TINY = 1e-37
"""ComfyUI's weight where no prompt counts, so that nothing is divided by 0."""


class _Chunk(NamedTuple):
    """One prompt's share of a call."""

    group: int
    latent: torch.Tensor
    inputs: NetworkInputs
    weight: torch.Tensor
    box: Box | None
    control: ReadyControl | None


class GuidedDenoiser:
    """Asks a guider's model with its prompts."""

    def __init__(self, guider: Guider, canvas: Canvas) -> None:
        self._guider = guider
        self._model = guider.model
        self._levels = levels_of(guider.model.levels)
        self._prediction = prediction_of(guider.model.levels)
        prompts = [guider.positive]
        prompts += [guider.middle] if guider.middle is not None else []
        prompts += [guider.negative] if guider.negative is not None else []
        groups = ready_parts(guider.model.network, self._levels, canvas, prompts)
        self._positive = groups[0]
        self._middle = groups[1] if guider.middle is not None else None
        self._negative = groups[-1] if guider.negative is not None else None

    def ready(self) -> ExitStack:
        """Keep the network and all control nets where they compute."""
        stack = ExitStack()
        stack.enter_context(self._model.network.ready())
        groups = (self._positive, self._middle or [], self._negative or [])
        controls = (part.control for group in groups for part in group)
        nets = {id(net): net for control in controls if control for net in control.nets()}
        for net in nets.values():
            stack.enter_context(net.ready())
        return stack

    def __call__(self, latent: torch.Tensor, sigma: torch.Tensor, /) -> torch.Tensor:
        """The picture after guidance."""
        return self._guided(latent, sigma, must_ask_all=self._model.always_guides)[0]

    def both(
        self, latent: torch.Tensor, sigma: torch.Tensor, /
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The picture after guidance, and the one of the negative prompt."""
        return self._guided(latent, sigma, must_ask_all=True)

    def _guided(
        self, latent: torch.Tensor, sigma: torch.Tensor, *, must_ask_all: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        guider = self._guider
        if self._middle is not None:
            return self._doubly_guided(latent, sigma, must_ask_all=must_ask_all)
        skips = math.isclose(guider.cfg, 1.0) and not must_ask_all
        groups = [self._positive, None if skips else self._negative]
        positive, negative = self._asked(groups, latent, sigma)
        step = _Step(self._model, latent, sigma, guider.cfg)
        return step.combined(positive, negative), negative

    def _doubly_guided(
        self, latent: torch.Tensor, sigma: torch.Tensor, *, must_ask_all: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Two prompts and a negative one (`DualCFGGuider`)."""
        guider = self._guider
        groups = [self._positive, self._middle, self._negative]
        if guider.is_nested:
            positive, middle, negative = self._asked(groups, latent, sigma)
            guided = _Step(self._model, latent, sigma, guider.cfg).combined(positive, middle)
            return negative + guider.middle_cfg * (guided - negative), middle
        if math.isclose(guider.middle_cfg, 1.0) and not must_ask_all:
            groups[2] = None
            groups[1] = None if math.isclose(guider.cfg, 1.0) else self._middle
        positive, middle, negative = self._asked(groups, latent, sigma)
        guided = _Step(self._model, latent, sigma, guider.middle_cfg).combined(middle, negative)
        return guided + (positive - middle) * guider.cfg, negative

    def _asked(
        self, groups: Sequence[list[Part] | None], latent: torch.Tensor, sigma: torch.Tensor
    ) -> list[torch.Tensor]:
        """Each group's picture: the weighed mean of its parts; zeros for a group that is None."""
        sums = [torch.zeros_like(latent) for _ in groups]
        weights = [torch.full_like(latent, _TINY) for _ in groups]
        for chunks in _calls(_chunks(groups, latent, sigma)):
            for chunk, picture in zip(chunks, self._called(chunks, sigma), strict=True):
                narrowed(sums[chunk.group], chunk.box).add_(picture * chunk.weight)
                narrowed(weights[chunk.group], chunk.box).add_(chunk.weight)
        return [total / weight for total, weight in zip(sums, weights, strict=True)]

    def _called(self, chunks: Sequence[_Chunk], sigma: torch.Tensor) -> Sequence[torch.Tensor]:
        """The pictures of prompts that share a call; halved where memory is short."""
        try:
            return self._called_at_once(chunks, sigma)
        except torch.OutOfMemoryError:
            if len(chunks) == 1:
                raise
        half = len(chunks) // 2
        return [*self._called(chunks[:half], sigma), *self._called(chunks[half:], sigma)]

    def _called_at_once(
        self, chunks: Sequence[_Chunk], sigma: torch.Tensor
    ) -> Sequence[torch.Tensor]:
        latent = torch.cat([chunk.latent for chunk in chunks])
        inputs = joined([chunk.inputs for chunk in chunks])
        scaled = self._prediction.scaled(latent, sigma)
        timestep = self._levels.timestep(sigma).float().to(latent.device).expand(len(latent))
        control = chunks[0].control
        if control is not None:
            call = ControlledCall(scaled, timestep, sigma, inputs, len(chunks))
            inputs = replace(inputs, control=residuals(control, call))
        answer = self._model.network(scaled, timestep, inputs)
        return self._prediction.denoised(answer, latent, sigma).chunk(len(chunks))


class _Step(NamedTuple):
    """How a model combines what was predicted at a level."""

    model: DiffusionModel
    latent: torch.Tensor
    sigma: torch.Tensor
    cfg: float

    def combined(self, positive: torch.Tensor, negative: torch.Tensor) -> torch.Tensor:
        """The picture that guidance makes of two."""
        sigma = self.sigma.to(self.latent.device).expand(len(self.latent))
        denoised = negative + (positive - negative) * self.cfg
        step = GuidedStep(denoised, positive, negative, self.latent, sigma, self.cfg)
        own = (self.model.guidance,) if self.model.guidance is not None else ()
        for function in (*own, *self.model.after_guidance):
            step = replace(step, denoised=function(step))
        return step.denoised


def _chunks(
    groups: Sequence[list[Part] | None], latent: torch.Tensor, sigma: torch.Tensor
) -> list[_Chunk]:
    """The parts that are due, each with its share of the latent."""
    chunks = []
    for group, parts in enumerate(groups):
        for part in parts or ():
            if part.is_due(sigma):
                box = None if part.box is None else box_in(part.box, latent.shape[2:])
                inputs = batched_inputs(part.inputs, len(latent), box)
                weight = weight_of(part, box, latent)
                chunks.append(
                    _Chunk(group, narrowed(latent, box), inputs, weight, box, part.control)
                )
    return chunks


def _calls(chunks: list[_Chunk]) -> list[list[_Chunk]]:
    """The chunks, together where one call of the network can answer them."""
    calls: list[list[_Chunk]] = []
    for chunk in chunks:
        for call in calls:
            first = call[0]
            if (
                first.latent.shape == chunk.latent.shape
                and first.control is chunk.control
                and may_share(first.inputs, chunk.inputs)
            ):
                call.append(chunk)
                break
        else:
            calls.append([chunk])
    return calls
