"""Reading pictures: values, frames, masks, and everything that a bad file can be."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
import torch
from PIL.PngImagePlugin import PngInfo

from capdemo.errors import RunError
from capdemo.imaging import files

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.imaging.choices import Channel

GENERATOR = np.random.default_rng(3)
RGB = GENERATOR.integers(0, 256, (5, 7, 3), dtype=np.uint8)
RGBA = GENERATOR.integers(0, 256, (5, 7, 4), dtype=np.uint8)


def saved(path: Path, pixels: Any, **options: Any) -> Path:
    PIL.Image.fromarray(pixels).save(path, **options)
    return path


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def test_rgb_becomes_floats_and_an_empty_mask(tmp_path: Path) -> None:
    image, mask = files.load_image(saved(tmp_path / "a.png", RGB))
    assert image.dtype == torch.float32
    assert np.array_equal(image.numpy(), RGB[None].astype(np.float32) / np.float32(255))
    assert mask.shape == (1, 64, 64)
    assert mask.abs().max() == 0


def test_the_mask_is_where_the_picture_is_transparent(tmp_path: Path) -> None:
    image, mask = files.load_image(saved(tmp_path / "a.png", RGBA))
    assert np.array_equal(image.numpy() * 255, RGBA[None, ..., :3].astype(np.float32))
    assert np.allclose(mask.numpy(), 1 - RGBA[None, ..., 3] / 255, atol=1e-7)


def test_a_palette_with_transparency_gives_a_mask(tmp_path: Path) -> None:
    picture = PIL.Image.fromarray(np.array([[0, 1], [2, 1]], dtype=np.uint8), mode=None)
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    picture.save(tmp_path / "a.png", transparency=1)
    image, mask = files.load_image(tmp_path / "a.png")
    assert image[0, 1, 0].tolist() == [0, 1, 0]
    assert mask.tolist() == [[[0, 1], [0, 1]]]


def test_grey_with_alpha_is_read(tmp_path: Path) -> None:
    pixels = np.array([[[10, 255], [200, 0]]], dtype=np.uint8)
    image, mask = files.load_image(saved(tmp_path / "a.png", pixels))
    assert (image * 255)[0, 0].tolist() == [[10, 10, 10], [200, 200, 200]]
    assert mask.tolist() == [[[0, 1]]]


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_sixteen_bit_grey_is_divided_by_255_in_whole_numbers(
    tmp_path: Path, dtype: type[np.generic]
) -> None:
    values = np.array([[0, 254, 255, 25500, 65535]], dtype=dtype)
    suffix = "png" if dtype is np.uint16 else "tiff"
    image, _ = files.load_image(saved(tmp_path / f"a.{suffix}", values))
    assert (image * 255)[0, 0, :, 0].tolist() == [0, 0, 1, 100, 255]


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / "a.png", RGB, exif=exif)
    image, _ = files.load_image(path)
    assert np.array_equal((image[0] * 255).numpy(), np.rot90(RGB, -1).astype(np.float32))
    assert files.open_picture(path).size == (5, 7)
    assert files.load_mask(path, "red").shape == (1, 7, 5)


def test_frames_of_one_size_become_a_batch(tmp_path: Path) -> None:
    frames = [PIL.Image.new("RGB", (4, 3), (shade, 0, 0)) for shade in (10, 20, 30)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    image, mask = files.load_image(tmp_path / "a.webp")
    assert (image[:, 0, 0, 0] * 255).round().tolist() == [10, 20, 30]
    assert mask.shape == (3, 64, 64)


def test_frames_of_another_size_are_left_out(tmp_path: Path) -> None:
    first, other = PIL.Image.new("RGB", (4, 3), "red"), PIL.Image.new("RGB", (5, 3), "blue")
    first.save(tmp_path / "a.tiff", save_all=True, append_images=[other, first])
    image, mask = files.load_image(tmp_path / "a.tiff")
    assert image.shape == (2, 3, 4, 3)
    assert image[..., 0].min() == 1
    assert len(mask) == 2


def test_frames_with_and_without_alpha_share_a_mask_size(tmp_path: Path) -> None:
    opaque, clear = PIL.Image.new("RGB", (4, 3)), PIL.Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    opaque.save(tmp_path / "a.tiff", save_all=True, append_images=[clear])
    _, mask = files.load_image(tmp_path / "a.tiff")
    assert mask.shape == (2, 3, 4)
    assert mask.mean(dim=(1, 2)).tolist() == [0, 1]


def test_only_the_first_view_of_an_mpo_is_read(tmp_path: Path) -> None:
    left, right = PIL.Image.new("RGB", (16, 16), "red"), PIL.Image.new("RGB", (16, 16), "blue")
    left.save(tmp_path / "a.mpo", save_all=True, append_images=[right])
    image, mask = files.load_image(tmp_path / "a.mpo")
    assert image.shape == (1, 16, 16, 3)
    assert image[..., 0].min() > 0.9
    assert len(mask) == 1


@pytest.mark.parametrize(("channel", "band"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_colour_channel_as_mask(tmp_path: Path, channel: Channel, band: int) -> None:
    for name, pixels in (("a.png", RGB), ("b.png", RGBA)):
        mask = files.load_mask(saved(tmp_path / name, pixels), channel)
        assert np.array_equal(mask.numpy() * 255, pixels[None, ..., band].astype(np.float32))


def test_the_alpha_channel_as_mask_is_inverted(tmp_path: Path) -> None:
    mask = files.load_mask(saved(tmp_path / "a.png", RGBA), "alpha")
    assert np.allclose(mask.numpy(), 1 - RGBA[None, ..., 3] / 255, atol=1e-7)
    # Without alpha the picture is opaque, not absent: the mask has its size.
    assert files.load_mask(saved(tmp_path / "b.png", RGB), "alpha").tolist() == [[[0] * 7] * 5]


def test_an_opened_picture_carries_nothing_but_pixels(tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add_text("prompt", "secret")
    for name, pixels, mode in (("a.png", RGB, "RGB"), ("b.png", RGBA, "RGBA")):
        picture = files.open_picture(saved(tmp_path / name, pixels, pnginfo=chunks))
        assert picture.mode == mode
        assert np.array_equal(np.asarray(picture), pixels)
        assert picture.info == {}


READERS = [files.load_image, files.open_picture, lambda path: files.load_mask(path, "alpha")]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "avif", "tiff", "gif", "bmp"])
def test_a_truncated_file_is_a_plain_error(
    tmp_path: Path, suffix: str, kept: float, read: Any
) -> None:
    whole = io.BytesIO()
    picture = PIL.Image.fromarray(GENERATOR.integers(0, 256, (60, 70, 3), dtype=np.uint8))
    picture.save(whole, PIL.Image.registered_extensions()[f".{suffix}"])
    content = whole.getvalue()
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(RunError) as caught:
        read(path)
    assert caught.value.where == str(path)
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_flipped_bytes_are_an_error_or_a_picture_but_never_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a"
    contents = []
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"):
        whole = io.BytesIO()
        PIL.Image.fromarray(RGB).save(whole, kind)
        contents.append(whole.getvalue())
    flips = np.random.default_rng(1)
    for content in contents * 40:
        damaged = bytearray(content)
        for position in flips.integers(0, len(damaged), 4):
            damaged[position] = flips.integers(0, 256)
        path.write_bytes(damaged)
        try:
            files.load_image(path)
        except RunError as error:
            assert error.where == str(path)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    "content", [b"hello", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_what_is_no_picture_is_named_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(RunError, match="not a picture in a format") as caught:
        files.load_image(path)
    assert "PNG" in caught.value.hint


def test_postscript_is_not_handed_to_ghostscript() -> None:
    assert "EPS" not in files.FORMATS


def test_a_missing_file_and_a_folder_say_what_the_system_says(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No such file"):
        files.load_image(tmp_path / "missing.png")
    with pytest.raises(RunError, match="directory"):
        files.load_image(tmp_path)


@pytest.mark.parametrize("side", [16385, 40_000, 2_000_000_000])
@pytest.mark.parametrize("read", READERS)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(
    tmp_path: Path, side: int, read: Any
) -> None:
    path = tmp_path / "bomb.png"
    # No pixel data at all: a reader that began to decode would say "truncated" instead.
    path.write_bytes(png_header(side, side) + png_chunk(b"IDAT", b""))
    with pytest.raises(RunError, match="decompression bomb") as caught:
        read(path)
    assert caught.value.where == str(path)


def test_frames_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [PIL.Image.new("L", (10, 10), shade) for shade in (1, 2, 3)]
    frames[0].save(tmp_path / "a.tiff", save_all=True, append_images=frames[1:])
    monkeypatch.setattr(files, "PIXEL_LIMIT", 300)
    assert len(files.load_image(tmp_path / "a.tiff")[0]) == 3
    monkeypatch.setattr(files, "PIXEL_LIMIT", 299)
    with pytest.raises(RunError, match="more than 299 pixels"):
        files.load_image(tmp_path / "a.tiff")


def test_the_largest_square_that_nodes_make_is_within_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(16384, 16384) + png_chunk(b"IDAT", b""))
    with pytest.raises(RunError, match="damaged"):
        files.open_picture(path)


def test_reading_leaves_pillows_settings_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 12345)
    filters = list(warnings.filters)
    files.load_image(saved(tmp_path / "a.png", RGB))
    with pytest.raises(RunError):
        files.load_image(tmp_path / "missing.png")
    assert PIL.Image.MAX_IMAGE_PIXELS == 12345
    assert filters == list(warnings.filters)
