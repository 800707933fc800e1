"""`capdemo nodes`: the table of nodes that run here."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from capdemo.cli.options import Json
from capdemo.nodes import NODES


def nodes(json_: Json = False) -> None:
    """List the nodes that workflows may use here, with their pack, licence and revision."""
    schemas = [NODES[class_type].schema for class_type in sorted(NODES)]
    if json_:
        entries = [
            {
                "class_type": schema.class_type,
                "pack": schema.pack,
                "licence": schema.licence,
                "revision": schema.revision,
                "inputs": [{"name": entry.name, "type": entry.type} for entry in schema.inputs],
                "outputs": [{"name": entry.name, "type": entry.type} for entry in schema.outputs],
                "executable": True,
            }
            for schema in schemas
        ]
        print(json.dumps({"nodes": entries}, indent=2))
        return
    table = Table("Node", "Inputs", "Outputs", "Pack", "Licence", "Rev.", box=None, pad_edge=False)
    for schema in schemas:
        inputs = ", ".join(entry.name for entry in schema.inputs)
        outputs = ", ".join(entry.type for entry in schema.outputs)
        revision = str(schema.revision)
        table.add_row(schema.class_type, inputs, outputs, schema.pack, schema.licence, revision)
    Console().print(table)
