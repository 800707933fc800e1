"""Nodes from pictures to latents and back."""

from typing import Annotated, TypeAlias

from capdemo import imaging
from capdemo.node_api import Image, Latent, Mask, NodeFamily, Range, Tiles, Vae

FAMILY = NodeFamily()

Overlap: TypeAlias = Annotated[int, Range(0, 4096, 32)]
Frames: TypeAlias = Annotated[int, Range(8, 4096, 4)]
FrameOverlap: TypeAlias = Annotated[int, Range(4, 4096, 4)]

_LEAST_TILE = 4
"""Overlaps in a tile's side, in VAEDecodeTiled."""


@FAMILY.node("VAEEncode", category="latent")
def encode(*, pixels: Image, vae: Vae) -> Latent:
    """Turn a picture into a latent; its sides are cut to multiples of 8.

    The most likely latent is taken, not a random one.
    """
    return Latent(vae.encode(pixels))


@FAMILY.node("VAEEncodeTiled", category="_for_testing")
def encode_tiled(
    *,
    pixels: Image,
    vae: Vae,
    tile_size: Annotated[int, Range(64, 4096, 64)] = 512,
    overlap: Overlap = 64,
    temporal_size: Frames = 64,
    temporal_overlap: FrameOverlap = 8,
) -> Latent:
    """Turn a picture into a latent in tiles, to save memory: the mean of three tilings.

    The temporal settings are for videos alone.
    """
    tiles = Tiles(tile_size, overlap, temporal_size, temporal_overlap)
    return Latent(vae.encode_tiled(pixels, tiles))


@FAMILY.node("VAEEncodeForInpaint", category="latent/inpaint")
def encode_for_inpainting(
    *,
    pixels: Image,
    vae: Vae,
    mask: Mask,
    grow_mask_by: Annotated[int, Range(0, 64)] = 6,
) -> Latent:
    """Turn a picture into a latent to be filled where the grown mask is white."""
    blanked, noise_mask = imaging.inpainting.blank_masked(
        pixels, mask, cell=vae.latent_format.pixels, grow=grow_mask_by
    )
    return Latent(vae.encode(blanked), noise_mask=noise_mask)


@FAMILY.node("VAEDecode", category="latent")
def decode(*, samples: Latent, vae: Vae) -> Image:
    """Turn a latent into the picture that it encodes."""
    return vae.decode(samples.samples)


@FAMILY.node("VAEDecodeTiled", category="_for_testing")
def decode_tiled(
    *,
    samples: Latent,
    vae: Vae,
    tile_size: Annotated[int, Range(64, 4096, 32)] = 512,
    overlap: Overlap = 64,
    temporal_size: Frames = 64,
    temporal_overlap: FrameOverlap = 8,
) -> Image:
    """Turn a latent into a picture in tiles, to save memory: the mean of three tilings.

    An overlap of more than a quarter of a tile counts as a quarter. The temporal settings are for
    videos alone.
    """
    side_overlap = min(overlap, tile_size // _LEAST_TILE)
    is_long = temporal_size < 2 * temporal_overlap
    frame_overlap = temporal_overlap // 2 if is_long else temporal_overlap
    tiles = Tiles(tile_size, side_overlap, temporal_size, frame_overlap)
    return vae.decode_tiled(samples.samples, tiles)
