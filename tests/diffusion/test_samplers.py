"""Every sampler gives ComfyUI's numbers, and what its mathematics promises."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from tests.diffusion.golden_numbers import golden, relative_error
from tests.diffusion.mixture import MixtureDenoiser

from capdemo.diffusion.levels import levels_of
from capdemo.diffusion.predictions import prediction_of
from capdemo.diffusion.run import Run
from capdemo.diffusion.samplers import SAMPLER_NAMES, sampled
from capdemo.diffusion.schedules import run_sigmas
from capdemo.errors import CancelledError, InputError
from capdemo.node_api import DiscreteLevels, FlowLevels, NoiseLevels, Sampler


@dataclass(frozen=True)
class Case:
    """A run of the table in `golden/README.md`."""

    levels: NoiseLevels
    steps: int
    scheduler: str
    cfg: float
    shape: tuple[int, ...]
    seed: int
    denoise: float


CASES = {
    "a": Case(DiscreteLevels(), 6, "karras", 3.0, (1, 4, 3, 4), 7, 1.0),
    "b": Case(FlowLevels(3.0), 6, "simple", 2.0, (1, 4, 3, 4), 11, 1.0),
    "c": Case(DiscreteLevels(), 3, "normal", 1.0, (2, 4, 2, 3), 5, 0.6),
    "d": Case(FlowLevels(3.0), 5, "sgm_uniform", 1.0, (1, 3, 2, 2, 3), 3, 0.5),
}
OUR_OWN = {"euler_pp"}
"""Reached by the option of a node alone."""
BROWNIAN = {name for name in SAMPLER_NAMES if "sde" in name and name != "er_sde"}


def run_case(case: Case, name: str, *, item: int | None = None) -> tuple[torch.Tensor, Run]:
    """A sampler's result; of one item of the batch alone where `item` says which."""
    levels, prediction = levels_of(case.levels), prediction_of(case.levels)
    sigmas = run_sigmas(
        levels, scheduler=case.scheduler, sampler=name, steps=case.steps, denoise=case.denoise
    )
    noise = torch.randn(case.shape, generator=torch.Generator().manual_seed(case.seed))
    latent = torch.sin(torch.arange(noise.numel(), dtype=torch.float32)).reshape(case.shape)
    if item is not None:
        noise, latent = noise[item : item + 1], latent[item : item + 1]
    is_highest = math.isclose(float(sigmas[0]), float(levels.sigmas[-1]), rel_tol=1e-5)
    start = prediction.noised(latent, noise, sigmas[0], is_highest=is_highest)
    seen: list[torch.Tensor] = []
    denoiser = MixtureDenoiser(case.cfg, levels.is_flow)
    run = Run(
        denoiser, sigmas, levels, prediction, case.seed, lambda _step, shown: seen.append(shown)
    )
    return prediction.finished(sampled(Sampler(name), run, start), sigmas[-1]), run


@pytest.mark.parametrize("letter", CASES)
@pytest.mark.parametrize("name", [name for name in SAMPLER_NAMES if name not in OUR_OWN])
def test_numbers_of_comfyui(name: str, letter: str) -> None:
    result, _ = run_case(CASES[letter], name)
    assert relative_error(result, golden("samplers")[f"{letter}/{name}"]) < 1e-5


@pytest.mark.parametrize("name", [name for name in SAMPLER_NAMES if name not in OUR_OWN])
def test_the_last_step_reports_the_picture_that_comfyui_shows(name: str) -> None:
    case = CASES["a"]
    shown: list[tuple[int, torch.Tensor]] = []
    _, run = run_case(case, name)
    reported = Run(
        run.denoise,
        run.sigmas,
        run.levels,
        run.prediction,
        run.seed,
        lambda step, picture: shown.append((step, picture)),
    )
    noise = torch.randn(case.shape, generator=torch.Generator().manual_seed(case.seed))
    latent = torch.sin(torch.arange(noise.numel(), dtype=torch.float32)).reshape(case.shape)
    start = run.prediction.noised(latent, noise, run.sigmas[0], is_highest=True)
    sampled(Sampler(name), reported, start)
    steps = [step for step, _ in shown]
    assert steps == list(range(len(steps)))
    assert relative_error(shown[-1][1], golden("samplers")[f"a/{name}/last"]) < 1e-5


@pytest.mark.parametrize("name", SAMPLER_NAMES)
def test_the_same_seed_gives_the_same_bits(name: str) -> None:
    assert torch.equal(run_case(CASES["b"], name)[0], run_case(CASES["b"], name)[0])


def test_without_guidance_the_negative_side_is_asked_by_cfg_pp_alone() -> None:
    for name in SAMPLER_NAMES:
        _, run = run_case(CASES["c"], name)
        assert isinstance(run.denoise, MixtureDenoiser)
        assert ("unwanted" in run.denoise.asked) == (name.endswith("_pp")), name


