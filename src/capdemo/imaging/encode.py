"""From pixels to the bytes of a file; writing them is left to `outputs`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import torch

from capdemo.imaging.metadata import exif_texts
from capdemo.imaging.png import BAND, png_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from capdemo.imaging.choices import DisplayFormat

DISPLAY_LIMIT = 120_000
"""Bytes that a picture on a page may have."""

_BAND = 256
"""Rows of a picture, or pictures of a batch, that are converted together."""

QUALITY_STEP = 5
LOWEST_QUALITY = 25
"""Below it a picture about image quality would mislead; it is then larger than the limit."""

_DISPLAY_QUALITY: Mapping[DisplayFormat, int] = {"avif": 63, "webp": 82}
_DISPLAY_OPTIONS: Mapping[DisplayFormat, Mapping[str, Any]] = {
    # AVIF's bytes depend on the number of threads, hence one. At speed 6 it would be a quarter
    # smaller, but take fifteen times as long, more than a compact network takes on the CPU.
    "avif": {"codec": "aom", "speed": 9, "max_threads": 1},
    "webp": {"method": 4},
}


@dataclass(frozen=True, slots=True)
class DisplayPicture:
    """A compressed copy for a page."""

    content: bytes
    width: int
    height: int
    quality: int


def to_uint8(picture: torch.Tensor) -> npt.NDArray[np.uint8]:
    """Pixels (0..1, any layout) in 8 bits, clipped and truncated as ComfyUI saves them."""
    result = torch.empty(picture.shape, dtype=torch.uint8)
    # In bands: a second copy in float32 of a large picture might not fit into memory.
    for start in range(0, len(picture), _BAND):
        band = slice(start, start + _BAND)
        result[band] = (picture[band] * 255.0).clamp_(0, 255)
    pixels: npt.NDArray[np.uint8] = result.numpy()
    return pixels


def to_uint16(picture: torch.Tensor) -> npt.NDArray[np.uint16]:
    """Pixels (0..1, any layout) in 16 bits, clipped and truncated as ComfyUI saves them."""
    scaled = (picture * 65535.0).clamp_(0, 65535).nan_to_num_(0.0)
    return scaled.contiguous().numpy().astype(np.uint16)


def png(picture: torch.Tensor, metadata: Mapping[str, str]) -> Iterator[bytes]:
    """The parts of a PNG file of one picture (HWC, 0..1, 1 to 4 channels), with 8 bits.

    Clipped and truncated as by `to_uint8`, but never whole in 8 bits, so that a large picture
    needs no second copy. The texts are put in by `png_pieces`.
    """
    height, width, channels = picture.shape
    bands = (to_uint8(picture[start : start + BAND]) for start in range(0, height, BAND))
    return png_pieces(bands, (height, width, channels), metadata)


def display(
    picture: PIL.Image.Image,
    *,
    width: int,
    image_format: DisplayFormat,
    metadata: Mapping[str, str],
    quality: int | None = None,
    limit: int = DISPLAY_LIMIT,
) -> DisplayPicture:
    """A copy of a picture (RGB or RGBA) for a page, at most `width` pixels wide.

    It is never enlarged. The quality, by default the format's own, falls in steps until the file
    has at most `limit` bytes, but not below `LOWEST_QUALITY`. EXIF carries the workflow. Same
    input, same bytes.
    """
    small = _scaled_down(picture, width)
    exif = PIL.Image.Exif()
    exif.update(exif_texts(metadata))
    options = {**_DISPLAY_OPTIONS[image_format], "exif": exif.tobytes()}
    quality = quality or _DISPLAY_QUALITY[image_format]
    content = _encoded(small, image_format, quality, options)
    while len(content) > limit and quality > LOWEST_QUALITY:
        quality = max(quality - QUALITY_STEP, LOWEST_QUALITY)
        content = _encoded(small, image_format, quality, options)
    return DisplayPicture(content, small.width, small.height, quality)


def _scaled_down(picture: PIL.Image.Image, width: int) -> PIL.Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), PIL.Image.Resampling.LANCZOS)


def _encoded(
    picture: PIL.Image.Image,
    image_format: DisplayFormat,
    quality: int,
    options: Mapping[str, Any],
) -> bytes:
    file = io.BytesIO()
    picture.save(file, image_format, quality=quality, **options)
    return file.getvalue()
