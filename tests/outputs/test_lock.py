"""The lock comes back as it was written, in one order, and says when it is damaged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capdemo.errors import InputError
from capdemo.outputs.lock import (
    Cost,
    Example,
    Key,
    Lock,
    Picture,
    Record,
    UsedFile,
    Variant,
    read_lock,
    write_lock,
)

if TYPE_CHECKING:
    from pathlib import Path

variants = st.builds(Variant, format=st.sampled_from(["avif", "webp"]))
pictures = st.builds(
    Picture,
    role=st.sampled_from(["input", "output"]),
    variants=st.lists(variants, max_size=2).map(tuple),
)
files = st.lists(st.builds(UsedFile), max_size=2).map(tuple)
revisions = st.dictionaries(st.text(), st.integers())
keys = st.builds(Key, graph=st.text(), inputs=files, models=files, nodes=revisions)
costs = st.builds(
    Cost,
    seconds=st.floats(0, 1e6),
    precision=st.sampled_from(["exact", "fast"]),
)
records = st.builds(
    Record,
    key=keys,
    pictures=st.lists(pictures, max_size=2).map(tuple),
    cost=costs,
    environment=st.dictionaries(st.text(), st.text()),
)
locks = st.builds(
    Lock,
    examples=st.dictionaries(
        st.text(), st.builds(Example, record=st.none() | records, failure=st.text()), max_size=3
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(locks)
def test_a_lock_comes_back_as_it_was_written(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "examples.lock.json"
    write_lock(path, lock)
    assert read_lock(path) == lock
    assert not write_lock(path, lock), "the second time nothing changes"


def test_examples_are_sorted_whatever_their_order(tmp_path: Path) -> None:
    entry = Example(title="Title", caption="Caption")
    write_lock(tmp_path / "1", Lock({"b": entry, "a": entry}))
    write_lock(tmp_path / "2", Lock({"a": entry, "b": entry}))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "none.json") == Lock()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"version": 1}', '{"version": 1, "examples": {"a": {"title": "t"}}}'],
)
def test_a_damaged_lock_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "examples.lock.json"
    path.write_text(text)
    with pytest.raises(InputError, match="The lock is damaged") as caught:
        read_lock(path)
    assert caught.value.where == str(path)


def test_another_version_says_which(tmp_path: Path) -> None:
    path = tmp_path / "examples.lock.json"
    path.write_text(json.dumps({"version": 2, "examples": {}}))
    with pytest.raises(InputError, match="has version 2, this capdemo reads 1"):
        read_lock(path)
