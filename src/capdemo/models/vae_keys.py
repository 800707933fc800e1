"""From the names of weights in released VAE files to those of diffusers' `AutoencoderKL`."""

from __future__ import annotations

import re

_ATTENTION = {
    "norm": "group_norm",
    "q": "to_q",
    "k": "to_k",
    "v": "to_v",
    "proj_out": "to_out.0",
    # What diffusers called them until version 0.17.
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
}


def vae_name(original: str, levels: int) -> str:
    """The name in diffusers of a VAE's weight in the original layout, or in either of diffusers'.

    `levels` is the number of resolutions, 4 in every released model.
    """
    name = original.replace("nin_shortcut", "conv_shortcut")
    name = re.sub(r"\bnorm_out\b", "conv_norm_out", name)
    name = re.sub(r"\bdown\.(\d+)\.block\.", r"down_blocks.\1.resnets.", name)
    name = re.sub(r"\bdown\.(\d+)\.downsample\.", r"down_blocks.\1.downsamplers.0.", name)
    name = re.sub(
        r"\bup\.(\d+)\.block\.", lambda found: f"up_blocks.{_up(found, levels)}.resnets.", name
    )
    name = re.sub(
        r"\bup\.(\d+)\.upsample\.",
        lambda found: f"up_blocks.{_up(found, levels)}.upsamplers.0.",
        name,
    )
    name = re.sub(
        r"\bmid\.block_(\d)\.", lambda found: f"mid_block.resnets.{int(found[1]) - 1}.", name
    )
    name = name.replace("mid.attn_1.", "mid_block.attentions.0.")
    head, middle, tail = name.partition("mid_block.attentions.0.")
    part, dot, kind = tail.rpartition(".")
    return f"{head}{middle}{_ATTENTION.get(part, part)}{dot}{kind}" if middle else name


def _up(found: re.Match[str], levels: int) -> int:
    """Originals count resolutions from the finest, diffusers from the coarsest."""
    return levels - 1 - int(found[1])
