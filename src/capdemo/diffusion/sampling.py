"""A whole run: from a latent, noise and a guider to the latent that they give."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from capdemo.diffusion.guidance import GuidedDenoiser
from capdemo.diffusion.inpaint import MaskedDenoiser, fitted_mask
from capdemo.diffusion.latent_format import fitted_samples, from_network, to_network
from capdemo.diffusion.levels import levels_of
from capdemo.diffusion.noise import generator_of, starting_noise
from capdemo.diffusion.predictions import prediction_of
from capdemo.diffusion.run import Run
from capdemo.diffusion.samplers import refuse_unknown, sampled
from capdemo.diffusion.schedules import run_sigmas
from capdemo.errors import InputError, RunError
from capdemo.node_api import Canvas, Guider, Latent, Noise, Sampler, Sigmas

if TYPE_CHECKING:
    from collections.abc import Callable

    from capdemo.diffusion.run import Denoise
    from capdemo.node_api import Conditioning, DiffusionModel

_SAME = 1e-5
"""Relative difference up to which a sigma is the model's highest."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The widgets of KSampler and KSamplerAdvanced."""

    seed: int
    steps: int
    cfg: float
    sampler: str
    scheduler: str
    denoise: float = 1.0
    start: int | None = None
    """The first step that is done, of those that `steps` counts."""
    end: int | None = None
    """The first step that is not done."""
    adds_noise: bool = True
    keeps_leftover_noise: bool = True
    """Whether a run that ends early keeps its noise, and does not jump to the picture."""


def sample(
    model: DiffusionModel,
    prompts: tuple[Conditioning, Conditioning],
    latent: Latent,
    settings: Settings,
    progress: Callable[[int, int], None],
) -> Latent:
    """What KSampler does with a positive and a negative prompt.

    Raises `InputError` for names that are not known, and what `progress` raises.
    """
    refuse_unknown(settings.sampler)
    sigmas = run_sigmas(
        levels_of(model.levels),
        scheduler=settings.scheduler,
        sampler=settings.sampler,
        steps=settings.steps,
        denoise=settings.denoise,
    )
    positive, negative = prompts
    guider = Guider(model, positive, negative, settings.cfg)
    noise = Noise(settings.seed, is_silent=not settings.adds_noise)
    sampler = Sampler(settings.sampler)
    result, _ = sample_custom(guider, sampler, _cut(sigmas, settings), noise, latent, progress)
    return result


def _cut(sigmas: Sigmas, settings: Settings) -> Sigmas:
    """The levels of the steps that are done; none where the run would begin at its end."""
    if settings.end is not None and settings.end < len(sigmas) - 1:
        sigmas = Sigmas(sigmas[: settings.end + 1].clone())
        if not settings.keeps_leftover_noise:
            sigmas[-1] = 0
    if settings.start is None:
        return sigmas
    return Sigmas(sigmas[settings.start :] if settings.start < len(sigmas) - 1 else sigmas[:0])


