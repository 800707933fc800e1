"""Nodes that are only declared: packs by the values of the workflows that they ship themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.nodes.placing_for_tests import Placed, placed

from capdemo.errors import RunError
from capdemo.nodes import NODES, declared

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

NAMES = sorted(node.schema.class_type for family in declared.FAMILIES for node in family)

SHIPPED: dict[str, list[object]] = {
    "UltimateSDUpscale": [
        *(2, 0, "fixed", 20, 6, "deis", "beta", 0.2, "Chess", 512, 512, 8, 32),
        *("None", 1, 64, 8, 16, True, False, 1),
    ],
    "SUPIR_model_loader_v2": ["SUPIR-v0F_fp16.safetensors", False, "auto", False],
    "SUPIR_first_stage": [True, 512, 512, "auto"],
    "SUPIR_encode": [True, 512, "auto"],
    "SUPIR_conditioner": ["high quality, detailed", "bad quality, blurry, messy"],
    "SUPIR_sample": [
        *(174277455657960, "fixed", 10, 2, 1.5, 5, 1.003, 1, 1, 0.9, 1, False),
        *("RestoreDPMPP2MSampler", 1024, 512),
    ],
    "SUPIR_decode": [True, 512, "auto"],
    "SeedVR2TorchCompileSettings": ["inductor", "default", False, False, 64, 128],
    "SeedVR2LoadDiTModel": [
        *("seedvr2_ema_7b_sharp_fp16.safetensors", "cuda:0", 36, False, "cpu", False, "sdpa"),
    ],
    "SeedVR2LoadVAEModel": [
        *("ema_vae_fp16.safetensors", "cuda:0", True, 1024, 128, True, 1024, 128, "false"),
        *("cpu", False),
    ],
    "SeedVR2VideoUpscaler": [
        *(42, "fixed", 4096, 4096, 1, False, "lab", 0, 0, 0, 0, "cpu", False),
    ],
    "FlashVSRNode": ["FlashVSR-v1.1", "tiny", 2, True, True, False, 1234, "fixed"],
}
"""By node, the values of an example of its pack; of UltimateSDUpscale and SUPIR_decode also the
last one, which is newer than the example."""


@pytest.mark.parametrize("class_type", SHIPPED)
def test_the_values_of_a_packs_own_example_fit(class_type: str) -> None:
    assert placed(NODES[class_type].schema, SHIPPED[class_type]) == Placed()


def test_a_value_too_many_shows_where_it_was_put() -> None:
    """HYPIR's own example: a list of 15 values, of which the editor counts 14 and a control."""
    values = [
        *("high quality, detailed", 2, 1031253296619646, "randomize", "HYPIR_sd2"),
        *("stable-diffusion-2-1-base", 200, 120, 256, 256, 1024, 1024, 1, 512, 64),
    ]
    found = placed(NODES["HYPIRAdvancedRestoration"].schema, values)
    assert found == Placed(wrong=["unload_model_after=512"], left_over=1)


@pytest.mark.parametrize("class_type", NAMES)
def test_a_declared_node_says_that_it_does_not_run(bench: Bench, class_type: str) -> None:
    assert not NODES[class_type].schema.executable
    with pytest.raises(RunError, match="has no code"):
        bench.run(class_type)


def test_executable_and_declared_nodes_together_are_all() -> None:
    runs = {name for name, node in NODES.items() if node.schema.executable}
    assert runs | set(NAMES) == set(NODES)
    assert not runs & set(NAMES)
    assert len(NAMES) > 250


def test_the_packs_are_named_with_their_licences() -> None:
    packs = {(family.pack, family.licence) for family in declared.FAMILIES}
    assert packs == {
        ("comfy-core", "GPL-3.0"),
        ("comfyui-supir", "SUPIR (non-commercial)"),
        ("seedvr2_videoupscaler", "Apache-2.0"),
        ("ComfyUI-FlashVSR_Ultra_Fast", "GPL-3.0"),
        ("flashvsr", "Apache-2.0"),
        ("comfyui-reactor", "GPL-3.0"),
        ("Comfyui-HYPIR", "none stated; the model is non-commercial"),
        ("ComfyUI-TiledDiffusion", "GPL-3.0, CC-BY-NC-SA-4.0"),
    }


def test_samplers_and_schedules_are_complete() -> None:
    """42 samplers of ComfyUI 0.3.64 and three that came later."""
    widgets = {entry.name: entry.widget for entry in NODES["KSampler"].schema.inputs}
    samplers, schedulers = widgets["sampler_name"], widgets["scheduler"]
    assert samplers is not None
    assert schedulers is not None
    assert len(samplers.choices) == len(set(samplers.choices)) == 45
    assert len(schedulers.choices) == 9
