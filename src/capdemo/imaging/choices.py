"""The words that workflow files use for ways of treating a picture; no torch in here."""

from __future__ import annotations

from typing import Literal, TypeAlias

ResizeMethod: TypeAlias = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]
"""How new pixels are computed from old ones."""

LatentResizeMethod: TypeAlias = Literal["nearest-exact", "bilinear", "area", "bicubic", "bislerp"]
"""How new cells of a latent are computed from old ones."""

Crop: TypeAlias = Literal["disabled", "center"]
"""`disabled` stretches to a new aspect ratio, `center` cuts the two longer ends off first."""

Channel: TypeAlias = Literal["alpha", "red", "green", "blue"]
"""Which channel of a picture file becomes a mask."""

ColourChannel: TypeAlias = Literal["red", "green", "blue", "alpha"]
"""Which channel of an image becomes a mask."""

Rotation: TypeAlias = Literal["none", "90 degrees", "180 degrees", "270 degrees"]
"""How far an image is turned clockwise."""

FlipMethod: TypeAlias = Literal["x-axis: vertically", "y-axis: horizontally"]
"""At which axis an image is mirrored."""

RedrawOrder: TypeAlias = Literal["Linear", "Chess", "None"]
"""In which order Ultimate SD Upscale redraws the tiles of a picture, if at all."""

SeamFix: TypeAlias = Literal["None", "Band Pass", "Half Tile", "Half Tile + Intersections"]
"""What Ultimate SD Upscale redraws once more where tiles meet."""

FrameColour: TypeAlias = Literal["white", "black"]
"""What ResizeAndPadImage fills its frame with."""

FrameResizeMethod: TypeAlias = Literal["area", "bicubic", "nearest-exact", "bilinear", "lanczos"]
"""The resize methods in the order of ResizeAndPadImage."""

MaximumResizeMethod: TypeAlias = Literal["area", "lanczos", "bilinear", "nearest-exact", "bicubic"]
"""The resize methods in the order of ImageScaleToMaxDimension."""

DisplayFormat: TypeAlias = Literal["avif", "webp"]
"""The compressed formats that pages show."""

MaskOperation: TypeAlias = Literal["multiply", "add", "subtract", "and", "or", "xor"]
"""How two masks become one."""

MorphologyOperation: TypeAlias = Literal[
    "erode", "dilate", "open", "close", "gradient", "bottom_hat", "top_hat"
]
"""What is done with the largest and the smallest value around a pixel."""

BlendMode: TypeAlias = Literal[
    "normal", "multiply", "screen", "overlay", "soft_light", "difference"
]
"""How the colours of two pictures are combined."""

PorterDuffMode: TypeAlias = Literal[
    "ADD",
    "CLEAR",
    "DARKEN",
    "DST",
    "DST_ATOP",
    "DST_IN",
    "DST_OUT",
    "DST_OVER",
    "LIGHTEN",
    "MULTIPLY",
    "OVERLAY",
    "SCREEN",
    "SRC",
    "SRC_ATOP",
    "SRC_IN",
    "SRC_OUT",
    "SRC_OVER",
    "XOR",
]
"""How two pictures with alpha become one."""

Dither: TypeAlias = Literal["none", "floyd-steinberg", "bayer-2", "bayer-4", "bayer-8", "bayer-16"]
"""How colours between those of a palette are imitated."""

Direction: TypeAlias = Literal["right", "down", "left", "up"]
"""On which side of a picture another one is put."""

SpacingColour: TypeAlias = Literal["white", "black", "red", "green", "blue"]
"""The strip between two pictures."""

TransferMethod: TypeAlias = Literal["reinhard_lab", "mkl_lab", "histogram"]
"""How the colours of a picture are made like those of another one."""

PadMode: TypeAlias = Literal["color", "edge", "edge_pixel", "pillarbox_blur"]
"""What a wider frame around a picture is filled with."""

Position: TypeAlias = Literal["center", "top", "bottom", "left", "right"]
"""Which part of a picture stays where it is cut, or where it is put in a larger frame."""

KeepProportion: TypeAlias = Literal[
    "stretch",
    "resize",
    "pad",
    "pad_edge",
    "pad_edge_pixel",
    "crop",
    "pillarbox_blur",
    "total_pixels",
]
"""What ImageResizeKJv2 does with the shape of a picture."""

FitMethod: TypeAlias = Literal["stretch", "keep proportion", "fill / crop", "pad"]
"""What ImageResize+ does with the shape of a picture."""

FitCondition: TypeAlias = Literal[
    "always", "downscale if bigger", "upscale if smaller", "if bigger area", "if smaller area"
]
"""When ImageResize+ resizes at all."""

PlainResizeMethod: TypeAlias = Literal[
    "nearest", "bilinear", "bicubic", "area", "nearest-exact", "lanczos"
]
"""How ImageResize+ computes new pixels."""
