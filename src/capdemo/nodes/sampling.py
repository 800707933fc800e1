"""Nodes that draw: a sampler goes from noise to a latent that fits the prompts."""

from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.node_api import (
    Conditioning,
    DiffusionModel,
    Guider,
    Latent,
    Name,
    NodeFamily,
    Noise,
    Range,
    RunContext,
    Sampler,
    Seed,
    Sigmas,
)
from capdemo.nodes.limits import LARGEST_SEED
from capdemo.nodes.sampling_choices import SamplerName, SchedulerName

FAMILY = NodeFamily()

NoiseSeed: TypeAlias = Annotated[int, Range(0, LARGEST_SEED), Seed()]
Steps: TypeAlias = Annotated[int, Range(1, 10000)]
Step: TypeAlias = Annotated[int, Range(0, 10000)]
Guidance: TypeAlias = Annotated[float, Range(0.0, 100.0, 0.1)]
Switch: TypeAlias = Literal["enable", "disable"]


@FAMILY.node("KSampler", category="sampling")
def run_sampler(
    *,
    model: DiffusionModel,
    seed: NoiseSeed = 0,
    steps: Steps = 20,
    cfg: Guidance = 8.0,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: Annotated[float, Range(0.0, 1.0, 0.01)] = 1.0,
    context: RunContext,
) -> Latent:
    """Draw a picture: turn noise into a latent that fits the prompts, in a number of steps.

    With a denoise below 1 the latent is kept that much: noise is added up to a level from which as
    many steps lead back. The noise follows the seed alone, and is the same on every machine.
    """
    settings = diffusion.sampling.Settings(seed, steps, cfg, sampler_name, scheduler, denoise)
    return diffusion.sampling.sample(
        model, (positive, negative), latent_image, settings, context.progress
    )


@FAMILY.node("KSamplerAdvanced", category="sampling")
def run_sampler_between_steps(
    *,
    model: DiffusionModel,
    add_noise: Switch,
    noise_seed: NoiseSeed = 0,
    steps: Steps = 20,
    cfg: Guidance = 8.0,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: Step = 0,
    end_at_step: Step = 10000,
    return_with_leftover_noise: Literal["disable", "enable"],
    context: RunContext,
) -> Latent:
    """Draw a picture from a step to a step, so that several samplers can share the work.

    A start behind the last step gives the latent back as it is.
    """
    settings = diffusion.sampling.Settings(
        noise_seed,
        steps,
        cfg,
        sampler_name,
        scheduler,
        start=start_at_step,
        end=end_at_step,
        adds_noise=add_noise == "enable",
        keeps_leftover_noise=return_with_leftover_noise == "enable",
    )
    return diffusion.sampling.sample(
        model, (positive, negative), latent_image, settings, context.progress
    )


@FAMILY.node("SamplerCustom", category="sampling/custom_sampling")
def run_custom_sampler(
    *,
    model: DiffusionModel,
    add_noise: bool = True,
    noise_seed: NoiseSeed = 0,
    cfg: Guidance = 8.0,
    positive: Conditioning,
    negative: Conditioning,
    sampler: Sampler,
    sigmas: Sigmas,
    latent_image: Latent,
    context: RunContext,
) -> tuple[Annotated[Latent, Name("output")], Annotated[Latent, Name("denoised_output")]]:
    """Draw a picture with a sampler and noise levels that are given as inputs.

    The second output is the picture that the model saw at the last step.
    """
    guider = Guider(model, positive, negative, cfg)
    noise = Noise(noise_seed, is_silent=not add_noise)
    return diffusion.sampling.sample_custom(
        guider, sampler, sigmas, noise, latent_image, context.progress
    )


@FAMILY.node("SamplerCustomAdvanced", category="sampling/custom_sampling")
def run_guided_sampler(
    *,
    noise: Noise,
    guider: Guider,
    sampler: Sampler,
    sigmas: Sigmas,
    latent_image: Latent,
    context: RunContext,
) -> tuple[Annotated[Latent, Name("output")], Annotated[Latent, Name("denoised_output")]]:
    """Draw a picture with noise, guider, sampler and noise levels given as inputs.

    The second output is the picture that the model saw at the last step.
    """
    return diffusion.sampling.sample_custom(
        guider, sampler, sigmas, noise, latent_image, context.progress
    )
