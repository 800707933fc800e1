"""From the names of weights in released Stable Diffusion files to those of diffusers' modules.

Both are written down nowhere but in their code: CompVis' `latent-diffusion` (MIT) numbers a
U-Net's blocks through, diffusers (Apache-2.0) groups them by resolution.
"""

from __future__ import annotations

import re

_TOP = {
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "label_emb.0.0": "class_embedding.linear_1",
    "label_emb.0.2": "class_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
    "middle_block_out.0": "controlnet_mid_block",
    "input_hint_block.0": "controlnet_cond_embedding.conv_in",
    "input_hint_block.14": "controlnet_cond_embedding.conv_out",
}
_RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_MIDDLE = {"0": "resnets.0", "1": "attentions.0", "2": "resnets.1"}
_UNION = ("task_embedding", "transformer_layes", "spatial_ch_projs", "control_add_embedding")


def unet_name(original: str, layers: int) -> str:
    """The name in diffusers of a weight of a U-Net or ControlNet in the original layout.

    `layers` is the number of residual blocks at each resolution, 2 in every released model.
    Raises `KeyError` for a name that neither network has.
    """
    module, _, kind = original.rpartition(".")
    if module in _TOP:
        return f"{_TOP[module]}.{kind}"
    place, number, rest = _split(original)
    match place:
        case "input_blocks":
            block, layer = divmod(number - 1, layers + 1)
            return f"down_blocks.{block}.{_inside(rest, layer, 'downsamplers')}"
        case "output_blocks":
            block, layer = divmod(number, layers + 1)
            return f"up_blocks.{block}.{_inside(rest, layer, 'upsamplers')}"
        case "middle_block":
            return f"mid_block.{_MIDDLE[str(number)]}.{_resnet(rest)}"
        case "zero_convs":
            return f"controlnet_down_blocks.{number}.{rest.removeprefix('0.')}"
        case "input_hint_block":
            return f"controlnet_cond_embedding.blocks.{number // 2 - 1}.{rest}"
    raise KeyError(original)


def _split(original: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"([a-z_]+)\.(\d+)\.(.+)", original)
    if found is None:
        raise KeyError(original)
    place, number, rest = found.groups()
    return place, int(number), rest


def _inside(rest: str, layer: int, sampler: str) -> str:
    """The name within a block: `0.in_layers.0.weight`, `1.norm.weight`, `0.op.weight`."""
    part, _, inner = rest.partition(".")
    if inner.startswith(("op.", "conv.")):
        return f"{sampler}.0.conv.{inner.partition('.')[2]}"
    kind = "resnets" if part == "0" else "attentions"
    return f"{kind}.{layer}.{_resnet(inner)}"


def _resnet(inner: str) -> str:
    module, _, kind = inner.rpartition(".")
    return f"{_RESNET[module]}.{kind}" if module in _RESNET else inner
