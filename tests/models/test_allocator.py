"""Blocks are reused within `kept_memory` and given back by `release_memory`; Linux with glibc."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc has these settings"
)

_COUNT_FAULTS = """
import resource, torch
from capdemo.models.allocator import kept_memory, release_memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        torch.ones(16, 1024, 1024)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
torch.ones(4)
"""


def _numbers(code: str) -> list[int]:
    result = subprocess.run(
        [sys.executable, "-c", _COUNT_FAULTS + code], capture_output=True, text=True, check=True
    )
    return [int(line) for line in result.stdout.split()]


def test_freed_memory_is_kept_from_block_to_block() -> None:
    usual, first, again, released = _numbers(
        "print(faults())\n"
        "with kept_memory(): print(faults())\n"
        "with kept_memory(): print(faults())\n"
        "release_memory()\n"
        "print(faults())\n"
    )
    pages = 16 * 1024 * 1024 * 4 // 4096
    assert usual > 7 * pages, "eight tensors, each of fresh pages"
    assert first >= 0.9 * pages
    assert again < 0.1 * pages
    assert released >= 0.9 * pages, "what was given back has to be taken anew"


def test_what_is_kept_can_be_given_back() -> None:
    before, kept, released = _numbers(
        "print(resident())\n"
        "with kept_memory(): faults()\n"
        "print(resident())\n"
        "release_memory()\n"
        "print(resident())\n"
    )
    block = 16 * 1024 * 1024 * 4
    assert kept - before > 0.9 * block
    assert released - before < 0.1 * block
