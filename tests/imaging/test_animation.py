"""Animated pictures: frames, times, texts.

The digests were computed once from files that ComfyUI 0.3.64's SaveAnimatedWEBP and
SaveAnimatedPNG wrote with Pillow 13.0 for the same pictures; ours have the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import PIL
import PIL.Image
import pytest
import torch
from PIL import ImageSequence

from capdemo.errors import InputError
from capdemo.imaging import animation
from capdemo.workflow.embedded import embedded_texts

if TYPE_CHECKING:
    from tests.videos_for_tests import Frames

TEXTS = {
    "workflow": '{"nodes": [], "links": []}',
    "prompt": '{"1": {"class_type": "X", "inputs": {"a": "\\u00e9"}}}',
}


def pictures(channels: int = 3) -> torch.Tensor:
    """Three pictures of 31x17 pixels, partly beyond 0..1."""
    values = np.arange(3 * 17 * 31 * channels, dtype=np.float64) * 0.6180339887
    noise = (values % 1.0).reshape(3, 17, 31, channels) * 1.1 - 0.05
    return torch.from_numpy(noise.astype(np.float32))


def as_saved(images: torch.Tensor) -> Frames:
    return (images * 255).clamp(0, 255).numpy().astype(np.uint8)


def frames_of(content: bytes, mode: str = "RGB") -> Frames:
    with PIL.Image.open(io.BytesIO(content)) as picture:
        return np.stack(
            [np.asarray(frame.convert(mode)) for frame in ImageSequence.Iterator(picture)]
        )


def texts_in(content: bytes) -> dict[str, str]:
    return embedded_texts(io.BytesIO(content), where="a")


def same_json(one: dict[str, str], other: dict[str, str]) -> bool:
    return {k: json.loads(v) for k, v in one.items()} == {
        k: json.loads(v) for k, v in other.items()
    }


@pytest.mark.skipif(PIL.__version__ != "13.0.0", reason="another Pillow encodes otherwise")
@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (
            animation.webp(
                pictures(), TEXTS, milliseconds=166, lossless=True, quality=80, method=4
            ),
            "0399ed4203161ea1129c8d906655c65ed9c5840cff8babba0c2c1c4c6edbd791",
        ),
        (
            animation.webp(
                pictures(), TEXTS, milliseconds=166, lossless=False, quality=50, method=0
            ),
            "7c41cdf32df4a68093309d888340c6559ebf142585c8188b0a5e517f0cb9e429",
        ),
        (
            animation.animated_png(pictures(), TEXTS, milliseconds=166, compression=4),
            "9ee4b4041bd93b89cfae9c30acfa60871a32cc703975142edb4250771488aec2",
        ),
    ],
    ids=["lossless", "lossy", "png"],
)
def test_files_are_those_of_comfyui(content: bytes, digest: str) -> None:
    assert hashlib.sha256(content).hexdigest() == digest


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_holds_every_frame_and_the_texts(channels: int) -> None:
    images = pictures(channels)
    content = animation.animated_png(images, TEXTS, milliseconds=41, compression=1)
    assert np.array_equal(frames_of(content, "RGBA" if channels == 4 else "RGB"), as_saved(images))
    assert content.index(b"IDAT") < content.index(b"comf")
    assert texts_in(content) == TEXTS
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert picture.info["duration"] == 41


@pytest.mark.parametrize("channels", [3, 4])
def test_a_lossless_webp_holds_every_frame_and_the_texts(channels: int) -> None:
    images = pictures(channels)
    content = animation.webp(images, TEXTS, milliseconds=41, loops=3, lossless=True)
    found, expected = frames_of(content, "RGBA" if channels == 4 else "RGB"), as_saved(images)
    seen = expected[..., 3:].astype(bool) if channels == 4 else True  # clear pixels lose colour
    assert np.array_equal(found * seen, expected * seen)
    assert texts_in(content) == TEXTS
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert picture.info["loop"] == 3


def test_a_gif_holds_its_frames_in_256_colours_and_the_texts() -> None:
    rows = torch.linspace(0, 1, 16).reshape(1, 16, 1, 1)
    images = (rows + torch.linspace(0, 0.5, 3).reshape(3, 1, 1, 1)).clamp(0, 1).expand(3, 16, 8, 3)
    content = animation.gif(images, TEXTS, milliseconds=120, loops=2)
    assert np.array_equal(frames_of(content), as_saved(images))
    assert same_json(texts_in(content), TEXTS)
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert (picture.info["loop"], picture.info["duration"]) == (2, 120)
    assert texts_in(animation.gif(images, {}, milliseconds=120)) == {}


def test_the_texts_of_a_gif_may_be_long() -> None:
    texts = {"workflow": json.dumps({"nodes": [], "links": [], "note": "ü" * 20_000})}
    content = animation.gif(pictures(), texts, milliseconds=120)
    assert same_json(texts_in(content), texts)


@pytest.mark.parametrize("count", [1, 3])
def test_an_avif_holds_its_frames_and_the_texts(count: int) -> None:
    rows = torch.linspace(0, 1, 32).reshape(1, 32, 1, 1)
    images = (rows + torch.linspace(0, 0.5, 3).reshape(3, 1, 1, 1)).clamp(0, 1)[:count]
    images = images.expand(count, 32, 48, 3)
    content = animation.avif(images, TEXTS, crf=5, milliseconds=100)
    found = frames_of(content)
    assert found.shape == (count, 32, 48, 3)
    assert np.abs(found.astype(int) - as_saved(images)).max() < 12
    assert texts_in(content) == TEXTS
    assert content == animation.avif(images, TEXTS, crf=5, milliseconds=100)
    assert len(animation.avif(pictures(), {}, crf=63)) < len(animation.avif(pictures(), {}, crf=1))


def test_an_avif_does_not_say_when_it_was_written() -> None:
    texts = {"workflow": '{"mvhd": "tkhd mdhd and more text after it"}'}
    content = animation.avif(pictures(), texts, crf=40, milliseconds=100)
    assert texts_in(content) == texts
    movie = content[content.index(b"moov") :]
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        version, times = struct.unpack_from(">B3x16s", movie, movie.index(kind) + 4)
        assert (version, times) == (1, bytes(16))


def test_no_picture_is_an_error() -> None:
    with pytest.raises(InputError, match="no frame to write"):
        animation.gif([], {}, milliseconds=100)
