"""Sizes as people write them."""

import os

import pytest

from capdemo.cli.options import bytes_of


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("0", 0),
        ("1000", 1000),
        ("8GB", 8_000_000_000),
        ("8g", 8_000_000_000),
        ("1.5 KB", 1500),
        ("512MiB", 512 * 2**20),
        ("2Gi", 2 * 2**30),
        ("1TB", 10**12),
        ("7 b", 7),
    ],
)
def test_a_size_in_bytes(written: str, size: int) -> None:
    assert bytes_of(written) == size


def test_without_a_size_it_is_half_the_memory() -> None:
    assert bytes_of(None) == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
