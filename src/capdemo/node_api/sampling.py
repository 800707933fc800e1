"""What travels between the nodes that sample; data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from capdemo.node_api.conditioning import Conditioning
    from capdemo.node_api.diffusion import DiffusionModel


@dataclass(frozen=True, slots=True)
class Sampler:
    """A sampling algorithm by ComfyUI's name, with the options that differ from its defaults."""

    name: str
    options: Mapping[str, float | str | bool] = field(default_factory=lambda: MappingProxyType({}))


Sigmas = NewType("Sigmas", "torch.Tensor")
"""The noise levels of a run, in order; float32, on the CPU."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What a run starts from."""

    seed: int
    """0..2^64-1."""
    is_silent: bool = False
    """Zeros in place of noise; the seed still drives the sampler's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Guider:
    """A model with its prompts and how strongly they guide."""

    model: DiffusionModel
    positive: Conditioning
    negative: Conditioning | None = None
    """None for a model that is not guided."""
    cfg: float = 1.0
    middle: Conditioning | None = None
    """A second positive prompt (`DualCFGGuider`)."""
    middle_cfg: float = 1.0
    """How strongly the second prompt differs from the negative one."""
    is_nested: bool = False
    """Whether the first prompt guides what the second has guided."""
