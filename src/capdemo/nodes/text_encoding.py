"""Nodes that turn prompts into conditionings."""

from dataclasses import replace
from typing import Annotated, TypeAlias

from capdemo.errors import InputError
from capdemo.node_api import (
    Conditioning,
    DynamicPrompts,
    Multiline,
    NodeFamily,
    PairedTextEncoder,
    PictureSizes,
    Range,
    TextEncoder,
)
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

Prompt: TypeAlias = Annotated[str, Multiline(), DynamicPrompts()]
Pixels: TypeAlias = Annotated[int, Range(0, LARGEST_SIDE)]


@FAMILY.node("CLIPTextEncode", category="conditioning")
def encode_text(*, text: Prompt, clip: TextEncoder) -> Conditioning:
    r"""Encode a prompt; `(word:1.2)` weighs a word, and `{a|b}` is replaced by one of its choices.

    `(word)` weighs by 1.1, brackets within brackets multiply, `\(` is a bracket. A prompt of more
    than 75 tokens is encoded in parts. `embedding:name` stands for a textual inversion in the
    folder embeddings.
    """
    return Conditioning((clip.encode(text),))


@FAMILY.node("CLIPSetLastLayer", category="conditioning")
def set_last_layer(
    *, clip: TextEncoder, stop_at_clip_layer: Annotated[int, Range(-24, -1)] = -1
) -> TextEncoder:
    """Let a text encoder stop some layers before its last one (clip skip); -1 is the last."""
    return clip.with_last_layer(stop_at_clip_layer)


@FAMILY.node("CLIPTextEncodeSDXL", category="advanced/conditioning")
def encode_text_with_sizes(
    *,
    clip: TextEncoder,
    width: Pixels = 1024,
    height: Pixels = 1024,
    crop_w: Pixels = 0,
    crop_h: Pixels = 0,
    target_width: Pixels = 1024,
    target_height: Pixels = 1024,
    text_g: Prompt,
    text_l: Prompt,
) -> Conditioning:
    """Encode a prompt for SDXL together with the sizes that it was trained to know.

    Each of the two text encoders may be given a text of its own, the larger one `text_g`.
    """
    if not isinstance(clip, PairedTextEncoder):
        raise InputError(
            "The text encoder is not SDXL's pair.",
            hint="Take CLIPTextEncode for other models.",
        )
    sizes = PictureSizes(width, height, crop_w, crop_h, target_width, target_height)
    return Conditioning((replace(clip.encode_pair(text_g, text_l), sizes=sizes),))


@FAMILY.node("CLIPTextEncodeSDXLRefiner", category="advanced/conditioning")
def encode_text_with_score(
    *,
    ascore: Annotated[float, Range(0.0, 1000.0, 0.01)] = 6.0,
    width: Pixels = 1024,
    height: Pixels = 1024,
    text: Prompt,
    clip: TextEncoder,
) -> Conditioning:
    """Encode a prompt for SDXL's refiner together with a size and an aesthetic score."""
    sizes = PictureSizes(width, height, aesthetic_score=ascore)
    return Conditioning((replace(clip.encode(text), sizes=sizes),))
