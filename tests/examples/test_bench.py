"""What is compared is what `bench` says it compares."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import PIL.Image
import pytest
from tests.guide_for_tests import add_workflow, model_workflow

from capdemo.errors import RunError
from capdemo.examples.bench import bench
from capdemo.examples.bench_process import Task, VariantProcess
from capdemo.examples.prepare import prepare
from capdemo.examples.reference import REFERENCE_NODES
from capdemo.examples.run import Machine, run_prepared, temporary_folders
from capdemo.models.store import LocalModelStore
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def task(guide: Path, tmp_path: Path, random_model: Any) -> Task:
    """A network of random weights on a picture of 16x12 pixels."""
    random_model(tmp_path / "models" / "upscale_models" / "tiny.safetensors", seed=0)
    store = LocalModelStore.from_environment([tmp_path / "models"])
    inputs = guide / "workflows" / "inputs"
    path = add_workflow(guide, "Tiny", model_workflow("tiny.safetensors"))
    return Task(prepare(path, store, inputs), store.locations, inputs, "cpu")


def test_three_variants_take_turns_and_are_compared(task: Task) -> None:
    heard: list[str] = []
    reference, exact, fast = bench(task, 1, lambda what, _done, _total: heard.append(what))
    assert heard == [
        f"{variant}, run {turn} of 2"
        for turn in (1, 2)
        for variant in ("reference", "exact", "fast")
    ]
    assert (reference.difference.max_abs, exact.difference.max_abs) == (0.0, 0.0)
    assert fast.difference.max_abs > 0, "bfloat16 is not float32"
    pixels = reference.megapixels_per_second * reference.seconds_median * 1e6
    assert pixels == pytest.approx(32 * 24)
    assert list(exact.stages) == [
        "2 UpscaleModelLoader",
        "1 LoadImage",
        "4 ImageUpscaleWithModel",
        "3 SaveImage",
    ]
    assert exact.stages["2 UpscaleModelLoader"] < 0.01, "loaded in the run before"
    assert sum(exact.stages.values()) <= exact.seconds_median * 1.5


def test_the_reference_saves_as_comfyui_does(task: Task, tmp_path: Path) -> None:
    store = LocalModelStore.from_environment([tmp_path / "models"])
    contents = []
    for nodes in (NODES, REFERENCE_NODES):
        with temporary_folders(task.inputs, tmp_path / "out") as folders:
            result = run_prepared(task.prepared, Machine(store, "cpu", "exact", nodes), folders)
        contents.append(result.outputs[0].file.path.read_bytes())
    own, reference = contents
    with PIL.Image.open(io.BytesIO(reference)) as picture, PIL.Image.open(io.BytesIO(own)) as ours:
        assert picture.info == ours.info
        assert picture.tobytes() == ours.tobytes()
        again = io.BytesIO()
        picture.save(again, "PNG", compress_level=4)
    assert reference.endswith(again.getvalue()[33:]), "past IHDR and the texts: Pillow's level 4"
    assert own != reference


def test_only_what_decides_the_speed_is_replaced() -> None:
    changed = {name for name in NODES if REFERENCE_NODES[name] is not NODES[name]}
    assert changed == {"UpscaleModelLoader", "SaveImage", "PreviewImage"}
    for name in changed:
        ours, theirs = NODES[name].schema, REFERENCE_NODES[name].schema
        assert (ours.inputs, ours.outputs, ours.is_output) == (
            theirs.inputs,
            theirs.outputs,
            theirs.is_output,
        )


def test_an_error_of_a_variant_names_its_node(task: Task, tmp_path: Path) -> None:
    (task.inputs / "noise.png").unlink()
    process = VariantProcess("exact", task)
    try:
        with pytest.raises(RunError, match=r"node 1 \(LoadImage\)") as caught:
            process.run(tmp_path / "out")
        assert "--input" in caught.value.hint
        with pytest.raises(RunError, match=r"noise\.png"):
            process.run(tmp_path / "out")
    finally:
        process.stop()


def test_a_variant_that_is_killed_is_an_error(task: Task, tmp_path: Path) -> None:
    process = VariantProcess("exact", task)
    process._process.kill()
    process._process.join()
    with pytest.raises(RunError, match="'exact' ended") as caught:
        process.run(tmp_path / "out")
    assert "memory" in caught.value.hint
    process.stop()
