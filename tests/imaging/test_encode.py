"""What is in the files: pixels, chunks and EXIF, read back by other means than ours."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.imaging import encode
from capdemo.imaging.metadata import ascii_json

if TYPE_CHECKING:
    from capdemo.imaging.choices import DisplayFormat

PROMPT = json.dumps(
    {"1": {"class_type": "LoadImage", "inputs": {"image": "café 😀.png"}}}, ensure_ascii=False
)
WORKFLOW = '{"nodes": [], "title": "é\\n\\"quoted\\""}'
METADATA = {"workflow": WORKFLOW, "prompt": PROMPT}
COFFEE = Path(__file__).parents[2] / "workflows" / "inputs" / "truth" / "coffee.png"
PHOTO = PIL.Image.open(COFFEE).convert("RGB")


def exif_ascii(content: bytes) -> dict[int, bytes]:
    """The ASCII tags of IFD0, read from the TIFF structure inside the file."""
    start = content.index(b"II*\x00") if b"II*\x00" in content else content.index(b"MM\x00*")
    tiff = content[start:]
    order = "<" if tiff.startswith(b"II") else ">"
    (offset,) = struct.unpack(f"{order}I", tiff[4:8])
    (count,) = struct.unpack(f"{order}H", tiff[offset : offset + 2])
    tags = {}
    for index in range(count):
        at = offset + 2 + 12 * index
        tag, kind, length, where = struct.unpack(f"{order}HHII", tiff[at : at + 12])
        if kind == 2:
            tags[tag] = tiff[where : where + length]
    return tags


def test_pixels_are_clipped_and_truncated() -> None:
    values = torch.tensor([-1.0, 0.0, 0.999 / 255, 0.5, 254.999 / 255, 1.0, 2.0])
    assert encode.to_uint8(values).tolist() == [0, 0, 0, 127, 254, 255, 255]


@given(st.lists(st.floats(-2, 3, width=32), min_size=1))
def test_truncation_is_numpys(values: list[float]) -> None:
    expected = np.clip(255.0 * np.array(values, np.float32), 0, 255).astype(np.uint8)
    assert encode.to_uint8(torch.tensor(values, dtype=torch.float32)).tolist() == expected.tolist()


@pytest.mark.parametrize("rows", [1, 64, 65, 256, 257, 600])
def test_the_bands_of_a_high_picture_meet(rows: int) -> None:
    picture = torch.rand(rows, 3, 3, generator=torch.Generator().manual_seed(rows))
    expected = (picture.numpy() * np.float32(255)).astype(np.uint8)
    assert np.array_equal(encode.to_uint8(picture), expected)
    with PIL.Image.open(io.BytesIO(b"".join(encode.png(picture, {})))) as saved:
        assert np.array_equal(np.asarray(saved), expected)


def test_every_eight_bit_value_survives_reading_and_saving() -> None:
    values = np.arange(256, dtype=np.uint8)
    floats = torch.from_numpy(values.astype(np.float32) / np.float32(255))
    assert np.array_equal(encode.to_uint8(floats), values)


def test_the_input_of_truncation_stays_as_it_was() -> None:
    values = torch.tensor([2.0, -1.0])
    encode.to_uint8(values)
    assert values.tolist() == [2.0, -1.0]


@given(st.recursive(st.none() | st.text() | st.floats(allow_nan=False), st.lists))
def test_ascii_json_is_the_same_value(value: object) -> None:
    text = ascii_json(json.dumps(value, ensure_ascii=False))
    assert text.isascii()
    assert json.loads(text) == value


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_exif_holds_the_workflow_byte_for_byte(image_format: DisplayFormat) -> None:
    shown = encode.display(PHOTO, width=64, image_format=image_format, metadata=METADATA)
    tags = exif_ascii(shown.content)
    assert tags[0x0110] == b"prompt:" + ascii_json(PROMPT).encode() + b"\0"
    assert tags[0x010F] == b"workflow:" + ascii_json(WORKFLOW).encode() + b"\0"


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_without_a_workflow_there_are_no_tags(image_format: DisplayFormat) -> None:
    shown = encode.display(PHOTO, width=64, image_format=image_format, metadata={})
    assert dict(PIL.Image.open(io.BytesIO(shown.content)).getexif()) == {}


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_a_display_picture_looks_like_its_original(image_format: DisplayFormat) -> None:
    shown = encode.display(PHOTO, width=300, image_format=image_format, metadata=METADATA)
    assert (shown.width, shown.height) == (300, 200)
    decoded = PIL.Image.open(io.BytesIO(shown.content))
    assert decoded.format == image_format.upper()
    small = np.asarray(PHOTO.resize((300, 200), PIL.Image.Resampling.LANCZOS), np.float64)
    error = np.asarray(decoded.convert("RGB"), np.float64) - small
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 32.5


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_same_input_same_bytes(image_format: DisplayFormat) -> None:
    shown = [
        encode.display(PHOTO, width=200, image_format=image_format, metadata=METADATA)
        for _ in range(2)
    ]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_transparency_survives(image_format: DisplayFormat) -> None:
    picture = PHOTO.convert("RGBA")
    picture.putalpha(PIL.Image.linear_gradient("L").resize(PHOTO.size))
    shown = encode.display(picture, width=128, image_format=image_format, metadata={})
    alpha = np.asarray(PIL.Image.open(io.BytesIO(shown.content)).convert("RGBA"))[..., 3]
    assert alpha[0].max() < 10
    assert alpha[-1].min() > 245


def test_a_small_picture_is_not_enlarged() -> None:
    shown = encode.display(PHOTO.resize((40, 30)), width=640, image_format="webp", metadata={})
    assert (shown.width, shown.height) == (40, 30)


def test_a_line_keeps_one_pixel() -> None:
    line = PIL.Image.new("RGB", (1000, 1))
    shown = encode.display(line, width=100, image_format="webp", metadata={})
    assert (shown.width, shown.height) == (100, 1)


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_quality_falls_until_the_file_is_small_enough(image_format: DisplayFormat) -> None:
    free = encode.display(PHOTO, width=320, image_format=image_format, metadata={})
    limit = len(free.content) * 3 // 4
    bound = encode.display(PHOTO, width=320, image_format=image_format, metadata={}, limit=limit)
    assert len(bound.content) <= limit < len(free.content)
    assert encode.LOWEST_QUALITY <= bound.quality < free.quality


def test_quality_stops_falling_where_pictures_would_mislead() -> None:
    shown = encode.display(PHOTO, width=320, image_format="webp", metadata={}, limit=10)
    assert shown.quality == encode.LOWEST_QUALITY


def test_a_photograph_at_full_width_is_within_the_limit() -> None:
    wide = PHOTO.resize((1280, 853))
    for image_format in ("avif", "webp"):
        shown = encode.display(wide, width=1280, image_format=image_format, metadata=METADATA)
        assert len(shown.content) <= encode.DISPLAY_LIMIT


@pytest.mark.parametrize("image_format", ["avif", "webp"])
def test_a_higher_quality_is_closer_to_the_picture(image_format: DisplayFormat) -> None:
    def error(quality: int | None) -> float:
        shown = encode.display(
            PHOTO, width=600, image_format=image_format, metadata={}, quality=quality, limit=10**6
        )
        with PIL.Image.open(io.BytesIO(shown.content)) as picture:
            difference = np.asarray(picture.convert("RGB"), float) - np.asarray(PHOTO, float)
        return float(np.square(difference).mean())

    assert error(92) < 0.9 * error(None)