DETERMINISTIC = ("euler", "heun", "dpm_2", "lms", "dpmpp_2m", "deis", "ipndm_v", "uni_pc", "ddim")


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_a_batch_gives_what_its_items_give(name: str) -> None:
    case = Case(DiscreteLevels(), 5, "karras", 2.0, (4, 4, 3, 2), 8, 1.0)
    together, _ = run_case(case, name)
    for item in range(4):
        alone, _ = run_case(case, name, item=item)
        assert torch.allclose(together[item], alone[0], rtol=1e-5, atol=1e-5)


class OneGaussian:
    """D(x, sigma) of pictures N(0, 1); along their probability flow x grows like sqrt(1 + s^2)."""

    def __call__(self, latent: torch.Tensor, sigma: torch.Tensor, /) -> torch.Tensor:
        return latent / (1 + sigma**2)

    def both(
        self, latent: torch.Tensor, sigma: torch.Tensor, /
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return self(latent, sigma), self(latent, sigma)


ORDERS = {
    "euler": 1,
    "ddim": 1,
    "heun": 2,
    "dpm_2": 2,
    "dpmpp_2m": 2,
    "dpmpp_2s_ancestral": 2,
    "res_multistep": 2,
    "lms": 2,
    "uni_pc": 2,
    "uni_pc_bh2": 2,
    "dpm_fast": 2,
    "seeds_2": 2,
    "seeds_3": 3,
    "er_sde": 2,
    "dpmpp_3m_sde": 3,
}
"""Multistep methods begin with steps of lower order, and end with them: that bounds theirs."""
WITHOUT_NOISE: dict[str, dict[str, float | str | bool]] = {
    "dpmpp_2s_ancestral": {"eta": 0.0},
    "seeds_2": {"eta": 0.0},
    "seeds_3": {"eta": 0.0},
    "er_sde": {"solver_type": "ODE"},
    "dpmpp_3m_sde": {"eta": 0.0},
}


def error_of(name: str, steps: int) -> float:
    """After a run from sigma 8 to 0.5 in float64, in even steps of the logarithm."""
    sigmas = torch.linspace(math.log(8), math.log(0.5), steps + 1, dtype=torch.float64).exp()
    spec = DiscreteLevels()
    run = Run(
        OneGaussian(), sigmas, levels_of(spec), prediction_of(spec), 0, lambda _step, _shown: None
    )
    start = torch.tensor([[[[1.7]]]], dtype=torch.float64)
    end = sampled(Sampler(name, WITHOUT_NOISE.get(name, {})), run, start)
    exact = start * math.sqrt((1 + 0.5**2) / (1 + 8.0**2))
    return abs(float(end - exact))


@pytest.mark.parametrize("name", ORDERS)
def test_the_error_falls_with_the_order(name: str) -> None:
    """Halving the steps of a method of order p divides its error by 2^p."""
    coarse, fine = error_of(name, 48), error_of(name, 96)
    assert math.log2(coarse / fine) > ORDERS[name] - 0.35
    assert fine < 0.002


def test_sa_solver_stopped_above_0_loses_its_last_step_as_in_comfyui() -> None:
    sigmas = torch.linspace(math.log(8), math.log(0.5), 97, dtype=torch.float64).exp()
    spec = DiscreteLevels()
    run = Run(
        OneGaussian(), sigmas, levels_of(spec), prediction_of(spec), 0, lambda _step, _shown: None
    )
    start = torch.tensor([[[[1.7]]]], dtype=torch.float64)
    options: dict[str, float | str | bool] = {"eta": 0.0}
    end = sampled(Sampler("sa_solver", options), run, start)
    exact = start * ((1 + sigmas[-2] ** 2) / (1 + 8.0**2)) ** 0.5
    assert abs(float(end - exact)) < 1e-5


def test_progress_may_stop_a_run() -> None:
    def stop(step: int, _shown: torch.Tensor) -> None:
        if step == 2:
            raise CancelledError("Stopped.")

    spec = DiscreteLevels()
    sigmas = run_sigmas(levels_of(spec), scheduler="karras", sampler="euler", steps=5, denoise=1.0)
    denoiser = MixtureDenoiser(1.0, is_flow=False)
    run = Run(denoiser, sigmas, levels_of(spec), prediction_of(spec), 0, stop)
    with pytest.raises(CancelledError):
        sampled(Sampler("euler"), run, torch.zeros(1, 1, 1, 1))
    assert len(denoiser.asked) == 3


@pytest.mark.parametrize(
    ("wanted", "nearest"), [("exp_heun_2_x0", "heunpp2"), ("dpmpp_2m_sdee", "dpmpp_2m_sde")]
)
def test_an_unknown_sampler_is_refused_with_the_nearest_known(wanted: str, nearest: str) -> None:
    spec = DiscreteLevels()
    run = Run(
        OneGaussian(),
        torch.ones(2),
        levels_of(spec),
        prediction_of(spec),
        0,
        lambda _step, _shown: None,
    )
    with pytest.raises(InputError, match=f"{wanted}.*{nearest}"):
        sampled(Sampler(wanted), run, torch.zeros(1))
