"""PNG of 16 bits and OpenEXR, decoded by FFmpeg and taken apart byte by byte.

OpenEXR's own library (the `OpenEXR` package, 3.5) read the same pixels, texts and primaries from
such files once.
"""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import torch
from av.codec.context import CodecContext
from av.packet import Packet

from capdemo.errors import RunError
from capdemo.imaging import deep
from capdemo.workflow.embedded import container_name, embedded_texts

if TYPE_CHECKING:
    import numpy.typing as npt
    from av.video.codeccontext import VideoCodecContext

    from capdemo.imaging.deep import ExrDepth, ExrInput

TEXTS = {"workflow": '{"nodes": [], "links": [], "n": "é😀"}', "prompt": '{"1": 2}'}


def noise(channels: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.rand(17, 31, channels, generator=generator) * 1.2 - 0.1


def decoded(content: bytes, codec: str, name: str) -> npt.NDArray[Any]:
    context = cast("VideoCodecContext", CodecContext.create(codec, "r"))
    frames = [*context.decode(Packet(content)), *context.decode(None)]
    return frames[0].to_ndarray(format=name)


def decoded_exr(content: bytes) -> npt.NDArray[np.float16 | np.float32]:
    """Unconverted, since FFmpeg's way from half to single precision clips at 1."""
    context = CodecContext.create("exr", "r")
    frame = [*context.decode(Packet(content)), *context.decode(None)][0]
    kind = np.float16 if "f16" in frame.format.name else np.float32
    planes = [np.frombuffer(bytes(plane), kind).reshape(frame.height, -1) for plane in frame.planes]
    green, blue, red, *alpha = (plane[:, : frame.width] for plane in planes)
    return np.stack([red, green, blue, *alpha], axis=-1)


def json_of(content: bytes) -> dict[str, object]:
    texts = embedded_texts(io.BytesIO(content), where="a")
    return {key: json.loads(text) for key, text in texts.items()}


EXPECTED = {key: json.loads(text) for key, text in TEXTS.items()}


@pytest.mark.parametrize(("channels", "name"), [(3, "rgb48le"), (4, "rgba64le")])
def test_a_png_has_16_bits_and_the_texts(channels: int, name: str) -> None:
    picture = noise(channels)
    content = deep.png_16_bit(picture, TEXTS)
    assert content[24] == 16  # the bit depth in the header
    expected = np.clip(picture.numpy() * np.float32(65535), 0, 65535).astype(np.uint16)
    assert np.array_equal(decoded(content, "png", name), expected)
    assert len(np.unique(expected)) > 1000
    assert content.index(b"prompt\0") < content.index(b"workflow\0") < content.index(b"IDAT")
    assert json_of(content) == EXPECTED


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("depth", ["16-bit float", "32-bit float"])
@pytest.mark.parametrize("space", ["sRGB", "HDR", "linear", "linear ACEScg"])
def test_an_exr_has_linear_light_and_the_texts(
    channels: int, depth: ExrDepth, space: ExrInput
) -> None:
    picture = noise(channels)
    content = deep.exr(picture, TEXTS, depth=depth, color_space=space)
    expected = deep.to_linear(picture, space).numpy()
    found = decoded_exr(content)
    assert found.dtype == (np.float16 if depth == "16-bit float" else np.float32)
    if depth == "32-bit float":
        assert np.array_equal(found, expected)
    else:
        assert np.abs(found - expected).max() <= 2**-10
        assert not np.array_equal(found, expected)
    assert container_name(io.BytesIO(content)) == "OpenEXR"
    assert json_of(content) == EXPECTED


@pytest.mark.parametrize(
    ("space", "red", "white"),
    [
        ("sRGB", (0.64, 0.33), (0.3127, 0.329)),
        ("linear", (0.64, 0.33), (0.3127, 0.329)),
        ("HDR", (0.708, 0.292), (0.3127, 0.329)),
        ("linear ACEScg", (0.713, 0.293), (0.32168, 0.33767)),
    ],
)
def test_an_exr_says_its_primaries(
    space: ExrInput, red: tuple[float, float], white: tuple[float, float]
) -> None:
    content = deep.exr(noise(3), {}, depth="32-bit float", color_space=space)
    mark = b"chromaticities\0chromaticities\0" + struct.pack("<i", 32)
    start = content.index(mark) + len(mark)
    values = struct.unpack_from("<8f", content, start)
    assert values[:2] == pytest.approx(red)
    assert values[6:] == pytest.approx(white)


def test_light_is_that_of_the_standards() -> None:
    """Middle grey of sRGB is 21.4 %; HLG's half is a twelfth of the peak (BT.2100)."""
    value = torch.tensor([0.0, 0.04, 0.5, 1.0]).reshape(1, 4, 1).expand(1, 4, 3)
    srgb = deep.to_linear(value, "sRGB")[0, :, 0].tolist()
    assert srgb == pytest.approx([0.0, 0.04 / 12.92, 0.2140411, 1.0], abs=1e-6)
    hlg = deep.to_linear(value, "HDR")[0, :, 0].tolist()
    assert hlg == pytest.approx([0.0, 0.0016 / 3, 1 / 12, 1.0], abs=1e-6)
    assert deep.to_linear(value, "linear") is value
    with_alpha = torch.cat([value, torch.full((1, 4, 1), 0.5)], dim=-1)
    assert deep.to_linear(with_alpha, "sRGB")[..., 3].tolist() == [[0.5] * 4]


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_other_channels_are_refused(channels: int) -> None:
    with pytest.raises(RunError, match=f"has {channels} channels"):
        deep.png_16_bit(noise(channels), {})
    with pytest.raises(RunError, match=f"has {channels} channels"):
        deep.exr(noise(channels), {}, depth="32-bit float", color_space="linear")


def test_one_pixel_is_a_picture() -> None:
    picture = torch.full((1, 1, 3), 0.25)
    assert decoded(deep.png_16_bit(picture, {}), "png", "rgb48le").tolist() == [[[16383] * 3]]
    content = deep.exr(picture, TEXTS, depth="32-bit float", color_space="linear")
    assert decoded_exr(content).tolist() == [[[0.25] * 3]]
