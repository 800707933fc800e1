"""The drawing of a workflow: where things are, what they are called, and what it carries."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.guide_for_tests import document, invoke, model_workflow, node, scale_workflow

from capdemo.nodes import NODES
from capdemo.site.graph import graph_drawing
from capdemo.site.graph.colours import colour_of
from capdemo.site.graph.levels import document_panels
from capdemo.site.graph.parts import HEADER, ROW
from capdemo.site.graph.place import in_columns, placed
from capdemo.site.graph.prompts import graph_panel
from capdemo.site.graph.style import DARK_CANVAS, LIGHT_CANVAS
from capdemo.site.graph.text import fitted, width_of, wrapped
from capdemo.workflow import graph_to_api, load_graph, read_workflow

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted(p for p in (ROOT / "workflows").rglob("*.json") if ".lock" not in p.name)


def written(path: Path, workflow: Any) -> Path:
    path.write_text(json.dumps(workflow), encoding="utf-8")
    return path


def drawn(path: Path) -> str:
    return graph_drawing(read_workflow(path), NODES.schemas).svg


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own file


def boxes(svg: str) -> dict[str, ET.Element]:
    """The boxes of a drawing by title."""
    root = parsed(svg)
    groups = [g for g in root.findall(f"{SVG}g") if g.get("class", "").startswith("b")]
    return {next(g.iter(f"{SVG}text")).text or "": g for g in groups}


def area(group: ET.Element) -> tuple[float, float, float, float]:
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    x, y, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def words(group: ET.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{SVG}text")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_file_carries_its_workflow(path: Path, tmp_path: Path) -> None:
    svg = tmp_path / "G.svg"
    svg.write_text(drawn(path), encoding="utf-8")
    carried = read_workflow(svg)
    original = json.loads(path.read_text(encoding="utf-8"))
    assert carried.raw["workflow"] == json.dumps(original), "byte for byte as JSON"
    graph, _ = load_graph(read_workflow(path), NODES.schemas)
    assert json.loads(carried.raw["prompt"]) == graph_to_api(graph)
    assert graph_drawing(carried, NODES.schemas).width > 0


@given(title=st.text(max_size=40))
def test_any_title_is_escaped_and_carried(title: str) -> None:
    path = Path("W.json")
    workflow = scale_workflow()
    workflow["nodes"][1]["title"] = f"{title}]]></metadata><script>alert(1)</script>"
    from capdemo.workflow.read import _from_json, _from_texts

    svg = graph_drawing(_from_json(path, json.dumps(workflow)), NODES.schemas).svg
    root = parsed(svg)
    assert root.find(f".//{SVG}script") is None
    carried = json.loads(root.findtext(f"{SVG}metadata") or "")
    assert carried["workflow"] == workflow
    assert svg.count("<![CDATA[") == svg.count("]]>") == 1, "ComfyUI reads one section"
    assert _from_texts(path, {"workflow": json.dumps(carried["workflow"])}).ui is not None


def test_boxes_stand_where_the_editor_has_them(tmp_path: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][0]["pos"] = [100, 50]
    workflow["nodes"][0]["size"] = {"0": 320, "1": 300}
    workflow["nodes"][1] |= {"pos": {"0": 500, "1": 400}, "size": [260, 82]}
    svg = drawn(written(tmp_path / "W.json", workflow))
    found = boxes(svg)
    assert area(found["LoadImage"])[:3] == (100, 50 - HEADER, 320)
    assert area(found["ImageScaleBy"])[:2] == (500, 400 - HEADER)
    assert words(found["LoadImage"]) == ["LoadImage", "IMAGE", "MASK", "image", "noise.png"]
    assert words(found["ImageScaleBy"])[-4:] == ["upscale_method", "bicubic", "scale_by", "2"]
    wire = parsed(svg).find(f"{SVG}path[@class='w']")
    assert wire is not None
    assert wire.get("stroke") == colour_of("IMAGE")
    assert wire.get("d") == "M420 69.5C460 69.5 460 419.5 500 419.5"


def test_a_wire_ends_at_the_widget_that_it_feeds(tmp_path: Path) -> None:
    workflow = scale_workflow()
    number = node(7, "PrimitiveFloat", values=[2.0], outputs=("FLOAT",))
    workflow["nodes"] += [number]
    workflow["nodes"][1]["inputs"] += [
        {"name": "upscale_method", "type": "COMBO", "widget": {"name": "upscale_method"}},
        {"name": "scale_by", "type": "FLOAT", "widget": {"name": "scale_by"}, "link": 9},
    ]
    workflow["links"] += [[9, 7, 0, 2, 2, "FLOAT"]]
    path = written(tmp_path / "W.json", workflow)
    file = read_workflow(path)
    assert file.ui is not None
    (panel,) = document_panels(file.ui, load_graph(file, NODES.schemas)[0])
    box = next(box for box in panel.boxes if box.title == "ImageScaleBy")
    assert [socket.label for socket in box.inputs] == ["image", "scale_by"]
    assert [wire.target_slot for wire in panel.wires if wire.type == "FLOAT"] == [1]
    assert [value for _, value in box.rows] == ["bicubic"], "what is fed is a socket, not a row"


def test_the_words_say_what_leads_where(tmp_path: Path) -> None:
    workflow = model_workflow("M.pth")
    workflow["nodes"][0]["title"] = "My picture"
    root = parsed(drawn(written(tmp_path / "A & B.json", workflow)))
    assert root.findtext(f"{SVG}title") == "Workflow A & B"
    assert root.findtext(f"{SVG}desc") == (
        "My picture (LoadImage) leads to ImageUpscaleWithModel. "
        "UpscaleModelLoader leads to ImageUpscaleWithModel. "
        "ImageUpscaleWithModel leads to SaveImage. SaveImage."
    )


def test_groups_notes_and_modes_are_told_apart(tmp_path: Path) -> None:
    workflow = scale_workflow()
    note = node(9, "MarkdownNote", values=["## Read **this**\n\n[first](https://a.b/c)"])
    workflow["nodes"] += [{**note, "pos": [0, 900], "size": [200, 120]}]
    workflow["nodes"][1]["mode"] = 4
    workflow["nodes"][2]["mode"] = 2
    workflow["nodes"][0]["flags"] = {"collapsed": True}
    workflow["groups"] = [{"title": "All of it", "bounding": [10, 20, 700, 300]}]
    svg = drawn(written(tmp_path / "W.json", workflow))
    found = boxes(svg)
    assert words(found["MarkdownNote"]) == ["MarkdownNote", "Read this", "first"]
    kinds = {title: group.get("class") for title, group in found.items()}
    assert kinds == {
        "LoadImage": "b pill",
        "ImageScaleBy (bypassed)": "b node bypassed",
        "SaveImage (muted)": "b node muted",
        "MarkdownNote": "b note",
    }
    assert area(found["LoadImage"])[3] == HEADER
    frame = parsed(svg).find(f"{SVG}g[@class='f']")
    assert frame is not None
    assert words(frame) == ["All of it"]
    assert area(frame) == (10, 20, 700, 300)


def test_the_inside_of_a_subgraph_is_drawn_below(tmp_path: Path) -> None:
    inner = node(
        5,
        "ImageScaleBy",
        values=["area", 3.0],
        inputs={"image": ("IMAGE", 7)},
        outputs=("IMAGE",),
    )
    slots = {
        "inputs": [{"id": "a", "name": "picture", "type": "IMAGE", "linkIds": [7]}],
        "outputs": [{"id": "b", "name": "larger", "type": "IMAGE", "linkIds": [8]}],
    }
    inner["outputs"][0]["links"] = [8]
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    links = [(7, -10, 0, 5, 0, "IMAGE"), (8, 5, 0, -20, 0, "IMAGE")]
    subgraph = {
        "id": "deadbeef",
        "name": "Enlarge",
        **slots,
        "nodes": [inner],
        "links": [dict(zip(keys, link, strict=True)) for link in links],
    }
    workflow = scale_workflow()
    workflow["nodes"][1]["type"] = "deadbeef"
    workflow["definitions"] = {"subgraphs": [subgraph]}
    svg = drawn(written(tmp_path / "W.json", workflow))
    found = boxes(svg)
    assert list(found) == ["LoadImage", "Enlarge", "SaveImage", "ImageScaleBy", "Inputs", "Outputs"]
    assert "Subgraph: Enlarge" in svg
    above = max(sum(area(found[title])[1::2]) for title in ("LoadImage", "Enlarge", "SaveImage"))
    assert area(found["ImageScaleBy"])[1] > above
    assert area(found["Inputs"])[0] < area(found["ImageScaleBy"])[0] < area(found["Outputs"])[0]
    assert words(found["ImageScaleBy"])[-1] == "3", "its values are those of its instance"
    assert svg.count('class="w"') == 4


def test_without_places_data_flows_from_left_to_right(tmp_path: Path) -> None:
    prompt = {
        "save": {"class_type": "SaveImage", "inputs": {"images": ["mix", 0]}},
        "a": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
        "b": {"class_type": "LoadImage", "inputs": {"image": "b.png"}},
        "mix": {"class_type": "Unheard Of", "inputs": {"one": ["a", 0], "two": ["big", 0]}},
        "big": {"class_type": "ImageScaleBy", "inputs": {"image": ["b", 0], "scale_by": 2}},
        "lost": {"class_type": "PreviewImage", "inputs": {"images": ["nobody", -3]}},
    }
    path = written(tmp_path / "P.json", prompt)
    graph = read_workflow(path).api
    assert graph is not None
    panel = placed(graph_panel(graph, NODES.schemas))
    places = {box.id: box for box in panel.boxes}
    assert len(panel.wires) == 4
    for wire in panel.wires:
        origin, target = places[wire.origin], places[wire.target]
        assert origin.x + origin.width < target.x
    assert_apart(panel.boxes)
    assert [socket.label for socket in places["mix"].outputs] == ["0"]
    svg = tmp_path / "P.svg"
    svg.write_text(drawn(path))
    carried = read_workflow(svg)
    assert json.loads(carried.raw["prompt"]) == prompt
    assert "workflow" not in carried.raw


def test_a_circle_of_links_is_drawn(tmp_path: Path) -> None:
    loop = [node(i, "Reroute", inputs={"": ("*", i)}, outputs=("*",)) for i in (1, 2)]
    for part in loop:
        part["pos"] = [0, 0]
    path = written(
        tmp_path / "W.json", document(loop, [[1, 2, 0, 1, 0, "*"], [2, 1, 0, 2, 0, "*"]])
    )
    document_ = read_workflow(path).ui
    assert document_ is not None
    (panel,) = document_panels(document_, load_graph(read_workflow(path), NODES.schemas)[0])
    assert {box.x for box in in_columns(panel).boxes} == {0.0}
    assert drawn(path).count('class="w"') == 2


def assert_apart(found: Any) -> None:
    for one, other in combinations(found, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.y + one.height <= other.y - HEADER or other.y + other.height <= one.y - HEADER
        assert beside or above, (one.title, other.title)


def templates() -> list[Path]:
    spec = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "templates"
    return [path for path in sorted(folder.glob("*.json")) if path.stem.count("_") > 1][::12]


def test_official_templates_are_drawn_with_every_box_apart() -> None:
    assert len(templates()) > 40
    for path in templates():
        file = read_workflow(path)
        assert file.ui is not None
        graph, _ = load_graph(file, NODES.schemas)
        panels = [placed(panel) for panel in document_panels(file.ui, graph)]
        assert len(panels) == 1 + len(file.ui.subgraphs)
        for panel in panels:
            assert_apart(panel.boxes)
        parsed(graph_drawing(file, NODES.schemas).svg)


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = written(tmp_path / "W.json", model_workflow("M.pth"))
    made = []
    for seed in ("1", "2"):
        svg = tmp_path / f"{seed}.svg"
        command = [sys.executable, "-m", "capdemo", "graph", str(path), "-o", str(svg)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append(svg.read_text(encoding="utf-8"))
    assert made[0] == made[1] == drawn(path)


def test_the_command_reads_pictures_and_refuses_the_rest(guide: Path) -> None:
    path = written(guide / "W.json", scale_workflow())
    assert invoke("graph", path, "-o", "first/G.svg").code == 0
    assert invoke("graph", "first/G.svg", "-o", "second/G.svg").code == 0
    assert read_workflow(guide / "second/G.svg").raw == read_workflow(guide / "first/G.svg").raw
    (guide / "no.json").write_text("{}")
    answer = invoke("graph", guide / "no.json", "-o", "no.svg")
    assert answer.code == 2
    assert "not a ComfyUI workflow" in answer.err
    assert not (guide / "no.svg").exists()


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("canvas", [LIGHT_CANVAS, DARK_CANVAS])
def test_wires_are_seen_on_either_canvas(canvas: str) -> None:
    schemas = NODES.schemas.values()
    types = {entry.type for s in schemas for entry in s.inputs}
    types |= {entry.type for s in schemas for entry in s.outputs}
    assert len(types) > 50
    for type_ in types:
        light, dark = sorted((luminance(colour_of(type_)), luminance(canvas)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, type_


def test_text_is_cut_and_broken_to_its_width() -> None:
    assert fitted("short", 10, 100) == "short"
    cut = fitted("a rather long title of a node", 10, 80)
    assert cut.endswith("…")
    assert width_of(cut, 10) <= 80
    assert wrapped("one two three\n\nfour", 10, 60, 9) == ("one two", "three", "", "four")
    assert wrapped("one two three four five six", 10, 60, 2) == ("one two", "three four …")
    assert ROW > 15.5
