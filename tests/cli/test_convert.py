"""`capdemo convert`, called as typer calls it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import typer
from tests.guide_for_tests import invoke
from tests.workflow.builders import ESRGAN, ESRGAN_API, SCHEMAS, esrgan
from typer.testing import CliRunner

from capdemo.cli.convert import convert
from capdemo.errors import InputError
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / "w.json"
    path.write_text(ESRGAN, encoding="utf-8")
    return path


def test_the_schemas_of_these_tests_are_those_of_the_nodes() -> None:
    for class_type in ("LoadImage", "UpscaleModelLoader", "ImageUpscaleWithModel", "SaveImage"):
        ours = [entry.name for entry in NODES.schemas[class_type].inputs]
        assert ours == [entry.name for entry in SCHEMAS[class_type].inputs]


def test_it_prints_the_api_format(workflow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    convert(workflow)
    printed = capsys.readouterr().out
    assert json.loads(printed) == ESRGAN_API
    assert printed.isascii()
    assert printed.endswith("}\n")


def test_it_writes_a_file_that_converts_to_itself(workflow: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "deep" / "p.json", tmp_path / "again.json"
    convert(workflow, first)
    convert(first, second)
    assert json.loads(first.read_text()) == ESRGAN_API
    assert second.read_bytes() == first.read_bytes()


def test_prefixes_are_filled_in_as_by_the_editor(workflow: Path, tmp_path: Path) -> None:
    written = tmp_path / "p.json"
    text = workflow.read_text(encoding="utf-8")
    before = json.loads(text)
    save = next(node for node in before["nodes"] if node["type"] == "SaveImage")
    save["widgets_values"] = ["%LoadImage.image%/%date:yyyy%/%width%"]
    workflow.write_text(json.dumps(before), encoding="utf-8")
    convert(workflow, written)
    year = datetime.now().astimezone().year
    prefix = json.loads(written.read_text())[str(save["id"])]["inputs"]["filename_prefix"]
    assert prefix == f"pasted_image (40).png/{year}/%width%"


def test_it_is_a_typer_command(workflow: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(convert)
    result = CliRunner().invoke(app, [str(workflow), "-o", str(tmp_path / "p.json")])
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads((tmp_path / "p.json").read_text()) == ESRGAN_API


def with_node(path: Path, node: dict[str, object]) -> None:
    value = esrgan()
    nodes = value["nodes"]
    assert isinstance(nodes, list)
    path.write_text(json.dumps({**value, "nodes": [*nodes, node]}))


def test_what_is_left_out_is_said(workflow: Path, tmp_path: Path) -> None:
    with_node(workflow, {"id": 8, "type": "Foreign", "widgets_values": [1]})
    answer = invoke("convert", workflow, "-o", tmp_path / "p.json")
    assert answer.code == 3
    assert "node 8: No node type 'Foreign' is known" in answer.err
    written = json.loads((tmp_path / "p.json").read_text())
    foreign = written.pop("8")
    assert foreign == {"inputs": {}, "class_type": "Foreign"}
    assert written == ESRGAN_API


def test_what_cannot_be_resolved_is_raised_and_nothing_written(
    workflow: Path,
    tmp_path: Path,
) -> None:
    with_node(workflow, {"id": 8, "type": "Anything Everywhere", "widgets_values": []})
    answer = invoke("convert", workflow, "-o", tmp_path / "p.json")
    assert answer.code == 2
    assert "node 8" in answer.err
    assert not (tmp_path / "p.json").exists()


def test_an_unknown_node_converts_where_the_file_names_its_values(
    workflow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_node(workflow, {"id": 8, "type": "Foreign", "widgets_values": {"size": 4}})
    convert(workflow)
    printed = json.loads(capsys.readouterr().out)
    assert printed["8"] == {"inputs": {"size": 4}, "class_type": "Foreign"}


def test_what_is_no_workflow_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text("{")
    with pytest.raises(InputError, match="line 1, column 2"):
        convert(path)
