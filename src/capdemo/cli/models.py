"""`capdemo models`: what the catalogue knows, what is here, and how to get the rest."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Column, Table

from capdemo import models as networks
from capdemo.cli.options import Json, Models
from capdemo.errors import InputError
from capdemo.models.catalogue import Model, default_catalogue, read_catalogue
from capdemo.models.digest import file_digest, forget_digests
from capdemo.models.folders import user_catalogue_folder
from capdemo.models.resolve import FoundModel, WrongFileError
from capdemo.models.store import LocalModelStore
from capdemo.outputs.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

State: TypeAlias = Literal["package", "cache", "folder", "missing", "wrong"]

models = typer.Typer(
    help="List, fetch, verify and describe the models that workflows name.",
    no_args_is_help=True,
)

Ids: TypeAlias = Annotated[
    list[str], typer.Argument(help="Ids, as `capdemo models list` has them.")
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A catalogue entry and where it is on this machine."""

    model: Model
    state: State
    path: str = ""


def entries(store: LocalModelStore) -> tuple[Entry, ...]:
    """Every catalogue entry, in order of id."""
    return tuple(_entry(store, model) for model in store.catalogue)


def _entry(store: LocalModelStore, model: Model) -> Entry:
    try:
        found = store.find(model.folder, model.files[0])
    except WrongFileError as error:
        return Entry(model, "wrong", error.where)
    except InputError:
        return Entry(model, "missing")
    return Entry(model, found.origin, str(found.path))


def entry_table(listed: tuple[Entry, ...]) -> Table:
    """The entries for a terminal."""
    # An id is there to be typed: the other columns give way on a narrow terminal.
    table = Table(
        Column("id", no_wrap=True),
        "network",
        Column("licence", min_width=len("(non-commercial)")),
        "size",
        "here",
        box=None,
        pad_edge=False,
        collapse_padding=True,
    )
    for entry in listed:
        model = entry.model
        licence = model.licence if model.commercial else f"{model.licence} (non-commercial)"
        table.add_row(
            escape(model.id),
            escape(model.architecture + (f" x{model.scale}" if model.scale > 1 else "")),
            escape(licence),
            _megabytes(model.size) if model.verified else "unverified",
            {"missing": "", "wrong": "[red]wrong[/red]"}.get(entry.state, entry.state),
        )
    return table


@models.command("list")
def list_models(models: Models = None, json_: Json = False) -> None:
    """List the catalogue and say which models are on this machine."""
    listed = entries(LocalModelStore.from_environment(models or ()))
    if json_:
        print(json.dumps({"models": [_json(entry) for entry in listed]}, indent=2))
        return
    Console().print(entry_table(listed))


@models.command()
def fetch(
    ids: Ids,
    models: Models = None,
    force: Annotated[bool, typer.Option(help="Fetch what is here already, too.")] = False,
) -> None:
    """Fetch models into the cache; what breaks off is continued by the next call."""
    store = LocalModelStore.from_environment(models or ())
    wanted = [store.catalogue.get(model_id) for model_id in ids]
    for model in wanted:
        here = _entry(store, model)
        if here.state not in {"missing", "wrong"} and not force:
            print(f"{model.id}: here already, {here.path}")
            continue
        with _download_bar(model.name) as progress:
            fetched = networks.fetch.fetch_model(model, progress)
        print(f"{model.id}: {fetched.path}")
        if not fetched.verified:
            print(
                f"  unverified; what arrived has the sha256 {fetched.sha256}. Where you trust it, "
                f"type: capdemo models add '{fetched.path}' --id {model.id}"
            )


@models.command()
def verify(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids; all that are here if none.")] = None,
    models: Models = None,
) -> None:
    """Read every model file anew and compare its sha256 with the catalogue's."""
    forget_digests()
    store = LocalModelStore.from_environment(models or ())
    chosen = [store.catalogue.get(model_id) for model_id in ids or store.catalogue.models]
    wrong: list[str] = []
    for model in chosen:
        try:
            found = store.find(model.folder, model.files[0])
        except WrongFileError as error:
            wrong.append(str(error))
            continue
        except InputError:
            if ids:
                raise
            continue
        print(f"{model.id}: {_verdict(found, model)}, {found.path}")
    if wrong:
        raise InputError("\n".join(wrong))


@models.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An upscale model.")],
    id_: Annotated[
        str, typer.Option("--id", help="An entry's id; the file's stem if absent.")
    ] = "",
    name: Annotated[str, typer.Option(help="As a reader would say it.")] = "",
    licence: Annotated[str, typer.Option(help="An SPDX id, or the licence's name.")] = "",
    commercial: Annotated[bool, typer.Option(help="The licence allows commercial use.")] = False,
    author: str = "",
    homepage: str = "",
    url: Annotated[str, typer.Option(help="Where `fetch` gets the file.")] = "",
    catalogue: Annotated[
        Path | None, typer.Option(help="Write here instead of among the user's own entries.")
    ] = None,
) -> None:
    """Describe a file as a catalogue entry, or fill the sha256 of an unverified entry.

    Architecture and scale are read from the weights. The entry goes to the user's own catalogue,
    because the built-in one belongs to the installed package and is replaced with it; a maintainer
    names the source tree's catalogue with --catalogue.
    """
    folder = catalogue or user_catalogue_folder()
    model_id = id_ or file.stem
    known = {**default_catalogue().models, **read_catalogue(folder).models}
    if model_id in known:
        model = networks.register.verify_entry(known[model_id], file)
    else:
        description = networks.register.Description(
            name=_required("--name", name),
            licence=_required("--licence", licence),
            author=_required("--author", author),
            homepage=_required("--homepage", homepage),
            commercial=commercial,
            url=url,
        )
        model = networks.register.describe_file(model_id, file, description)
    path = folder / f"{model_id}.toml"
    write_atomic(path, networks.register.catalogue_text(model).encode())
    print(f"{model.id}: {model.architecture} x{model.scale}, sha256 {file_digest(file)}, in {path}")


@contextmanager
def _download_bar(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Give a function that is told the bytes that are here and, if known, of the whole."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(escape(title), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _required(option: str, value: str) -> str:
    if not value:
        raise InputError(
            f"A new entry needs {option}.",
            hint="Its file does not tell who made it, nor under which licence.",
        )
    return value


def _verdict(found: FoundModel, model: Model) -> str:
    known = {s.sha256 for s in model.sources if s.sha256 and s.file_name == found.path.name}
    if found.origin == "package" or file_digest(found.path) in known:
        return "verified"
    return "another file than the catalogue's" if known else "unverified"


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.1f} MB"


def _json(entry: Entry) -> dict[str, object]:
    facts = asdict(replace(entry.model, sources=()))
    del facts["sources"]
    return {
        **facts,
        "verified": entry.model.verified,
        "sha256": entry.model.sha256,
        "size": entry.model.size,
        "state": entry.state,
        "path": entry.path or None,
    }
