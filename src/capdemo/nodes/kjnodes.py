"""Nodes of kijai's KJNodes (GPL-3.0), as they were in August 2026: same values, own code."""

from typing import Annotated, Literal

from capdemo import imaging
from capdemo.errors import InputError
from capdemo.imaging.choices import Crop, Direction, KeepProportion, Position, ResizeMethod
from capdemo.node_api import Image, Mask, Name, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily(pack="comfyui-kjnodes", licence="GPL-3.0")

LARGEST_DIVISOR = 512

Side = Annotated[int, Range(0, LARGEST_SIDE, 1)]
Divisor = Annotated[int, Range(0, LARGEST_DIVISOR, 1)]
Width = Annotated[int, Name("width")]
Height = Annotated[int, Name("height")]

UpscaleMethod = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos", "nvidia_rtx_vsr"]


@FAMILY.node("ImageResizeKJv2", category="KJNodes/image")
def resize_image(
    *,
    image: Image,
    width: Side = 512,
    height: Side = 512,
    upscale_method: UpscaleMethod,
    keep_proportion: KeepProportion,
    pad_color: str = "0, 0, 0",
    crop_position: Position = "center",
    divisible_by: Divisor = 2,
    mask: Mask | None = None,
    device: Literal["cpu", "gpu"] | None = "cpu",
) -> tuple[Image, Width, Height, Annotated[Mask, Name("mask")]]:
    """Resize an image and its mask, stretched, cropped, or in a frame, to multiples of a number.

    A side of 0 is the image's own, or follows from the other one. Everything is computed on the
    CPU, whatever `device` says.
    """
    if upscale_method == "nvidia_rtx_vsr":
        raise InputError(
            "The resize method 'nvidia_rtx_vsr' needs NVIDIA's own library and is not available.",
            hint="Choose another upscale_method.",
        )
    if upscale_method == "lanczos" and device == "gpu":
        raise InputError(
            "KJNodes has no lanczos on the GPU.", hint="Set device to 'cpu', or choose bicubic."
        )
    wish = imaging.kj_resize.Wish(
        size=imaging.sizes.Size(width, height),
        keep_proportion=keep_proportion,
        position=crop_position,
        divisible_by=divisible_by,
        pad_colour=pad_color,
    )
    resized, fitted = imaging.kj_resize.resize(image, mask, wish, method=upscale_method)
    shown = fitted if fitted is not None else imaging.masks.missing()
    return resized, resized.shape[2], resized.shape[1], shown


@FAMILY.node("ImageResizeKJ", category="KJNodes/image")
def resize_image_first_version(
    *,
    image: Image,
    width: Side = 512,
    height: Side = 512,
    upscale_method: ResizeMethod,
    keep_proportion: bool = False,
    divisible_by: Divisor = 2,
    get_image_size: Image | None = None,
    crop: Literal["disabled", "center", 0] | None = "disabled",
) -> tuple[Image, Width, Height]:
    """Resize an image to a size, or to that of another image; replaced by ImageResizeKJv2.

    A side of 0 is the image's own, or follows from the other one where the proportion is kept.
    """
    old = imaging.resize.size_of(image)
    if get_image_size is not None:
        size = imaging.resize.size_of(get_image_size)
    else:
        size = imaging.kj_resize.old_size(
            old,
            imaging.sizes.Size(width, height),
            keep_proportion=keep_proportion,
            divisible_by=divisible_by,
        )
    # Old files hold 0 here, a widget's value that has slipped; KJNodes takes it as the centre.
    cropping: Crop = "disabled" if crop in ("disabled", None) else "center"
    resized = imaging.resize.common_upscale(image, size, method=upscale_method, crop=cropping)
    return resized, resized.shape[2], resized.shape[1]


@FAMILY.node("ImageConcanate", category="KJNodes/image")
def concatenate_images(
    *,
    image1: Image | Mask,
    image2: Image | Mask,
    direction: Direction = "right",
    match_image_size: bool = True,
) -> Annotated[Image | Mask, Name("output")]:
    """Put a second image or mask beside the first one, whose kind the result is.

    The second is resized to fit, or else the smaller one is centred on black.
    """
    return imaging.stitch.concatenate(image1, image2, direction, match_size=match_image_size)
