"""Noise levels, schedules and starting noise give ComfyUI's numbers, and keep their promises."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.diffusion.golden_numbers import golden, relative_error

from capdemo.diffusion import schedules, spacings
from capdemo.diffusion.levels import levels_of
from capdemo.diffusion.noise import starting_noise
from capdemo.diffusion.predictions import prediction_of
from capdemo.diffusion.schedules import SCHEDULERS, run_sigmas, scheduled_sigmas
from capdemo.errors import InputError
from capdemo.node_api import (
    ContinuousLevels,
    DiscreteLevels,
    ExponentialFlowLevels,
    FlowLevels,
    Latent,
    Noise,
    NoiseLevels,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS: dict[str, NoiseLevels] = {
    "epsilon": DiscreteLevels(),
    "zsnr": DiscreteLevels("v_prediction", has_zero_terminal_snr=True),
    "lcm": DiscreteLevels("lcm"),
    "sd3": FlowLevels(3.0),
    "aura": FlowLevels(3.1, 1.0),
    "unshifted": FlowLevels(),
    "flux": ExponentialFlowLevels(),
    "edm": ContinuousLevels(),
    "v": ContinuousLevels("v_prediction", 0.03, 500.0, timestep="atan"),
}
FLOWS = {"sd3", "aura", "unshifted", "flux"}
PERCENTS = (0, 0.001, 0.1, 0.333, 0.5, 0.8, 0.999, 1)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("model", MODELS)
def test_schedules(model: str, scheduler: str) -> None:
    levels = levels_of(MODELS[model])
    numbers = torch.from_numpy(golden("sigmas")[f"{model}/{scheduler}"])
    lengths = golden("sigmas")[f"{model}/{scheduler}/lengths"].tolist()
    wanted = torch.split(numbers, lengths)
    runs = product((1, 2, 3, 4, 7, 20, 37), (1.0, 0.75, 0.4), ("euler", "dpm_2"))
    for (steps, denoise, sampler), expected in zip(runs, wanted, strict=True):
        if expected.isnan().any():  # of ComfyUI's kl_optimal for a single step
            with pytest.raises(InputError, match="needs two steps"):
                run_sigmas(
                    levels, scheduler=scheduler, sampler=sampler, steps=steps, denoise=denoise
                )
            continue
        sigmas = run_sigmas(
            levels, scheduler=scheduler, sampler=sampler, steps=steps, denoise=denoise
        )
        assert torch.allclose(sigmas, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_sigmas_timesteps_and_predictions(model: str) -> None:
    spec = MODELS[model]
    levels, prediction = levels_of(spec), prediction_of(spec)
    numbers = {key: golden("sigmas")[f"{model}/{key}"] for key in ("percent", "timestep")}
    for percent, wanted in zip(PERCENTS, numbers["percent"], strict=True):
        assert levels.percent_to_sigma(percent) == pytest.approx(wanted, rel=1e-6)
    flat = [0.03, 0.2, 0.5, 0.77, 0.9] if model in FLOWS else [0.03, 0.2, 1.0, 3.3, 14.0]
    assert levels.is_flow == (model in FLOWS)
    sigmas = torch.tensor(flat)
    assert relative_error(levels.timestep(sigmas).float(), numbers["timestep"]) < 1e-6
    latent = torch.sin(torch.arange(40).float()).reshape(5, 2, 2, 2)
    answer = torch.cos(torch.arange(40).float()).reshape(5, 2, 2, 2)
    each = sigmas.view(5, 1, 1, 1)
    got = {
        "denoised": prediction.denoised(answer, latent, each),
        "scaled": prediction.scaled(latent, each),
        "noised": prediction.noised(latent, answer, sigmas[2]),
        "noised_highest": prediction.noised(latent, answer, sigmas[3], is_highest=True),
        "finished": prediction.finished(latent, sigmas[2]),
    }
    for key, tensor in got.items():
        assert relative_error(tensor, golden("sigmas")[f"{model}/{key}"]) < 2e-6, key


@pytest.mark.parametrize("model", ["epsilon", "zsnr", "lcm", "unshifted", "edm"])
def test_a_timestep_stands_for_its_sigma(model: str) -> None:
    """But for shifted flows, whose networks are told sigma, and the schedules the time before."""
    levels = levels_of(MODELS[model])
    some = levels.sigmas[[0, 17, 30, -1]]
    assert torch.allclose(levels.sigma(levels.timestep(some)), some, rtol=1e-5)


def test_spacings() -> None:
    wanted = golden("sigmas")
    ends = {"lowest": 0.02, "highest": 15.0}
    got = {
        "karras": spacings.karras(9, **ends, rho=5.0),
        "exponential": spacings.exponential(9, **ends),
        "polyexponential": spacings.polyexponential(9, **ends, rho=1.7),
        "laplace": spacings.laplace(9, **ends, mu=0.3, beta=0.6),
        "vp": spacings.variance_preserving(9, beta_d=18.0, beta_min=0.2, end=0.002),
    }
    for key, sigmas in got.items():
        assert relative_error(sigmas, wanted[f"node/{key}"]) < 1e-6, key


@pytest.mark.parametrize(
    ("spacing", "settings", "said"),
    [
        (spacings.karras, {"rho": 0.0}, "no root of the order 0"),
        (spacings.exponential, {"lowest": 0.0}, "0 has no logarithm"),
        (spacings.polyexponential, {"highest": 0.0}, "0 has no logarithm"),
        (spacings.kl_optimal, {}, "two steps or more"),
    ],
)
def test_spacings_that_are_none_are_refused(
    spacing: Callable[..., torch.Tensor], settings: dict[str, float], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        spacing(1, **{"lowest": 0.02, "highest": 15.0, **settings})


@pytest.mark.parametrize("shape", [(0.0, 0.6), (0.6, 0.0)])
def test_a_beta_distribution_has_a_shape(shape: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="has a shape above 0"):
        schedules.beta(levels_of(DiscreteLevels()), 4, a=shape[0], b=shape[1])


@given(
    model=st.sampled_from(sorted(MODELS)),
    scheduler=st.sampled_from(SCHEDULERS),
    steps=st.integers(2, 60),
    denoise=st.floats(0.05, 1.0),
)
def test_schedules_fall_to_the_end_of_noise(
    model: str, scheduler: str, steps: int, denoise: float
) -> None:
    levels = levels_of(MODELS[model])
    sigmas = run_sigmas(levels, scheduler=scheduler, sampler="euler", steps=steps, denoise=denoise)
    assert (sigmas[1:] <= sigmas[:-1]).all()
    assert sigmas[0] <= levels.sigmas[-1] * (1 + 1e-5)
    assert float(sigmas[-1]) == pytest.approx(0, abs=2e-3)
    if scheduler not in {"beta", "ddim_uniform"}:
        assert len(sigmas) == steps + 1


def test_denoise_of_nothing_has_no_steps() -> None:
    levels = levels_of(DiscreteLevels())
    assert len(run_sigmas(levels, scheduler="simple", sampler="euler", steps=9, denoise=0.0)) == 0


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(InputError, match=r"'turbo'.*simple, sgm_uniform"):
        scheduled_sigmas(levels_of(DiscreteLevels()), "turbo", 3)


def test_starting_noise() -> None:
    latent = Latent(torch.zeros(3, 2, 2, 3))
    plain = starting_noise(Noise(1234567890123), latent)
    assert torch.equal(plain, torch.from_numpy(golden("sigmas")["noise/plain"]))
    indexed = starting_noise(Noise(42), Latent(latent.samples, None, (4, 1, 4)))
    assert torch.equal(indexed, torch.from_numpy(golden("sigmas")["noise/indexed"]))
    assert not starting_noise(Noise(1, is_silent=True), latent).any()


@given(st.integers(0, 2**64 - 1), st.integers(1, 4))
def test_starting_noise_does_not_depend_on_the_batch(seed: int, count: int) -> None:
    alone = starting_noise(Noise(seed), Latent(torch.zeros(1, 4, 2, 8)))
    several = starting_noise(Noise(seed), Latent(torch.zeros(count, 4, 2, 8)))
    assert torch.equal(several[:1], alone)
