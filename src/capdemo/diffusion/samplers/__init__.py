"""The sampling algorithms, by ComfyUI's names; one idea a module, its paper with each function."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Protocol

from capdemo.diffusion.samplers import (
    adams,
    dpm_2,
    dpm_solver,
    dpmpp_multi,
    dpmpp_single,
    er_sde,
    euler,
    gradient_estimation,
    heun,
    renoising,
    res_multistep,
    sa_solver,
    seeds,
    uni_pc,
)
from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from capdemo.diffusion.run import Run
    from capdemo.node_api import Sampler


class SamplerFunction(Protocol):
    """An algorithm; its keyword-only parameters are the options of the node that names it."""

    def __call__(self, run: Run, latent: torch.Tensor, /) -> torch.Tensor:
        """Go through the run's levels, from a noisy latent to its end."""
        ...


_PLAIN: Mapping[str, SamplerFunction] = {
    "euler": euler.euler,
    "euler_cfg_pp": euler.euler_cfg_pp,
    "euler_pp": euler.euler_pp,
    "euler_ancestral": euler.euler_ancestral,
    "euler_ancestral_cfg_pp": euler.euler_ancestral_cfg_pp,
    "heun": heun.heun,
    "heunpp2": heun.heunpp2,
    "dpm_2": dpm_2.dpm_2,
    "dpm_2_ancestral": dpm_2.dpm_2_ancestral,
    "lms": adams.lms,
    "dpm_fast": dpm_solver.dpm_fast,
    "dpm_adaptive": dpm_solver.dpm_adaptive,
    "dpmpp_2s_ancestral": dpmpp_single.dpmpp_2s_ancestral,
    "dpmpp_2s_ancestral_cfg_pp": dpmpp_single.dpmpp_2s_ancestral_cfg_pp,
    "dpmpp_sde": dpmpp_single.dpmpp_sde,
    "dpmpp_2m": dpmpp_multi.dpmpp_2m,
    "dpmpp_2m_cfg_pp": dpmpp_multi.dpmpp_2m_cfg_pp,
    "dpmpp_2m_sde": dpmpp_multi.dpmpp_2m_sde,
    "dpmpp_3m_sde": dpmpp_multi.dpmpp_3m_sde,
    "ddpm": renoising.ddpm,
    "lcm": renoising.lcm,
    "ipndm": adams.ipndm,
    "ipndm_v": adams.ipndm_v,
    "deis": adams.deis,
    "res_multistep": res_multistep.res_multistep,
    "res_multistep_cfg_pp": res_multistep.res_multistep_cfg_pp,
    "res_multistep_ancestral": res_multistep.res_multistep_ancestral,
    "res_multistep_ancestral_cfg_pp": res_multistep.res_multistep_ancestral_cfg_pp,
    "gradient_estimation": gradient_estimation.gradient_estimation,
    "gradient_estimation_cfg_pp": gradient_estimation.gradient_estimation_cfg_pp,
    "er_sde": er_sde.er_sde,
    "seeds_2": seeds.seeds_2,
    "seeds_3": seeds.seeds_3,
    "sa_solver": sa_solver.sa_solver,
    "sa_solver_pece": sa_solver.sa_solver_pece,
    "ddim": euler.euler,
    "uni_pc": uni_pc.uni_pc,
    "uni_pc_bh2": uni_pc.uni_pc_bh2,
}
_GPU: Mapping[str, float | str | bool] = {"noise_device": "gpu"}
_HEUN: Mapping[str, float | str | bool] = {"solver_type": "heun"}
_PRESET: Mapping[str, tuple[str, Mapping[str, float | str | bool]]] = {
    "dpmpp_sde_gpu": ("dpmpp_sde", _GPU),
    "dpmpp_2m_sde_gpu": ("dpmpp_2m_sde", _GPU),
    "dpmpp_2m_sde_heun": ("dpmpp_2m_sde", _HEUN),
    "dpmpp_2m_sde_heun_gpu": ("dpmpp_2m_sde", {**_HEUN, **_GPU}),
    "dpmpp_3m_sde_gpu": ("dpmpp_3m_sde", _GPU),
}
"""Names that stand for another one with options: `gpu` draws the Brownian path on the GPU."""

SAMPLER_NAMES = (*_PLAIN, *_PRESET)


def refuse_unknown(name: str) -> None:
    """Raise `InputError` for a sampler that is not here, naming the nearest that is."""
    if name in SAMPLER_NAMES:
        return
    near = difflib.get_close_matches(name, SAMPLER_NAMES, n=1, cutoff=0.0)
    raise InputError(f"No sampler is called '{name}' here. The nearest there is: '{near[0]}'.")


def sampled(sampler: Sampler, run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Let a sampler go through a run."""
    refuse_unknown(sampler.name)
    name, preset = _PRESET.get(sampler.name, (sampler.name, {}))
    function = _PLAIN[name]
    return function(run, latent, **{**preset, **sampler.options})
