"""Cutting a rectangle out of an image."""

from __future__ import annotations

from capdemo.node_api import Image


def cut(image: Image, *, x: int, y: int, width: int, height: int) -> Image:
    """The rectangle whose upper left corner is at (x, y), in pixels (ImageCrop).

    The corner is moved into the picture, and what lies beyond its right and lower side is left
    out, so that the result can be smaller than asked for but never empty.
    """
    left = min(x, image.shape[2] - 1)
    top = min(y, image.shape[1] - 1)
    return Image(image[:, top : top + height, left : left + width])
