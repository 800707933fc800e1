"""A sample of the 10,000 malformed files: each is read or refused in words, in time and space."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.workflow.malformed import malformed

PARTS = 3
FILES_A_PART = 500


@pytest.mark.parametrize("part", range(PARTS))
def test_a_malformed_file_is_read_or_refused_in_words(part: int) -> None:
    """In a process of its own, since memory is measured from its start."""
    numbers = [str(part * FILES_A_PART), str((part + 1) * FILES_A_PART)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.workflow.malformed", *numbers],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert sum(report["outcomes"].values()) == FILES_A_PART
    assert report["outcomes"].keys() == {"refused", "read", "read with problems"}
    assert report["seconds"] < 60
    assert report["peak_mebibytes"] < 1024


def test_the_files_are_the_same_each_time() -> None:
    assert [malformed(number) for number in range(20)] == [malformed(n) for n in range(20)]
    assert len({malformed(number) for number in range(100)}) > 95
