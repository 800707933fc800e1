"""Nodes that give the noise levels a sampler goes through, and cut them."""

import math
from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.node_api import DiffusionModel, Name, NodeFamily, Range, Sigmas
from capdemo.nodes.sampling_choices import SchedulerName

FAMILY = NodeFamily()

_SCHEDULERS = "sampling/custom_sampling/schedulers"
_SIGMAS = "sampling/custom_sampling/sigmas"

Steps: TypeAlias = Annotated[int, Range(1, 10000)]
Share: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.01)]
Sigma: TypeAlias = Annotated[float, Range(0.0, 5000.0, 0.01)]
Rho: TypeAlias = Annotated[float, Range(0.0, 100.0, 0.01)]
Shape: TypeAlias = Annotated[float, Range(0.0, 50.0, 0.01)]
High: TypeAlias = Annotated[Sigmas, Name("high_sigmas")]
Low: TypeAlias = Annotated[Sigmas, Name("low_sigmas")]


@FAMILY.node("BasicScheduler", category=_SCHEDULERS)
def schedule_by_name(
    *, model: DiffusionModel, scheduler: SchedulerName, steps: Steps = 20, denoise: Share = 1.0
) -> Sigmas:
    """Give the noise levels of a named schedule for a model."""
    return diffusion.sigmas.scheduled(model.levels, scheduler, steps=steps, denoise=denoise)


@FAMILY.node("KarrasScheduler", category=_SCHEDULERS)
def schedule_by_karras(
    *,
    steps: Steps = 20,
    sigma_max: Sigma = 14.614642,
    sigma_min: Sigma = 0.0291675,
    rho: Rho = 7.0,
) -> Sigmas:
    """Give noise levels spaced as by Karras and others."""
    return Sigmas(diffusion.spacings.karras(steps, lowest=sigma_min, highest=sigma_max, rho=rho))


@FAMILY.node("ExponentialScheduler", category=_SCHEDULERS)
def schedule_by_logarithm(
    *, steps: Steps = 20, sigma_max: Sigma = 14.614642, sigma_min: Sigma = 0.0291675
) -> Sigmas:
    """Give noise levels spaced evenly in their logarithm."""
    return Sigmas(diffusion.spacings.exponential(steps, lowest=sigma_min, highest=sigma_max))


@FAMILY.node("PolyexponentialScheduler", category=_SCHEDULERS)
def schedule_by_power(
    *,
    steps: Steps = 20,
    sigma_max: Sigma = 14.614642,
    sigma_min: Sigma = 0.0291675,
    rho: Rho = 1.0,
) -> Sigmas:
    """Give noise levels spaced by a power of an exponential."""
    return Sigmas(
        diffusion.spacings.polyexponential(steps, lowest=sigma_min, highest=sigma_max, rho=rho)
    )


@FAMILY.node("LaplaceScheduler", category=_SCHEDULERS)
def schedule_by_laplace(
    *,
    steps: Steps = 20,
    sigma_max: Sigma = 14.614642,
    sigma_min: Sigma = 0.0291675,
    mu: Annotated[float, Range(-10.0, 10.0, 0.1)] = 0.0,
    beta: Annotated[float, Range(0.0, 10.0, 0.1)] = 0.5,
) -> Sigmas:
    """Give noise levels spaced by a Laplace distribution."""
    return Sigmas(
        diffusion.spacings.laplace(steps, lowest=sigma_min, highest=sigma_max, mu=mu, beta=beta)
    )


@FAMILY.node("VPScheduler", category=_SCHEDULERS)
def schedule_by_variance(
    *,
    steps: Steps = 20,
    beta_d: Sigma = 19.9,
    beta_min: Sigma = 0.1,
    eps_s: Annotated[float, Range(0.0, 1.0, 0.0001)] = 0.001,
) -> Sigmas:
    """Give the noise levels of a variance-preserving process."""
    return Sigmas(
        diffusion.spacings.variance_preserving(steps, beta_d=beta_d, beta_min=beta_min, end=eps_s)
    )


