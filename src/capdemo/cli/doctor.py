"""`capdemo doctor`: what this machine has of all that capdemo can use."""

from __future__ import annotations

import importlib
import json
import os
import platform
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from capdemo import models as networks
from capdemo.cli.models import Entry, entries, entry_table
from capdemo.cli.options import Json, Models
from capdemo.examples.keys import missing_models
from capdemo.examples.memory import say_memory
from capdemo.examples.prepare import check
from capdemo.models.folders import cache_folder
from capdemo.models.store import LocalModelStore
from capdemo.workflow import input_folder, read_workflow

_LIBRARIES = {
    "pillow": "PIL.Image",
    "isal": "isal.isal_zlib",
    "av": "av",
    "safetensors": "safetensors",
    "diffusers": "",
    "transformers": "",
}
"""Packages, and the module that shows whether one loads; none where that would take seconds."""
_REQUIREMENT = re.compile(r"^([\w.-]+).*extra == ['\"]([\w-]+)['\"]")


def doctor(
    workflow: Annotated[
        Path | None, typer.Argument(help="Say also what the models of this workflow need.")
    ] = None,
    models: Models = None,
    json_: Json = False,
) -> None:
    """Say what this machine has: Python, torch, device, memory, libraries, extras, models."""
    store = LocalModelStore.from_environment(models or ())
    listed = entries(store)
    facts = {**_system(), **_torch(listed), **_libraries(), **_extras()}
    if workflow is not None:
        facts["workflow"] = _workflow(workflow, store)
    if json_:
        usable = {entry.model.id: entry.state for entry in listed}
        print(json.dumps({**facts, "models": usable}, indent=2))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in facts.items():
        table.add_row(name, escape(value))
    console = Console()
    console.print(table)
    console.print()
    console.print(entry_table(listed))


def _workflow(path: Path, store: LocalModelStore) -> str:
    """What a workflow's models need, and which of them are not here."""
    draft, _ = check(read_workflow(path), store, input_folder(path))
    missing = missing_models(draft, store)
    said = say_memory(draft.graph, store, networks.device.choose_device("auto"))
    return " ".join([said, *missing]) or "It loads no diffusion model."


def _system() -> dict[str, str]:
    free = shutil.disk_usage(_existing(cache_folder())).free
    return {
        "capdemo": metadata.version("capdemo"),
        "Python": f"{platform.python_version()}, {platform.platform(terse=True)}",
        "memory": _physical_memory(),
        "cache": f"{cache_folder()}, {free / 1e9:.1f} GB free",
    }


def _torch(listed: tuple[Entry, ...]) -> dict[str, str]:
    """What torch says of itself; a broken installation is a finding here, not a failure."""
    try:
        import torch  # noqa: PLC0415  # only this command's business

        name = networks.device.device_name(networks.device.choose_device("auto"))
    except (ImportError, OSError, RuntimeError) as error:
        return {"torch": _unusable("torch", error)}
    found = {"torch": torch.__version__, "device": name}
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        found["device memory"] = f"{total / 1e9:.1f} GB, {free / 1e9:.1f} GB free"
    elif networks.device.multiplies_bfloat16():
        found["fast mode"] = "bfloat16, where a model bears it"
    else:
        found["fast mode"] = "as exact, since bfloat16 is not faster here"
    return found | _too_large(listed) | {"spandrel": _spandrel()}


def _spandrel() -> str:
    try:
        spandrel = networks.spandrel_import.import_spandrel()
    except (ImportError, OSError, RuntimeError) as error:
        return _unusable("spandrel", error)
    return f"{metadata.version('spandrel')}, {len(spandrel.MAIN_REGISTRY)} architectures"


def _libraries() -> dict[str, str]:
    """The libraries with compiled parts, which may be there and not load, and the large ones."""
    return {package: _library(package, module) for package, module in _LIBRARIES.items()}


def _library(package: str, module: str) -> str:
    try:
        if module:
            importlib.import_module(module)
        return metadata.version(package)
    except (ImportError, OSError) as error:
        return _unusable(package, error)


def _unusable(package: str, error: Exception) -> str:
    why = str(error).partition("\n")[0].rstrip(".")
    asked = next((r for r in _requirements() if re.match(rf"{package}\b", r)), package)
    return f"cannot be used: {why}. Type: pip install --force-reinstall '{asked}'"


def _requirements() -> list[str]:
    """What capdemo needs without any extra, as pip has it."""
    return [r for r in metadata.requires("capdemo") or () if ";" not in r]


def _too_large(listed: tuple[Entry, ...]) -> dict[str, str]:
    """The models that want a larger GPU than this machine has; they still run, more slowly."""
    here = networks.device.device_memory()
    larger = [entry.model for entry in listed if entry.model.device_memory * 1e9 > here]
    return {
        f"for {model.name}": f"a GPU with {model.device_memory} GB is wanted; "
        + (f"here are {here / 1e9:.1f} GB" if here else "here is none, so it runs on the processor")
        for model in larger
    }


def _extras() -> dict[str, str]:
    """Each extra, and what is missing of it."""
    missing: dict[str, list[str]] = {}
    for requirement in metadata.requires("capdemo") or ():
        if match := _REQUIREMENT.match(requirement):
            package, extra = match.groups()
            missing.setdefault(extra, [])
            if not _is_installed(package):
                missing[extra].append(package)
    return {
        f"extra {extra}": f"lacks {', '.join(packages)}" if packages else "installed"
        for extra, packages in missing.items()
    }


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _physical_memory() -> str:
    if not hasattr(os, "sysconf"):
        return "unknown on this system"
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB"


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
