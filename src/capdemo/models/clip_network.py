"""The text half of CLIP (arXiv 2103.00020): three sizes of one transformer, in float32.

transformers has it too, but gives no hidden layer with the last normalisation, takes no vectors
in place of tokens, and reads a mask from the tokens; written out, it is shorter than the detour.
Its weights have transformers' names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

POSITIONS = 77
VOCABULARY = 49408


@dataclass(frozen=True, slots=True)
class ClipShape:
    """The size of a text encoder."""

    width: int
    layers: int
    heads: int
    has_quick_gelu: bool
    """x sigmoid(1.702 x), with which OpenAI trained; OpenCLIP trained with the exact one."""
    has_projection: bool
    """Whether the file has the matrix that the pooled text is multiplied by."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipOutput:
    """What a text encoder says about a batch of token rows."""

    hidden: torch.Tensor
    """BTC: after the layer that was asked for."""
    pooled: torch.Tensor
    """BC: the last layer, normalised, at the end of each text."""
    projected: torch.Tensor
    """BC: `pooled` multiplied by the projection, where there is one."""


class ClipText(nn.Module):
    """Embeddings, layers, a normalisation and a projection."""

    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        self.text_model = _Transformer(shape)
        self.text_projection = (
            nn.Linear(shape.width, shape.width, bias=False) if shape.has_projection else None
        )

    def embed(self, tokens: Sequence[int]) -> torch.Tensor:
        """The vectors of tokens, TC, before their positions are added."""
        weight = self.text_model.embeddings.token_embedding.weight
        return weight[torch.tensor(tokens, device=weight.device)]

    def forward(
        self, embedded: torch.Tensor, ends: Sequence[int], *, layer: int, normalised: bool
    ) -> ClipOutput:
        """Encode rows of vectors (BTC); `ends` is the place of each text's last token.

        `layer` is the number of layers behind which `hidden` is taken; more than there are means
        the last, which is always normalised; `normalised` says so for the others.
        """
        model = self.text_model
        features = embedded + model.embeddings.position_embedding.weight
        hidden = None
        for number, block in enumerate(model.encoder.layers, start=1):
            features = block(features)
            if number == layer:
                hidden = model.final_layer_norm(features) if normalised else features
        last = model.final_layer_norm(features)
        pooled = last[torch.arange(len(last)), torch.tensor(ends)]
        return ClipOutput(
            hidden=last if hidden is None else hidden,
            pooled=pooled,
            projected=self.text_projection(pooled) if self.text_projection else pooled,
        )


class _Transformer(nn.Module):
    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        self.embeddings = _Embeddings(shape.width)
        self.encoder = _Encoder(shape)
        self.final_layer_norm = nn.LayerNorm(shape.width)


class _Embeddings(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(VOCABULARY, width)
        self.position_embedding = nn.Embedding(POSITIONS, width)


class _Encoder(nn.Module):
    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        self.layers = nn.ModuleList([_Layer(shape) for _ in range(shape.layers)])


class _Layer(nn.Module):
    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(shape.width)
        self.self_attn = _Attention(shape.width, shape.heads)
        self.layer_norm2 = nn.LayerNorm(shape.width)
        self.mlp = _Perceptron(shape.width, has_quick_gelu=shape.has_quick_gelu)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        features = features + self.self_attn(self.layer_norm1(features))
        result: torch.Tensor = features + self.mlp(self.layer_norm2(features))
        return result


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        batch, length, width = features.shape

        def heads(projected: torch.Tensor) -> torch.Tensor:
            return projected.view(batch, length, self._heads, -1).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            heads(self.q_proj(features)),
            heads(self.k_proj(features)),
            heads(self.v_proj(features)),
            is_causal=True,
        )
        result: torch.Tensor = self.out_proj(attended.transpose(1, 2).reshape(batch, length, width))
        return result


class _Perceptron(nn.Module):
    def __init__(self, width: int, *, has_quick_gelu: bool) -> None:
        super().__init__()
        self._has_quick_gelu = has_quick_gelu
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        features = self.fc1(features)
        if self._has_quick_gelu:
            features = features * torch.sigmoid(1.702 * features)
        else:
            features = functional.gelu(features)
        result: torch.Tensor = self.fc2(features)
        return result
