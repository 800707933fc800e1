"""Converts all official templates here and by comfy-cli, and writes down where the two differ.

comfy-cli is GPL-3.0, so nothing here imports it: it runs in an environment of its own, and only
its answers are read. To run:

    python -m venv /tmp/comfy-cli && /tmp/comfy-cli/bin/pip install comfy-cli==1.23.0
    python -m tests.workflow.conversion.compare /tmp/comfy-cli/bin/python

The page is docs/en/develop/conversion-report.md. The exit status is 1 where a difference has no
reason.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.workflow.conversion.differences import differences
from tests.workflow.conversion.reasons import UNEXPLAINED, reason_for
from tests.workflow.conversion.report import Comparison, report

from capdemo.nodes import NODES
from capdemo.workflow import graph_from_api, graph_to_api, load_graph, read_workflow
from capdemo.workflow.object_info import object_info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.workflow import JsonValue

PAGE = Path(__file__).parents[3] / "docs/en/develop/conversion-report.md"
NOT_WORKFLOWS = ("index", "fuse_options")

CONVERT = """
import importlib.metadata, json, logging, sys
from comfy_cli.workflow_to_api import convert_ui_to_api

logging.disable(logging.CRITICAL)
task = json.load(sys.stdin)
answers = {}
for name, path in task["files"].items():
    with open(path, encoding="utf-8-sig") as file:
        try:
            answers[name] = convert_ui_to_api(json.load(file), task["object_info"])
        except Exception as error:
            answers[name] = f"{type(error).__name__}: {error}"
version = importlib.metadata.version("comfy-cli")
json.dump({"version": version, "answers": answers}, sys.stdout)
"""
"""What is run in comfy-cli's environment; an answer is a prompt, or a text if it fails."""


def templates() -> list[Path]:
    """The official workflow templates, by name."""
    package = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert package is not None
    assert package.origin is not None
    files = sorted((Path(package.origin).parent / "templates").glob("*.json"))
    return [file for file in files if not file.name.startswith(NOT_WORKFLOWS)]


def converted_here(path: Path) -> dict[str, JsonValue]:
    """What this project makes of a workflow."""
    graph, _ = load_graph(read_workflow(path), NODES.schemas)
    return graph_to_api(graph)


def converted_there(python: str, files: Sequence[Path]) -> tuple[str, dict[str, JsonValue]]:
    """comfy-cli's version and what it makes of the workflows, told the same node table."""
    task = {
        "object_info": object_info(NODES.schemas),
        "files": {file.name: str(file) for file in files},
    }
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-c", CONVERT],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
        )
    result = json.loads(done.stdout)
    return result["version"], result["answers"]


def compare(python: str) -> Comparison:
    """Convert everything by both and note the differences."""
    files = templates()
    version, theirs = converted_there(python, files)
    found, refused, inputs = {}, {}, 0
    for file in files:
        ours, answer = converted_here(file), theirs[file.name]
        if not isinstance(answer, dict):
            refused[file.name] = str(answer)
            continue
        workflow = json.loads(file.read_text("utf-8-sig"))
        pair = (ours, answer)
        found[file.name] = [*differences(file.name, workflow, pair, NODES.schemas)]
        inputs += sum(len(node.inputs) for node in graph_from_api(ours, file="").nodes.values())
    package = "comfyui-workflow-templates-json"
    return Comparison(
        differences=found,
        refused=refused,
        inputs=inputs,
        node_types=len(NODES),
        converter=f"comfy-cli {version}",
        templates=f"{package} {importlib.metadata.version(package)}",
    )


def main(python: str) -> int:
    """Compare, write the page, and say how many differences have no reason."""
    comparison = compare(python)
    PAGE.write_text(report(comparison), encoding="utf-8")
    everything = [each for found in comparison.differences.values() for each in found]
    unexplained = sum(reason_for(each) is UNEXPLAINED for each in everything)
    sys.stdout.write(f"{len(everything)} differences, {unexplained} unexplained: {PAGE}\n")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
