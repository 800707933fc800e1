"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from capdemo.errors import InputError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY_UNITS = {"KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}

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
MaxMemory: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="How much to keep of what is needed again, such as 8GB; by default half the memory.",
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def bytes_of(size: str | None) -> int | None:
    """A size such as `8GB`, `512 MiB` or `1000` in bytes; half the machine's memory for None.

    Raises `InputError` for anything else. None where the system does not say what it has.
    """
    if size is None:
        return _half_the_memory()
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?)B?\s*", size.upper())
    factor = {**_UNITS, **_BINARY_UNITS}.get(found[2]) if found else None
    if found is None or factor is None:
        raise InputError(f"--max-memory {size}: this is no size.", hint="Write 8GB or 512MiB.")
    return int(float(found[1]) * factor)


def _half_the_memory() -> int | None:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
