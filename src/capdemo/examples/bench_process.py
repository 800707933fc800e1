"""One variant of a benchmark in a process of its own, which keeps what it loaded between runs."""

from __future__ import annotations

import multiprocessing
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from capdemo.errors import CapdemoError, RunError
from capdemo.examples.run import Machine, run_prepared, temporary_folders
from capdemo.models.catalogue import default_catalogue
from capdemo.models.store import LocalModelStore
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from capdemo.examples.prepare import Prepared
    from capdemo.examples.run import RunResult
    from capdemo.models.catalogue import Catalogue
    from capdemo.models.folders import Locations

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Task:
    """What every variant runs."""

    prepared: Prepared
    locations: Locations
    """Where models are searched, beside the catalogue's own places."""
    inputs: Path
    device: str


class KeepingStore(LocalModelStore):
    """Keeps what was loaded, so that only the first of several runs loads it."""

    def __init__(self, locations: Locations, catalogue: Catalogue) -> None:
        super().__init__(locations, catalogue)
        self._kept: dict[Hashable, object] = {}

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        """What `load` returned for this key, now or earlier."""
        loaded = super().loaded(key, load)
        self._kept[key] = loaded
        return loaded


class VariantProcess:
    """`reference`, `exact` or `fast`; runs when it is told to and waits in between."""

    def __init__(self, variant: str, task: Task) -> None:
        # Not forked: a fork would inherit torch's threads and the allocator's settings.
        context = multiprocessing.get_context("spawn")
        self._variant = variant
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, variant, task), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, output: Path) -> RunResult:
        """Run the workflow into a folder; raises the `CapdemoError` that stopped it."""
        try:
            self._ours.send(output)
            result: RunResult | CapdemoError = self._ours.recv()
        except (EOFError, OSError) as error:
            raise RunError(
                f"The process that ran {self._variant!r} ended.",
                hint="Too little memory is the usual cause.",
            ) from error
        if isinstance(result, CapdemoError):
            raise result
        return result

    def stop(self) -> None:
        """End the process, in the middle of a run as well."""
        self._ours.close()
        self._process.terminate()
        self._process.join()


def _serve(connection: Connection, variant: str, task: Task) -> None:
    # Ctrl-C reaches the whole group; the process that was asked ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    machine = _machine(variant, task)
    while True:
        try:
            output = connection.recv()
        except EOFError:
            return
        with temporary_folders(task.inputs, output) as folders:
            try:
                connection.send(run_prepared(task.prepared, machine, folders))
            except CapdemoError as error:
                connection.send(error)


def _machine(variant: str, task: Task) -> Machine:
    store = KeepingStore(task.locations, default_catalogue())
    if variant == "reference":
        from capdemo.examples.reference import REFERENCE_NODES  # noqa: PLC0415  (imports torch)

        return Machine(store, task.device, "exact", REFERENCE_NODES)
    return Machine(store, task.device, "fast" if variant == "fast" else "exact", NODES)
