"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Workflow: TypeAlias = Annotated[
    Path,
    typer.Argument(help="A workflow: JSON in either format, or a picture or video that has one."),
]
Device: TypeAlias = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
PrecisionChoice: TypeAlias = Annotated[
    Literal["exact", "fast"],
    typer.Option(help="exact: float32. fast: bfloat16 or float16 where the model bears it."),
]
Models: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        help="A ComfyUI models folder, searched before CAPDEMO_MODELS; may be repeated.",
        file_okay=False,
        exists=True,
    ),
]
Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NODE.WIDGET=VALUE", help="Change a value of the workflow."),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
