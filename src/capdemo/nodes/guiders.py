"""Nodes that give the noise a run starts from, and the guider that it asks."""

from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.node_api import (
    Conditioning,
    DiffusionModel,
    Guider,
    Latent,
    NodeFamily,
    Noise,
    Range,
    Seed,
    Sigmas,
)
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily()

Guidance: TypeAlias = Annotated[float, Range(0.0, 100.0, 0.1)]


@FAMILY.node("RandomNoise", category="sampling/custom_sampling/noise")
def give_noise(*, noise_seed: Annotated[int, Range(0, LARGEST_SEED), Seed()] = 0) -> Noise:
    """Give the noise that a seed stands for."""
    return Noise(noise_seed)


@FAMILY.node("DisableNoise", category="sampling/custom_sampling/noise")
def give_silence() -> Noise:
    """Give no noise, to go on with a latent that is not finished."""
    return Noise(0, is_silent=True)


@FAMILY.node("AddNoise", category="_for_testing/custom_sampling/noise")
def add_noise(
    *, model: DiffusionModel, noise: Noise, sigmas: Sigmas, latent_image: Latent
) -> Latent:
    """Add the noise between the first noise level and the last to a latent."""
    return diffusion.added_noise.with_noise(model, noise, sigmas, latent_image)


@FAMILY.node("BasicGuider", category="sampling/custom_sampling/guiders")
def ask_with_one_prompt(*, model: DiffusionModel, conditioning: Conditioning) -> Guider:
    """Ask a model with one prompt only."""
    return Guider(model, conditioning)


@FAMILY.node("CFGGuider", category="sampling/custom_sampling/guiders")
def ask_with_two_prompts(
    *,
    model: DiffusionModel,
    positive: Conditioning,
    negative: Conditioning,
    cfg: Guidance = 8.0,
) -> Guider:
    """Ask a model with a positive and a negative prompt and move away from the latter."""
    return Guider(model, positive, negative, cfg)


@FAMILY.node("DualCFGGuider", category="sampling/custom_sampling/guiders")
def ask_with_three_prompts(
    *,
    model: DiffusionModel,
    cond1: Conditioning,
    cond2: Conditioning,
    negative: Conditioning,
    cfg_conds: Guidance = 8.0,
    cfg_cond2_negative: Guidance = 8.0,
    style: Literal["regular", "nested"],
) -> Guider:
    """Ask a model with two positive prompts and a negative one.

    The second prompt moves away from the negative one, and the first from the second. Nested, the
    first and second are guided before the negative one is asked.
    """
    return Guider(
        model, cond1, negative, cfg_conds, cond2, cfg_cond2_negative, is_nested=style == "nested"
    )
