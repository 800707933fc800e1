"""Nodes that load and apply parts of diffusion models; the networks are tested in `models/sd`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.sd_cases_for_tests import lora_sd15, lora_sdxl
from tests.sd_for_tests import released_shapes, write_hollow

from capdemo.errors import InputError
from capdemo.imaging.inpainting import blank_masked
from capdemo.models.controlnet import LoadedControlNet
from capdemo.models.store import LocalModelStore
from capdemo.node_api import (
    Blocker,
    Condition,
    Conditioning,
    ControlNet,
    Folders,
    Image,
    Mask,
    PictureSizes,
    RunContext,
    TextEncoder,
)
from capdemo.nodes import control_nets, loaders, text_encoding

GOLDEN = Path(__file__).with_name("golden") / "inpainting_0_3_64.npz"


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    for folder in ("checkpoints", "loras", "controlnet", "embeddings"):
        (tmp_path / folder).mkdir()
    return RunContext(
        device="cpu",
        precision="exact",
        models=LocalModelStore.from_environment([tmp_path]),
        folders=Folders(tmp_path, tmp_path, tmp_path),
        metadata={},
        progress=lambda _done, _total: None,
        save=lambda _file: None,
    )


class EchoedText:
    """A text encoder that remembers what it was given."""

    def __init__(self, said: tuple[Any, ...] = ()) -> None:
        self.said = said

    def encode(self, text: str, /) -> Condition:
        return Condition(torch.tensor([[[float(len(text))]]]))

    def with_last_layer(self, layer: int) -> EchoedText:
        return EchoedText((*self.said, layer))

    def with_lora(self, weights: object, strength: float) -> EchoedText:
        return EchoedText((*self.said, strength))


class EchoedPair(EchoedText):
    """SDXL's two."""

    def encode_pair(self, text_g: str, text_l: str) -> Condition:
        return Condition(torch.tensor([[[float(len(text_g)), float(len(text_l))]]]))


def test_a_checkpoint_without_a_vae_blocks_only_those_who_need_it(
    context: RunContext, tmp_path: Path
) -> None:
    shapes = {
        key: shape
        for key, shape in released_shapes("sd15").items()
        if not key.startswith("first_stage_model.")
    }
    write_hollow(tmp_path / "checkpoints" / "x.safetensors", shapes)
    model, clip, vae = loaders.load_checkpoint(ckpt_name="x.safetensors", context=context)
    assert model.network.latent_format.channels == 4
    assert not isinstance(clip, Blocker)
    assert cast("object", vae) == Blocker("x.safetensors has no VAE. Add a VAELoader.")


def test_loras_are_applied_where_they_belong(context: RunContext, tmp_path: Path) -> None:
    write_hollow(tmp_path / "checkpoints" / "x.safetensors", released_shapes("sd15"))
    save_file(lora_sd15(), tmp_path / "loras" / "both.safetensors")
    text = {key: value for key, value in lora_sd15().items() if key.startswith("lora_te_")}
    save_file(text, tmp_path / "loras" / "text.safetensors")
    save_file(lora_sdxl(), tmp_path / "loras" / "xl.safetensors")
    model, _, _ = loaders.load_checkpoint(ckpt_name="x.safetensors", context=context)
    clip: Any = EchoedText()

    def load(name: str, strength_model: float, strength_clip: float) -> tuple[Any, Any]:
        return loaders.add_lora(
            model=model,
            clip=clip,
            lora_name=name,
            strength_model=strength_model,
            strength_clip=strength_clip,
            context=context,
        )

    assert load("both.safetensors", 0, 0) == (model, clip)
    changed, encoder = load("both.safetensors", 0.5, 0.25)
    assert changed.network is not model.network
    assert encoder.said == (0.25,)
    unchanged, encoder = load("text.safetensors", 1, 1)
    assert unchanged is model
    assert encoder.said == (1,)
    foreign = {k: v for k, v in lora_sdxl().items() if "input_blocks" not in k}
    save_file(foreign, tmp_path / "loras" / "xl.safetensors")
    with pytest.raises(InputError, match=r"The LoRA is for SDXL, and the model is Stable Diff"):
        load("xl.safetensors", 1, 1)


