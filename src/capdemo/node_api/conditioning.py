"""What a diffusion network is asked to draw, where and when; data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    import torch

    from capdemo.node_api.diffusion import ControlNet, Vae
    from capdemo.node_api.sockets import Image


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the picture; its axes are those of the latent, the slowest first."""

    size: tuple[float, ...]
    """(height, width), or (frames, height, width)."""
    start: tuple[float, ...]
    """The upper left corner, in the same order."""
    is_share: bool = False
    """Whether the numbers are shares of the picture, 0..1, and not cells of the latent."""


@dataclass(frozen=True, slots=True)
class PictureSizes:
    """The sizes that SDXL is told, in pixels (`CLIPTextEncodeSDXL`)."""

    width: int
    height: int
    crop_left: int = 0
    crop_top: int = 0
    target_width: int | None = None
    """None is the width."""
    target_height: int | None = None
    aesthetic_score: float | None = None
    """What SDXL's refiner is told instead of the target."""


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """A control net with its hint, and those that were applied before it."""

    net: ControlNet
    image: Image
    strength: float = 1.0
    start_percent: float = 0.0
    """Of the way from noise to picture, 0..1."""
    end_percent: float = 1.0
    vae: Vae | None = None
    """For the nets whose hint is a latent."""
    mask: torch.Tensor | None = None
    """B1HW, 0..1: where an inpainting net draws."""
    kind: int | None = None
    """Which of its kinds a union net is to be (`SetUnionControlNetType`); None lets it be."""
    previous: Control | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One prompt as the network takes it (ComfyUI's pair of a tensor and a dict)."""

    embedding: torch.Tensor
    """BTC, float32, on the CPU; B is nearly always 1."""
    pooled: torch.Tensor | None = None
    """BC, float32, on the CPU."""
    attention_mask: torch.Tensor | None = None
    """BT, 1 where a token counts; None where all do."""
    sizes: PictureSizes | None = None
    control: Control | None = None
    control_on_negative: bool = False
    """Whether the negative prompts take the control over where they have none themselves."""
    area: Area | None = None
    strength: float = 1.0
    mask: torch.Tensor | None = None
    """BHW, 0..1, of any size, on the CPU: where the prompt counts, and how much."""
    mask_strength: float = 1.0
    area_is_mask_bounds: bool = False
    """Whether the network sees only the mask's bounding box (`set_area_to_bounds`)."""
    start_percent: float | None = None
    """Of the way from noise to picture, 0..1; None is from the beginning."""
    end_percent: float | None = None
    reference_latents: tuple[torch.Tensor, ...] = ()
    """BCHW or BCTHW, float32, on the CPU, not scaled: what an editing model looks at."""
    reference_method: str | None = None
    """How several of them are told apart (`FluxKontextMultiReferenceLatentMethod`)."""
    guidance: float | None = None
    """The number that a guidance-distilled network takes (`FluxGuidance`)."""
    has_guidance: bool = True
    """False where the number is to be left out altogether (`FluxDisableGuidance`)."""
    concat_latent: torch.Tensor | None = None
    """BCHW, float32, on the CPU, not scaled: the masked picture of an inpainting model."""
    concat_mask: torch.Tensor | None = None
    """B1HW, 0..1, of any size: what an inpainting model is to fill."""


Conditioning = NewType("Conditioning", "tuple[Condition, ...]")
"""Prompts that apply at once, each in its place and time."""
