"""Reading picture files; refuses what is damaged, too large or in a format that runs programs."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import torch
from PIL import ImageOps, ImageSequence

from capdemo.errors import CapdemoError, RunError
from capdemo.imaging.masks import NO_MASK_SIDE
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from capdemo.imaging.choices import Channel

PIXEL_LIMIT = 16384 * 16384
"""Of all frames of a file together; 16384 is the largest side that ComfyUI's widgets allow."""

FORMATS = (
    *("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"),
    *("JPEG2000", "PPM", "TGA", "ICO", "QOI", "DDS", "PCX"),
)
"""What is read. EPS, which Pillow hands to Ghostscript, must never be among them."""

_CHANNEL_BAND = {"alpha": "A", "red": "R", "green": "G", "blue": "B"}


def load_image(path: Path) -> tuple[Image, Mask]:
    """All frames of a picture file that are as large as the first one (LoadImage).

    The mask is 1 where the picture is transparent, or zeros of 64x64 where no frame has alpha.
    EXIF orientation is applied. Raises `RunError` for a file that cannot be read; ComfyUI fills
    the missing part of a truncated file with grey instead.
    """
    colours: list[torch.Tensor] = []
    masks: list[torch.Tensor | None] = []
    for frame in _frames(path):
        colour = _floats(frame.convert("RGB"))
        if not colours or colour.shape == colours[0].shape:
            colours.append(colour)
            masks.append(_transparency(frame))
    return Image(torch.stack(colours)), _stacked(masks, colours[0].shape)


def load_mask(path: Path, channel: Channel) -> Mask:
    """One channel of the first frame of a picture file; alpha is inverted (LoadImageMask)."""
    picture = _first_frame(path).convert("RGBA")
    values = _floats(picture.getchannel(_CHANNEL_BAND[channel]))[None]
    return Mask(1.0 - values if channel == "alpha" else values)


def open_picture(path: Path) -> PIL.Image.Image:
    """The first frame of a picture file, upright, RGB or RGBA, without its metadata."""
    frame = _first_frame(path)
    picture = frame.convert("RGBA" if frame.has_transparency_data else "RGB")
    picture.info.clear()
    return picture


def _first_frame(path: Path) -> PIL.Image.Image:
    with _opened(path) as picture:
        return _plain(ImageOps.exif_transpose(picture))


def _frames(path: Path) -> list[PIL.Image.Image]:
    with _opened(path) as picture:
        frames: list[PIL.Image.Image] = []
        pixels = 0
        for frame in ImageSequence.Iterator(picture):
            pixels += frame.width * frame.height
            if pixels > PIXEL_LIMIT:
                raise _too_large(path)
            frames.append(_plain(ImageOps.exif_transpose(frame)))
            # The further frames of an MPO are the same view for another eye, or a depth map.
            if picture.format == "MPO":
                break
        return frames


def _plain(frame: PIL.Image.Image) -> PIL.Image.Image:
    # Pillow clips 16-bit grey at 255 when it converts it. ComfyUI divides by 255, in whole
    # numbers, where Pillow calls the mode `I`; newer Pillow calls the same files `I;16`.
    if frame.mode.startswith("I"):
        return frame.convert("I").point(lambda value: value * (1 / 255))
    return frame


def _transparency(frame: PIL.Image.Image) -> torch.Tensor | None:
    if "A" in frame.getbands():
        return 1.0 - _floats(frame.getchannel("A"))
    if frame.mode == "P" and "transparency" in frame.info:
        return 1.0 - _floats(frame.convert("RGBA").getchannel("A"))
    return None


def _stacked(masks: list[torch.Tensor | None], shape: torch.Size) -> Mask:
    known = [mask for mask in masks if mask is not None]
    if not known:
        return Mask(torch.zeros(len(masks), NO_MASK_SIDE, NO_MASK_SIDE))
    return Mask(torch.stack([torch.zeros(shape[:2]) if m is None else m for m in masks]))


def _floats(picture: PIL.Image.Image) -> torch.Tensor:
    values = np.array(picture, dtype=np.float32)
    values /= 255
    return torch.from_numpy(values)


@contextmanager
def _opened(path: Path) -> Iterator[PIL.Image.Image]:
    before = PIL.Image.MAX_IMAGE_PIXELS
    try:
        with warnings.catch_warnings():
            # A file's odd metadata are nobody's concern here, its size is.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            PIL.Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT
            with PIL.Image.open(path, formats=FORMATS) as picture:
                yield picture
    except CapdemoError:
        raise
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError) as error:
        raise _too_large(path) from error
    except PIL.UnidentifiedImageError as error:
        raise RunError(
            "This is not a picture in a format that capdemo reads.",
            where=str(path),
            hint=f"Known formats: {', '.join(FORMATS)}.",
        ) from error
    # Pillow's decoders let SyntaxError, struct.error, IndexError and others out of damaged files.
    except Exception as error:
        raise _unreadable(path, error) from error
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


def _too_large(path: Path) -> RunError:
    return RunError(
        f"The picture has more than {PIXEL_LIMIT:,} pixels, which may be a decompression bomb.",
        where=str(path),
        hint="Make it smaller with an image editor, if you trust where it comes from.",
    )


def _unreadable(path: Path, error: Exception) -> RunError:
    if isinstance(error, OSError) and error.strerror:
        return RunError(f"The picture could not be read: {error.strerror}.", where=str(path))
    return RunError(
        f"The picture is damaged: {error}.",
        where=str(path),
        hint="Copy or download it again.",
    )
