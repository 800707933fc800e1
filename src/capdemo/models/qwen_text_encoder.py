"""Prompts and pictures to embeddings by Qwen2.5-VL, from ComfyUI's single file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch

from capdemo.errors import InputError
from capdemo.models.layer_placing import PlacedLayers
from capdemo.models.qwen_language import QwenLanguageModel, text_config, vision_config
from capdemo.models.qwen_pictures import Patches, cut_into_patches
from capdemo.models.qwen_tokenizer import IMAGE_PAD, NEW_LINE, START_OF_TURN, USER, tokenize
from capdemo.models.scaled_float8 import give_factors, take_factors
from capdemo.models.stored_layers import fill, stored_linears
from capdemo.models.stored_network import Placing
from capdemo.node_api.conditioning import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capdemo.node_api.sockets import Image

TEMPLATE = (
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, "
    "quantity, text, spatial relationships of the objects and background:<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
)
"""What Qwen-Image was trained with for a prompt without pictures (its Apache-2.0 pipeline)."""

_MARKS = ("model.layers.0.self_attn.k_proj.bias", "visual.patch_embed.proj.weight")
_HEAD = "lm_head."
"""The part that writes text, which an encoder does without."""
_SMALLER_FEATURES = 2048
"""Of Qwen2.5-VL 3B."""
_WORKING_BYTES = 2 << 30
"""For a prompt of three pictures in float32, and one weight cast to it."""


def is_qwen_text_encoder(keys: Iterable[str]) -> bool:
    """Whether these are the keys of Qwen2.5-VL in the layout that ComfyUI reads."""
    present = set(keys)
    return all(mark in present for mark in _MARKS)


class QwenTextEncoder:
    """Qwen2.5-VL 7B; implements `node_api.TextEncoder` and `PictureTextEncoder`."""

    def __init__(self, layers: PlacedLayers[QwenLanguageModel]) -> None:
        self._layers = layers

    @property
    def module(self) -> QwenLanguageModel:
        """The layers, with their weights as they are stored."""
        return self._layers.module

    def encode(self, text: str, /) -> Condition:
        """As `TextEncoder`; brackets in the text do not weigh words."""
        return self.encode_with_pictures(text, (), TEMPLATE)

    def encode_with_pictures(
        self, text: str, pictures: Sequence[Image], template: str
    ) -> Condition:
        """As `PictureTextEncoder`; a text that begins a chat of its own takes no template.

        Each `<|image_pad|>` is the place of a picture, of which only the first of a batch is
        seen. What comes before the user's turn is not part of the embedding.
        """
        whole = text if text.startswith("<|im_start|>") else template.format(text)
        tokens = tokenize(whole)
        prompt = _with_pictures(tokens, pictures)
        with torch.no_grad(), self._layers.ready():
            hidden = self.module(prompt, self._layers.placing.device)
        return Condition(embedding=hidden[:, _user_turn(prompt, hidden.shape[1]) :].cpu())

    def with_last_layer(self, layer: int) -> Self:
        """As `TextEncoder`. Raises `InputError`: Qwen-Image takes the last layer."""
        raise InputError(
            f"Qwen2.5-VL is not stopped at layer {layer}; Qwen-Image takes its last one.",
            hint="Remove CLIPSetLastLayer, or let it stop at -1.",
        )

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `TextEncoder`; LoRAs of Qwen-Image change its transformer only."""
        del weights, strength
        return self


def load_qwen_text_encoder(
    weights: Mapping[str, torch.Tensor], *, where: str, device: str
) -> QwenTextEncoder:
    """Build the encoder from the file's tensors, which stay where they are.

    It computes in float32, as ComfyUI does. Raises `InputError` where weights are missing or are
    those of the smaller model.
    """
    scaled = take_factors(
        {key: weight for key, weight in weights.items() if not key.startswith(_HEAD)}, where
    )
    shapes = {key: tuple(weight.shape) for key, weight in scaled.weights.items()}
    if shapes["model.embed_tokens.weight"][1] == _SMALLER_FEATURES:
        raise InputError(
            "The file is Qwen2.5-VL 3B, the text encoder of OmniGen2; Qwen-Image needs the 7B.",
            where=where,
            hint="Choose qwen_2.5_vl_7b_fp8_scaled.safetensors.",
        )
    network = _empty(shapes)
    fill(network, scaled.weights, torch.float32, where)
    give_factors(stored_linears(network), scaled, where)
    placing = Placing(torch.device(device), torch.float32)
    return QwenTextEncoder(PlacedLayers(network, placing, _WORKING_BYTES))


def _empty(shapes: Mapping[str, tuple[int, ...]]) -> QwenLanguageModel:
    """The network of these shapes, without weights."""
    words, features = shapes["model.embed_tokens.weight"]
    return QwenLanguageModel(
        text_config(
            words=words,
            features=features,
            inner=shapes["model.layers.0.mlp.gate_proj.weight"][0],
            layers=_count(shapes, "model.layers."),
            queries=shapes["model.layers.0.self_attn.q_proj.weight"][0],
            keys=shapes["model.layers.0.self_attn.k_proj.weight"][0],
        ),
        vision_config(
            features=shapes["visual.patch_embed.proj.weight"][0],
            inner=shapes["visual.blocks.0.mlp.gate_proj.weight"][0],
            layers=_count(shapes, "visual.blocks."),
            output=shapes["visual.merger.mlp.2.weight"][0],
        ),
    )


def _count(keys: Iterable[str], prefix: str) -> int:
    return len({key[len(prefix) :].split(".")[0] for key in keys if key.startswith(prefix)})


def _with_pictures(tokens: Sequence[int], pictures: Sequence[Image]) -> list[int | Patches]:
    """The tokens with pictures in their places; a place without a picture stays a token."""
    coming = iter(pictures)
    prompt: list[int | Patches] = []
    for token in tokens:
        picture = next(coming, None) if token == IMAGE_PAD else None
        prompt.append(token if picture is None else cut_into_patches(picture[0]))
    return prompt


def _user_turn(prompt: Sequence[int | Patches], length: int) -> int:
    """Where the user's words begin: after the second `<|im_start|>user`, as ComfyUI finds it."""
    turns = [place for place, token in enumerate(prompt) if token == START_OF_TURN][:2]
    begin = turns[-1] if turns else -1
    is_user = list(prompt[begin + 1 : begin + 3]) == [USER, NEW_LINE]
    return begin + 3 if is_user and length > begin + 3 else begin
