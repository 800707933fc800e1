"""Conditionings changed, mixed and joined, without a network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import pad

from capdemo.errors import InputError
from capdemo.node_api import Condition, Conditioning

if TYPE_CHECKING:
    from collections.abc import Callable


def changed(conditioning: Conditioning, change: Callable[[Condition], Condition]) -> Conditioning:
    """The same change to every prompt."""
    return Conditioning(tuple(change(condition) for condition in conditioning))


def averaged(to: Conditioning, source: Conditioning, strength: float) -> Conditioning:
    """Each prompt mixed with the first of the others, cut or filled by zeros to its length."""
    first = _first(source)

    def mix(condition: Condition) -> Condition:
        length = condition.embedding.shape[1]
        other = first.embedding[:, :length]
        other = pad(other, (0, 0, 0, length - other.shape[1]))
        pooled = first.pooled
        if pooled is not None and condition.pooled is not None:
            pooled = condition.pooled * strength + pooled * (1.0 - strength)
        return replace(
            condition,
            embedding=condition.embedding * strength + other * (1.0 - strength),
            pooled=condition.pooled if pooled is None else pooled,
        )

    return changed(to, mix)


def joined(to: Conditioning, source: Conditioning) -> Conditioning:
    """Each prompt with the tokens of the first of the others behind its own."""
    behind = _first(source).embedding
    return changed(to, lambda one: replace(one, embedding=torch.cat((one.embedding, behind), 1)))


def zeroed(conditioning: Conditioning) -> Conditioning:
    """Prompts of zeros in the same places."""
    return changed(
        conditioning,
        lambda condition: replace(
            condition,
            embedding=torch.zeros_like(condition.embedding),
            pooled=None if condition.pooled is None else torch.zeros_like(condition.pooled),
        ),
    )


def _first(conditioning: Conditioning) -> Condition:
    if not conditioning:
        raise InputError("The second conditioning holds no prompt; connect one that does.")
    return conditioning[0]