@FAMILY.node("BetaSamplingScheduler", category=_SCHEDULERS)
def schedule_by_beta(
    *, model: DiffusionModel, steps: Steps = 20, alpha: Shape = 0.6, beta: Shape = 0.6
) -> Sigmas:
    """Give noise levels spaced by a beta distribution."""
    return diffusion.sigmas.by_beta(model.levels, steps, a=alpha, b=beta)


@FAMILY.node("SDTurboScheduler", category=_SCHEDULERS)
def schedule_for_turbo(
    *,
    model: DiffusionModel,
    steps: Annotated[int, Range(1, 10)] = 1,
    denoise: Share = 1.0,
) -> Sigmas:
    """Give the few noise levels that SD Turbo was trained for."""
    return diffusion.sigmas.turbo(model.levels, steps, denoise=denoise)


@FAMILY.node("AlignYourStepsScheduler", category=_SCHEDULERS)
def schedule_by_alignment(
    *, model_type: Literal["SD1", "SDXL", "SVD"], steps: Steps = 10, denoise: Share = 1.0
) -> Sigmas:
    """Give the noise levels that were found best for few steps, by kind of model.

    A denoise below 1 does fewer steps, unlike that of KSampler.
    """
    return diffusion.found_sigmas.align_your_steps(model_type, steps, denoise=denoise)


@FAMILY.node("SplitSigmas", category=_SIGMAS)
def split_sigmas(*, sigmas: Sigmas, step: Annotated[int, Range(0, 10000)] = 0) -> tuple[High, Low]:
    """Cut noise levels in two at a step."""
    return diffusion.sigmas.split_at(sigmas, step)


@FAMILY.node("SplitSigmasDenoise", category=_SIGMAS)
def split_sigmas_by_share(*, sigmas: Sigmas, denoise: Share = 1.0) -> tuple[High, Low]:
    """Cut noise levels in two so that the second part is a share of them."""
    return diffusion.sigmas.split_by_share(sigmas, denoise)


@FAMILY.node("FlipSigmas", category=_SIGMAS)
def flip_sigmas(*, sigmas: Sigmas) -> Sigmas:
    """Turn noise levels around, to go from picture to noise."""
    return diffusion.sigmas.flipped(sigmas)


@FAMILY.node("SetFirstSigma", category=_SIGMAS)
def set_first_sigma(
    *, sigmas: Sigmas, sigma: Annotated[float, Range(0.0, 20000.0, 0.001)] = 136.0
) -> Sigmas:
    """Replace the first of the noise levels."""
    return diffusion.sigmas.with_first(sigmas, sigma)


@FAMILY.node("ExtendIntermediateSigmas", category=_SIGMAS)
def extend_sigmas(
    *,
    sigmas: Sigmas,
    steps: Annotated[int, Range(1, 100)] = 2,
    start_at_sigma: Annotated[float, Range(-1.0, 20000.0, 0.01)] = -1.0,
    end_at_sigma: Annotated[float, Range(0.0, 20000.0, 0.01)] = 12.0,
    spacing: Literal["linear", "cosine", "sine"],
) -> Sigmas:
    """Insert more steps between the noise levels.

    A start below 0 stands for the highest level.
    """
    highest = start_at_sigma if start_at_sigma >= 0 else math.inf
    return diffusion.sigmas.filled_up(
        sigmas, steps, highest=highest, lowest=end_at_sigma, bend=spacing
    )


@FAMILY.node("SamplingPercentToSigma", category=_SIGMAS)
def give_sigma_at(
    *,
    model: DiffusionModel,
    sampling_percent: Annotated[float, Range(0.0, 1.0, 0.0001)] = 0.0,
    return_actual_sigma: bool = False,
) -> Annotated[float, Name("sigma_value")]:
    """Give the noise level at a share of the way.

    At its ends that is a number beyond all levels, unless the actual level is asked for.
    """
    return diffusion.sigmas.at_percent(model.levels, sampling_percent, is_real=return_actual_sigma)
