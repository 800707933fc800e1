"""Pictures in larger frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.sizes import Size, within
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from capdemo.imaging.choices import ResizeMethod

OUTPAINT_GREY = 0.5


class Margins(NamedTuple):
    """Pixels that are added on each side."""

    left: int
    top: int
    right: int
    bottom: int


def framed(picture: torch.Tensor, margins: Margins, value: float) -> torch.Tensor:
    """A picture (BHWC) or mask (BHW) with margins of one value around it."""
    height = picture.shape[1] + margins.top + margins.bottom
    width = picture.shape[2] + margins.left + margins.right
    result = picture.new_full((len(picture), height, width, *picture.shape[3:]), value)
    inside(result, margins).copy_(picture)
    return result


def inside(frame: torch.Tensor, margins: Margins) -> torch.Tensor:
    """What the margins leave of a frame (BHWC or BHW), as a view."""
    height, width = frame.shape[1:3]
    return frame[:, margins.top : height - margins.bottom, margins.left : width - margins.right]


def for_outpainting(image: Image, margins: Margins, *, feathering: int) -> tuple[Image, Mask]:
    """A picture with grey margins, and a mask of what is to be painted (ImagePadForOutpaint).

    The mask is 1 on the margins and falls to 0 inside the picture over `feathering` pixels, by
    the square of the distance, from those sides that have a margin; not at all where the picture
    is narrower than two feathers.
    """
    size = size_of(image)
    kept = torch.zeros(1, size.height, size.width)
    if 0 < feathering * 2 < min(size):
        depth = ((feathering - _distances(size, margins)) / feathering).clamp(min=0)
        kept = (depth * depth).float()[None]
    return Image(framed(image, margins, OUTPAINT_GREY)), Mask(framed(kept, margins, 1.0))


def _distances(size: Size, margins: Margins) -> torch.Tensor:
    """How many pixels a pixel (HW, float64) is away from the nearest side with a margin."""
    rows = torch.arange(size.height, dtype=torch.float64)
    columns = torch.arange(size.width, dtype=torch.float64)
    never = torch.tensor(float(max(size)), dtype=torch.float64)
    down = rows if margins.top else never
    up = size.height - rows if margins.bottom else never
    right = columns if margins.left else never
    left = size.width - columns if margins.right else never
    vertical = torch.minimum(down, up).expand(size.height)
    horizontal = torch.minimum(right, left).expand(size.width)
    return torch.minimum(vertical[:, None], horizontal[None, :])


def fitted(image: Image, size: Size, *, method: ResizeMethod, value: float) -> Image:
    """A picture resized to fit into a frame, in its middle, the rest filled (ResizeAndPadImage).

    Sides are rounded down. Raises `RunError` where one would be 0.
    """
    old = size_of(image)
    small = within(old, size)
    left, top = (size.width - small.width) // 2, (size.height - small.height) // 2
    right, bottom = size.width - small.width - left, size.height - small.height - top
    resized = common_upscale(image, small, method=method)
    return Image(framed(resized, Margins(left, top, right, bottom), value))
