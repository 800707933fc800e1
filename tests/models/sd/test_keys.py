"""Names of weights, against diffusers' own converters; sizes, against the released files'."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tests.sd_for_tests import released_shapes, write_hollow

from capdemo.errors import InputError
from capdemo.models.clip_keys import clip_shape, clip_sources
from capdemo.models.library_imports import import_library
from capdemo.models.sd_files import UNET, control_sources, sized, unet_sources, vae_sources
from capdemo.models.sd_loader import Where, load_checkpoint, load_control_net
from capdemo.models.unet_shape import diffusers_settings, measure_unet
from capdemo.node_api.noise_levels import DiscreteLevels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capdemo.models.stored_network import Source
    from capdemo.node_api.diffusion import DiffusionModel

CPU = Where("cpu", "exact")


def converters() -> Any:
    return import_library("diffusers.loaders.single_file_utils")


def no_embeddings(_name: str) -> None:
    return None


def by_name(sources: Mapping[str, Source]) -> dict[str, str]:
    return {name: source.name for name, source in sources.items()}


def of_the_network(model: DiffusionModel) -> dict[str, tuple[int, ...]]:
    network: Any = model.network
    shapes: dict[str, tuple[int, ...]] = network._network.weights.shapes
    return shapes


@pytest.mark.parametrize("name", ["sd15", "sd21", "sdxl"])
def test_unets_are_named_as_by_diffusers(name: str) -> None:
    shapes = released_shapes(name)
    sources = unet_sources(shapes)
    settings = diffusers_settings(measure_unet(sized(shapes, sources)))
    # The converter only renames, so that names may stand for the tensors.
    names = {key: key for key in shapes}
    theirs = converters().convert_ldm_unet_checkpoint(names, settings)
    assert by_name(sources) == theirs


@pytest.mark.parametrize("name", ["control_sd15", "control_sdxl"])
def test_control_nets_are_named_as_by_diffusers(name: str) -> None:
    shapes = released_shapes(name)
    settings = {"layers_per_block": 2}
    theirs = converters().convert_controlnet_checkpoint({key: key for key in shapes}, settings)
    ours = {
        name: source
        for name, source in by_name(control_sources(shapes)).items()
        if not name.startswith("class_embedding.")  # which that converter leaves out
    }
    # And it misses the hint's last block but one; ours has it.
    assert {name: source for name, source in ours.items() if name in theirs} == theirs
    extra = ours.keys() - theirs.keys()
    assert all(name.startswith("controlnet_cond_embedding.") for name in extra)


def test_vaes_are_named_as_by_diffusers() -> None:
    shapes = released_shapes("sd15")
    hollow = {
        key: torch.empty(shape, device="meta")
        for key, shape in shapes.items()
        if key.startswith("first_stage_model.")
    }
    four = {"down_block_types": [""] * 4, "up_block_types": [""] * 4}
    theirs = converters().convert_ldm_vae_checkpoint(hollow, four)
    ours = sized(shapes, vae_sources(shapes))
    assert ours.keys() == theirs.keys()
    assert all(math.prod(ours[name]) == tensor.numel() for name, tensor in theirs.items())


@pytest.mark.parametrize(
    ("name", "heads", "depths", "vector"),
    [
        ("sd15", (8, 8, 8, 8), (1, 1, 1, 0), None),
        ("sd21", (5, 10, 20, 20), (1, 1, 1, 0), None),
        ("sdxl", (5, 10, 20), (0, 2, 10), 2816),
    ],
)
def test_the_size_of_a_unet_follows_from_its_weights(
    name: str, heads: tuple[int, ...], depths: tuple[int, ...], vector: int | None
) -> None:
    shapes = released_shapes(name)
    shape = measure_unet(sized(shapes, unet_sources(shapes)))
    assert (shape.heads, shape.depths, shape.vector) == (heads, depths, vector)
    assert (shape.in_channels, shape.out_channels, shape.layers) == (4, 4, 2)


def test_a_pruned_unet_is_named() -> None:
    shapes = sized(released_shapes("sdxl"), unet_sources(released_shapes("sdxl")))
    pruned = {name: shape for name, shape in shapes.items() if "blocks.2.attentions.1" not in name}
    with pytest.raises(InputError, match="SSD-1B"):
        measure_unet(pruned)


@pytest.mark.parametrize(
    ("name", "prefix", "width", "layers"),
    [
        ("sd15", "cond_stage_model.transformer.", 768, 12),
        ("sd21", "cond_stage_model.model.", 1024, 24),
        ("sdxl", "conditioner.embedders.0.transformer.", 768, 12),
        ("sdxl", "conditioner.embedders.1.model.", 1280, 32),
    ],
)
def test_text_encoders_are_found(name: str, prefix: str, width: int, layers: int) -> None:
    shapes = released_shapes(name)
    shape = clip_shape(shapes, clip_sources(shapes, prefix))
    assert (shape.width, shape.layers, shape.has_projection) == (width, layers, width > 768)


@pytest.mark.parametrize(("name", "weights"), [("sd15", 686), ("sd21", 686), ("sdxl", 1680)])
def test_a_checkpoint_of_full_size_is_opened_without_being_read(
    tmp_path: Path, name: str, weights: int
) -> None:
    path = write_hollow(tmp_path / f"{name}.safetensors", released_shapes(name))
    found = load_checkpoint(path, CPU, no_embeddings)
    assert len(of_the_network(found.model)) == weights
    assert found.text_encoder is not None
    assert found.vae is not None
    assert found.model.levels == DiscreteLevels()
    scale = 0.13025 if name == "sdxl" else 0.18215
    assert found.model.network.latent_format.scale == scale


@pytest.mark.parametrize("name", ["control_sd15", "control_sdxl", "union_sdxl"])
def test_a_control_net_of_full_size_is_opened(tmp_path: Path, name: str) -> None:
    released = released_shapes(name)
    for number, shapes in enumerate((released, in_diffusers_layout(released))):
        path = write_hollow(tmp_path / f"{number}.safetensors", shapes)
        net: Any = load_control_net(path, CPU)
        assert len(net._network.weights.shapes) == len(released)


def in_diffusers_layout(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {
        name.removeprefix("union.").replace("class_embedding", "add_embedding"): shape
        for name, shape in sized(shapes, control_sources(shapes)).items()
    }


def test_a_unet_in_diffusers_layout_is_the_same(tmp_path: Path) -> None:
    shapes = released_shapes("sdxl")
    ours = sized(shapes, unet_sources(shapes))
    theirs = {name.replace("class_embedding", "add_embedding"): ours[name] for name in ours}
    assert sized(theirs, unet_sources(theirs)) == ours


def test_marks_of_other_training_are_read(tmp_path: Path) -> None:
    shapes = released_shapes("sdxl") | {"v_pred": (), "ztsnr": ()}
    path = write_hollow(tmp_path / "v.safetensors", shapes)
    levels = load_checkpoint(path, CPU, no_embeddings).model.levels
    assert levels == DiscreteLevels("v_prediction", has_zero_terminal_snr=True)


def test_a_missing_weight_is_named(tmp_path: Path) -> None:
    shapes = dict(released_shapes("sd15"))
    del shapes[f"{UNET}middle_block.1.norm.weight"]
    path = write_hollow(tmp_path / "x.safetensors", shapes)
    with pytest.raises(InputError, match=r"lacks 1 of 686.*mid_block\.attentions\.0\.norm\.weight"):
        load_checkpoint(path, CPU, no_embeddings)
