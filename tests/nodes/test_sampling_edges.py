"""Where noise is 4500 times the picture, or a run goes upwards or nowhere: ComfyUI's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest
import torch
from tests.diffusion.golden_numbers import golden, relative_error
from tests.diffusion.toy_network import ToyControlNet, ToyNetwork

from capdemo.errors import InputError
from capdemo.node_api import (
    Condition,
    Conditioning,
    DiffusionModel,
    DiscreteLevels,
    FlowLevels,
    Image,
    Latent,
    NoiseLevels,
)

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

EPSILON = DiscreteLevels()
VELOCITY = DiscreteLevels("v_prediction", has_zero_terminal_snr=True)
FLOW = FlowLevels(3.0)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def prompt(seed: int, *, tokens: int = 7) -> Conditioning:
    return Conditioning((Condition(drawn(seed, 1, tokens, 5)),))


@dataclass(frozen=True)
class Case:
    """A run of SamplerCustom with seed 2^64 - 1."""

    levels: NoiseLevels
    sampler: str
    scheduler: str
    steps: int
    cfg: float
    upwards: bool = False
    rescaled: float | None = None
    step: int | None = None
    """Where SplitSigmas cuts; the part without a step is taken."""
    within: float = 1e-5
    """The largest error, of the numbers' size."""


CASES = {
    "dpm_fast": Case(VELOCITY, "dpm_fast", "kl_optimal", 5, 7.0),
    "dpm_fast4": Case(VELOCITY, "dpm_fast", "karras", 4, 4.0),
    # It chooses steps by its errors, so that rounding, which differs by processor, goes further.
    "dpm_adaptive": Case(VELOCITY, "dpm_adaptive", "karras", 4, 4.0, within=5e-5),
    "deis": Case(VELOCITY, "deis", "normal", 1, 4.0),
    "deis3": Case(VELOCITY, "deis", "normal", 3, 4.0),
    "rescaled": Case(VELOCITY, "euler", "normal", 2, 4.0, rescaled=0.7),
    "rescaled1": Case(VELOCITY, "dpmpp_2m", "karras", 1, 1.5, rescaled=0.5),
    "upwards": Case(EPSILON, "dpmpp_2m", "linear_quadratic", 3, 4.0, upwards=True),
    "upwards2": Case(EPSILON, "dpmpp_2m", "beta", 2, 4.0, upwards=True),
    "no step": Case(EPSILON, "uni_pc", "karras", 4, 3.0, step=0),
    "no step end": Case(FLOW, "uni_pc_bh2", "karras", 4, 3.0, step=4),
}


def levels(bench: Bench, model: object, case: Case) -> object:
    (sigmas,) = bench.run(
        "BasicScheduler", model=model, scheduler=case.scheduler, steps=case.steps, denoise=1.0
    )
    if case.upwards:
        (sigmas,) = bench.run("FlipSigmas", sigmas=sigmas)
    if case.step is not None:
        sigmas = bench.run("SplitSigmas", sigmas=sigmas, step=case.step)[case.step > 0]
    return sigmas


@pytest.mark.parametrize("name", CASES)
def test_numbers_of_comfyui(bench: Bench, name: str) -> None:
    case = CASES[name]
    model: object = DiffusionModel(ToyNetwork(), case.levels)
    if case.rescaled is not None:
        (model,) = bench.run("RescaleCFG", model=model, multiplier=case.rescaled)
    outputs = bench.run(
        "SamplerCustom",
        model=model,
        add_noise=True,
        noise_seed=2**64 - 1,
        cfg=case.cfg,
        positive=prompt(1),
        negative=prompt(2),
        sampler=bench.run("KSamplerSelect", sampler_name=case.sampler)[0],
        sigmas=levels(bench, model, case),
        latent_image=Latent(drawn(3, 1, 4, 3, 5) * 3),
    )
    for output, kind in zip(outputs, ("", "/shown"), strict=True):
        samples = cast("Latent", output).samples
        assert relative_error(samples, golden("edges")[name + kind]) < case.within


def run_once(bench: Bench, network: ToyNetwork, positive: object, negative: object) -> None:
    bench.run(
        "KSampler",
        model=DiffusionModel(network, EPSILON),
        seed=0,
        steps=1,
        cfg=2.0,
        sampler_name="euler",
        scheduler="normal",
        positive=positive,
        negative=negative,
        latent_image=Latent(torch.zeros(2, 4, 8, 8)),
        denoise=1.0,
    )


def test_prompts_with_one_control_share_a_call(bench: Bench) -> None:
    positive, negative = bench.run(
        "ControlNetApplyAdvanced",
        positive=prompt(1),
        negative=prompt(2, tokens=14),
        control_net=ToyControlNet(0.5),
        image=Image(torch.rand(1, 9, 7, 3, generator=torch.Generator().manual_seed(1))),
        strength=1.0,
        start_percent=0.0,
        end_percent=1.0,
    )
    network = ToyNetwork()
    run_once(bench, network, positive, negative)
    assert network.batches == [4]


@pytest.mark.parametrize("place", [{"x": 64, "y": 0}, {"x": 0, "y": 800}])
def test_an_area_outside_of_the_picture_is_refused(bench: Bench, place: dict[str, int]) -> None:
    (away,) = bench.run(
        "ConditioningSetArea", conditioning=prompt(1), width=64, height=64, strength=1.0, **place
    )
    with pytest.raises(InputError, match="outside of a latent of 8 x 8"):
        run_once(bench, ToyNetwork(), away, prompt(2))
