"""An example runs when something that decides its picture changed, and only then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import (
    add_example,
    invoke,
    model_workflow,
    pixels,
    save_noise,
    scale_workflow,
)

from capdemo.outputs.lock import read_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def states(guide: Path) -> dict[str, tuple[str, list[str]]]:
    answer = invoke("status", "--json")
    return {e["id"]: (e["state"], e["reasons"]) for e in answer.json["examples"]}


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


@pytest.fixture
def built(guide: Path) -> Path:
    """A guide with two examples that were built."""
    add_example(guide, "basic/Scale", scale_workflow())
    save_noise(guide / "workflows" / "inputs" / "other.png", seed=1)
    add_example(guide, "basic/Other", scale_workflow("other.png", 3.0))
    answer = invoke("build", "--examples-only")
    assert answer.code == 0, answer.err
    return guide


def test_a_first_build_runs_everything_and_records_it(built: Path) -> None:
    lock = read_lock(built / "workflows" / "examples.lock.json")
    assert list(lock.examples) == ["basic/Other", "basic/Scale"]
    record = lock.examples["basic/Scale"].record
    assert record is not None
    assert record.key.nodes == {"ImageScaleBy": 1, "LoadImage": 1, "SaveImage": 1}
    assert [used.name for used in record.key.inputs] == ["noise.png"]
    assert record.cost.device == "cpu"
    assert record.cost.peak_bytes > 50e6
    before, after = record.pictures
    assert (before.role, before.width, before.height) == ("input", 16, 12)
    assert (after.role, after.width, after.height) == ("output", 32, 24)
    assert after.alt == "Larger coloured noise."
    assert pixels(built / "docs" / after.original).shape == (24, 32, 3)
    assert {variant.format for variant in after.variants} == {"avif", "webp"}
    assert pixels(built / "docs" / after.variants[0].file).shape == (24, 32, 3)


def test_a_second_build_changes_no_file(built: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in built.rglob("*") if p.is_file()}
    answer = invoke("build", "--examples-only")
    assert answer.code == 0
    assert answer.out == "Examples: all 2 are fresh.\n"
    assert {p: p.stat().st_mtime_ns for p in built.rglob("*") if p.is_file()} == before
    assert states(built) == {"basic/Other": ("fresh", []), "basic/Scale": ("fresh", [])}


def test_looks_of_the_graph_re_run_nothing(built: Path) -> None:
    def move(data: dict[str, Any]) -> None:
        data["nodes"][1]["pos"] = [9, 9]
        data["nodes"][1]["title"] = "Twice as large"
        data["nodes"][1]["color"] = "#233"
        data["groups"].append({"title": "All", "bounding": [0, 0, 9, 9]})

    edit(built / "workflows" / "basic" / "Scale.json", move)
    assert states(built)["basic/Scale"] == ("fresh", [])


def test_a_widget_re_runs_its_example_alone(built: Path) -> None:
    def enlarge(data: dict[str, Any]) -> None:
        data["nodes"][1]["widgets_values"][1] = 4.0

    edit(built / "workflows" / "basic" / "Scale.json", enlarge)
    assert states(built) == {
        "basic/Other": ("fresh", []),
        "basic/Scale": ("stale", ["graph: a node, a link or a widget changed"]),
    }
    answer = invoke("build", "--examples-only")
    assert answer.out.startswith("basic/Scale: built in ")
    assert "basic/Other" not in answer.out
    record = read_lock(built / "workflows" / "examples.lock.json").examples["basic/Scale"].record
    assert record is not None
    assert record.pictures[1].width == 64


def test_an_input_re_runs_its_example_alone(built: Path) -> None:
    save_noise(built / "workflows" / "inputs" / "other.png", seed=2)
    assert states(built) == {
        "basic/Other": ("stale", ["input: other.png has another content"]),
        "basic/Scale": ("fresh", []),
    }
    old = {path.name for path in (built / "docs" / "examples" / "objects").iterdir()}
    assert invoke("build", "--examples-only").code == 0
    new = {path.name for path in (built / "docs" / "examples" / "objects").iterdir()}
    assert len(old - new) == len(new - old) == 6, "old pictures go, new ones come"


def test_a_node_revision_re_runs_what_uses_it(built: Path) -> None:
    def age(data: dict[str, Any]) -> None:
        data["examples"]["basic/Scale"]["record"]["key"]["nodes"]["ImageScaleBy"] = 0

    edit(built / "workflows" / "examples.lock.json", age)
    assert states(built)["basic/Scale"] == (
        "stale",
        ["node: ImageScaleBy was revision 0 and is 1"],
    )


def test_a_model_re_runs_what_uses_it(guide: Path, tmp_path: Path, random_model: Any) -> None:
    path = tmp_path / "models" / "upscale_models" / "tiny.safetensors"
    random_model(path, seed=0)
    add_example(guide, "Scale", scale_workflow())
    add_example(guide, "Tiny", model_workflow("tiny.safetensors"))
    models = ("--models", str(tmp_path / "models"))
    assert invoke("build", "--examples-only", *models).code == 0
    assert invoke("status", *models).code == 0
    random_model(path, seed=1)
    found = invoke("status", "--json", *models).json["examples"]
    assert [(e["id"], e["state"], e["reasons"]) for e in found] == [
        ("Scale", "fresh", []),
        ("Tiny", "stale", ["model: tiny.safetensors has another content"]),
    ]


def test_a_machine_without_the_model_keeps_the_picture_and_says_so(
    guide: Path,
    tmp_path: Path,
    random_model: Any,
) -> None:
    path = tmp_path / "models" / "upscale_models" / "tiny.safetensors"
    random_model(path, seed=0)
    add_example(guide, "Tiny", model_workflow("tiny.safetensors"))
    assert invoke("build", "--examples-only", "--models", str(tmp_path / "models")).code == 0
    lock = (guide / "workflows" / "examples.lock.json").read_bytes()
    assert states(guide)["Tiny"][0] == "fresh", "nothing says that it changed"
    for original in (guide / "docs" / "examples" / "objects").glob("*.png"):
        original.unlink()
    answer = invoke("build", "--examples-only")
    assert answer.code == 3
    assert answer.out == "Tiny: not rebuilt here\n"
    assert "tiny.safetensors" in answer.err
    assert (guide / "workflows" / "examples.lock.json").read_bytes() == lock


def test_a_lost_original_is_rebuilt_and_the_lock_stays(built: Path) -> None:
    lock = (built / "workflows" / "examples.lock.json").read_bytes()
    originals = list((built / "docs" / "examples" / "objects").glob("*.png"))
    for path in originals:
        path.unlink()
    state, reasons = states(built)["basic/Scale"]
    assert state == "missing"
    assert reasons == ["original: the full-size input and output were not made on this machine"]
    answer = invoke("build", "--examples-only")
    assert answer.code == 0
    assert answer.out.count("verified in") == 2
    assert all(path.is_file() for path in originals)
    assert (built / "workflows" / "examples.lock.json").read_bytes() == lock


def test_a_lost_display_picture_is_made_again(built: Path) -> None:
    (shown, *_) = (built / "docs" / "examples" / "objects").glob("*.avif")
    content = shown.read_bytes()
    shown.unlink()
    found = [reason for _, reasons in states(built).values() for reason in reasons]
    assert len(found) == 1
    assert found[0].startswith("picture: a copy of the ")
    assert invoke("build", "--examples-only").code == 0
    assert shown.read_bytes() == content


def test_a_failure_is_recorded_retried_and_loses_no_picture(built: Path) -> None:
    picture = built / "workflows" / "inputs" / "noise.png"
    good = picture.read_bytes()
    before = read_lock(built / "workflows" / "examples.lock.json").examples["basic/Scale"]
    picture.write_bytes(good[: len(good) // 2])
    answer = invoke("build", "--examples-only")
    assert answer.code == 1
    assert "basic/Scale: failed" in answer.out
    after = read_lock(built / "workflows" / "examples.lock.json").examples["basic/Scale"]
    assert after.record == before.record
    assert "node 1 (LoadImage)" in after.failure
    assert str(built) not in after.failure, "a lock is for every machine"
    assert before.record is not None
    assert (built / "docs" / before.record.pictures[1].original).is_file()
    assert states(built)["basic/Scale"][0] == "failed"
    picture.write_bytes(good)
    assert invoke("build", "--examples-only").out.startswith("basic/Scale: verified")
    assert states(built)["basic/Scale"] == ("fresh", [])


def test_words_reach_the_lock_without_a_run(built: Path) -> None:
    spec = built / "workflows" / "basic" / "Scale.toml"
    spec.write_text(spec.read_text().replace("Larger coloured noise.", "Confetti, larger."))
    answer = invoke("build", "--examples-only")
    assert answer.out == "Examples: all 2 are fresh.\n"
    record = read_lock(built / "workflows" / "examples.lock.json").examples["basic/Scale"].record
    assert record is not None
    assert record.pictures[1].alt == "Confetti, larger."


def test_an_example_that_is_gone_leaves_the_lock_and_its_pictures(built: Path) -> None:
    (built / "workflows" / "basic" / "Other.toml").unlink()
    assert invoke("build", "--examples-only").code == 0
    assert list(read_lock(built / "workflows" / "examples.lock.json").examples) == ["basic/Scale"]
    assert len(list((built / "docs" / "examples" / "objects").iterdir())) == 6


def test_other_versions_make_it_unverified_not_stale(built: Path) -> None:
    def age(data: dict[str, Any]) -> None:
        data["examples"]["basic/Scale"]["record"]["environment"]["torch"] = "2.6.0"

    edit(built / "workflows" / "examples.lock.json", age)
    state, reasons = states(built)["basic/Scale"]
    assert state == "unverified"
    assert reasons[0].startswith("torch was 2.6.0 and is ")
    assert invoke("status").code == 0


def test_a_dry_run_says_what_would_run_and_why(guide: Path) -> None:
    add_example(guide, "Scale", scale_workflow())
    answer = invoke("build", "--dry-run")
    assert answer.code == 0
    assert answer.out == "Scale: missing, runs (it never ran)\n"
    assert not (guide / "workflows" / "examples.lock.json").exists()


def test_force_runs_what_is_fresh(built: Path) -> None:
    answer = invoke("build", "basic/Scale", "--force", "--examples-only")
    assert answer.out.startswith("basic/Scale: verified")
    assert "Other" not in answer.out


def test_an_unknown_example_is_named(built: Path) -> None:
    answer = invoke("build", "basic/Scael", "--examples-only")
    assert answer.code == 2
    assert "Did you mean 'basic/Scale'?" in answer.err
