"""A file is there whole or not at all, and never outside its folder."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from capdemo.errors import RunError
from capdemo.outputs.files import beside, inside, write_atomic, write_if_changed
from capdemo.outputs.objects import prune_objects, store_object

if TYPE_CHECKING:
    from pathlib import Path


def test_bytes_arrive_and_folders_are_made(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b.bin", b"\x00\xff")
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"\x00\xff"
    assert (tmp_path / "a" / "b.bin").stat().st_mode & 0o077 == 0o077 & ~_umask() & 0o066


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "picture.png"
    write_atomic(target, b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device") as caught:
        write_atomic(target, b"new")
    assert caught.value.where == str(target)
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]
    assert target.read_bytes() == b"old"


def test_a_file_that_is_filled_takes_its_place_in_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a" / "video.mp4"
    with beside(target) as unfinished:
        unfinished.write_bytes(b"first")
        assert not target.exists()
        assert unfinished.parent == target.parent
    assert target.read_bytes() == b"first"
    assert target.stat().st_mode & 0o077 == 0o077 & ~_umask() & 0o066
    assert [path.name for path in target.parent.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no"), RunError("No.")])
def test_a_file_whose_filling_fails_leaves_the_old_one(
    tmp_path: Path, error: BaseException
) -> None:
    target = tmp_path / "video.mp4"
    target.write_bytes(b"old")

    def fill() -> None:
        with beside(target) as unfinished:
            unfinished.write_bytes(b"half")
            raise error

    with pytest.raises(type(error)) as caught:
        fill()
    assert caught.value is error
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["video.mp4"]


def test_an_encoder_that_removes_its_file_is_a_plain_error(tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match="could not be written: No such file"),
        beside(tmp_path / "video.mp4") as unfinished,
    ):
        unfinished.unlink()


def test_an_interrupt_leaves_nothing_and_is_not_swallowed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "picture.png", b"new")
    assert list(tmp_path.iterdir()) == []


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    assert write_if_changed(path, b"1")
    os.utime(path, ns=(1, 1))
    assert not write_if_changed(path, b"1")
    assert path.stat().st_mtime_ns == 1
    assert write_if_changed(path, b"2")
    assert path.read_bytes() == b"2"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "..\\x", "a\\..\\..\\x"])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match="leads out of the folder"):
        inside(tmp_path / "out", name)


def test_names_with_either_separator_stay_inside(tmp_path: Path) -> None:
    expected = (tmp_path / "a" / "b.png").resolve()
    assert inside(tmp_path, "a/b.png") == inside(tmp_path, "a\\b.png") == expected


def test_objects_are_named_by_content_and_pruned_by_name(tmp_path: Path) -> None:
    empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    kept = store_object(tmp_path, b"", "png")
    assert kept.name == f"{empty_sha256}.png"
    other = store_object(tmp_path, b"x", "avif")
    assert prune_objects(tmp_path, {kept.name}) == [other]
    assert list(tmp_path.iterdir()) == [kept]
