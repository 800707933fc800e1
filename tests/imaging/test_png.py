"""The PNG writer: what Pillow reads back, which chunks there are, and how large the file is."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.imaging import encode
from capdemo.imaging.png import BAND, png_pieces

if TYPE_CHECKING:
    import numpy.typing as npt

PROMPT = json.dumps(
    {"1": {"class_type": "LoadImage", "inputs": {"image": "café 😀.png"}}}, ensure_ascii=False
)
WORKFLOW = '{"nodes": [], "title": "é\\n\\"quoted\\""}'
METADATA = {"workflow": WORKFLOW, "prompt": PROMPT}
INPUTS = Path(__file__).parents[2] / "workflows" / "inputs"

Pixels: TypeAlias = "npt.NDArray[np.uint8]"


def chunks_of(content: bytes) -> list[tuple[bytes, bytes]]:
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    found, position = [], 8
    while position < len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        kind = content[position + 4 : position + 8]
        found.append((kind, content[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def written(pixels: Pixels, metadata: dict[str, str] | None = None) -> bytes:
    return b"".join(png_pieces([pixels], (*pixels.shape[:2], pixels.shape[2]), metadata or {}))


def read(content: bytes) -> Pixels:
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture).reshape(picture.height, picture.width, -1)


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def photograph() -> Pixels:
    with PIL.Image.open(INPUTS / "truth" / "coffee.png") as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_png_carries_prompt_and_workflow_in_ascii_text_chunks() -> None:
    pixels = photograph()[:20, :30]
    found = chunks_of(written(pixels, METADATA))
    assert [kind for kind, _ in found] == [b"IHDR", b"tEXt", b"tEXt", b"IDAT", b"IEND"]
    prompt, workflow = (data.split(b"\0", 1) for kind, data in found if kind == b"tEXt")
    # ComfyUI writes json.dumps, whose text is ASCII.
    assert prompt == [b"prompt", json.dumps(json.loads(PROMPT)).encode("ascii")]
    assert workflow[0] == b"workflow"
    assert workflow[1] == WORKFLOW.replace("é", "\\u00e9").encode("ascii")
    with PIL.Image.open(io.BytesIO(written(pixels, METADATA))) as picture:
        assert json.loads(picture.info["prompt"]) == json.loads(PROMPT)


@pytest.mark.parametrize(
    ("channels", "colour_type", "mode"), [(1, 0, "L"), (2, 4, "LA"), (3, 2, "RGB"), (4, 6, "RGBA")]
)
@pytest.mark.parametrize("size", [(1, 1), (17, 1), (1, 17), (BAND, 9), (BAND + 1, 9)])
def test_pillow_reads_the_same_pixels(
    channels: int, colour_type: int, mode: str, size: tuple[int, int]
) -> None:
    pixels = noise(*size, channels)
    content = written(pixels)
    assert np.array_equal(read(content), pixels)
    header = chunks_of(content)[0][1]
    assert struct.unpack(">IIBBBBB", header) == (size[1], size[0], 8, colour_type, 0, 0, 0)
    with PIL.Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == mode


@given(st.lists(st.integers(1, 3 * BAND), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_bands_of_any_height_give_the_same_picture(heights: list[int], seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 4, (sum(heights), 5, 3), dtype=np.uint8)
    bands = np.split(pixels, np.cumsum(heights)[:-1])
    assert np.array_equal(read(b"".join(png_pieces(bands, pixels.shape, {}))), pixels)


def test_every_filter_is_used_and_undone() -> None:
    across = np.tile(np.arange(0, 200, 5).astype(np.uint8)[None, :, None], (40, 1, 3))
    pixels = np.concatenate(
        [across, noise(1, 40, 3), across.swapaxes(0, 1), photograph()[:, 100:140]]
    )
    data = b"".join(data for kind, data in chunks_of(written(pixels)) if kind == b"IDAT")
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(len(pixels), -1)
    assert set(rows[:, 0].tolist()) == {1, 2, 3}
    assert np.array_equal(read(written(pixels)), pixels)


def test_the_mean_of_two_bytes_does_not_overflow() -> None:
    pixels = np.bitwise_or(noise(30, 30, 1), np.uint8(0xF0))
    assert np.array_equal(read(written(pixels)), pixels)


def test_a_photograph_is_hardly_larger_than_comfyuis() -> None:
    pixels = photograph()
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG", compress_level=4)
    assert len(written(pixels)) < 1.1 * len(file.getvalue())


def test_same_pixels_same_bytes() -> None:
    assert written(photograph(), METADATA) == written(photograph(), METADATA)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_picture_in_floats_is_truncated_as_comfyui_does(channels: int) -> None:
    picture = torch.rand(300, 7, channels, generator=torch.Generator().manual_seed(3)) * 1.4 - 0.2
    content = b"".join(encode.png(picture, {}))
    expected = np.clip(255.0 * picture.numpy(), 0, 255).astype(np.uint8)
    assert np.array_equal(read(content), expected)


def test_a_large_picture_comes_in_pieces() -> None:
    pieces = list(encode.png(torch.rand(2000, 300, 3), {}))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 10


@pytest.mark.parametrize(
    ("pixels", "number"),
    [
        (np.arange(0, 120, 3), 1),  # alike along a row: the left neighbour tells most
        (np.array([7, 200, 90, 31] * 10), 2),  # alike down a column: the one above
    ],
)
def test_each_row_takes_the_filter_that_leaves_least(
    pixels: npt.NDArray[np.int64], number: int
) -> None:
    rows = np.stack([pixels] * 3) if number > 1 else pixels + np.array([[0], [90], [20]])
    picture = rows.astype(np.uint8)[..., None]
    file = b"".join(png_pieces([picture], (3, 40, 1), {}))
    start = file.index(b"IDAT")
    (size,) = struct.unpack(">I", file[start - 4 : start])
    unpacker = zlib.decompressobj()
    lines = unpacker.decompress(file[start + 4 : start + 4 + size])
    rest = file[start + 8 + size :]
    if (following := rest.find(b"IDAT")) >= 0:
        (size,) = struct.unpack(">I", rest[following - 4 : following])
        lines += unpacker.decompress(rest[following + 4 : following + 4 + size])
    assert list(lines[41::41]) == [number] * 2
