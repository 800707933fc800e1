"""A file that is not what its folder says is named as what it is."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from tests.sd_cases_for_tests import lora_sd15, lora_sdxl
from tests.sd_for_tests import released_shapes, write_hollow
from tests.small_checkpoints import write_control_net

from capdemo.errors import InputError
from capdemo.models.diffusion_files import load_diffusion_model
from capdemo.models.lora import find_changes, unfit
from capdemo.models.lora_keys import unet_places
from capdemo.models.sd_files import original_names, sized, unet_sources
from capdemo.models.sd_loader import Where, load_checkpoint, load_control_net, load_vae
from capdemo.models.sd_text import load_text_encoder_files
from capdemo.models.tensor_file import open_tensors
from capdemo.models.textual_inversion import read_embedding
from capdemo.node_api import Condition, Control, Image
from capdemo.node_api.diffusion import Canvas, NetworkInputs

if TYPE_CHECKING:
    from collections.abc import Mapping

CPU = Where("cpu", "exact")
ONE = torch.zeros(1, 1, 1, 1)


def load(path: Path) -> None:
    load_checkpoint(path, CPU, lambda _name: None)


def saved(path: Path, tensors: Mapping[str, torch.Tensor]) -> Path:
    save_file(dict(tensors), path)
    return path


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("lora_unet_mid_block.lora_up.weight", "a LoRA"),
        ("unet.mid_block.attn.to_q.lora_A.weight", "a LoRA"),
        ("decoder.up.0.block.0.conv1.weight", "a VAE"),
        ("decoder.up_blocks.0.resnets.0.conv1.weight", "a VAE"),
        ("body.0.rdb1.conv1.weight", "an upscale model"),
        ("model.1.sub.0.RDB1.conv1.0.weight", "an upscale model"),
        ("layers.0.residual_group.blocks.0.norm1.weight", "an upscale model"),
        ("controlnet_down_blocks.0.weight", "a ControlNet"),
        ("text_model.encoder.layers.0.mlp.fc1.weight", "a text encoder"),
        ("transformer_blocks.0.img_mlp.net.0.proj.weight", "a diffusion model"),
        ("emb_params", "a textual inversion"),
    ],
)
def test_what_is_no_checkpoint_is_named(tmp_path: Path, key: str, said: str) -> None:
    path = saved(tmp_path / "x.safetensors", {key: ONE})
    with pytest.raises(InputError, match=f"is no checkpoint, but {said}"):
        load(path)


FAMILIES = {
    "joint_blocks.0.x_block.attn.qkv.weight": "Stable Diffusion 3",
    "double_blocks.0.img_attn.qkv.weight": "Flux or a model of its kind",
    "single_transformer_blocks.0.attn.to_q.weight": "Flux or a model of its kind",
    "distilled_guidance_layer.norms.0.scale": "Chroma",
    "txt_in.individual_token_refiner.blocks.0.norm1.weight": "Hunyuan Video",
    "head.modulation": "a video model of Wan",
    "patchify_proj.weight": "LTX-Video",
    "t_block.1.weight": "PixArt",
    "clip_txt_pooled_mapper.weight": "Stable Cascade",
    "double_layers.0.attn.w1q.weight": "AuraFlow",
    "double_stream_blocks.0.block.attn1.to_q.weight": "HiDream",
    "cap_embedder.1.weight": "Lumina 2 or Z-Image",
    "input_blocks.1.1.time_stack.0.norm1.weight": "Stable Video Diffusion",
}


@pytest.mark.parametrize("prefix", ["model.diffusion_model.", ""])
@pytest.mark.parametrize(("key", "said"), FAMILIES.items())
def test_families_that_do_not_run_are_named(
    tmp_path: Path, prefix: str, key: str, said: str
) -> None:
    """Whichever loader is given the file, and whatever else lies in it."""
    texts = {"text_encoders.t5xxl.transformer.encoder.block.0.layer.0.weight": ONE}
    path = saved(tmp_path / "x.safetensors", {prefix + key: ONE.clone()} | texts)
    loads = (
        load,
        lambda path: load_diffusion_model(path, CPU, "default"),
        lambda path: load_vae(path, CPU),
        lambda path: load_control_net(path, CPU),
    )
    for load_as in loads:
        with pytest.raises(InputError, match=f"The file is {said}, which does not run here"):
            load_as(path)


def test_a_checkpoint_of_no_family_is_not_sent_to_its_own_folder(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.safetensors", {"model.diffusion_model.new.weight": ONE})
    with pytest.raises(InputError, match=r"The file is no checkpoint that runs here\. Choose"):
        load(path)


def test_a_control_net_is_no_unet(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "x.safetensors", released_shapes("control_sd15"))
    with pytest.raises(InputError, match="is no diffusion model that runs here, but a ControlNet"):
        load_diffusion_model(path, CPU, "default")


def test_half_a_download_is_named(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "x.safetensors", released_shapes("sd15"))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(InputError, match=r"cut short: 1,0\d\d,\d+,\d+ of 2,1\d\d,\d+,\d+ bytes"):
        load(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"\xff" * 64, "does not begin with the length of a header"),
        (b"\x20\0\0\0\0\0\0\0{", "ends within its header"),
        (b"\x02\0\0\0\0\0\0\0[]", "no list of tensors"),
    ],
)
def test_what_is_no_safetensors_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        open_tensors(path)


def test_wrong_parts_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.safetensors", {"lora_unet_x.lora_up.weight": ONE})
    with pytest.raises(InputError, match="no VAE, but a LoRA"):
        load_vae(path, CPU)
    with pytest.raises(InputError, match="no ControlNet of Stable Diffusion, but a LoRA"):
        load_control_net(path, CPU)
    with pytest.raises(InputError, match="no text encoder of Stable Diffusion, but a LoRA"):
        load_text_encoder_files([path], "cpu", lambda _name: None)


def test_kinds_of_control_nets_that_do_not_run_are_named(tmp_path: Path) -> None:
    reduced = saved(tmp_path / "a.safetensors", {"lora_controlnet": torch.zeros(0)})
    with pytest.raises(InputError, match="a Control-LoRA, which does not run here"):
        load_control_net(reduced, CPU)
    difference = saved(tmp_path / "b.safetensors", {"difference": ONE})
    with pytest.raises(InputError, match="only the difference"):
        load_control_net(difference, CPU)


def test_a_prompt_of_another_family_is_named(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "x.safetensors", released_shapes("sdxl"))
    network = load_checkpoint(path, CPU, lambda _name: None).model.network
    canvas = Canvas((1, 4, 8, 8), torch.zeros(1, 4, 8, 8))
    for width, family in ((768, "Stable Diffusion 1"), (3584, "a network that takes 3584")):
        condition = Condition(torch.zeros(1, 77, width), pooled=torch.zeros(1, width))
        with pytest.raises(InputError, match=f"encoded for {family}.*, and the model is SDXL"):
            network.inputs(condition, canvas)


def test_a_control_net_of_another_family_is_named(tmp_path: Path) -> None:
    net = load_control_net(write_control_net(tmp_path / "x.safetensors"), CPU)
    control = Control(net, Image(torch.zeros(1, 64, 64, 3)), 1.0)
    latent = torch.zeros(1, 4, 8, 8)
    inputs = NetworkInputs(context=torch.zeros(1, 77, 2048))
    hint = net.hint(control, (1, 4, 8, 8))
    with pytest.raises(InputError, match="for Stable Diffusion 1, and the model is SDXL"):
        net(hint, latent, torch.zeros(1), inputs, control)


def test_a_lora_for_another_family_is_named() -> None:
    shapes = released_shapes("sd15")
    sources = unet_sources(shapes)
    places, sizes = unet_places(original_names(sources)), sized(shapes, sources)
    assert len(find_changes(lora_sd15(), places, sizes, 1.0)) == 11
    # One of its changes has a place in Stable Diffusion 1 too, but not the other's size.
    foreign = lora_sdxl() | {
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (
            torch.zeros(4, 2048)
        ),
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight": (
            torch.zeros(1280, 4)
        ),
    }
    with pytest.raises(InputError, match="it was made for SDXL"):
        find_changes(foreign, places, sizes, 1.0)


def test_a_lora_that_changes_nothing_is_named() -> None:
    error = unfit(lora_sdxl(), "Stable Diffusion 1")
    assert error.what == "The LoRA is for SDXL, and the model is Stable Diffusion 1."
    assert "is no LoRA" in unfit({"conv.weight": ONE}, "SDXL").what


@pytest.mark.parametrize(
    ("part", "kind"), [("oft_blocks", "OFT"), ("lokr_t2", "LoKr with Tucker factors")]
)
def test_an_unknown_kind_of_lora_is_named(part: str, kind: str) -> None:
    with pytest.raises(InputError, match=kind):
        find_changes({f"x.{part}": ONE}, {"x": "conv.weight"}, {"conv.weight": (1,)}, 1.0)


def test_an_embedding_of_another_width_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.safetensors", {"emb_params": torch.zeros(2, 768)})
    with pytest.raises(InputError, match="vectors of 768 numbers; the text encoder clip_g takes"):
        read_embedding(path, "clip_g", 1280)


@pytest.mark.parametrize(
    "content",
    [
        {"string_to_param": {"*": torch.ones(2, 3)}, "name": "x"},
        {"<x>": torch.ones(2, 3)},
        {"clip_g": torch.zeros(1, 5), "clip_l": torch.ones(2, 3)},
    ],
)
def test_every_kind_of_embedding_is_read(tmp_path: Path, content: dict[str, object]) -> None:
    for suffix in (".pt", ".bin"):
        path = tmp_path / f"x{suffix}"
        torch.save(content, path)
        assert torch.equal(read_embedding(path, "clip_l", 3), torch.ones(2, 3))


def test_a_checkpoint_with_remains_of_its_training_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As sd-v1-4.ckpt: a class of pytorch_lightning is the key of a table beside the weights.
    name = "pytorch_lightning.callbacks.model_checkpoint"
    module = ModuleType(name)
    module.ModelCheckpoint = type(  # type: ignore[attr-defined]
        "ModelCheckpoint", (), {"__module__": name}
    )
    packages = ("pytorch_lightning", "pytorch_lightning.callbacks")
    for package in packages:
        monkeypatch.setitem(sys.modules, package, ModuleType(package))
    monkeypatch.setitem(sys.modules, name, module)
    content = {
        "state_dict": {"x": torch.ones(2).half()},
        "callbacks": {module.ModelCheckpoint: {"best": None}},
        "global_step": 7,
    }
    for suffix, is_zip in ((".ckpt", True), (".pt", False)):
        path = tmp_path / f"a{suffix}"
        torch.save(content, path, _use_new_zipfile_serialization=is_zip)
    for gone in (name, *packages):
        monkeypatch.delitem(sys.modules, gone)
    for suffix in (".ckpt", ".pt"):
        file = open_tensors(tmp_path / f"a{suffix}")
        assert file.shapes == {"x": (2,)}
        assert torch.equal(file.read("x"), torch.ones(2).half())
    torch.save({"state_dict": {"x": Path}}, tmp_path / "code.ckpt")
    with pytest.raises(InputError, match="holds something that is not a tensor"):
        open_tensors(tmp_path / "code.ckpt")
