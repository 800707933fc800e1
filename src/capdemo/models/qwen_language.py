"""Qwen2.5-VL as a text encoder: the last hidden state of a prompt with pictures in it.

transformers' layers, called as ComfyUI calls its own: float32 throughout, no language head, and
the tokens of a picture in the order of the vision tower's windows (see `see`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from capdemo.models.library_imports import import_library
from capdemo.models.qwen_pictures import MERGE, PATCH, Patches
from capdemo.models.qwen_tokenizer import END_OF_TEXT
from capdemo.models.stored_layers import store_linears

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIBRARY = "transformers.models.qwen2_5_vl"

_HEAD = 128
"""Features a head of the language model."""
_VISION_HEADS = 16
_WINDOW = 112
"""Pixels along each side of a window of the vision tower."""
_WHOLE_PICTURE_LAYERS = (7, 15, 23, 31)
"""Layers that attend beyond their window."""


class QwenLanguageModel(nn.Module):
    """The language model and the vision tower of Qwen2.5-VL, without its head."""

    def __init__(self, model: Any, visual: Any) -> None:
        super().__init__()
        library = import_library(f"{_LIBRARY}.modeling_qwen2_5_vl")
        with torch.device("meta"):
            self.model = library.Qwen2_5_VLTextModel(model)
            self.visual = library.Qwen2_5_VisionTransformerPretrainedModel(visual)
        # The angles of rotation are no weights, so no file fills them.
        self.model.rotary_emb = type(self.model.rotary_emb)(model)
        self.visual.rotary_pos_emb = type(self.visual.rotary_pos_emb)(visual)
        self._window_order = library.get_vision_window_index
        store_linears(self)
        self.eval().requires_grad_(requires_grad=False)

    def see(self, patches: Patches, device: torch.device) -> torch.Tensor:
        """A picture's tokens, NC, float32.

        They stay in the order of the tower's windows, which transformers would undo: ComfyUI
        0.3.64 does not, so its pictures, and the LoRAs tried with them, come from this order.
        """
        grid = torch.tensor([[1, patches.rows, patches.columns]], device=device)
        seen = self.visual(patches.values.to(device), grid_thw=grid).pooler_output
        order, _ = self._window_order(
            grid, spatial_merge_size=MERGE, window_size=_WINDOW, patch_size=PATCH
        )
        tokens: torch.Tensor = seen[order]
        return tokens

    def forward(self, prompt: Sequence[int | Patches], device: torch.device) -> torch.Tensor:
        """The last hidden state, 1TC, float32, of tokens with pictures among them."""
        parts = [self._embed(part, device) for part in prompt]
        mask = _mask(prompt).to(device)
        output: torch.Tensor = self.model(
            inputs_embeds=torch.cat(parts)[None],
            position_ids=positions(prompt)[:, None].to(device),
            attention_mask=None if bool(mask.all()) else mask[None],
            use_cache=False,
        ).last_hidden_state
        return output

    def _embed(self, part: int | Patches, device: torch.device) -> torch.Tensor:
        if isinstance(part, Patches):
            return self.see(part, device)
        # The table stays where it is; only its row travels.
        row: torch.Tensor = self.model.embed_tokens.weight[part][None]
        return row.to(device, torch.float32)


def positions(prompt: Sequence[int | Patches]) -> torch.Tensor:
    """Time, row and column of every token, 3T, float32 (multimodal rotary positions).

    A picture takes one moment and its grid; the text after it begins beyond its longer side.
    """
    places, start = [], 0
    for part in prompt:
        if isinstance(part, Patches):
            rows, columns = part.rows // MERGE, part.columns // MERGE
            grid = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).T
            places.append(start + torch.cat([torch.zeros_like(grid[:1]), grid]))
            start += max(rows, columns)
        else:
            places.append(torch.full((3, 1), start))
            start += 1
    return torch.cat(places, dim=1).float()


def text_config(
    *, words: int, features: int, inner: int, layers: int, queries: int, keys: int
) -> Any:
    """The language model's; `queries` and `keys` are widths of their projections."""
    return import_library(f"{_LIBRARY}.configuration_qwen2_5_vl").Qwen2_5_VLTextConfig(
        vocab_size=words,
        hidden_size=features,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=queries // _HEAD,
        num_key_value_heads=keys // _HEAD,
        max_position_embeddings=128000,
        max_window_layers=layers,
        rms_norm_eps=1e-6,
        rope_parameters={
            "rope_type": "default",
            "rope_theta": 1000000.0,
            "mrope_section": [16, 24, 24],
        },
        attn_implementation="sdpa",
    )


def vision_config(*, features: int, inner: int, layers: int, output: int) -> Any:
    """The vision tower's."""
    return import_library(f"{_LIBRARY}.configuration_qwen2_5_vl").Qwen2_5_VLVisionConfig(
        depth=layers,
        hidden_size=features,
        intermediate_size=inner,
        num_heads=_VISION_HEADS,
        out_hidden_size=output,
        window_size=_WINDOW,
        fullatt_block_indexes=_WHOLE_PICTURE_LAYERS,
        attn_implementation="sdpa",
    )


def _mask(prompt: Sequence[int | Patches]) -> torch.Tensor:
    """Whether each token is seen: text is not from the first `<|endoftext|>` on."""
    seen, kept = [], True
    for part in prompt:
        kept = kept and part != END_OF_TEXT
        seen += [True] * part.tokens if isinstance(part, Patches) else [kept]
    return torch.tensor(seen)
