"""The node table as ComfyUI's server describes its own at /object_info; lists no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from capdemo.node_api import InputSchema, NodeSchema, Rows, Widget
    from capdemo.workflow.graph import JsonValue

_WIDGET_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
"""Inputs of these types have a widget unless they are told not to."""


def object_info(schemas: Mapping[str, NodeSchema]) -> dict[str, JsonValue]:
    """Every schema by class type, for tools that read ComfyUI's answer in place of its code.

    A choice of files has no options, since none are looked for here. Dynamic combos and growing
    inputs are described as ComfyUI's V3 nodes describe theirs.
    """
    return {class_type: _node(schema) for class_type, schema in schemas.items()}


def _node(schema: NodeSchema) -> dict[str, JsonValue]:
    inputs = _inputs(schema.inputs)
    return {
        "input": {section: {**entries} for section, entries in inputs.items()},
        "input_order": {section: [*entries] for section, entries in inputs.items()},
        "is_input_list": schema.input_is_list,
        "output": [output.type for output in schema.outputs],
        "output_is_list": [output.is_list for output in schema.outputs],
        "output_name": [output.name for output in schema.outputs],
        "name": schema.class_type,
        "display_name": schema.class_type,
        "description": schema.description,
        "python_module": schema.pack,
        "category": schema.category,
        "output_node": schema.is_output,
    }


def _inputs(entries: Iterable[InputSchema]) -> dict[str, dict[str, JsonValue]]:
    """By section and name; what the editor adds by itself is not described."""
    sections: dict[str, dict[str, JsonValue]] = {"required": {}, "optional": {}}
    for entry in entries:
        if entry.widget is None or entry.widget.serialized:
            sections["required" if entry.required else "optional"][entry.name] = _input(entry)
    return sections


def _input(entry: InputSchema) -> list[JsonValue]:
    lazy: dict[str, JsonValue] = {"lazy": True} if entry.lazy else {}
    if entry.rows is not None:
        return ["COMFY_AUTOGROW_V3", {"template": _template(entry, entry.rows), **lazy}]
    if entry.widget is None:
        is_like_a_widget = not _WIDGET_TYPES.isdisjoint(entry.type.split(","))
        return [entry.type, ({"forceInput": True} if is_like_a_widget else {}) | lazy]
    if entry.widget.options:
        return ["COMFY_DYNAMICCOMBO_V3", _dynamic_options(entry.widget) | lazy]
    return [entry.type, _options(entry, entry.widget) | lazy]


def _template(entry: InputSchema, rows: Rows) -> dict[str, JsonValue]:
    row: list[JsonValue] = [entry.type, {"forceInput": True}]
    inputs: dict[str, JsonValue] = {"required": {entry.name: row}}
    return {"input": inputs, "names": [*rows.names], "min": rows.minimum}


def _dynamic_options(widget: Widget) -> dict[str, JsonValue]:
    options: list[JsonValue] = [
        {"key": option.name, "inputs": {**_inputs(option.inputs)}} for option in widget.options
    ]
    described: dict[str, JsonValue] = {"options": options}
    return described if widget.default is None else {"default": widget.default, **described}


def _options(entry: InputSchema, widget: Widget) -> dict[str, JsonValue]:
    named: dict[str, JsonValue] = {
        "default": widget.default,
        "min": widget.minimum,
        "max": widget.maximum,
        "step": widget.step,
        "control_after_generate": widget.control_after_generate,
        "multiline": widget.multiline or None,
        "dynamicPrompts": widget.dynamic_prompts or None,
        "options": [*widget.choices] if widget.type == "COMBO" else None,
        "widgetType": widget.type if widget.type != entry.type else None,
        "socketless": True if widget.type not in _WIDGET_TYPES else None,
        f"{widget.upload}_upload": True if widget.upload else None,
    }
    return {name: value for name, value in named.items() if value is not None}
