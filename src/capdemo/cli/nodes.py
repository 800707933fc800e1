"""`capdemo nodes`: the table of nodes that run here."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from capdemo.cli.options import Json
from capdemo.nodes import NODES
from capdemo.workflow import object_info as comfyui_object_info

if TYPE_CHECKING:
    from capdemo.node_api import InputSchema


def nodes(
    json_: Json = False,
    object_info: Annotated[
        bool,
        typer.Option(help="Print ComfyUI's /object_info, for tools that want a server's answer."),
    ] = False,
) -> None:
    """List the nodes that are known here, with their pack, licence and revision.

    A node that does not run is read and checked all the same.
    """
    if object_info:
        print(json.dumps(comfyui_object_info(NODES.schemas), indent=2))
        return
    schemas = [NODES[class_type].schema for class_type in sorted(NODES)]
    if json_:
        entries = [
            {
                "class_type": schema.class_type,
                "pack": schema.pack,
                "licence": schema.licence,
                "revision": schema.revision,
                "inputs": [_input(entry) for entry in schema.inputs],
                "own_models": [asdict(own) for own in schema.own_models],
                "outputs": [{"name": entry.name, "type": entry.type} for entry in schema.outputs],
                "executable": schema.executable,
            }
            for schema in schemas
        ]
        print(json.dumps({"nodes": entries}, indent=2))
        return
    columns = ("Runs", "Outputs", "Pack", "Licence", "Rev.")
    table = Table(Column("Node", no_wrap=True), *columns, box=None, pad_edge=False)
    for schema in schemas:
        outputs = ", ".join(entry.type for entry in schema.outputs)
        runs, revision = ("yes", str(schema.revision)) if schema.executable else ("no", "")
        pack, licence = schema.pack, schema.licence
        table.add_row(schema.class_type, runs, outputs, pack, licence, revision)
    Console().print(table)


def _input(entry: InputSchema) -> dict[str, object]:
    """What a script may want to know of an input; nothing that does not apply."""
    told: dict[str, object] = {"name": entry.name, "type": entry.type, "required": entry.required}
    if entry.rows is not None:
        told |= {"rows": entry.rows.names, "minimum_rows": entry.rows.minimum}
    widget = entry.widget
    if widget is None:
        return told
    facts = {
        "widget": widget.type,
        "default": widget.default,
        "minimum": widget.minimum,
        "maximum": widget.maximum,
        "step": widget.step,
        "choices": list(widget.choices) or None,
        "model_folder": widget.model_folder,
        "upload": widget.upload,
    }
    told |= {name: fact for name, fact in facts.items() if fact is not None}
    if widget.options:
        told["options"] = {o.name: [_input(sub) for sub in o.inputs] for o in widget.options}
    return told
