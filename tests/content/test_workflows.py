"""The workflows of the guide: ComfyUI's own format, whole links, and words for every example."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from capdemo.nodes import NODES

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "workflows"
CATALOGUE = ROOT / "src/capdemo/models/catalogue"

FILES = sorted(path for path in WORKFLOWS.rglob("*.json") if path.name != "examples.lock.json")
SIDECARS = sorted(path for path in WORKFLOWS.rglob("*.toml") if path.name != "compare.toml")


def name_of(path: Path) -> str:
    return path.relative_to(WORKFLOWS).as_posix()


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def nodes_by_id(document: Any) -> dict[int, Any]:
    return {node["id"]: node for node in document["nodes"]}


each_workflow = pytest.mark.parametrize("path", FILES, ids=name_of)
each_sidecar = pytest.mark.parametrize("path", SIDECARS, ids=name_of)


def test_there_are_workflows_and_examples() -> None:
    assert len(FILES) >= 9
    assert len(SIDECARS) >= 8


@each_workflow
def test_the_format_is_the_editors_0_4(path: Path) -> None:
    document = read(path)
    assert document["version"] == 0.4
    assert document["last_node_id"] == max(node["id"] for node in document["nodes"])
    assert document["last_link_id"] == max(link[0] for link in document["links"])


@each_workflow
def test_ids_are_unique(path: Path) -> None:
    document = read(path)
    assert len(nodes_by_id(document)) == len(document["nodes"])
    assert len({link[0] for link in document["links"]}) == len(document["links"])


@each_workflow
def test_every_link_stands_at_both_ends_with_one_type(path: Path) -> None:
    document = read(path)
    nodes = nodes_by_id(document)
    for link, source, source_slot, target, target_slot, kind in document["links"]:
        output = nodes[source]["outputs"][source_slot]
        given = nodes[target]["inputs"][target_slot]
        assert link in output["links"]
        assert given["link"] == link
        assert {output["type"], given["type"]} == {kind}


@each_workflow
def test_no_node_names_a_link_that_does_not_exist(path: Path) -> None:
    document = read(path)
    links = {link[0] for link in document["links"]}
    for node in document["nodes"]:
        taken = {given["link"] for given in node["inputs"] if given["link"] is not None}
        sent = {link for output in node["outputs"] for link in output["links"] or []}
        assert taken | sent <= links


@each_workflow
def test_data_flows_from_left_to_right(path: Path) -> None:
    document = read(path)
    nodes = nodes_by_id(document)
    for _, source, _, target, _, _ in document["links"]:
        right_edge = nodes[source]["pos"][0] + nodes[source]["size"][0]
        assert right_edge <= nodes[target]["pos"][0]


@each_workflow
def test_every_node_says_which_package_it_is_from(path: Path) -> None:
    for node in read(path)["nodes"]:
        assert node["title"]
        if node["type"] != "MarkdownNote":
            assert node["properties"]["cnr_id"] == NODES.schemas[node["type"]].pack
            assert node["properties"]["ver"]
            assert node["properties"]["Node name for S&R"] == node["type"]


@each_workflow
def test_a_note_names_every_model_and_its_licence(path: Path) -> None:
    document = read(path)
    (note,) = (node for node in document["nodes"] if node["type"] == "MarkdownNote")
    (text,) = note["widgets_values"]
    models = model_names(document)
    for folder, model in models:
        assert f"`{model}`" in text
        assert f"`ComfyUI/models/{folder}/`" in text
        assert "**Licence of the weights**" in text
    if not models:
        assert "**Models**: none" in text


def model_names(document: Any) -> list[tuple[str, str]]:
    """The models that a workflow loads, as (ComfyUI folder, name)."""
    return [
        (entry.widget.model_folder, value)
        for node in document["nodes"]
        if node["type"] != "MarkdownNote"
        for entry, value in zip(
            NODES.schemas[node["type"]].widgets, node["widgets_values"], strict=False
        )
        if entry.widget is not None and entry.widget.model_folder is not None
    ]


@each_workflow
def test_every_model_is_in_the_catalogue(path: Path) -> None:
    entries = [tomllib.loads(entry.read_text("utf-8")) for entry in CATALOGUE.glob("*.toml")]
    known = {(entry["folder"], file) for entry in entries for file in entry["files"]}
    assert set(model_names(read(path))) <= known


@each_workflow
def test_model_entries_name_the_loaded_file_and_where_it_comes_from(path: Path) -> None:
    for node in read(path)["nodes"]:
        for model in node["properties"].get("models", []):
            assert model["name"] == node["widgets_values"][0]
            assert model["url"].startswith("https://")
            assert model["url"].endswith(f"/{model['name']}")
            assert (model["directory"], model["name"]) in model_names(read(path))
            assert ("hash" in model) == ("hash_type" in model)


@each_workflow
def test_every_input_picture_exists(path: Path) -> None:
    for node in read(path)["nodes"]:
        if node["type"] == "LoadImage":
            assert (WORKFLOWS / "inputs" / node["widgets_values"][0]).is_file()


@each_sidecar
def test_an_example_has_a_workflow_and_words(path: Path) -> None:
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    assert path.with_suffix(".json").is_file()
    assert set(words) - {"truth"} == {"title", "caption", "input", "output"}
    assert "truth" not in words or (WORKFLOWS / "inputs" / words["truth"]).is_file()
    assert words["title"]
    assert words["caption"].endswith(".")
    for shown in (words["input"], words["output"]):
        assert set(shown) == {"node", "alt", "label"}
        assert shown["label"]
        assert shown["alt"].endswith(".")
        assert len(shown["alt"]) > 20


@each_sidecar
@pytest.mark.parametrize(
    ("part", "class_types"), [("input", "LoadImage LoadVideo"), ("output", "SaveImage SaveVideo")]
)
def test_an_example_shows_a_node_of_the_right_type(path: Path, part: str, class_types: str) -> None:
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    nodes = nodes_by_id(read(path.with_suffix(".json")))
    assert nodes[int(words[part]["node"])]["type"] in class_types.split()
