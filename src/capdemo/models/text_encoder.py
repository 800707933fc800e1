"""Prompts to embeddings by CLIP, for Stable Diffusion 1, 2 and XL; as ComfyUI, token for token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import torch

from capdemo.models.lora import find_changes
from capdemo.models.lora_keys import clip_places
from capdemo.models.prompt import empty_row, make_rows
from capdemo.node_api.conditioning import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.models.clip_network import ClipText
    from capdemo.models.prompt import FindEmbedding, Row
    from capdemo.models.stored_network import StoredNetwork


@dataclass(frozen=True, slots=True)
class ClipHabits:
    """How a family of models uses one text encoder."""

    padding: int
    """The token that fills a row: the mark of the end, or 0."""
    layer: int
    """Counted from the end, -1 the last; 0 is the last with its normalisation."""
    depth: int
    """Layers as trained; files may leave out those behind the one that is used."""
    is_normalised: bool
    """Whether a layer before the last is normalised too."""
    is_projected: bool
    """Whether the pooled text is multiplied by the projection."""
    embedding: str
    """The name of its vectors in files of textual inversions: `clip_l`."""
    marks: tuple[str, ...]
    """What LoRA files call it: `lora_te1`, `text_encoder`."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipEncoder:
    """One text encoder: its network and habits."""

    network: StoredNetwork
    habits: ClipHabits
    find_embedding: FindEmbedding

    def rows(self, text: str) -> list[Row]:
        """What a prompt becomes."""
        return make_rows(text, self.habits.padding, self.find_embedding)

    def filled(self, rows: list[Row], count: int) -> list[Row]:
        """The rows, with rows of nothing behind them until there are `count`."""
        return [*rows, *([empty_row(self.habits.padding)] * (count - len(rows)))]

    def encode(self, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        """The embedding (1TC) of the rows in one, and the pooled text (1C) of the first."""
        if all(weight == 1.0 for row in rows for weight in row.weights):
            hidden, pooled = self._run(rows)
        else:
            together, pooled = self._run([*rows, empty_row(self.habits.padding)])
            hidden, empty = together[:-1], together[-1]
            weights = torch.tensor([row.weights for row in rows]).unsqueeze(-1)
            hidden = torch.where(weights == 1.0, hidden, (hidden - empty) * weights + empty)
        return hidden.reshape(1, -1, hidden.shape[-1]), pooled[:1]

    def with_last_layer(self, layer: int) -> ClipEncoder:
        """The same that stops earlier; a layer that it lacks means the last, normalised."""
        chosen = layer if -layer <= self.habits.depth else 0
        return replace(self, habits=replace(self.habits, layer=chosen))

    def _run(self, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        habits = self.habits
        # 0 asks for a layer behind the last, which the network takes as the last, normalised.
        layer = habits.depth + 1 + habits.layer
        with torch.inference_mode(), self.network.ready() as module:
            clip: ClipText = module  # type: ignore[assignment]
            embedded = torch.stack([_embed(clip, row) for row in rows])
            output = clip(
                embedded, [row.end for row in rows], layer=layer, normalised=habits.is_normalised
            )
            pooled = output.projected if habits.is_projected else output.pooled
            return _plain(output.hidden), _plain(pooled)


class SingleTextEncoder:
    """Stable Diffusion 1 or 2, or SDXL's refiner; implements `node_api.TextEncoder`."""

    def __init__(self, clip: ClipEncoder) -> None:
        self._clip = clip

    def encode(self, text: str, /) -> Condition:
        """As `TextEncoder`."""
        embedding, pooled = self._clip.encode(self._clip.rows(text))
        return Condition(embedding=embedding, pooled=pooled)

    def with_last_layer(self, layer: int) -> Self:
        """As `TextEncoder`."""
        return type(self)(self._clip.with_last_layer(layer))

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `TextEncoder`."""
        return type(self)(_with_lora(self._clip, weights, strength))


class XlTextEncoder:
    """SDXL's two; implements `node_api.TextEncoder` and `PairedTextEncoder`."""

    def __init__(self, large: ClipEncoder, small: ClipEncoder) -> None:
        self._large = large
        self._small = small

    def encode(self, text: str, /) -> Condition:
        """As `TextEncoder`; where an embedding differs in length, the longer row is cut."""
        return self._join(self._large.rows(text), self._small.rows(text))

    def encode_pair(self, text_g: str, text_l: str) -> Condition:
        """As `PairedTextEncoder`; the shorter text is followed by rows of nothing."""
        large, small = self._large.rows(text_g), self._small.rows(text_l)
        count = max(len(large), len(small))
        return self._join(self._large.filled(large, count), self._small.filled(small, count))

    def _join(self, large_rows: Sequence[Row], small_rows: Sequence[Row]) -> Condition:
        large, pooled = self._large.encode(large_rows)
        small, _ = self._small.encode(small_rows)
        length = min(large.shape[1], small.shape[1])
        embedding = torch.cat([small[:, :length], large[:, :length]], dim=-1)
        return Condition(embedding=embedding, pooled=pooled)

    def with_last_layer(self, layer: int) -> Self:
        """As `TextEncoder`."""
        return type(self)(self._large.with_last_layer(layer), self._small.with_last_layer(layer))

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `TextEncoder`."""
        return type(self)(
            _with_lora(self._large, weights, strength), _with_lora(self._small, weights, strength)
        )


def _embed(clip: ClipText, row: Row) -> torch.Tensor:
    """The vectors of a row, TC, among them those of embeddings."""
    numbers = [token if isinstance(token, int) else 0 for token in row.tokens]
    embedded = clip.embed(numbers).float()
    for place, token in enumerate(row.tokens):
        if not isinstance(token, int):
            embedded[place] = token.to(embedded)
    return embedded


def _plain(result: torch.Tensor) -> torch.Tensor:
    """On the CPU, and outside of inference mode, so that nodes may compute with it."""
    return torch.empty(result.shape).copy_(result)


def _with_lora(
    clip: ClipEncoder, weights: Mapping[str, torch.Tensor], strength: float
) -> ClipEncoder:
    places = clip_places(clip.network.weights.shapes, clip.habits.marks)
    changes = find_changes(weights, places, clip.network.weights.shapes, strength)
    return replace(clip, network=clip.network.with_changes(changes)) if changes else clip
