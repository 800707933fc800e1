"""What several examples need is loaded and computed once in a build, within a bound of memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import add_example, add_workflow, invoke, model_workflow, save_noise

from capdemo import imaging, models
from capdemo.examples import RunOptions, run_workflow
from capdemo.models.digest import file_digest
from capdemo.outputs.lock import read_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts loads of networks and pictures, which take place all the same."""
    counted: Counter[str] = Counter()

    def count(module: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(module, name)

        def counting(*arguments: Any, **options: Any) -> Any:
            counted[name] += 1
            return real(*arguments, **options)

        monkeypatch.setattr(module, name, counting)

    count(models.upscaler, "load_upscale_model")
    count(imaging.upscale, "upscale_with_model")
    return counted


def then_scaled(workflow: dict[str, Any], factor: float) -> dict[str, Any]:
    """The same workflow with a last step before SaveImage."""
    workflow["nodes"].append(
        {
            "id": 9,
            "type": "ImageScaleBy",
            "mode": 0,
            "inputs": [{"name": "image", "type": "IMAGE", "link": 9}],
            "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [3]}],
            "widgets_values": ["bicubic", factor],
        }
    )
    workflow["links"][2] = [9, 4, 0, 9, 0, "IMAGE"]
    workflow["links"].append([3, 9, 0, 3, 0, "IMAGE"])
    return workflow


@pytest.fixture
def examples(guide: Path, random_model: Any) -> Path:
    """Three examples that begin alike, and one with another picture."""
    random_model(guide / "models" / "upscale_models" / "tiny.safetensors", seed=0)
    save_noise(guide / "workflows" / "inputs" / "other.png", seed=1)
    add_example(guide, "Plain", model_workflow("tiny.safetensors"))
    add_example(guide, "Half", then_scaled(model_workflow("tiny.safetensors"), 0.5))
    add_example(guide, "Third", then_scaled(model_workflow("tiny.safetensors"), 0.33))
    add_example(guide, "Other", model_workflow("tiny.safetensors", "other.png"))
    return guide


def build(guide: Path, *options: str) -> dict[str, str]:
    answer = invoke("build", "--examples-only", "--models", guide / "models", "--force", *options)
    assert answer.code == 0, answer.err
    lock = read_lock(guide / "workflows" / "examples.lock.json")
    records = {name: example.record for name, example in lock.examples.items()}
    return {name: record.pictures[1].sha256 for name, record in records.items() if record}


def test_the_common_part_runs_once_and_its_model_is_loaded_once(
    examples: Path,
    calls: Counter[str],
) -> None:
    pictures = build(examples)
    assert len(set(pictures.values())) == 4
    assert calls == {"load_upscale_model": 1, "upscale_with_model": 2}


def test_without_memory_everything_runs_again_and_gives_the_same(
    examples: Path,
    calls: Counter[str],
) -> None:
    shared = build(examples)
    calls.clear()
    assert build(examples, "--max-memory", "0") == shared
    assert calls == {"load_upscale_model": 4, "upscale_with_model": 4}


def test_a_changed_model_file_is_not_taken_for_the_old_one(
    examples: Path,
    random_model: Any,
) -> None:
    before = build(examples)
    random_model(examples / "models" / "upscale_models" / "tiny.safetensors", seed=1)
    after = build(examples)
    assert all(before[name] != after[name] for name in before)


def test_equal_nodes_of_one_workflow_run_once(
    guide: Path, calls: Counter[str], random_model: Any
) -> None:
    random_model(guide / "models" / "upscale_models" / "tiny.safetensors", seed=0)
    workflow = model_workflow("tiny.safetensors")
    twin = {**workflow["nodes"][2], "id": 7}
    twin["inputs"] = [{**twin["inputs"][0], "link": 7}, {**twin["inputs"][1], "link": 8}]
    saver = {**workflow["nodes"][3], "id": 8, "widgets_values": ["twin"]}
    saver["inputs"] = [{"name": "images", "type": "IMAGE", "link": 6}]
    workflow["nodes"] += [twin, saver]
    workflow["links"] += [
        [7, 2, 0, 7, 0, "UPSCALE_MODEL"],
        [8, 1, 0, 7, 1, "IMAGE"],
        [6, 7, 0, 8, 0, "IMAGE"],
    ]
    path = add_workflow(guide, "Twins", workflow)
    answer = invoke("run", path, "--models", guide / "models", "--output-dir", "out")
    assert answer.code == 0, answer.err
    assert len(answer.out.splitlines()) == 2
    assert calls == {"load_upscale_model": 1, "upscale_with_model": 1}


@pytest.mark.parametrize("size", ["much", "8 bananas", "-1", "GB"])
def test_a_size_that_is_none_is_refused(guide: Path, size: str) -> None:
    answer = invoke("build", "--max-memory", size)
    assert answer.code == 2
    assert "this is no size" in answer.err


def test_a_plain_run_does_not_hash_its_models(
    guide: Path, random_model: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = tmp_path / "models" / "upscale_models" / "tiny.safetensors"
    random_model(model, seed=0)
    hashed: list[Path] = []

    def digest(path: Path) -> str:
        hashed.append(path)
        return file_digest(path)

    monkeypatch.setattr("capdemo.examples.keys.file_digest", digest)
    monkeypatch.setattr("capdemo.models.digest.file_digest", digest)
    path = add_workflow(guide, "Tiny", model_workflow("tiny.safetensors"))
    run_workflow(path, output_dir=tmp_path / "out", options=RunOptions(models=[model.parents[1]]))
    assert [file.name for file in hashed] == ["noise.png"]
