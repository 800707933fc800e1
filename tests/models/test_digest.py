"""Digests are right, and remembered only as long as the file stays as it is."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from capdemo.errors import RunError
from capdemo.models.digest import MEMORY_NAME, file_digest, forget_digests, members_digest

if TYPE_CHECKING:
    from pathlib import Path


def _overwrite_unseen(path: Path, content: bytes) -> None:
    """Change a file so that size and time tell nothing."""
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_the_digest_is_remembered_by_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"first")
    first = file_digest(path)
    assert first == hashlib.sha256(b"first").hexdigest()
    _overwrite_unseen(path, b"other")
    assert file_digest(path) == first
    forget_digests()
    assert file_digest(path) == hashlib.sha256(b"other").hexdigest()
    path.write_bytes(b"third")
    os.utime(path, ns=(0, 0))
    assert file_digest(path) == hashlib.sha256(b"third").hexdigest()
    path.write_bytes(b"longer than before")
    assert file_digest(path) == hashlib.sha256(b"longer than before").hexdigest()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"x": 1}', b"\xff"])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, cache: Path, content: bytes) -> None:
    cache.mkdir()
    (cache / MEMORY_NAME).write_bytes(content)
    path = tmp_path / "a.bin"
    path.write_bytes(b"x")
    assert file_digest(path) == hashlib.sha256(b"x").hexdigest()


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where a folder should be")
    path = tmp_path / "a.bin"
    path.write_bytes(b"x")
    assert file_digest(path) == hashlib.sha256(b"x").hexdigest()


def test_two_files_have_the_digest_that_a_shell_gives(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"A")
    (tmp_path / "a.param").write_bytes(b"B")
    lines = (
        f"{hashlib.sha256(b'A').hexdigest()}  a.bin\n{hashlib.sha256(b'B').hexdigest()}  a.param\n"
    )
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert members_digest((tmp_path / "a.bin", tmp_path / "a.param")) == expected
    assert members_digest((tmp_path / "a.bin",)) == hashlib.sha256(b"A").hexdigest()


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"absent\.bin"):
        file_digest(tmp_path / "absent.bin")
