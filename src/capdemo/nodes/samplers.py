"""Nodes that give a sampler as a value, with its options."""

from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.node_api import DiffusionModel, NodeFamily, Range, Sampler
from capdemo.nodes.sampling_choices import SamplerName

FAMILY = NodeFamily()

_CATEGORY = "sampling/custom_sampling/samplers"

Strength: TypeAlias = Annotated[float, Range(0.0, 100.0, 0.01)]
NoiseDevice: TypeAlias = Literal["gpu", "cpu"]


@FAMILY.node("KSamplerSelect", category=_CATEGORY)
def select_sampler(*, sampler_name: SamplerName) -> Sampler:
    """Give the sampler that a name stands for."""
    diffusion.samplers.refuse_unknown(sampler_name)
    return Sampler(sampler_name)


@FAMILY.node("SamplerEulerAncestral", category=_CATEGORY)
def give_euler_ancestral(*, eta: Strength = 1.0, s_noise: Strength = 1.0) -> Sampler:
    """Give the ancestral Euler sampler, which adds new noise at every step."""
    return Sampler("euler_ancestral", {"eta": eta, "s_noise": s_noise})


@FAMILY.node("SamplerEulerAncestralCFGPP", category=_CATEGORY)
def give_euler_ancestral_cfg_pp(
    *,
    eta: Annotated[float, Range(0.0, 1.0, 0.01)] = 1.0,
    s_noise: Annotated[float, Range(0.0, 10.0, 0.01)] = 1.0,
) -> Sampler:
    """Give the ancestral Euler sampler in its CFG++ form."""
    return Sampler("euler_ancestral_cfg_pp", {"eta": eta, "s_noise": s_noise})


@FAMILY.node("SamplerEulerCFGpp", category="_for_testing")
def give_euler_cfg_pp(*, version: Literal["regular", "alternative"]) -> Sampler:
    """Give the Euler sampler in its CFG++ form."""
    return Sampler("euler_cfg_pp" if version == "regular" else "euler_pp")


@FAMILY.node("SamplerLMS", category=_CATEGORY)
def give_lms(*, order: Annotated[int, Range(1, 100)] = 4) -> Sampler:
    """Give the linear multistep sampler of a given order."""
    return Sampler("lms", {"order": order})


@FAMILY.node("SamplerDPMPP_3M_SDE", category=_CATEGORY)
def give_dpmpp_3m_sde(
    *, eta: Strength = 1.0, s_noise: Strength = 1.0, noise_device: NoiseDevice
) -> Sampler:
    """Give the DPM++ 3M SDE sampler with its options."""
    options = {"eta": eta, "s_noise": s_noise, "noise_device": noise_device}
    return Sampler("dpmpp_3m_sde", options)


@FAMILY.node("SamplerDPMPP_2M_SDE", category=_CATEGORY)
def give_dpmpp_2m_sde(
    *,
    solver_type: Literal["midpoint", "heun"],
    eta: Strength = 1.0,
    s_noise: Strength = 1.0,
    noise_device: NoiseDevice,
) -> Sampler:
    """Give the DPM++ 2M SDE sampler with its options."""
    options = {"eta": eta, "s_noise": s_noise, "noise_device": noise_device}
    return Sampler("dpmpp_2m_sde", {**options, "solver_type": solver_type})


@FAMILY.node("SamplerDPMPP_SDE", category=_CATEGORY)
def give_dpmpp_sde(
    *,
    eta: Strength = 1.0,
    s_noise: Strength = 1.0,
    r: Strength = 0.5,
    noise_device: NoiseDevice,
) -> Sampler:
    """Give the DPM++ SDE sampler with its options."""
    options = {"eta": eta, "s_noise": s_noise, "noise_device": noise_device}
    return Sampler("dpmpp_sde", {**options, "r": r})


@FAMILY.node("SamplerDPMPP_2S_Ancestral", category=_CATEGORY)
def give_dpmpp_2s_ancestral(*, eta: Strength = 1.0, s_noise: Strength = 1.0) -> Sampler:
    """Give the ancestral DPM++ 2S sampler with its options."""
    return Sampler("dpmpp_2s_ancestral", {"eta": eta, "s_noise": s_noise})


@FAMILY.node("SamplerDPMAdaptative", category=_CATEGORY)
def give_dpm_adaptive(
    *,
    order: Annotated[int, Range(2, 3)] = 3,
    rtol: Strength = 0.05,
    atol: Strength = 0.0078,
    h_init: Strength = 0.05,
    pcoeff: Strength = 0.0,
    icoeff: Strength = 1.0,
    dcoeff: Strength = 0.0,
    accept_safety: Strength = 0.81,
    eta: Strength = 0.0,
    s_noise: Strength = 1.0,
) -> Sampler:
    """Give the DPM solver that chooses its steps itself."""
    options: dict[str, float | str | bool] = {
        "order": order,
        "rtol": rtol,
        "atol": atol,
        "h_init": h_init,
        "pcoeff": pcoeff,
        "icoeff": icoeff,
        "dcoeff": dcoeff,
        "accept_safety": accept_safety,
        "eta": eta,
        "s_noise": s_noise,
    }
    return Sampler("dpm_adaptive", options)


@FAMILY.node("SamplerER_SDE", category=_CATEGORY)
def give_er_sde(
    *,
    solver_type: Literal["ER-SDE", "Reverse-time SDE", "ODE"],
    max_stage: Annotated[int, Range(1, 3)] = 3,
    eta: Strength = 1.0,
    s_noise: Strength = 1.0,
) -> Sampler:
    """Give the extended reverse-time SDE sampler."""
    options = {"eta": eta, "s_noise": s_noise, "max_stage": max_stage}
    return Sampler("er_sde", {**options, "solver_type": solver_type})


@FAMILY.node("SamplerSASolver", category=_CATEGORY)
def give_sa_solver(
    *,
    model: DiffusionModel,
    eta: Annotated[float, Range(0.0, 10.0, 0.01)] = 1.0,
    sde_start_percent: Annotated[float, Range(0.0, 1.0, 0.001)] = 0.2,
    sde_end_percent: Annotated[float, Range(0.0, 1.0, 0.001)] = 0.8,
    s_noise: Strength = 1.0,
    predictor_order: Annotated[int, Range(1, 6)] = 3,
    corrector_order: Annotated[int, Range(0, 6)] = 4,
    use_pece: bool = False,
    simple_order_2: bool = False,
) -> Sampler:
    """Give the stochastic Adams solver with its options."""
    levels = diffusion.levels.levels_of(model.levels)
    options: dict[str, float | str | bool] = {
        "eta": eta,
        "start_sigma": levels.percent_to_sigma(sde_start_percent),
        "end_sigma": levels.percent_to_sigma(sde_end_percent),
        "s_noise": s_noise,
        "predictor_order": predictor_order,
        "corrector_order": corrector_order,
        "use_pece": use_pece,
        "simple_order_2": simple_order_2,
    }
    return Sampler("sa_solver", options)
