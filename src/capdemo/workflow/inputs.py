"""Where the pictures lie that a workflow names; looks, and reads nothing."""

from __future__ import annotations

from pathlib import Path


def input_folder(workflow: Path) -> Path:
    """The folder whose pictures a workflow names.

    The nearest `inputs/` or `workflows/inputs/` above the file; for a file that lies elsewhere,
    such as a picture that carries its workflow, above the current folder; else its own folder.
    """
    file = workflow.resolve()
    for folder in (*file.parents, Path.cwd(), *Path.cwd().parents):
        for inputs in (folder / "inputs", folder / "workflows" / "inputs"):
            if inputs.is_dir():
                return inputs
    return file.parent
