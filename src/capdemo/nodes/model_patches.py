"""Nodes that change a model's noise levels, or what is done to its predictions."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.errors import InputError
from capdemo.node_api import (
    ContinuousLevels,
    DiffusionModel,
    DiscreteLevels,
    ExponentialFlowLevels,
    FlowLevels,
    Name,
    NodeFamily,
    Prediction,
    Range,
)
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

_MODEL = "advanced/model"
_SD3_MULTIPLIER = 1000.0
_AURA_MULTIPLIER = 1.0
_FEWEST_TOKENS = 256
_MOST_TOKENS = 4096
"""Of the pictures between which Flux's shift grows evenly; a token is 16x16 pixels."""
_TOKEN_PIXELS = 16 * 16
_EDM_DATA = 0.5

Shift: TypeAlias = Annotated[float, Range(0.0, 100.0, 0.01)]
Sigma: TypeAlias = Annotated[float, Range(0.0, 1000.0, 0.001)]
Side: TypeAlias = Annotated[int, Range(16, LARGEST_SIDE, 8)]
Patched: TypeAlias = Annotated[DiffusionModel, Name("patched_model")]
DiscreteKind: TypeAlias = Literal["eps", "v_prediction", "lcm", "x0", "img_to_img"]


@FAMILY.node("ModelSamplingDiscrete", category=_MODEL)
def set_discrete_levels(
    *, model: DiffusionModel, sampling: DiscreteKind, zsnr: bool = False
) -> DiffusionModel:
    """Set what a model of discrete steps predicts.

    With `zsnr` the highest noise level hides the picture completely.
    """
    kind: Prediction = "epsilon" if sampling == "eps" else sampling
    own = model.levels if isinstance(model.levels, DiscreteLevels) else DiscreteLevels()
    return replace(model, levels=replace(own, prediction=kind, has_zero_terminal_snr=zsnr))


@FAMILY.node("ModelSamplingContinuousEDM", category=_MODEL)
def set_continuous_levels(
    *,
    model: DiffusionModel,
    sampling: Literal["v_prediction", "edm", "edm_playground_v2.5", "eps", "cosmos_rflow"],
    sigma_max: Sigma = 120.0,
    sigma_min: Sigma = 0.002,
) -> DiffusionModel:
    """Set what a model of continuous steps predicts, and its noise levels."""
    if sampling in {"edm_playground_v2.5", "cosmos_rflow"}:
        raise InputError(f"The sampling '{sampling}' is not known here; choose another one.")
    if sampling == "edm":
        levels = ContinuousLevels("edm", sigma_min, sigma_max, _EDM_DATA)
    elif sampling == "eps":
        levels = ContinuousLevels("epsilon", sigma_min, sigma_max)
    else:
        levels = ContinuousLevels("v_prediction", sigma_min, sigma_max)
    return replace(model, levels=levels)


@FAMILY.node("ModelSamplingContinuousV", category=_MODEL)
def set_velocity_levels(
    *,
    model: DiffusionModel,
    sampling: Literal["v_prediction"],
    sigma_max: Sigma = 500.0,
    sigma_min: Sigma = 0.03,
) -> DiffusionModel:
    """Set the noise levels of a model that predicts velocities."""
    levels = ContinuousLevels(sampling, sigma_min, sigma_max, timestep="atan")
    return replace(model, levels=levels)


@FAMILY.node("ModelSamplingSD3", category=_MODEL)
def shift_sd3(*, model: DiffusionModel, shift: Shift = 3.0) -> DiffusionModel:
    """Shift the noise levels of a flow model, as Stable Diffusion 3 and Wan need it."""
    return replace(model, levels=FlowLevels(shift, _SD3_MULTIPLIER))


@FAMILY.node("ModelSamplingAuraFlow", category=_MODEL)
def shift_aura_flow(
    *,
    model: DiffusionModel,
    shift: Shift = 1.73,
    sampling: Literal["flow", "img_to_img_velocity"] | None = None,
) -> DiffusionModel:
    """Shift the noise levels of a flow model, as AuraFlow and Qwen-Image need it."""
    if sampling == "img_to_img_velocity":
        raise InputError(f"The sampling '{sampling}' is not known here; choose 'flow'.")
    return replace(model, levels=FlowLevels(shift, _AURA_MULTIPLIER))


@FAMILY.node("ModelSamplingFlux", category=_MODEL)
def shift_flux(
    *,
    model: DiffusionModel,
    max_shift: Shift = 1.15,
    base_shift: Shift = 0.5,
    width: Side = 1024,
    height: Side = 1024,
) -> DiffusionModel:
    """Shift the noise levels of Flux by the size of the picture."""
    slope = (max_shift - base_shift) / (_MOST_TOKENS - _FEWEST_TOKENS)
    start = base_shift - slope * _FEWEST_TOKENS
    shift = width * height / _TOKEN_PIXELS * slope + start
    return replace(model, levels=ExponentialFlowLevels(shift))


@FAMILY.node("RescaleCFG", category=_MODEL)
def rescale_guidance(
    *, model: DiffusionModel, multiplier: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.7
) -> DiffusionModel:
    """Scale guided predictions back towards the contrast of the prompted one."""
    function = partial(diffusion.after_guidance.rescaled, multiplier=multiplier)
    return replace(model, guidance=function)


@FAMILY.node("CFGNorm", category="advanced/guidance")
def bound_guidance(
    *,
    model: DiffusionModel,
    strength: Annotated[float, Range(0.0, 100.0, 0.01)] = 1.0,
    pre_cfg: bool | None = False,
) -> Patched:
    """Bound the length of guided predictions by that of the prompted one."""
    if pre_cfg:
        raise InputError("CFGNorm's pre_cfg is not known here; switch it off.")
    function = partial(diffusion.after_guidance.normed, strength=strength)
    return replace(model, after_guidance=(*model.after_guidance, function))


@FAMILY.node("CFGZeroStar", category="advanced/guidance")
def scale_negative(*, model: DiffusionModel) -> Patched:
    """Scale the negative prediction to fit the positive one (CFG-Zero*)."""
    function = diffusion.after_guidance.zero_star
    return replace(model, after_guidance=(*model.after_guidance, function))


@FAMILY.node("DifferentialDiffusion", category="_for_testing")
def let_mask_decide(
    *, model: DiffusionModel, strength: Annotated[float, Range(0.0, 1.0, 0.01)] | None = 1.0
) -> DiffusionModel:
    """Let a grey mask decide from which step on a place may change."""
    amount = 1.0 if strength is None else strength
    function = partial(diffusion.inpaint.differential_mask, strength=amount)
    return replace(model, noise_mask=function)
