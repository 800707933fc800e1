"""Nodes that make the empty latents from which pictures and videos are drawn."""

from typing import Annotated, TypeAlias

from capdemo import imaging
from capdemo.node_api import Latent, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()


SideBy8: TypeAlias = Annotated[int, Range(16, LARGEST_SIDE, 8)]
SideBy16: TypeAlias = Annotated[int, Range(16, LARGEST_SIDE, 16)]
BatchSize: TypeAlias = Annotated[int, Range(1, 4096)]

# Channels of the VAEs, and pixels that one cell stands for along each side.
_SD1_CHANNELS = 4
_SD3_CHANNELS = 16
_FLUX2_CHANNELS = 128
_PIXELS = 8
_FLUX2_PIXELS = 16
_FRAMES = 4
"""Frames of a video that share one latent frame; the first has one of its own."""


@FAMILY.node("EmptyLatentImage", category="latent")
def make_latent(
    *, width: SideBy8 = 512, height: SideBy8 = 512, batch_size: BatchSize = 1
) -> Latent:
    """Make empty latents of a width and height in pixels, as Stable Diffusion 1 and XL use them."""
    return imaging.latents.empty(batch_size, _SD1_CHANNELS, height // _PIXELS, width // _PIXELS)


@FAMILY.node("EmptySD3LatentImage", category="latent/sd3")
def make_sd3_latent(
    *, width: SideBy16 = 1024, height: SideBy16 = 1024, batch_size: BatchSize = 1
) -> Latent:
    """Make empty latents of 16 channels, as Stable Diffusion 3, Flux and Qwen-Image use them."""
    return imaging.latents.empty(batch_size, _SD3_CHANNELS, height // _PIXELS, width // _PIXELS)


@FAMILY.node("EmptyFlux2LatentImage", category="latent")
def make_flux2_latent(
    *, width: SideBy16 = 1024, height: SideBy16 = 1024, batch_size: BatchSize = 1
) -> Latent:
    """Make empty latents of 128 channels, a cell for 16x16 pixels, as Flux 2 uses them."""
    rows, columns = height // _FLUX2_PIXELS, width // _FLUX2_PIXELS
    return imaging.latents.empty(batch_size, _FLUX2_CHANNELS, rows, columns)


@FAMILY.node("EmptyHunyuanLatentVideo", category="latent/video")
def make_video_latent(
    *,
    width: SideBy16 = 848,
    height: SideBy16 = 480,
    length: Annotated[int, Range(1, LARGEST_SIDE, 4)] = 25,
    batch_size: BatchSize = 1,
) -> Latent:
    """Make the empty latent of a video of so many frames, as HunyuanVideo and Wan use it."""
    frames = (length - 1) // _FRAMES + 1
    return imaging.latents.empty(
        batch_size, _SD3_CHANNELS, frames, height // _PIXELS, width // _PIXELS
    )


@FAMILY.node("EmptyQwenImageLayeredLatentImage", category="latent/qwen")
def make_layered_latent(
    *,
    width: SideBy16 = 640,
    height: SideBy16 = 640,
    layers: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 3,
    batch_size: BatchSize = 1,
) -> Latent:
    """Make the empty latent of a picture and its layers, as Qwen-Image-Layered draws them.

    The whole picture comes first, so there is one more than the number of layers.
    """
    return imaging.latents.empty(
        batch_size, _SD3_CHANNELS, layers + 1, height // _PIXELS, width // _PIXELS
    )
