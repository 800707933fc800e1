"""What the examples of one build have in common, so that it is loaded and computed once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo.engine.sharing import Shared, count_uses
from capdemo.errors import CapdemoError
from capdemo.examples.keys import sharing_keys
from capdemo.examples.prepare import prepare
from capdemo.workflow import input_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from capdemo.examples.prepare import Prepared
    from capdemo.examples.run import Machine
    from capdemo.models.store import LocalModelStore
    from capdemo.workflow import Graph


def share(
    workflows: Iterable[tuple[Path, Sequence[str]]],
    store: LocalModelStore,
    machine: Machine,
    max_bytes: int | None,
) -> Shared:
    """A place for results that several workflows need, when they run in this order.

    Each comes with its changes, as `prepare` takes them.

    A workflow that cannot run takes part in nothing; what is wrong with it is said when its turn
    comes.
    """
    return Shared(count_uses(_prepared(workflows, store, machine)), max_bytes)


def share_within(
    prepared: Prepared,
    store: LocalModelStore,
    inputs: Path,
    machine: Machine,
    max_bytes: int | None,
) -> tuple[Prepared, Shared]:
    """The workflow with its nodes' keys, and a place for what several of its nodes need."""
    keys = sharing_keys(prepared, store, inputs, machine_key(machine))
    uses = count_uses([(prepared.graph, prepared.outputs, keys)])
    return replace(prepared, keys=keys), Shared(uses, max_bytes)


def machine_key(machine: Machine) -> str:
    """What of a machine decides results: two devices or precisions share nothing."""
    return f"{machine.device} {machine.precision}"


def _prepared(
    workflows: Iterable[tuple[Path, Sequence[str]]],
    store: LocalModelStore,
    machine: Machine,
) -> Iterator[tuple[Graph, Sequence[str], Mapping[str, str]]]:
    for path, changes in workflows:
        inputs = input_folder(path)
        try:
            prepared = prepare(path, store, inputs, changes)
            keys = sharing_keys(prepared, store, inputs, machine_key(machine))
        except CapdemoError:
            continue
        yield prepared.graph, prepared.outputs, keys
