"""File name prefixes: dates and other nodes' values, as the editor fills them in."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.workflow.builders import document

from capdemo.workflow.file_prefixes import (
    fill_prefixes,
    fill_text,
    format_date,
    search_names,
)
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link

DATE = datetime(2026, 3, 4, 15, 6, 7)  # noqa: DTZ001 (the user's own clock, as in a browser)

GRAPH = Graph(
    {
        "1": GraphNode("KSampler", {"seed": 5, "cfg": 8.0, "latent": Link("3", 0)}, "First"),
        "2": GraphNode("KSampler", {"seed": 6}, "Mine"),
        "3": GraphNode("EmptyLatentImage", {"width": 512}, "KSampler"),
    }
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy-MM-dd", "2026-03-04"),
        ("yy/M/d", "26/3/4"),
        ("hh.mm.ss", "15.06.07"),
        ("h m s", "15 6 7"),
        ("yyy y", "yyy y"),
        ("yyyyMMddhhmmss", "20260304150607"),
        ("", ""),
    ],
)
def test_dates(pattern: str, expected: str) -> None:
    assert format_date(pattern, DATE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("%date:yyyy-MM-dd%/shot", "2026-03-04/shot"),
        ("%date:yyyy%_%date:MM%", "2026_03"),
        ("%KSampler.seed%", "5"),
        ("%Mine.seed%", "6"),
        ("a%EmptyLatentImage.width%b", "a512b"),
        ("%KSampler.cfg%", "8"),
        ("%width%x%height%_%year%", "%width%x%height%_%year%"),
        ("%KSampler.latent%", "%KSampler.latent%"),
        ("%KSampler.absent%", "%KSampler.absent%"),
        ("%Nobody.seed%", "%Nobody.seed%"),
        ("100%", "100%"),
        ("%%", "%%"),
        ("%date:yyyy.MM%", "%date:yyyy.MM%"),
        ("%date:yyyy.MM.dd%", "2026"),
    ],
    ids=lambda value: value,
)
def test_texts(text: str, expected: str) -> None:
    assert fill_text(text, GRAPH, date=DATE) == expected


def test_a_name_for_search_and_replace_goes_before_a_title() -> None:
    names = {"3": "First"}
    assert fill_text("%First.width%", GRAPH, date=DATE, names=names) == "512"
    assert fill_text("%First.seed%", GRAPH, date=DATE, names=names) == "%First.seed%"
    assert fill_text("%First.seed%", GRAPH, date=DATE) == "5"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('a/b\\c:d*e|f?g<h>i"j\n', "a_b_c_d_e_f_g_h_i_j_"),
        ("../..", ".._.."),
        (True, "true"),
        (None, ""),
        (0.25, "0.25"),
        (1e20, "100000000000000000000"),
        (["a", 1.0, None], "a,1,"),
        ({"a": 1}, "[object Object]"),
    ],
)
def test_values_become_safe_text(value: JsonValue, expected: str) -> None:
    graph = Graph({"1": GraphNode("A", {"b": value})})
    assert fill_text("%A.b%", graph, date=DATE) == expected


def test_only_prefixes_are_filled_in_and_the_graph_stays() -> None:
    save = GraphNode("SaveImage", {"images": Link("1", 0), "filename_prefix": "%KSampler.seed%"})
    title = GraphNode("Any", {"text": "%KSampler.seed%", "filename_prefix": Link("1", 0)})
    graph = Graph({**GRAPH.nodes, "8": save, "9": title})
    filled = fill_prefixes(graph, date=DATE)
    assert filled.nodes["8"].inputs == {"images": Link("1", 0), "filename_prefix": "5"}
    assert filled.nodes["9"] == title
    assert graph.nodes["8"].inputs["filename_prefix"] == "%KSampler.seed%"
    assert [*filled.nodes] == [*graph.nodes]


def test_the_names_that_a_file_records_inside_subgraphs_too() -> None:
    def named(node_id: int, node_type: str, name: JsonValue) -> dict[str, JsonValue]:
        return {"id": node_id, "type": node_type, "properties": {"Node name for S&R": name}}

    subgraph: JsonValue = {
        "id": "s",
        "name": "",
        "nodes": [named(4, "KSampler", "Inner")],
        "links": [],
        "inputs": [],
        "outputs": [],
    }
    read = document(
        [named(1, "KSampler", "Mine"), named(2, "Any", None), named(3, "s", "Instance")],
        [],
        definitions={"subgraphs": [subgraph]},
    )
    assert search_names(read) == {"1": "Mine", "3:4": "Inner"}
