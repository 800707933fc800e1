"""Describes a model file as a catalogue entry; writes nothing itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from capdemo.errors import InputError
from capdemo.models.catalogue import BundledSource, ManualSource, Model, Source, UrlSource
from capdemo.models.digest import file_digest
from capdemo.models.upscaler import load_upscale_model

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Description:
    """What a person has to say of a new model, because its file does not."""

    name: str
    licence: str
    author: str
    homepage: str
    commercial: bool = False
    url: str = ""
    """Where `capdemo models fetch` gets the file; empty where a person has to."""


def describe_file(model_id: str, path: Path, description: Description) -> Model:
    """Make an entry for an upscale model, its architecture and scale read from its weights.

    Raises `InputError` where the file is no upscale model.
    """
    network = load_upscale_model(path, device="cpu", precision="exact")
    sha256, size = file_digest(path), path.stat().st_size
    source: Source = ManualSource(path.name, sha256, size)
    if description.url:
        source = UrlSource(description.url, sha256, size)
    return Model(
        id=model_id,
        name=description.name,
        folder="upscale_models",
        files=tuple(dict.fromkeys((path.name, source.file_name))),
        architecture=network.architecture,
        scale=network.scale,
        licence=description.licence,
        commercial=description.commercial,
        author=description.author,
        homepage=description.homepage,
        sources=(source,),
    )


def verify_entry(model: Model, path: Path) -> Model:
    """Fill an entry's sha256 and size from a file that was got from one of its sources.

    Raises `InputError` where the file is not named as a source's file is, where it is not the
    network that the entry describes, or where the entry has another sha256.
    """
    network = load_upscale_model(path, device="cpu", precision="exact")
    if (network.architecture, network.scale) != (model.architecture, model.scale):
        raise InputError(
            f"The file is {network.architecture} x{network.scale}, but {model.id} is "
            f"{model.architecture} x{model.scale}.",
            where=str(path),
        )
    sources = [
        source
        for source in model.sources
        if source.file_name == path.name and not isinstance(source, BundledSource)
    ]
    if not sources:
        raise InputError(
            f"No source of {model.id} gives a file called {path.name!r}.",
            where=str(path),
            hint=f"Its files: {', '.join(source.file_name for source in model.sources)}.",
        )
    sha256, size = file_digest(path), path.stat().st_size
    if sources[0].sha256 not in {None, sha256}:
        raise InputError(
            f"The file has the sha256 {sha256}, but the catalogue knows {sources[0].sha256}.",
            where=str(path),
        )
    verified = replace(sources[0], sha256=sha256, size=size)
    return replace(
        model,
        sources=tuple(verified if source is sources[0] else source for source in model.sources),
    )


def catalogue_text(model: Model) -> str:
    """The entry as the text of its catalogue file, which `read_model` reads back."""
    head = {field.name: getattr(model, field.name) for field in fields(model)}
    lines = [
        f"{key} = {_toml(value)}"
        for key, value in head.items()
        if key not in {"id", "sources"} and value != ""
    ]
    for source in model.sources:
        lines += ["", "[[sources]]", f"kind = {_toml(source.kind)}", *_table(source, "sources")]
    return "\n".join(lines) + "\n"


def _table(record: Any, path: str) -> list[str]:
    """The lines of a dataclass; inner dataclasses come last, as tables of their own."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    inner = {key: value for key, value in values.items() if _is_records(value)}
    lines = [
        f"{key} = {_toml(value)}"
        for key, value in values.items()
        if key not in inner and value is not None
    ]
    for key, records in inner.items():
        for entry in records:
            lines += ["", f"[[{path}.{key}]]", *_table(entry, f"{path}.{key}")]
    return lines


def _is_records(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # A JSON string is a TOML string, but for the character DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