def sample_custom(
    guider: Guider,
    sampler: Sampler,
    sigmas: Sigmas,
    noise: Noise,
    latent: Latent,
    progress: Callable[[int, int], None],
) -> tuple[Latent, Latent]:
    """What SamplerCustomAdvanced does: the result, and the picture seen at the last step.

    `progress` is called with (steps done, steps) and may raise to stop the run. Raises `InputError`
    for noise levels that are none, and `RunError` where the result is no picture.
    """
    network = guider.model.network
    latent = replace(latent, samples=fitted_samples(latent.samples, network.latent_format))
    if len(sigmas) == 0:
        return latent, latent
    refuse_unknown(sampler.name)
    _refuse_no_levels(sigmas)
    with torch.no_grad():
        work = _Work.begun(guider, latent, noise)
        samples, seen = work.done(sampler, sigmas, progress)
    last = samples if seen is None else seen
    results = (from_network(result, network.latent_format).cpu() for result in (samples, last))
    result, shown = (replace(latent, samples=samples) for samples in results)
    return result, shown


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """A run's tensors, on the network's device."""

    guider: Guider
    noise: torch.Tensor
    latent: torch.Tensor
    """Scaled for the network."""
    mask: torch.Tensor | None
    seed: int

    @classmethod
    def begun(cls, guider: Guider, latent: Latent, noise: Noise) -> _Work:
        network = guider.model.network
        samples = to_network(latent.samples, network.latent_format).to(network.device)
        mask = latent.noise_mask
        if mask is not None:
            mask = fitted_mask(mask, tuple(samples.shape)).to(network.device)
        drawn = starting_noise(noise, latent).to(network.device)
        return cls(guider, drawn, samples, mask, noise.seed)

    def done(
        self, sampler: Sampler, sigmas: Sigmas, progress: Callable[[int, int], None]
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The latent at the end, and the picture that the last step saw, if there was one."""
        spec = self.guider.model.levels
        levels, prediction = levels_of(spec), prediction_of(spec)
        steps = len(sigmas) - 1
        seen: list[torch.Tensor] = []

        def report(step: int, denoised: torch.Tensor) -> None:
            seen[:] = [denoised]
            progress(min(step + 1, steps), steps)

        highest = float(levels.sigmas[-1])
        is_highest = math.isclose(highest, sigmas[0], rel_tol=_SAME) or float(sigmas[0]) > highest
        canvas = Canvas(tuple(self.latent.shape), self.latent, self.mask)
        guided = GuidedDenoiser(self.guider, canvas)
        run = Run(
            self._masked(guided, sampler, sigmas), sigmas, levels, prediction, self.seed, report
        )
        start = prediction.noised(self.latent, self.noise, sigmas[0], is_highest=is_highest)
        with guided.ready():
            end = _sampled(sampler, run, start)
        return prediction.finished(end, sigmas[-1]), seen[0] if seen else None

    def _masked(self, guided: GuidedDenoiser, sampler: Sampler, sigmas: Sigmas) -> Denoise:
        if self.mask is None:
            return guided
        model = self.guider.model
        return MaskedDenoiser(
            guided,
            prediction_of(model.levels),
            self.mask,
            self.latent,
            self._kept_noise(sampler),
            sigmas,
            model.noise_mask,
            model.levels,
        )

    def _kept_noise(self, sampler: Sampler) -> torch.Tensor:
        """The noise outside the mask: the run's own, but for ComfyUI's `ddim`, which draws anew."""
        if sampler.name != "ddim":
            return self.noise
        drawn = torch.randn(self.noise.shape, generator=generator_of(self.seed + 1))
        return drawn.to(self.noise.device)


def _refuse_no_levels(sigmas: Sigmas) -> None:
    wrong = [f"{float(sigma):g}" for sigma in sigmas if not 0 <= sigma < math.inf]
    if wrong:
        raise InputError(
            f"Noise levels are numbers of 0 or more, and one is {wrong[0]}.",
            hint="Look at the node that gives the sigmas.",
        )


def _sampled(sampler: Sampler, run: Run, start: torch.Tensor) -> torch.Tensor:
    """A sampler's result, which is refused where it holds anything but numbers."""
    try:
        end = sampled(sampler, run, start)
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]  # documented, unlisted
        raise _no_picture(sampler, run) from error
    if not bool(torch.isfinite(end).all()):
        raise _no_picture(sampler, run)
    return end


def _no_picture(sampler: Sampler, run: Run) -> RunError:
    sigmas = run.sigmas
    if bool((sigmas[1:] >= sigmas[:-1]).any()) or bool((sigmas[:-1] == 0).any()):
        hint = "The noise does not fall at every step, which not every sampler bears; try euler."
    else:
        hint = "If another sampler fails as well, the model's weights are damaged."
    return RunError(
        f"The sampler {sampler.name} ended in values that are no numbers (NaN).", hint=hint
    )