def test_control_nets_chain_and_share() -> None:
    net = cast("ControlNet", object())
    image = Image(torch.zeros(1, 8, 8, 3))
    plain = Conditioning((Condition(torch.zeros(1, 1, 1)), Condition(torch.ones(1, 1, 1))))
    first = control_nets.apply_control_net(
        conditioning=plain, control_net=net, image=image, strength=0.5
    )
    assert all(one.control_on_negative for one in first)
    assert first[0].control is first[1].control
    positive, negative = control_nets.apply_control_net_to_both(
        positive=first,
        negative=plain,
        control_net=net,
        image=image,
        strength=0.25,
        start_percent=0.1,
        end_percent=0.9,
    )
    for one in (*positive, *negative):
        assert one.control is not None
        assert (one.control.strength, one.control.start_percent) == (0.25, 0.1)
        assert not one.control_on_negative
    assert positive[0].control is not None
    assert positive[0].control.previous is first[0].control
    assert positive[0].control is positive[1].control
    assert negative[0].control is not positive[0].control
    unchanged = control_nets.apply_control_net_to_both(
        positive=plain, negative=first, control_net=net, image=image, strength=0
    )
    assert unchanged == (plain, first)


def test_a_union_net_is_told_its_kind() -> None:
    net = LoadedControlNet(cast("Any", None))
    tile: Any = control_nets.set_union_kind(control_net=net, type="tile")
    auto: Any = control_nets.set_union_kind(control_net=tile, type="auto")
    assert (tile._kind, auto._kind) == (6, None)
    with pytest.raises(InputError, match="has no kinds"):
        control_nets.set_union_kind(control_net=cast("ControlNet", object()), type="tile")


def test_texts_are_encoded_with_sizes() -> None:
    pair = cast("TextEncoder", EchoedPair())
    (encoded,) = text_encoding.encode_text_with_sizes(
        clip=pair,
        width=1152,
        height=896,
        crop_w=4,
        crop_h=8,
        target_width=1216,
        target_height=832,
        text_g="four",
        text_l="to",
    )
    assert encoded.embedding.flatten().tolist() == [4, 2]
    assert encoded.sizes == PictureSizes(1152, 896, 4, 8, 1216, 832)
    single = cast("TextEncoder", EchoedText())
    with pytest.raises(InputError, match="not SDXL's pair"):
        text_encoding.encode_text_with_sizes(clip=single, text_g="", text_l="")
    (scored,) = text_encoding.encode_text_with_score(clip=single, ascore=2.5, text="abc")
    assert scored.sizes == PictureSizes(1024, 1024, aesthetic_score=2.5)
    (plain,) = text_encoding.encode_text(text="abc", clip=single)
    assert plain.sizes is None
    deeper: Any = text_encoding.set_last_layer(clip=single, stop_at_clip_layer=-2)
    assert deeper.said == (-2,)


@pytest.mark.parametrize("grow", [6, 5, 0])
def test_a_picture_is_blanked_for_inpainting_as_by_comfyui(grow: int) -> None:
    # The pixels that VAEEncodeForInpaint of ComfyUI 0.3.64 gives its VAE, every third of them.
    generator = torch.Generator().manual_seed(11)
    image = Image(torch.rand(1, 37, 50, 3, generator=generator))
    mask = Mask((torch.rand(1, 20, 30, generator=generator) > 0.9).float())
    pixels, noise_mask = blank_masked(image, mask, cell=8, grow=grow)
    with np.load(GOLDEN) as expected:
        assert np.abs(pixels[:, ::3, ::3].numpy() - expected[f"pixels{grow}"]).max() < 1e-6
        assert np.array_equal(noise_mask.numpy(), expected[f"mask{grow}"])
