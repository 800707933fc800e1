"""From a text encoder's weights in a file, in either layout, to those of `ClipText`.

transformers' names are kept; OpenCLIP's (MIT) number their layers as `resblocks`, keep query, key
and value in one matrix, and multiply the pooled text from the right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capdemo.models.clip_network import ClipShape
from capdemo.models.stored_network import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOP = {
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
}
_LAYER = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}
_HEAD = 64
"""Channels of an attention head in all three sizes."""
_PROJECTION = "text_projection.weight"
_WORDS = "text_model.embeddings.token_embedding.weight"


def clip_sources(shapes: Mapping[str, tuple[int, ...]], prefix: str = "") -> dict[str, Source]:
    """Where `ClipText` finds its weights among those whose names begin with a prefix."""
    found: dict[str, Source] = {}
    for name in shapes:
        if name.startswith(prefix):
            found |= _sources_of(name, name.removeprefix(prefix))
    return found


def clip_shape(shapes: Mapping[str, tuple[int, ...]], sources: Mapping[str, Source]) -> ClipShape:
    """The size of the encoder with these weights."""
    width = shapes[sources[_WORDS].name][1]
    numbers = [re.match(r"text_model\.encoder\.layers\.(\d+)\.", name) for name in sources]
    heads = width // _HEAD
    return ClipShape(
        width=width,
        layers=1 + max(int(number[1]) for number in numbers if number),
        heads=heads,
        has_quick_gelu=width == CLIP_L_WIDTH,
        has_projection=_PROJECTION in sources,
    )


CLIP_L_WIDTH, CLIP_H_WIDTH, CLIP_G_WIDTH = 768, 1024, 1280


def _sources_of(original: str, inner: str) -> dict[str, Source]:
    inner = inner.removeprefix("transformer.") if inner.startswith("transformer.text_") else inner
    if inner in _TOP:
        return {_TOP[inner]: Source(original)}
    if inner == "text_projection":
        return {_PROJECTION: Source(original, is_transposed=True)}
    layer = re.fullmatch(r"transformer\.resblocks\.(\d+)\.(.+)", inner)
    if layer:
        place = f"text_model.encoder.layers.{layer[1]}."
        return {place + name: source for name, source in _in_layer(original, layer[2])}
    return {_with_model(inner): Source(original)}


def _with_model(inner: str) -> str:
    """Some Stable Diffusion 1 files leave `text_model` out."""
    has_none = inner.startswith(("embeddings.", "encoder.", "final_layer_norm."))
    return f"text_model.{inner}" if has_none else inner


def _in_layer(original: str, inner: str) -> Iterator[tuple[str, Source]]:
    together = re.fullmatch(r"attn\.in_proj_(weight|bias)", inner)
    if together:
        for third, letter in enumerate("qkv"):
            yield f"self_attn.{letter}_proj.{together[1]}", Source(original, third)
        return
    module, _, kind = inner.rpartition(".")
    yield f"{_LAYER.get(module, module)}.{kind}", Source(original)
