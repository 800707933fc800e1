"""The nodes that sample give ComfyUI's numbers, with a network of known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import torch
from tests.diffusion.golden_numbers import golden, relative_error
from tests.diffusion.toy_network import ToyNetwork

from capdemo.errors import InputError
from capdemo.node_api import (
    Area,
    Condition,
    Conditioning,
    ContinuousLevels,
    DiffusionModel,
    DiscreteLevels,
    ExponentialFlowLevels,
    FlowLevels,
    Image,
    Latent,
    LatentFormat,
    NoiseLevels,
    Sigmas,
)
from capdemo.nodes import NODES
from capdemo.nodes.conditionings import set_area, set_area_by_share

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

EPSILON = DiffusionModel(ToyNetwork(), DiscreteLevels())
FLOW = DiffusionModel(ToyNetwork(), FlowLevels(3.0))


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def prompt(seed: int) -> Conditioning:
    return Conditioning((Condition(drawn(seed, 1, 7, 5)),))


POSITIVE, NEGATIVE, MIDDLE = prompt(1), prompt(2), prompt(3)


def latent() -> Latent:
    return Latent(torch.sin(torch.arange(120).float()).reshape(1, 4, 6, 5) * 3)


def one(bench: Bench, class_type: str, **inputs: object) -> Any:
    (result,) = bench.run(class_type, **inputs)
    return result


SAMPLERS: dict[str, tuple[str, dict[str, object]]] = {
    "SamplerEulerAncestral": ("SamplerEulerAncestral", {"eta": 0.6, "s_noise": 1.1}),
    "SamplerEulerAncestralCFGPP": ("SamplerEulerAncestralCFGPP", {"eta": 0.6, "s_noise": 1.1}),
    "SamplerEulerCFGpp": ("SamplerEulerCFGpp", {"version": "alternative"}),
    "SamplerLMS": ("SamplerLMS", {"order": 2}),
    "SamplerDPMPP_3M_SDE": (
        "SamplerDPMPP_3M_SDE",
        {"eta": 0.5, "s_noise": 0.9, "noise_device": "cpu"},
    ),
    "SamplerDPMPP_2M_SDE": (
        "SamplerDPMPP_2M_SDE",
        {"solver_type": "heun", "eta": 0.5, "s_noise": 0.9, "noise_device": "gpu"},
    ),
    "SamplerDPMPP_SDE": (
        "SamplerDPMPP_SDE",
        {"eta": 0.5, "s_noise": 0.9, "r": 0.4, "noise_device": "cpu"},
    ),
    "SamplerDPMPP_2S_Ancestral": ("SamplerDPMPP_2S_Ancestral", {"eta": 0.5, "s_noise": 0.9}),
    "SamplerDPMAdaptative": (
        "SamplerDPMAdaptative",
        {
            "order": 2,
            "rtol": 0.06,
            "atol": 0.008,
            "h_init": 0.06,
            "pcoeff": 0.1,
            "icoeff": 0.9,
            "dcoeff": 0.05,
            "accept_safety": 0.8,
            "eta": 0.3,
            "s_noise": 1.0,
        },
    ),
    "SamplerER_SDE": (
        "SamplerER_SDE",
        {"solver_type": "Reverse-time SDE", "max_stage": 2, "eta": 0.5, "s_noise": 0.9},
    ),
    "SamplerER_SDE_ODE": (
        "SamplerER_SDE",
        {"solver_type": "ODE", "max_stage": 3, "eta": 1.0, "s_noise": 1.0},
    ),
    "SamplerSASolver": (
        "SamplerSASolver",
        {
            "model": EPSILON,
            "eta": 0.7,
            "sde_start_percent": 0.1,
            "sde_end_percent": 0.9,
            "s_noise": 0.9,
            "predictor_order": 2,
            "corrector_order": 2,
            "use_pece": True,
            "simple_order_2": True,
        },
    ),
}


def run_custom(
    bench: Bench, model: DiffusionModel, sampler: object, *, add_noise: bool = True
) -> tuple[torch.Tensor, torch.Tensor]:
    result, shown = bench.run(
        "SamplerCustom",
        model=model,
        add_noise=add_noise,
        noise_seed=21,
        cfg=2.5,
        positive=POSITIVE,
        negative=NEGATIVE,
        sampler=sampler,
        sigmas=levels_for(bench, model),
        latent_image=latent(),
    )
    return cast("Latent", result).samples, cast("Latent", shown).samples


def levels_for(bench: Bench, model: DiffusionModel) -> Any:
    scheduler, denoise = ("simple", 1.0) if model is FLOW else ("karras", 0.8)
    return one(bench, "BasicScheduler", model=model, scheduler=scheduler, steps=5, denoise=denoise)


@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_with_options(bench: Bench, name: str) -> None:
    class_type, widgets = SAMPLERS[name]
    sampler = one(bench, class_type, **widgets)
    result, shown = run_custom(bench, EPSILON, sampler)
    assert relative_error(result, golden("nodes")[f"sampler/{name}"]) < 1e-5
    assert relative_error(shown, golden("nodes")[f"sampler/{name}/shown"]) < 1e-5
    if f"flow/{name}" in golden("nodes"):
        result, _ = run_custom(bench, FLOW, sampler)
        assert relative_error(result, golden("nodes")[f"flow/{name}"]) < 1e-5


def test_a_run_without_noise(bench: Bench) -> None:
    euler = one(bench, "KSamplerSelect", sampler_name="euler")
    result, shown = run_custom(bench, EPSILON, euler, add_noise=False)
    assert relative_error(result, golden("nodes")["silent"]) < 1e-5
    assert relative_error(shown, golden("nodes")["silent/shown"]) < 1e-5


def run_advanced(bench: Bench, guider: object) -> torch.Tensor:
    result, _ = bench.run(
        "SamplerCustomAdvanced",
        noise=one(bench, "RandomNoise", noise_seed=4),
        guider=guider,
        sampler=one(bench, "KSamplerSelect", sampler_name="euler"),
        sigmas=levels_for(bench, EPSILON),
        latent_image=latent(),
    )
    return cast("Latent", result).samples


def test_guiders(bench: Bench) -> None:
    basic = one(bench, "BasicGuider", model=EPSILON, conditioning=POSITIVE)
    assert relative_error(run_advanced(bench, basic), golden("nodes")["basic"]) < 1e-5
    cfg = one(bench, "CFGGuider", model=EPSILON, positive=POSITIVE, negative=NEGATIVE, cfg=3.0)
    assert relative_error(run_advanced(bench, cfg), golden("nodes")["cfg"]) < 1e-5


@pytest.mark.parametrize("style", ["regular", "nested"])
@pytest.mark.parametrize(("first", "second"), [(3.0, 2.0), (1.0, 1.0), (2.0, 1.0)])
def test_two_guidances(bench: Bench, style: str, first: float, second: float) -> None:
    guider = one(
        bench,
        "DualCFGGuider",
        model=EPSILON,
        cond1=POSITIVE,
        cond2=MIDDLE,
        negative=NEGATIVE,
        cfg_conds=first,
        cfg_cond2_negative=second,
        style=style,
    )
    wanted = golden("nodes")[f"dual/{style}/{first}/{second}"]
    assert relative_error(run_advanced(bench, guider), wanted) < 1e-5


def test_ksampler_counts_its_steps(bench: Bench) -> None:
    inputs: dict[str, object] = {
        "model": EPSILON,
        "steps": 3,
        "cfg": 2.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "positive": POSITIVE,
        "negative": NEGATIVE,
        "latent_image": latent(),
    }
    plain = one(bench, "KSampler", seed=5, denoise=1.0, **inputs)
    assert bench.progress == [(1, 3), (2, 3), (3, 3)]
    whole = {"add_noise": "enable", "return_with_leftover_noise": "disable"}
    advanced = one(
        bench,
        "KSamplerAdvanced",
        noise_seed=5,
        start_at_step=0,
        end_at_step=10000,
        **whole,
        **inputs,
    )
    assert torch.equal(plain.samples, advanced.samples)


def test_a_sampler_that_is_not_here_is_refused(bench: Bench) -> None:
    with pytest.raises(InputError, match="exp_heun_2_x0_sde"):
        bench.run("KSamplerSelect", sampler_name="exp_heun_2_x0_sde")


def test_adding_noise(bench: Bench) -> None:
    noisy = one(
        bench,
        "AddNoise",
        model=EPSILON,
        noise=one(bench, "RandomNoise", noise_seed=4),
        sigmas=levels_for(bench, EPSILON),
        latent_image=latent(),
    )
    assert relative_error(noisy.samples, golden("nodes")["addnoise"]) < 1e-5
    nothing = one(bench, "DisableNoise")
    assert nothing.is_silent
    assert nothing.seed == 0


@pytest.mark.parametrize(
    ("class_type", "widgets", "key"),
    [
        ("SDTurboScheduler", {"steps": 3, "denoise": 0.6}, "turbo"),
        ("BetaSamplingScheduler", {"steps": 9, "alpha": 0.7, "beta": 1.3}, "betanode"),
        ("BasicScheduler", {"scheduler": "karras", "steps": 6, "denoise": 0.5}, "basic"),
    ],
)
@pytest.mark.parametrize(("name", "model"), [("epsilon", EPSILON), ("sd3", FLOW)])
def test_schedules_of_a_model(
    bench: Bench,
    class_type: str,
    widgets: dict[str, object],
    key: str,
    name: str,
    model: DiffusionModel,
) -> None:
    sigmas = one(bench, class_type, model=model, **widgets)
    assert relative_error(sigmas, golden("sigmas")[f"{name}/{key}"]) < 1e-6


ENDS = {"steps": 9, "sigma_max": 15.0, "sigma_min": 0.02}


@pytest.mark.parametrize(
    ("class_type", "widgets", "key"),
    [
        ("KarrasScheduler", {**ENDS, "rho": 5.0}, "karras"),
        ("ExponentialScheduler", ENDS, "exponential"),
        ("PolyexponentialScheduler", {**ENDS, "rho": 1.7}, "polyexponential"),
        ("LaplaceScheduler", {**ENDS, "mu": 0.3, "beta": 0.6}, "laplace"),
        ("VPScheduler", {"steps": 9, "beta_d": 18.0, "beta_min": 0.2, "eps_s": 0.002}, "vp"),
    ],
)
def test_schedules_without_a_model(
    bench: Bench, class_type: str, widgets: dict[str, object], key: str
) -> None:
    sigmas = one(bench, class_type, **widgets)
    assert relative_error(sigmas, golden("sigmas")[f"node/{key}"]) < 1e-6


@pytest.mark.parametrize("key", [key for key in golden("sigmas") if key.startswith("ays/")])
def test_align_your_steps(bench: Bench, key: str) -> None:
    _, model_type, steps, denoise = key.split("/")
    sigmas = one(
        bench,
        "AlignYourStepsScheduler",
        model_type=model_type,
        steps=int(steps),
        denoise=float(denoise),
    )
    wanted = torch.from_numpy(golden("sigmas")[key])
    assert sigmas.dtype == torch.float32
    assert torch.allclose(sigmas, wanted, rtol=1e-6, atol=1e-6)


def test_align_your_steps_rounds_the_steps_that_it_keeps(bench: Bench) -> None:
    sigmas = one(bench, "AlignYourStepsScheduler", model_type="SD1", steps=10, denoise=0.38)
    assert len(sigmas) == 5


def test_align_your_steps_of_nothing_has_no_steps(bench: Bench) -> None:
    sigmas = one(bench, "AlignYourStepsScheduler", model_type="SD1", steps=10, denoise=0.0)
    assert sigmas.shape == (0,)


def test_sigmas_cut_turned_and_filled_up(bench: Bench) -> None:
    sigmas = one(bench, "KarrasScheduler", steps=6, sigma_max=14.6, sigma_min=0.03, rho=7.0)
    wanted = golden("sigmas")
    extended = one(
        bench,
        "ExtendIntermediateSigmas",
        sigmas=sigmas,
        steps=3,
        start_at_sigma=-1.0,
        end_at_sigma=1.0,
        spacing="cosine",
    )
    assert relative_error(extended, wanted["node/extend"]) < 1e-6
    extended = one(
        bench,
        "ExtendIntermediateSigmas",
        sigmas=sigmas,
        steps=4,
        start_at_sigma=9.0,
        end_at_sigma=0.1,
        spacing="sine",
    )
    assert relative_error(extended, wanted["node/extend_sine"]) < 1e-6
    assert relative_error(one(bench, "FlipSigmas", sigmas=sigmas), wanted["node/flip"]) < 1e-6
    high, low = bench.run("SplitSigmasDenoise", sigmas=sigmas, denoise=0.4)
    assert torch.equal(cast("torch.Tensor", high), torch.from_numpy(wanted["node/split_high"]))
    assert torch.equal(cast("torch.Tensor", low), torch.from_numpy(wanted["node/split_low"]))
    high, low = bench.run("SplitSigmasDenoise", sigmas=sigmas, denoise=0.0)
    assert cast("torch.Tensor", high).shape == wanted["node/split0_high"].shape
    assert torch.equal(cast("torch.Tensor", low), torch.from_numpy(wanted["node/split0_low"]))
    high, low = bench.run("SplitSigmas", sigmas=sigmas, step=2)
    assert torch.equal(cast("torch.Tensor", high), sigmas[:3])
    assert torch.equal(cast("torch.Tensor", low), sigmas[2:])
    first = one(bench, "SetFirstSigma", sigmas=sigmas, sigma=99.0)
    assert first[0] == 99
    assert torch.equal(first[1:], sigmas[1:])
    assert sigmas[0] == pytest.approx(14.6)


def test_nothing_can_be_cut_from_no_sigmas(bench: Bench) -> None:
    empty = Sigmas(torch.zeros(0))
    assert len(one(bench, "FlipSigmas", sigmas=empty)) == 0
    assert len(one(bench, "SetFirstSigma", sigmas=empty, sigma=1.0)) == 0
    filled = one(
        bench,
        "ExtendIntermediateSigmas",
        sigmas=empty,
        steps=2,
        start_at_sigma=-1.0,
        end_at_sigma=1.0,
        spacing="linear",
    )
    assert len(filled) == 0


@pytest.mark.parametrize(
    ("percent", "is_real", "wanted"),
    [(0.0, False, 999999999.9), (0.0, True, 14.614642), (1.0, False, 0.0), (1.0, True, 0.02916716)],
)
def test_a_sigma_at_a_share_of_the_way(
    bench: Bench, percent: float, *, is_real: bool, wanted: float
) -> None:
    sigma = one(
        bench,
        "SamplingPercentToSigma",
        model=EPSILON,
        sampling_percent=percent,
        return_actual_sigma=is_real,
    )
    assert sigma == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    ("class_type", "widgets", "levels"),
    [
        (
            "ModelSamplingDiscrete",
            {"sampling": "v_prediction", "zsnr": True},
            DiscreteLevels("v_prediction", has_zero_terminal_snr=True),
        ),
        ("ModelSamplingDiscrete", {"sampling": "eps", "zsnr": False}, DiscreteLevels()),
        ("ModelSamplingSD3", {"shift": 3.0}, FlowLevels(3.0, 1000.0)),
        ("ModelSamplingAuraFlow", {"shift": 3.1}, FlowLevels(3.1, 1.0)),
        (
            "ModelSamplingFlux",
            {"max_shift": 1.15, "base_shift": 0.5, "width": 1024, "height": 1024},
            ExponentialFlowLevels(1.15),
        ),
        (
            "ModelSamplingContinuousEDM",
            {"sampling": "edm", "sigma_max": 80.0, "sigma_min": 0.01},
            ContinuousLevels("edm", 0.01, 80.0, 0.5),
        ),
        (
            "ModelSamplingContinuousV",
            {"sampling": "v_prediction", "sigma_max": 500.0, "sigma_min": 0.03},
            ContinuousLevels("v_prediction", 0.03, 500.0, timestep="atan"),
        ),
    ],
)
def test_noise_levels_are_replaced(
    bench: Bench, class_type: str, widgets: dict[str, object], levels: NoiseLevels
) -> None:
    patched = one(bench, class_type, model=EPSILON, **widgets)
    assert patched.levels == levels
    assert patched.network is EPSILON.network
    assert EPSILON.levels == DiscreteLevels()


def test_patches_are_added_to_those_there_are(bench: Bench) -> None:
    model = one(bench, "CFGNorm", model=EPSILON, strength=1.0)
    model = one(bench, "CFGZeroStar", model=model)
    model = one(bench, "RescaleCFG", model=model, multiplier=0.7)
    model = one(bench, "DifferentialDiffusion", model=model, strength=0.5)
    assert len(model.after_guidance) == 2
    assert model.guidance is not None
    assert model.noise_mask is not None
    assert not EPSILON.after_guidance


@pytest.mark.parametrize(
    ("class_type", "widgets"),
    [
        ("CFGNorm", {"strength": 1.0, "pre_cfg": True}),
        ("ModelSamplingAuraFlow", {"shift": 3.0, "sampling": "img_to_img_velocity"}),
        ("ModelSamplingContinuousEDM", {"sampling": "cosmos_rflow"}),
    ],
)
def test_what_is_not_known_is_refused(
    bench: Bench, class_type: str, widgets: dict[str, object]
) -> None:
    with pytest.raises(InputError, match="is not known here"):
        bench.run(class_type, model=EPSILON, **widgets)


def test_conditionings_averaged(bench: Bench) -> None:
    to = Conditioning(
        (Condition(drawn(1, 1, 9, 5), pooled=drawn(5, 1, 1, 5)[0]), Condition(drawn(2, 1, 4, 5)))
    )
    source = Conditioning((Condition(drawn(3, 1, 6, 5), pooled=drawn(6, 1, 1, 5)[0]),))
    result = one(
        bench,
        "ConditioningAverage",
        conditioning_to=to,
        conditioning_from=source,
        conditioning_to_strength=0.3,
    )
    for place, condition in enumerate(result):
        wanted = golden("nodes")
        assert relative_error(condition.embedding, wanted[f"average/{place}"]) < 1e-6
        assert relative_error(condition.pooled, wanted[f"average/{place}/pooled"]) < 1e-6
    with pytest.raises(InputError, match="holds no prompt"):
        bench.run(
            "ConditioningAverage",
            conditioning_to=to,
            conditioning_from=Conditioning(()),
            conditioning_to_strength=0.3,
        )


def test_conditionings_joined_combined_and_emptied(bench: Bench) -> None:
    joined = one(bench, "ConditioningConcat", conditioning_to=POSITIVE, conditioning_from=NEGATIVE)
    assert torch.equal(
        joined[0].embedding, torch.cat([POSITIVE[0].embedding, NEGATIVE[0].embedding], 1)
    )
    combined = one(bench, "ConditioningCombine", conditioning_1=POSITIVE, conditioning_2=NEGATIVE)
    assert combined == (*POSITIVE, *NEGATIVE)
    empty = one(bench, "ConditioningZeroOut", conditioning=POSITIVE)
    assert empty[0].embedding.shape == POSITIVE[0].embedding.shape
    assert not empty[0].embedding.any()


def test_conditionings_limited(bench: Bench) -> None:
    area = set_area(conditioning=POSITIVE, width=80, height=64, x=16, y=24, strength=0.7)
    assert area[0].area == Area((8, 10), (3, 2))
    assert area[0].strength == 0.7
    share = set_area_by_share(conditioning=POSITIVE, width=0.5, height=0.25, x=0.1, y=0.2)
    assert share[0].area == Area((0.25, 0.5), (0.2, 0.1), is_share=True)
    weak = one(bench, "ConditioningSetAreaStrength", conditioning=area, strength=0.1)
    assert (weak[0].strength, weak[0].area) == (0.1, area[0].area)
    steps = one(bench, "ConditioningSetTimestepRange", conditioning=POSITIVE, start=0.1, end=0.6)
    assert (steps[0].start_percent, steps[0].end_percent) == (0.1, 0.6)
    mask = torch.ones(1, 4, 4)
    masked = one(
        bench,
        "ConditioningSetMask",
        conditioning=POSITIVE,
        mask=mask,
        strength=0.4,
        set_cond_area="mask bounds",
    )
    assert masked[0].mask is mask
    assert (masked[0].mask_strength, masked[0].area_is_mask_bounds) == (0.4, True)


def test_conditionings_with_references_and_guidance(bench: Bench) -> None:
    once = one(bench, "ReferenceLatent", conditioning=POSITIVE, latent=latent())
    twice = one(bench, "ReferenceLatent", conditioning=once, latent=latent())
    assert len(twice[0].reference_latents) == 2
    assert one(bench, "ReferenceLatent", conditioning=POSITIVE) == POSITIVE
    method = one(
        bench,
        "FluxKontextMultiReferenceLatentMethod",
        conditioning=POSITIVE,
        reference_latents_method="uxo/uno",
    )
    assert method[0].reference_method == "uxo"
    guided = one(bench, "FluxGuidance", conditioning=POSITIVE, guidance=2.5)
    assert guided[0].guidance == 2.5
    free = one(bench, "FluxDisableGuidance", conditioning=guided)
    assert (free[0].guidance, free[0].has_guidance) == (None, False)


class EveryEighthPixel:
    """A `Vae` without weights."""

    latent_format = LatentFormat(channels=3)

    def encode(self, image: Image) -> torch.Tensor:
        high, wide = image.shape[1] // 8 * 8, image.shape[2] // 8 * 8
        return image[:, :high:8, :wide:8, :3].movedim(-1, 1).clone()


def test_inpainting_is_conditioned(bench: Bench) -> None:
    pixels = torch.rand(1, 27, 21, 3, generator=torch.Generator().manual_seed(70))
    mask = torch.rand(1, 11, 13, generator=torch.Generator().manual_seed(71))
    before = pixels.clone()
    inputs = {"positive": POSITIVE, "negative": NEGATIVE, "vae": EveryEighthPixel()}
    positive, negative, encoded = bench.run(
        "InpaintModelConditioning", pixels=pixels, mask=mask, noise_mask=True, **inputs
    )
    wanted = golden("nodes")
    for condition in (cast("Conditioning", positive)[0], cast("Conditioning", negative)[0]):
        assert condition.concat_latent is not None
        assert condition.concat_mask is not None
        assert relative_error(condition.concat_latent, wanted["inpaint/concat"]) < 1e-6
        assert relative_error(condition.concat_mask, wanted["inpaint/mask"]) < 1e-6
    result = cast("Latent", encoded)
    assert relative_error(result.samples, wanted["inpaint/samples"]) < 1e-6
    assert torch.equal(pixels, before)
    assert result.noise_mask is not None
    _, _, free = bench.run(
        "InpaintModelConditioning", pixels=pixels, mask=mask, noise_mask=False, **inputs
    )
    assert cast("Latent", free).noise_mask is None


def test_every_name_that_comfyui_offers_and_that_is_here_can_be_selected(bench: Bench) -> None:
    chosen = NODES["KSamplerSelect"].schema.inputs[0].widget
    assert chosen is not None
    missing = []
    for name in chosen.choices:
        try:
            bench.run("KSamplerSelect", sampler_name=name)
        except InputError:
            missing.append(name)
    assert missing == ["exp_heun_2_x0", "exp_heun_2_x0_sde", "cfgpp_ud10_ab"]
