"""Nodes that turn, frame and cut pictures, and put them side by side."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import (
    Direction,
    FlipMethod,
    FrameColour,
    FrameResizeMethod,
    Rotation,
    SpacingColour,
)
from capdemo.node_api import Image, Mask, Name, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SEED, LARGEST_SIDE

FAMILY = NodeFamily()

LARGEST_CROP = 8192
"""Of ComfyUI's nodes for training data."""


@FAMILY.node("ImageRotate", category="image/transform")
def rotate_image(*, image: Image, rotation: Rotation) -> Image:
    """Turn an image clockwise by a multiple of 90 degrees."""
    degrees = 0 if rotation == "none" else int(rotation.removesuffix(" degrees"))
    return imaging.crop.turned(image, degrees // 90)


@FAMILY.node("ImageFlip", category="image/transform")
def flip_image(*, image: Image, flip_method: FlipMethod) -> Image:
    """Mirror an image: at the x-axis, upside down, or at the y-axis, left to right."""
    return imaging.crop.mirrored(image, upside_down=flip_method.startswith("x"))


@FAMILY.node("ImageStitch", category="image/transform")
def stitch_images(
    *,
    image1: Image,
    direction: Direction = "right",
    match_image_size: bool = True,
    spacing_width: Annotated[int, Range(0, 1024, 2)] = 0,
    spacing_color: SpacingColour = "white",
    image2: Image | None = None,
) -> Image:
    """Put a second image beside the first, with a coloured strip between them if wanted.

    The second is resized to fit, or else the smaller one is framed. Without a second image the
    first stays as it is.
    """
    if image2 is None:
        return image1
    return imaging.stitch.stitch(
        image1,
        image2,
        direction,
        match_size=match_image_size,
        spacing=spacing_width,
        colour=spacing_color,
    )


@FAMILY.node("ImagePadForOutpaint", category="image")
def pad_for_outpainting(
    *,
    image: Image,
    left: Annotated[int, Range(0, LARGEST_SIDE, 8)] = 0,
    top: Annotated[int, Range(0, LARGEST_SIDE, 8)] = 0,
    right: Annotated[int, Range(0, LARGEST_SIDE, 8)] = 0,
    bottom: Annotated[int, Range(0, LARGEST_SIDE, 8)] = 0,
    feathering: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 40,
) -> tuple[Image, Mask]:
    """Add grey margins to an image, and select them, for a model to paint what lies outside.

    The selection reaches into the image and fades out over `feathering` pixels.
    """
    margins = imaging.pad.Margins(left, top, right, bottom)
    return imaging.pad.for_outpainting(image, margins, feathering=feathering)


@FAMILY.node("ResizeAndPadImage", category="image/transform")
def resize_and_pad_image(
    *,
    image: Image,
    target_width: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    target_height: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    padding_color: FrameColour,
    interpolation: FrameResizeMethod,
) -> Image:
    """Resize an image so that it fits into a frame, and put it into its middle."""
    return imaging.pad.fitted(
        image,
        imaging.sizes.Size(target_width, target_height),
        method=interpolation,
        value=1.0 if padding_color == "white" else 0.0,
    )


@FAMILY.node("CenterCropImages", category="image/transform")
def crop_centre(
    *,
    images: Image,
    width: Annotated[int, Range(1, LARGEST_CROP)] = 512,
    height: Annotated[int, Range(1, LARGEST_CROP)] = 512,
) -> Annotated[Image, Name("images")]:
    """Cut the middle out of images; the result has 8 bits a channel, as in ComfyUI."""
    return imaging.crop.cut_centre(images, imaging.sizes.Size(width, height))


@FAMILY.node("RandomCropImages", category="image/transform")
def crop_anywhere(
    *,
    images: Image,
    width: Annotated[int, Range(1, LARGEST_CROP)] = 512,
    height: Annotated[int, Range(1, LARGEST_CROP)] = 512,
    seed: Annotated[int, Range(0, LARGEST_SEED)] = 0,
) -> Annotated[Image, Name("images")]:
    """Cut a rectangle out of images at a random place, the same one for a whole batch.

    The result has 8 bits a channel, as in ComfyUI.
    """
    return imaging.crop.cut_anywhere(images, imaging.sizes.Size(width, height), seed=seed)
