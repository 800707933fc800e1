"""Runs of a step or two, and noise levels that lead nowhere: a picture, or a clear error."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from tests.diffusion.toy_network import ToyNetwork

from capdemo.diffusion.samplers import SAMPLER_NAMES
from capdemo.diffusion.sampling import Settings, sample, sample_custom
from capdemo.diffusion.schedules import SCHEDULERS, SKIP_LAST_BUT_ONE
from capdemo.errors import InputError, RunError
from capdemo.node_api import (
    Condition,
    Conditioning,
    DiffusionModel,
    DiscreteLevels,
    FlowLevels,
    Guider,
    Latent,
    Noise,
    NoiseLevels,
    Sampler,
    Sigmas,
)

EPSILON = DiscreteLevels()
FLOW = FlowLevels(3.0, 1.0)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def prompt(seed: int) -> Conditioning:
    return Conditioning((Condition(drawn(seed, 1, 7, 5)),))


LATENT = Latent(drawn(1, 1, 4, 4, 5))


@pytest.mark.parametrize("levels", [EPSILON, FLOW], ids=["epsilon", "flow"])
@pytest.mark.parametrize("name", SAMPLER_NAMES)
def test_a_step_or_two_give_a_picture(name: str, levels: NoiseLevels) -> None:
    model = DiffusionModel(ToyNetwork(), levels)
    for scheduler, steps, denoise in product(SCHEDULERS, (1, 2), (0.05, 1.0)):
        settings = Settings(5, steps, 4.0, name, scheduler, denoise)
        prompts = (prompt(2), prompt(3))
        is_one_level = (scheduler, steps, denoise) == ("kl_optimal", 1, 1.0)
        if is_one_level and name not in SKIP_LAST_BUT_ONE:
            with pytest.raises(InputError, match="kl_optimal needs two steps or more"):
                sample(model, prompts, LATENT, settings, lambda _done, _steps: None)
            continue
        drawing = sample(model, prompts, LATENT, settings, lambda _done, _steps: None)
        assert drawing.samples.isfinite().all(), (scheduler, steps, denoise)


def run(name: str, *sigmas: float, levels: NoiseLevels = EPSILON) -> torch.Tensor:
    guider = Guider(DiffusionModel(ToyNetwork(), levels), prompt(2), prompt(3), 4.0)
    drawing, _ = sample_custom(
        guider,
        Sampler(name),
        Sigmas(torch.tensor(sigmas)),
        Noise(7),
        LATENT,
        lambda _done, _steps: None,
    )
    return drawing.samples


@pytest.mark.parametrize("sigmas", [(math.nan, 0.0), (math.inf, 1.0, 0.0), (1.0, -1.0)])
@pytest.mark.parametrize("name", ["euler", "dpmpp_sde", "dpm_adaptive"])
def test_levels_that_are_no_noise_are_refused(name: str, sigmas: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"numbers of 0 or more, and one is (nan|inf|-1)\."):
        run(name, *sigmas)


@pytest.mark.parametrize("sigmas", [(0.0, 0.0), (0.0, 0.5, 1.0), (2.0, 0.0, 1.0, 0.0)])
@pytest.mark.parametrize("name", ["dpmpp_sde", "dpmpp_2m_sde", "dpmpp_3m_sde_gpu", "dpm_adaptive"])
def test_a_step_from_0_is_refused_where_it_would_never_end(
    name: str, sigmas: tuple[float, ...]
) -> None:
    with pytest.raises(InputError, match="needs noise where a step begins; the levels are"):
        run(name, *sigmas)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(RunError, match=r"euler ended in values.*NaN.*does not fall at every"):
        run("euler", 0.0, 0.0)
    with pytest.raises(RunError, match=r"uni_pc ended in values.*NaN.*does not fall at every"):
        run("uni_pc", 1.0, 3.0, 1.0, 0.0)


def test_weights_that_are_no_numbers_are_told() -> None:
    class Broken(ToyNetwork):
        def __call__(self, latent: torch.Tensor, *_rest: object) -> torch.Tensor:
            return latent * math.nan

    guider = Guider(DiffusionModel(Broken(), EPSILON), prompt(2))
    with pytest.raises(RunError, match=r"NaN.*the model's weights are damaged"):
        sample_custom(
            guider,
            Sampler("euler"),
            Sigmas(torch.tensor([5.0, 1.0, 0.0])),
            Noise(7),
            LATENT,
            lambda _done, _steps: None,
        )


def test_a_step_from_0_still_runs_where_comfyui_runs_it() -> None:
    assert run("euler_ancestral", 2.0, 0.0, 0.0).isfinite().all()
    assert run("lcm", 2.0, 0.0, 0.0).isfinite().all()
