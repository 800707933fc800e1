"""The 644 official workflow templates: all are read, and the names they give agree with ours."""

from __future__ import annotations

import importlib.util
import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.workflow.builders import schema, widget

from capdemo.node_api import Widget
from capdemo.nodes import NODES
from capdemo.workflow import (
    Document,
    graph_from_api,
    graph_to_api,
    load_graph,
    read_workflow,
)
from capdemo.workflow.document import document_from_json
from capdemo.workflow.widgets import named_values

SEEDED = (
    schema("RandomNoise", widget("noise_seed", Widget("INT", default=0))),
    schema(
        "KSampler",
        widget("seed", Widget("INT", default=0, control_after_generate=True)),
        widget("steps", Widget("INT", default=20)),
        widget("cfg", Widget("FLOAT", default=8.0)),
        widget("sampler_name", Widget("COMBO")),
        widget("scheduler", Widget("COMBO")),
        widget("denoise", Widget("FLOAT", default=1.0)),
    ),
    schema(
        "KSamplerAdvanced",
        widget("add_noise", Widget("COMBO", choices=("enable", "disable"))),
        widget("noise_seed", Widget("INT", default=0, control_after_generate=True)),
        widget("steps", Widget("INT", default=20)),
        widget("cfg", Widget("FLOAT", default=8.0)),
        widget("sampler_name", Widget("COMBO")),
        widget("scheduler", Widget("COMBO")),
        widget("start_at_step", Widget("INT", default=0)),
        widget("end_at_step", Widget("INT", default=10000)),
        widget("return_with_leftover_noise", Widget("COMBO", choices=("disable", "enable"))),
    ),
)
"""Nodes with control values, which the nodes that run here do not have."""

SCHEMAS = NODES.schemas | {entry.class_type: entry for entry in SEEDED}

NOT_WORKFLOWS = ("index", "fuse_options")
PROBLEMS_TO_EXPECT = {"missing_node_type", "prompt_without_braces", "widget_added_since"}


@pytest.fixture(scope="module")
def templates() -> list[Path]:
    package = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert package is not None
    assert package.origin is not None
    files = sorted((Path(package.origin).parent / "templates").glob("*.json"))
    return [file for file in files if not file.name.startswith(NOT_WORKFLOWS)]


def test_every_template_is_read_and_flattened_in_time(templates: list[Path]) -> None:
    started = time.process_time()
    kinds: set[str] = set()
    for path in templates:
        file = read_workflow(path)
        assert file.ui is not None
        assert len(file.ui.nodes) == len(json.loads(file.raw["workflow"])["nodes"])
        graph, problems = load_graph(file, NODES.schemas)
        kinds |= {problem.kind for problem in problems}
        assert graph_from_api(graph_to_api(graph), file="p.json") == graph
    assert time.process_time() - started < 60
    assert len(templates) == 644
    assert kinds == PROBLEMS_TO_EXPECT


def documents(templates: list[Path]) -> list[Document]:
    """The top level and every subgraph of all templates."""
    found = []
    for path in templates:
        value = json.loads(path.read_text("utf-8-sig"))
        subgraphs = value.get("definitions", {}).get("subgraphs", [])
        found += [document_from_json(level, file=path.name) for level in (value, *subgraphs)]
    return found


def test_names_by_position_are_the_names_that_the_files_give(templates: list[Path]) -> None:
    """Compared where nobody edited the one or the other by hand after saving."""
    compared: Counter[str] = Counter()
    for node in (node for document in documents(templates) for node in document.nodes):
        known, names = SCHEMAS.get(node.type), node.widgets_values_named
        if known is None or names is None or node.widgets_values != tuple(names.values()):
            continue
        by_position = named_values(replace(node, widgets_values_named=None), known)
        shared = by_position.keys() & names.keys()
        assert {name: by_position[name] for name in shared} == {
            name: names[name] for name in shared
        }
        compared[node.type] += 1
    assert {"KSampler", "KSamplerAdvanced", "RandomNoise", "LoadImage", "SaveImage"} <= set(
        compared
    )
    assert compared.total() > 250
