"""Reads a workflow from a file of its own or from a picture or video that carries one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.api import graph_from_api, is_api
from capdemo.workflow.document import document_from_json
from capdemo.workflow.embedded import container_name, embedded_texts
from capdemo.workflow.json_text import TEXT_LIMIT, parse_json, too_big

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    from capdemo.workflow.document import Document
    from capdemo.workflow.graph import Graph, JsonValue

_WAYS = "Save it in ComfyUI with 'Save' or 'Export (API)', or give a picture that ComfyUI saved."


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """What a file holds: the editor's format, the prompt, or in pictures mostly both."""

    path: Path
    ui: Document | None
    api: Graph | None
    raw: Mapping[str, str]
    """The JSON texts as they were, by ComfyUI's keys `workflow` and `prompt`, to embed again."""


def read_workflow(path: Path) -> WorkflowFile:
    """Read JSON in either format, or a picture, video or sound that carries it.

    Formats are PNG, WebP, AVIF, GIF, OpenEXR, SVG, MP4, WebM and FLAC.

    The content decides, not the file's name. Raises `InputError` where there is no workflow or
    where it is damaged, too big or too deeply nested.
    """
    if not path.exists():
        raise InputError("There is no such file.", where=str(path))
    if not path.is_file():
        raise InputError("This is not a file.", where=str(path))
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise InputError(
            f"The file could not be read: {error.strerror or error}.", where=str(path)
        ) from error


def _read(path: Path, file: BinaryIO) -> WorkflowFile:
    container = container_name(file)
    if container is None:
        return _from_json(path, _text(path, file))
    texts = embedded_texts(file, where=str(path))
    if not texts:
        raise InputError(
            f"The {container} file carries no workflow.",
            where=str(path),
            hint="Metadata is lost when a picture is edited or uploaded; find the original.",
        )
    return _from_texts(path, texts)


def _text(path: Path, file: BinaryIO) -> str:
    content = file.read(TEXT_LIMIT + 1)
    if len(content) > TEXT_LIMIT:
        raise too_big(str(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "This is neither JSON in UTF-8 nor a PNG, WebP, AVIF, GIF, OpenEXR, SVG, MP4, WebM"
            " or FLAC file.",
            where=str(path),
            hint=_WAYS,
        ) from error


def _from_json(path: Path, text: str) -> WorkflowFile:
    value = parse_json(text, where=str(path))
    if is_ui(value):
        document = document_from_json(value, file=str(path))
        return WorkflowFile(path, document, None, {"workflow": text})
    return WorkflowFile(path, None, _api(value, str(path)), {"prompt": text})


def _from_texts(path: Path, texts: Mapping[str, str]) -> WorkflowFile:
    document = graph = None
    if "workflow" in texts:
        place = f"{path} (workflow)"
        value = parse_json(texts["workflow"], where=place)
        if not is_ui(value):
            raise _no_workflow(place)
        document = document_from_json(value, file=place)
    if "prompt" in texts:
        place = f"{path} (prompt)"
        graph = _api(parse_json(texts["prompt"], where=place), place)
    return WorkflowFile(path, document, graph, texts)


def is_ui(value: JsonValue) -> bool:
    """Whether a JSON value is the editor's format: `nodes` and `links` are lists."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("nodes"), list) and isinstance(value.get("links"), list)


def _api(value: JsonValue, place: str) -> Graph:
    if not is_api(value):
        raise _no_workflow(place)
    return graph_from_api(value, file=place)


def _no_workflow(place: str) -> InputError:
    return InputError("This JSON is not a ComfyUI workflow.", where=place, hint=_WAYS)
