"""Pictures are compressed while the next example runs; what fails is said of its own example."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import add_example, invoke, save_noise, scale_workflow

from capdemo.errors import RunError
from capdemo.examples import build
from capdemo.examples.pictures import keep_picture
from capdemo.examples.run import run_prepared
from capdemo.outputs.lock import read_lock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def three(guide: Path) -> Path:
    """A guide with the examples A, B and C."""
    for seed, name in enumerate("ABC"):
        save_noise(guide / "workflows" / "inputs" / f"{name}.png", seed=seed)
        add_example(guide, name, scale_workflow(f"{name}.png"))
    return guide


def test_the_next_example_runs_while_pictures_are_compressed(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_began = threading.Event()
    overlapped: list[bool] = []
    threads: set[int] = set()
    runs: list[str] = []

    def keep(*given: Any) -> Any:
        if not overlapped:
            overlapped.append(second_began.wait(timeout=30))
        threads.add(threading.get_ident())
        return keep_picture(*given)

    def run(prepared: Any, *given: Any) -> Any:
        runs.append(prepared.name[-6:])
        if len(runs) == 2:
            second_began.set()
        return run_prepared(prepared, *given)

    monkeypatch.setattr(build, "keep_picture", keep)
    monkeypatch.setattr(build, "run_prepared", run)
    answer = invoke("build", "--examples-only")
    assert answer.code == 0, answer.err
    assert overlapped == [True]
    assert runs == ["A.json", "B.json", "C.json"]
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert [line.partition(":")[0] for line in answer.out.splitlines()] == ["A", "B", "C"]


def test_a_picture_that_cannot_be_kept_fails_its_own_example(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(source: Path, *given: Any) -> Any:
        if source.name == "B.png":
            raise RunError("The file could not be written: no space.", where="docs/b.avif")
        return keep_picture(source, *given)

    monkeypatch.setattr(build, "keep_picture", keep)
    answer = invoke("build", "--examples-only")
    assert answer.code == 1
    assert [line.split(" in ")[0] for line in answer.out.splitlines()] == [
        "A: built",
        "B: failed",
        "C: built",
    ]
    assert answer.err == "docs/b.avif: The file could not be written: no space.\n"
    examples = read_lock(three / "workflows" / "examples.lock.json").examples
    assert [name for name, entry in examples.items() if entry.failure] == ["B"]
    assert [name for name, entry in examples.items() if entry.record] == ["A", "C"]


def test_a_stop_keeps_what_was_finished(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(prepared: Any, *given: Any) -> Any:
        if prepared.name.endswith("B.json"):
            raise KeyboardInterrupt
        return run_prepared(prepared, *given)

    monkeypatch.setattr(build, "run_prepared", run)
    assert invoke("build", "--examples-only").code != 0
    examples = read_lock(three / "workflows" / "examples.lock.json").examples
    assert [name for name, entry in examples.items() if entry.record] == ["A"]
    names = [path.name for path in (three / "docs" / "examples" / "objects").iterdir()]
    assert len(names) == 6
    assert not [name for name in names if name.startswith(".")], "nothing half-written"
