"""One call of the Qwen-Image transformer, on diffusers' layers and with ComfyUI's token order.

diffusers' own `forward` is not used: it rounds the timestep to bfloat16, places tokens by
another rule and keeps the rotation in float32 (the decision `qwen-image-tokens-as-in-comfyui`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from capdemo.errors import InputError
from capdemo.models.library_imports import import_library
from capdemo.models.qwen_positions import (
    PATCH,
    Grid,
    positions,
    reference_grids,
    rotary_table,
    rotate,
    tokens_along,
)
from capdemo.models.stored_layers import store_linears

if TYPE_CHECKING:
    from collections.abc import Sequence


class QwenImageNetwork(nn.Module):
    """The transformer of Qwen-Image and Qwen-Image-Edit (arXiv 2508.02324)."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        library = import_library("diffusers")
        with torch.device("meta"):
            self.layers = library.QwenImageTransformer2DModel(**config)
        store_linears(self.layers)
        self.layers.eval().requires_grad_(requires_grad=False)
        self.context_features: int = self.layers.config.joint_attention_dim
        """Of a prompt's tokens."""
        self.axes: tuple[int, int, int] = self.layers.config.axes_dims_rope
        for block in self.layers.transformer_blocks:
            block.attn.set_processor(_JointAttention())

    def forward(
        self,
        latent: torch.Tensor,
        timestep: torch.Tensor,
        context: torch.Tensor,
        references: Sequence[torch.Tensor] = (),
        method: str = "index",
    ) -> torch.Tensor:
        """The velocity at `latent`, BCTHW with T = 1, in the type of `latent`.

        `timestep` is B, float32, 0..1. `context` is BNC. References are latents scaled like
        `latent`, of any size; `method` as in `reference_grids`.
        """
        parts = [_tokens(picture) for picture in (latent, *references)]
        layers, text = self.layers, self.layers.txt_in(self.layers.txt_norm(context))
        tokens = layers.img_in(torch.cat(parts, dim=1))
        sizes = [(reference.shape[-2], reference.shape[-1]) for reference in references]
        grid = Grid(*map(tokens_along, latent.shape[-2:]))
        places = positions(context.shape[1], grid, reference_grids(sizes, method))
        table = rotary_table(places, self.axes).to(device=latent.device, dtype=latent.dtype)
        time = layers.time_text_embed(timestep, tokens)
        for block in layers.transformer_blocks:
            text, tokens = block(
                hidden_states=tokens,
                encoder_hidden_states=text,
                encoder_hidden_states_mask=None,
                temb=time,
                image_rotary_emb=table,
            )
        made = layers.proj_out(layers.norm_out(tokens[:, : parts[0].shape[1]], time))
        return _picture(made, latent)


class _JointAttention:
    """Text and pictures attend to one another; nothing is masked, as ComfyUI pads nothing."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        image_rotary_emb: torch.Tensor,
        attention_mask: None = None,
        encoder_hidden_states_mask: None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The change of the pictures' tokens, then that of the text's; both BNC."""
        del attention_mask, encoder_hidden_states_mask
        joined, heads = [], (attn.heads, -1)
        for of_text, of_picture, text_norm, picture_norm in (
            (attn.add_q_proj, attn.to_q, attn.norm_added_q, attn.norm_q),
            (attn.add_k_proj, attn.to_k, attn.norm_added_k, attn.norm_k),
        ):
            text = text_norm(of_text(encoder_hidden_states).unflatten(-1, heads))
            picture = picture_norm(of_picture(hidden_states).unflatten(-1, heads))
            joined.append(rotate(torch.cat([text, picture], dim=1), image_rotary_emb))
        values = [attn.add_v_proj(encoder_hidden_states), attn.to_v(hidden_states)]
        query, key, value = (
            part.transpose(1, 2)
            for part in (*joined, torch.unflatten(torch.cat(values, dim=1), -1, heads))
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        whole, words = seen.transpose(1, 2).flatten(2), encoder_hidden_states.shape[1]
        return attn.to_out[0](whole[:, words:]), attn.to_add_out(whole[:, :words])


def _tokens(latent: torch.Tensor) -> torch.Tensor:
    """BCTHW with T = 1 as BN(4C): 2 by 2 latent pixels a token; odd sides are padded around."""
    frames, height, width = latent.shape[2:]
    if frames != 1:
        raise InputError(
            f"Qwen-Image works on one picture, but this latent holds {frames} frames.",
            hint="Encode one picture at a time (ImageFromBatch); a batch is encoded as a video.",
        )
    padding = (0, width % PATCH, 0, height % PATCH)
    even = functional.pad(latent.squeeze(2), padding, mode="circular")
    batch, channels, *sides = even.shape
    rows, columns = (side // PATCH for side in sides)
    cut = even.reshape(batch, channels, rows, PATCH, columns, PATCH)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, channels * PATCH**2)


def _picture(tokens: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """`_tokens` undone, without the padding."""
    height, width = like.shape[-2:]
    rows, columns = tokens_along(height), tokens_along(width)
    cut = tokens.reshape(len(tokens), rows, columns, -1, PATCH, PATCH).permute(0, 3, 1, 4, 2, 5)
    whole = cut.reshape(len(tokens), -1, 1, rows * PATCH, columns * PATCH)
    return whole[..., :height, :width]
