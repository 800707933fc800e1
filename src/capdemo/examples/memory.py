"""Whether the models of a workflow fit into this machine, told before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo import models
from capdemo.errors import CapdemoError, InputError
from capdemo.examples.keys import model_names

if TYPE_CHECKING:
    from capdemo.models.store import LocalModelStore
    from capdemo.workflow import Graph

_FOLDERS = frozenset({"checkpoints", "diffusion_models", "text_encoders", "vae", "controlnet"})
_GIGABYTE = 1e9


def say_memory(graph: Graph, store: LocalModelStore, device: str) -> str:
    """What the diffusion models of a graph need and what is free, as a sentence; empty without any.

    Raises `InputError` where they can never fit. A file that is missing counts as nothing here.
    """
    need = _need(graph, store, device)
    if not need:
        return ""
    room = models.memory_need.room(device)
    if need > room.total:
        raise InputError(
            f"The models of this workflow need {_gigabytes(need)} of memory, and {device} has "
            f"{_gigabytes(room.total)}.",
            hint=_advice(graph, store, device),
        )
    return (
        f"The models need about {_gigabytes(need)} on {device}; {_gigabytes(room.free)} of "
        f"{_gigabytes(room.total)} are free."
    )


def _need(graph: Graph, store: LocalModelStore, device: str) -> int:
    found = []
    for folder, name in model_names(graph):
        if folder in _FOLDERS:
            try:
                found += models.memory_need.weights_of(store.file(folder, name), device)
            except CapdemoError:
                continue  # Said by whoever needs the file.
    return models.memory_need.bytes_needed(found, device)


def _advice(graph: Graph, store: LocalModelStore, device: str) -> str:
    if device.startswith("cuda"):
        need = _need(graph, store, "cpu")
        return (
            f"Add --device cpu, which needs {_gigabytes(need)} of main memory, or take a "
            "smaller model."
        )
    return "Take a smaller model, a GPU, or a machine with more memory."


def _gigabytes(count: int) -> str:
    return f"{count / _GIGABYTE:.1f} GB"
