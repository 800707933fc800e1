"""Nodes that cut an image into a list of tiles and put it together again, after ComfyUI of 2026."""

from typing import Annotated

from capdemo import imaging
from capdemo.node_api import Image, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

SMALLEST_TILE = 64
LARGEST_MERGED_SIDE = 32768
LARGEST_OVERLAP = 4096


@FAMILY.node("SplitImageToTileList", category="image/batch")
def split_into_tiles(
    *,
    image: Image,
    tile_width: Annotated[int, Range(SMALLEST_TILE, LARGEST_SIDE)] = 1024,
    tile_height: Annotated[int, Range(SMALLEST_TILE, LARGEST_SIDE)] = 1024,
    overlap: Annotated[int, Range(0, LARGEST_OVERLAP)] = 128,
) -> list[Image]:
    """Cut an image into overlapping tiles, which the nodes behind take one by one."""
    size = imaging.sizes.Size(tile_width, tile_height)
    return imaging.tile_list.split(image, size, overlap)


@FAMILY.node("ImageMergeTileList", category="image/batch")
def merge_tiles(
    *,
    image_list: list[Image],
    final_width: list[Annotated[int, Range(SMALLEST_TILE, LARGEST_MERGED_SIDE)]] = [1024],  # noqa: B006  # never changed
    final_height: list[Annotated[int, Range(SMALLEST_TILE, LARGEST_MERGED_SIDE)]] = [1024],  # noqa: B006  # never changed
    overlap: list[Annotated[int, Range(0, LARGEST_OVERLAP)]] = [128],  # noqa: B006  # never changed
) -> Image:
    """Put an image together from its tiles; where they overlap they fade into each other.

    The final size and the overlap are those of the tiles that come in: enlarged, if they were.
    """
    size = imaging.sizes.Size(final_width[0], final_height[0])
    return imaging.tile_list.merge(image_list, size, overlap[0])
