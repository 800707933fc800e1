"""The node table in ComfyUI's own words."""

from __future__ import annotations

import json

from tests.workflow.builders import SCHEMAS, schema, socket

from capdemo.node_api import InputSchema, NodeSchema, OutputSchema, Widget
from capdemo.node_api.inputs import (
    boolean,
    choice,
    custom,
    dynamic_choice,
    input_file,
    integer,
    link,
    model_file,
    number,
    rows,
    text,
)
from capdemo.nodes import NODES
from capdemo.workflow.object_info import object_info


def described(entry: InputSchema) -> object:
    info = object_info({"A": schema("A", entry)})["A"]
    assert isinstance(info, dict)
    sections = info["input"]
    assert isinstance(sections, dict)
    section = sections["required" if entry.required else "optional"]
    assert isinstance(section, dict)
    return section[entry.name]


def test_plain_inputs() -> None:
    assert described(socket("image")) == ["IMAGE", {}]
    assert described(link("mask", "MASK", required=False, lazy=True)) == ["MASK", {"lazy": True}]
    assert described(integer("seed", 0, 0, 9, seed=True)) == [
        "INT",
        {"default": 0, "min": 0, "max": 9, "step": 1, "control_after_generate": True},
    ]
    assert described(number("cfg", 8.0)) == ["FLOAT", {"default": 8.0}]
    assert described(text("t", multiline=True, dynamic_prompts=True)) == [
        "STRING",
        {"default": "", "multiline": True, "dynamicPrompts": True},
    ]
    assert described(boolean("b", default=False)) == ["BOOLEAN", {"default": False}]
    assert described(choice("c", ("x", "y"), "y")) == [
        "COMBO",
        {"default": "y", "options": ["x", "y"]},
    ]


def test_inputs_that_look_like_widgets_and_are_none() -> None:
    assert described(InputSchema("n", "INT")) == ["INT", {"forceInput": True}]
    assert described(InputSchema("n", "FLOAT,INT")) == ["FLOAT,INT", {"forceInput": True}]


def test_widgets_of_several_types_and_of_the_editors_own() -> None:
    several = InputSchema("n", "FLOAT,INT", widget=Widget("FLOAT", 1.0))
    assert described(several) == ["FLOAT,INT", {"default": 1.0, "widgetType": "FLOAT"}]
    assert described(custom("view", "IMAGECOMPARE")) == ["IMAGECOMPARE", {"socketless": True}]


def test_files() -> None:
    assert described(input_file("file", "video")) == [
        "COMBO",
        {"options": [], "video_upload": True},
    ]
    assert described(model_file("m", "vae")) == ["COMBO", {"options": []}]


def test_dynamic_inputs() -> None:
    nested = dynamic_choice("inner", {"c": (text("d"),)}, required=False)
    assert described(dynamic_choice("outer", {"a": (), "b": (nested,)})) == [
        "COMFY_DYNAMICCOMBO_V3",
        {
            "options": [
                {"key": "a", "inputs": {"required": {}, "optional": {}}},
                {
                    "key": "b",
                    "inputs": {
                        "required": {},
                        "optional": {
                            "inner": [
                                "COMFY_DYNAMICCOMBO_V3",
                                {
                                    "options": [
                                        {
                                            "key": "c",
                                            "inputs": {
                                                "required": {"d": ["STRING", {"default": ""}]},
                                                "optional": {},
                                            },
                                        }
                                    ]
                                },
                            ]
                        },
                    },
                },
            ]
        },
    ]
    assert described(rows("images", "IMAGE", ("image0", "image1"), minimum=2)) == [
        "COMFY_AUTOGROW_V3",
        {
            "template": {
                "input": {"required": {"images": ["IMAGE", {"forceInput": True}]}},
                "names": ["image0", "image1"],
                "min": 2,
            }
        },
    ]


def test_a_whole_node() -> None:
    node = NodeSchema(
        "Split",
        (integer("last", 1, required=False), socket("image"), text("first")),
        (OutputSchema("tiles", "IMAGE", is_list=True), OutputSchema("n", "INT")),
        category="image",
        description="Splits.",
        pack="a-pack",
        is_output=True,
        input_is_list=True,
    )
    info = object_info({"Split": node})["Split"]
    assert isinstance(info, dict)
    assert info["input_order"] == {"required": ["image", "first"], "optional": ["last"]}
    assert {key: info[key] for key in info if key not in ("input", "input_order")} == {
        "is_input_list": True,
        "output": ["IMAGE", "INT"],
        "output_is_list": [True, False],
        "output_name": ["tiles", "n"],
        "name": "Split",
        "display_name": "Split",
        "description": "Splits.",
        "python_module": "a-pack",
        "category": "image",
        "output_node": True,
    }


def test_what_the_editor_adds_by_itself_is_not_described() -> None:
    preview = InputSchema("preview", "STRING", widget=Widget("STRING", serialized=False))
    info = object_info({"A": schema("A", preview, text("t"))})["A"]
    assert isinstance(info, dict)
    assert info["input_order"] == {"required": ["t"], "optional": []}


def test_the_table_is_json() -> None:
    table = object_info(SCHEMAS)
    assert json.loads(json.dumps(table)) == table
    assert [*table] == [*SCHEMAS]


def test_required_inputs_come_first_in_every_node() -> None:
    """ComfyUI lists them first, so widgets that are declared otherwise would change places."""
    for schema_of_node in NODES.schemas.values():
        required = [entry.required for entry in schema_of_node.widgets]
        assert required == sorted(required, reverse=True), schema_of_node.class_type
