"""Which pixels of a canvas Ultimate SD Upscale replaces, and how far: masks in 8 bits, by PIL.

A mask is black but for a patch, so it is never drawn at the size of the canvas.
"""

from __future__ import annotations

from dataclasses import dataclass

import PIL.Image
import PIL.ImageFilter
import PIL.ImageOps

from capdemo.imaging.redraw_regions import Box
from capdemo.imaging.sizes import Size

_BICUBIC = PIL.Image.Resampling.BICUBIC

_BOX_BLURS = 3
"""PIL's Gaussian blur is that many box blurs, each at most a pixel wider than its radius."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The part of a mask that is not black by definition."""

    picture: PIL.Image.Image
    """Mode L, 0..255; 255 is redrawn."""
    left: int
    top: int
    """Its corner on the canvas, beyond which it may reach."""

    def extent(self, canvas: Size) -> Box:
        """The smallest box around all of its pixels on the canvas that are not black."""
        hidden = Size(max(-self.left, 0), max(-self.top, 0))
        right = min(self.picture.width, canvas.width - self.left)
        bottom = min(self.picture.height, canvas.height - self.top)
        visible = self.picture.crop((*hidden, right, bottom))
        left, top, right, bottom = visible.getbbox() or (0, 0, *visible.size)
        x, y = self.left + hidden.width, self.top + hidden.height
        return Box(left + x, top + y, right + x, bottom + y)

    def within(self, region: Box, canvas: Size, blur: int) -> PIL.Image.Image:
        """The mask of one region, cut out after a Gaussian blur of that radius in pixels."""
        reach = _BOX_BLURS * (blur + 1) if blur > 0 else 0
        window = Box(
            max(region.left - reach, 0),
            max(region.top - reach, 0),
            min(region.right + reach, canvas.width),
            min(region.bottom + reach, canvas.height),
        )
        mask = PIL.Image.new("L", window.size, 0)
        mask.paste(self.picture, (self.left - window.left, self.top - window.top))
        if blur > 0:
            mask = mask.filter(PIL.ImageFilter.GaussianBlur(blur))
        left, top = region.left - window.left, region.top - window.top
        return mask.crop((left, top, left + region.size.width, top + region.size.height))


def solid(size: Size) -> PIL.Image.Image:
    """White all over."""
    return PIL.Image.new("L", size, 255)


def ridge(size: Size) -> PIL.Image.Image:
    """Black at the upper and lower edge, white along the middle, resized to each half."""
    gradient, half = PIL.Image.linear_gradient("L"), size.height // 2
    picture = PIL.Image.new("L", size, 0)
    picture.paste(gradient.resize((size.width, half), _BICUBIC), (0, 0))
    picture.paste(gradient.rotate(180).resize((size.width, half), _BICUBIC), (0, half))
    return picture


def upright_ridge(size: Size) -> PIL.Image.Image:
    """Black at the left and right edge, white along the middle."""
    # Every step of a ridge treats rows and columns alike, so turning it changes no value.
    return ridge(Size(size.height, size.width)).transpose(PIL.Image.Transpose.TRANSPOSE)


def band(size: Size) -> PIL.Image.Image:
    """A ridge of 256x256 pixels, resized as a whole."""
    return ridge(Size(256, 256)).resize(size, _BICUBIC)


def upright_band(size: Size) -> PIL.Image.Image:
    """A band from top to bottom."""
    return upright_ridge(Size(256, 256)).resize(size, _BICUBIC)


def peak(size: Size) -> PIL.Image.Image:
    """White in the centre, black at the corners; 74 is left at the middle of each edge."""
    return PIL.ImageOps.invert(PIL.Image.radial_gradient("L").resize(size, _BICUBIC))
