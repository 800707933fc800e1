"""The types that travel along links, named so that a type checker tells a mask from an image."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NewType, Protocol

from capdemo.node_api.conditioning import Conditioning
from capdemo.node_api.diffusion import (
    ControlNet,
    DiffusionModel,
    TextEncoder,
    Vae,
)
from capdemo.node_api.faces import FaceRestoreModel
from capdemo.node_api.sampling import Guider, Noise, Sampler, Sigmas

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from pathlib import Path

    import torch

Image = NewType("Image", "torch.Tensor")
"""BHWC, float32, 0..1, RGB or RGBA, on the CPU."""

Mask = NewType("Mask", "torch.Tensor")
"""BHW, float32, 0..1, on the CPU; 1 is selected."""

Anything = NewType("Anything", object)
"""Whatever a link brings; the node passes it on without looking inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """A picture or video as a VAE encodes it."""

    samples: torch.Tensor
    """BCHW, or BCTHW for video; float32, on the CPU, not scaled for any model."""
    noise_mask: torch.Tensor | None = None
    """B1HW, 0..1, at any size: where the latent may change."""
    batch_index: tuple[int, ...] | None = None
    """Which draw of the noise each item takes; None is its place in the batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound."""

    waveform: torch.Tensor
    """BCT, float32, -1..1, on the CPU."""
    sample_rate: int
    """Samples a second."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoComponents:
    """A video taken apart."""

    images: Image
    """One picture a frame."""
    audio: Audio | None
    frame_rate: Fraction
    """Frames a second."""


class Video(Protocol):
    """A video that is read when it is needed."""

    def components(self) -> VideoComponents:
        """All frames, decoded, and the sound. Raises `InputError` where the file is broken."""
        ...


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What VHS_LoadVideo says about a video: as it is in the file, and as it was loaded."""

    source_fps: float
    source_frame_count: int
    source_duration: float
    """Seconds."""
    source_width: int
    source_height: int
    loaded_fps: float
    loaded_frame_count: int
    loaded_duration: float
    loaded_width: int
    loaded_height: int


@dataclass(frozen=True, slots=True)
class FileNames:
    """What VHS_VideoCombine wrote."""

    is_output: bool
    """Whether the files are kept, in the output folder."""
    paths: tuple[Path, ...]


class UpscaleModel(Protocol):
    """A loaded network that enlarges, or at scale 1 restores, one picture at a time."""

    @property
    def scale(self) -> int:
        """Output pixels per input pixel, along each side."""
        ...

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """Run the network on one picture or tile.

        Takes 1CHW, float32, 0..1, RGB, on any device; returns 1CHW, float32, 0..1, on the CPU,
        `scale` times as high and wide.
        """
        ...


@dataclass(frozen=True, slots=True)
class Blocker:
    """Given in place of an output: the nodes that need it do not run (`ExecutionBlocker`)."""

    message: str = ""
    """Why, for the user; empty where stopping there is what the workflow intends."""


SOCKET_TYPES: Mapping[Any, str] = MappingProxyType(
    {
        Image: "IMAGE",
        Mask: "MASK",
        Latent: "LATENT",
        Audio: "AUDIO",
        Video: "VIDEO",
        VideoInfo: "VHS_VIDEOINFO",
        FileNames: "VHS_FILENAMES",
        UpscaleModel: "UPSCALE_MODEL",
        FaceRestoreModel: "FACERESTORE_MODEL",
        DiffusionModel: "MODEL",
        TextEncoder: "CLIP",
        Vae: "VAE",
        Conditioning: "CONDITIONING",
        ControlNet: "CONTROL_NET",
        Sampler: "SAMPLER",
        Sigmas: "SIGMAS",
        Guider: "GUIDER",
        Noise: "NOISE",
        Anything: "*",
    },
)
"""From the Python type to the name that workflow files use."""
