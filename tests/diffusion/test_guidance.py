"""Whole runs with a network of known answers give ComfyUI's latents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tests.diffusion.golden_numbers import golden, relative_error
from tests.diffusion.toy_network import ToyControlNet, ToyNetwork

from capdemo.diffusion.after_guidance import normed, rescaled, zero_star
from capdemo.diffusion.inpaint import differential_mask
from capdemo.diffusion.sampling import Settings, sample, sample_custom
from capdemo.errors import CancelledError, InputError
from capdemo.node_api import (
    Area,
    Condition,
    Conditioning,
    Control,
    DiffusionModel,
    DiscreteLevels,
    FlowLevels,
    Guider,
    Image,
    Latent,
    NetworkInputs,
    Noise,
    NoiseLevels,
    Sampler,
    Sigmas,
)

if TYPE_CHECKING:
    from collections.abc import Callable

EPSILON = DiscreteLevels()
VELOCITY = DiscreteLevels("v_prediction", has_zero_terminal_snr=True)
FLOW = FlowLevels(3.0)


def drawn(kind: Callable[..., torch.Tensor], seed: int, *shape: int) -> torch.Tensor:
    return kind(*shape, generator=torch.Generator().manual_seed(seed))


def condition(seed: int, *, tokens: int = 7, **changes: Any) -> Condition:
    return replace(Condition(drawn(torch.randn, seed, 1, tokens, 5)), **changes)


def mask(seed: int, *shape: int) -> torch.Tensor:
    return drawn(torch.rand, seed, *shape)


ONE, TWO, THREE = condition(1), condition(2), condition(3)
PICTURE = Image(drawn(torch.rand, 90, 1, 3, 9, 11).movedim(1, -1))
PICTURES = Image(drawn(torch.rand, 91, 2, 3, 12, 10).movedim(1, -1))


def blob() -> torch.Tensor:
    result = torch.zeros(1, 12, 10)
    result[0, 2:7, 4:6] = 0.9
    return result


@dataclass(frozen=True)
class Case:
    """A run of KSampler."""

    positive: tuple[Condition, ...] = (ONE,)
    negative: tuple[Condition, ...] = (TWO,)
    levels: NoiseLevels = EPSILON
    shape: tuple[int, ...] = (2, 4, 12, 10)
    settings: dict[str, Any] = field(default_factory=dict)
    noise_mask: torch.Tensor | None = None
    patch: dict[str, Any] = field(default_factory=dict)
    is_empty: bool = False
    is_inpainting: bool = False


def run(case: Case, network: ToyNetwork | None = None) -> torch.Tensor:
    network = network or ToyNetwork(is_inpainting=case.is_inpainting)
    model = DiffusionModel(network, case.levels)
    model = replace(model, **case.patch)
    count = torch.Size(case.shape).numel()
    samples = torch.sin(torch.arange(count).float()).reshape(case.shape) * 3
    latent = Latent(torch.zeros(case.shape) if case.is_empty else samples, case.noise_mask)
    settings = Settings(3, 4, 3.0, "euler", "normal", 0.7)
    settings = replace(settings, **case.settings)
    prompts = (Conditioning(case.positive), Conditioning(case.negative))
    return sample(model, prompts, latent, settings, lambda _done, _all: None).samples


FULL: dict[str, Any] = {"denoise": 1.0}
SIX: dict[str, Any] = {"denoise": 1.0, "steps": 6}
SIMPLE: dict[str, Any] = {"scheduler": "simple"}
VIDEO = (1, 4, 3, 8, 7)
SMALL_MASK = mask(8, 2, 12, 10).reshape(2, 1, 12, 10)
ONE_MASK = mask(8, 1, 12, 10)


def controlled(control: Control) -> Case:
    return Case((replace(ONE, control=control),), (replace(TWO, control=control),))


SINGLE = Control(ToyControlNet(0.5), PICTURE, 0.8)
CHAIN = Control(
    ToyControlNet(0.5, strength_rises=True),
    PICTURES,
    0.8,
    0.0,
    0.7,
    previous=Control(ToyControlNet(-0.3), PICTURE, 0.6, 0.5, 1.0),
)
MASKED_PICTURE: dict[str, Any] = {
    "concat_latent": torch.cos(torch.arange(480).float()).reshape(1, 4, 12, 10),
    "concat_mask": mask(8, 1, 96, 80).reshape(1, 1, 96, 80),
}

CASES = {
    "plain": Case(),
    "lengths": Case(negative=(condition(2, tokens=14),)),
    "cfg1": Case(settings={"cfg": 1.0}),
    "zsnr": Case(levels=VELOCITY, settings=FULL),
    "flow": Case(levels=FLOW, settings=SIMPLE),
    "flow_full": Case(levels=FLOW, settings=SIMPLE | FULL),
    "empty": Case(settings=FULL, is_empty=True),
    "empty16": Case(settings=FULL, is_empty=True, shape=(1, 16, 6, 5)),
    "two": Case((ONE, condition(3, strength=0.4))),
    "range": Case(
        (
            condition(1, start_percent=0.0, end_percent=0.6),
            condition(3, start_percent=0.5, end_percent=1.0),
        ),
        settings=FULL,
    ),
    "area": Case((ONE, condition(3, area=Area((6, 5), (3, 2)), strength=0.8))),
    "area_corner": Case(
        (ONE, condition(3, area=Area((20, 7), (4, 0)), strength=1.5)),
        (TWO, condition(4, area=Area((12, 10), (0, 0)))),
    ),
    "area_large": Case(
        (ONE, condition(3, area=Area((36, 33), (0, 3)), strength=0.8)),
        shape=(1, 4, 44, 40),
        settings={"steps": 2},
    ),
    "video_area": Case(
        (ONE, condition(3, area=Area((6, 5), (1, 2)))),
        levels=FLOW,
        shape=VIDEO,
        settings=SIMPLE,
    ),
    "video_percent": Case(
        (ONE, condition(3, area=Area((0.67, 0.5, 0.5), (0.34, 0.25, 0.4), is_share=True))),
        levels=FLOW,
        shape=VIDEO,
        settings=SIMPLE,
    ),
    "video_mask": Case(
        (ONE, condition(3, mask=mask(5, 1, 3, 8, 7), mask_strength=0.7)),
        levels=FLOW,
        shape=VIDEO,
        settings=SIMPLE,
        noise_mask=mask(6, 3, 16, 14),
    ),
    "percent": Case((ONE, condition(3, area=Area((0.5, 0.33), (0.25, 0.6), is_share=True)))),
    "mask": Case(
        (
            condition(1, mask=mask(5, 1, 24, 20), mask_strength=0.7),
            condition(3, mask=mask(6, 2, 12, 10), strength=0.5),
        )
    ),
    "bounds": Case(
        (ONE, condition(3, mask=blob(), mask_strength=0.7, area_is_mask_bounds=True)),
    ),
    "bounds_empty": Case(
        (ONE, condition(3, mask=torch.zeros(1, 12, 10), area_is_mask_bounds=True)),
    ),
    "control": controlled(SINGLE),
    "control_batch": controlled(Control(ToyControlNet(0.5), PICTURES, 0.8)),
    "control_chain": replace(controlled(CHAIN), settings=FULL),
    "control_old": Case((replace(ONE, control=SINGLE, control_on_negative=True),)),
    "control_one": Case((replace(ONE, control=SINGLE),)),
    "noise_mask": Case(noise_mask=mask(8, 1, 96, 80).reshape(1, 1, 96, 80)),
    "noise_mask_ddim": Case(
        noise_mask=SMALL_MASK, settings={"sampler": "ddim", "scheduler": "ddim_uniform"}
    ),
    "noise_mask_flow": Case(
        levels=FLOW, noise_mask=SMALL_MASK, settings={"sampler": "dpmpp_2m_sde"}
    ),
    "noise_mask_pp": Case(noise_mask=SMALL_MASK, settings={"sampler": "euler_ancestral_cfg_pp"}),
    "differential": Case(
        noise_mask=ONE_MASK,
        settings=FULL,
        patch={"noise_mask": partial(differential_mask, strength=1.0)},
    ),
    "differential_half": Case(
        levels=FLOW,
        noise_mask=ONE_MASK,
        settings=SIX,
        patch={"noise_mask": partial(differential_mask, strength=0.5)},
    ),
    "cfgnorm": Case(levels=FLOW, patch={"after_guidance": (partial(normed, strength=0.9),)}),
    "zerostar": Case(levels=FLOW, patch={"after_guidance": (zero_star,)}),
    "rescale": Case(levels=VELOCITY, patch={"guidance": partial(rescaled, multiplier=0.6)}),
    "rescale_norm": Case(
        settings={"sampler": "euler_cfg_pp"},
        patch={
            "guidance": partial(rescaled, multiplier=0.6),
            "after_guidance": (partial(normed, strength=1.0),),
        },
    ),
    "inpaint": Case(
        (condition(1, **MASKED_PICTURE),), (condition(2, **MASKED_PICTURE),), is_inpainting=True
    ),
    "inpaint_area": Case(
        (ONE, condition(3, area=Area((6, 5), (3, 2)))),
        noise_mask=ONE_MASK,
        is_inpainting=True,
    ),
    "advanced": Case(settings=SIX | {"start": 2, "end": 5, "keeps_leftover_noise": False}),
    "advanced_left": Case(settings=SIX | {"start": 1, "end": 4}),
    "advanced_beyond": Case(settings=SIX | {"start": 9}),
    "advanced_silent": Case(
        levels=FLOW, settings=SIX | {"start": 2, "end": 10000, "adds_noise": False}
    ),
    "advanced_flow_left": Case(levels=FLOW, settings=SIX | {"start": 0, "end": 3}),
    "denoise0": Case(settings={"denoise": 0.0}),
    "unipc_flow": Case(levels=FLOW, settings=FULL | {"sampler": "uni_pc", "steps": 5}),
    "dpm2": Case(settings={"sampler": "dpm_2", "scheduler": "karras", "denoise": 0.5}),
}


@pytest.mark.parametrize("name", CASES)
def test_latents_of_comfyui(name: str) -> None:
    assert relative_error(run(CASES[name]), golden("guidance")[name]) < 1e-5


def test_all_that_comfyui_computed_is_compared() -> None:
    assert set(CASES) == set(golden("guidance"))


def test_prompts_share_a_call_where_their_shapes_agree() -> None:
    network = ToyNetwork()
    together = run(CASES["plain"], network)
    assert network.batches == [4] * 4
    assert network.readied == ["in", "out"]

    class Narrow(ToyNetwork):
        def __call__(
            self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
        ) -> torch.Tensor:
            if len(latent) > 2:
                raise torch.OutOfMemoryError
            return super().__call__(latent, timestep, inputs)

    narrow = Narrow()
    apart = run(CASES["plain"], narrow)
    assert narrow.batches == [2] * 8
    assert torch.allclose(together, apart, rtol=1e-5, atol=1e-6)


def test_lengths_that_would_repeat_too_often_are_asked_apart() -> None:
    network = ToyNetwork()
    run(Case(negative=(condition(2, tokens=35),)), network)
    assert network.batches == [2] * 8


def test_a_guidance_of_1_asks_the_positive_prompt_alone() -> None:
    network = ToyNetwork()
    run(CASES["cfg1"], network)
    assert network.batches == [2] * 4


def test_a_batch_gives_what_its_items_give() -> None:
    shape = (4, 4, 8, 6)
    samples = torch.sin(torch.arange(768).float()).reshape(shape)
    model = DiffusionModel(ToyNetwork(), EPSILON)
    prompts = (Conditioning((ONE,)), Conditioning((TWO,)))
    settings = Settings(9, 5, 4.0, "dpmpp_2m", "karras", 0.6)

    def done(latent: Latent) -> torch.Tensor:
        return sample(model, prompts, latent, settings, lambda _done, _all: None).samples

    together = done(Latent(samples))
    for item in range(4):
        alone = done(Latent(samples[item : item + 1], batch_index=(item,)))
        assert torch.allclose(together[item : item + 1], alone, rtol=1e-5, atol=1e-5)


def test_the_latent_keeps_its_mask_and_the_input_is_not_changed() -> None:
    latent = Latent(torch.ones(1, 4, 4, 4), torch.ones(1, 1, 4, 4))
    guider = Guider(DiffusionModel(ToyNetwork(), EPSILON), Conditioning((ONE,)))
    result, shown = sample_custom(
        guider,
        Sampler("euler"),
        Sigmas(torch.tensor([2.0, 1.0, 0.0])),
        Noise(1),
        latent,
        lambda _done, _all: None,
    )
    assert result.noise_mask is latent.noise_mask
    assert torch.equal(latent.samples, torch.ones(1, 4, 4, 4))
    assert torch.equal(result.samples, shown.samples)
    assert not torch.equal(result.samples, latent.samples)


def test_progress_counts_the_steps_and_may_stop_the_run() -> None:
    guider = Guider(DiffusionModel(ToyNetwork(), EPSILON), Conditioning((ONE,)))
    sigmas = Sigmas(torch.tensor([3.0, 2.0, 1.0, 0.0]))
    seen: list[tuple[int, int]] = []

    def progress(done: int, steps: int) -> None:
        seen.append((done, steps))
        if done == 2:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        sample_custom(
            guider, Sampler("euler"), sigmas, Noise(1), Latent(torch.ones(1, 4, 4, 4)), progress
        )
    assert seen == [(1, 3), (2, 3)]


def test_an_unknown_sampler_is_refused_before_anything_is_asked() -> None:
    network = ToyNetwork()
    with pytest.raises(InputError, match="'cfgpp_ud10_ab'"):
        run(Case(settings={"sampler": "cfgpp_ud10_ab"}), network)
    assert network.batches == []
