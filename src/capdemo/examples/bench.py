"""Times a workflow as ComfyUI would run it, exactly and fast, in one run, and compares pictures.

The variants take turns, so that a machine whose speed drifts slows all of them alike.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from capdemo import imaging, models
from capdemo.examples.keys import model_names
from capdemo.examples.run import Machine, run_prepared, temporary_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from capdemo.examples.prepare import Prepared
    from capdemo.examples.run import RunResult
    from capdemo.imaging.compare import Difference
    from capdemo.node_api import Image, ModelStore
    from capdemo.workflow import Graph

Loaded = TypeVar("Loaded")
Variant: TypeAlias = Literal["reference", "exact", "fast"]
VARIANTS: tuple[Variant, ...] = ("reference", "exact", "fast")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one variant took, and how its pictures differ from the reference's."""

    variant: Variant
    seconds_median: float
    """Of a whole run with the models loaded before."""
    stages: dict[str, float]
    """Median seconds of every node."""
    megapixels_per_second: float
    """Of the pictures that were written."""
    peak_bytes: int
    difference: Difference


class _KeepingStore:
    """Keeps what was loaded, so that only the first of several runs loads it."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._kept: dict[Hashable, object] = {}

    def file(self, folder: str, name: str) -> Path:
        return self._store.file(folder, name)

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        loaded = self._store.loaded(key, load)
        self._kept[key] = loaded
        return loaded


class _ReferenceStore:
    """Loads upscale models as ComfyUI runs them, and everything else as the store below it."""

    def __init__(self, store: ModelStore, device: str) -> None:
        self._store = store
        self._device = device

    def file(self, folder: str, name: str) -> Path:
        return self._store.file(folder, name)

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        if isinstance(key, tuple) and key[0] == "upscale_models":
            reference: Any = self._store.loaded(
                ("reference", *key),
                lambda: models.upscaler.load_reference_upscale_model(key[1], self._device),
            )
            loaded: Loaded = reference
            return loaded
        return self._store.loaded(key, load)


def bench(
    prepared: Prepared,
    store: ModelStore,
    device: str,
    inputs: Path,
    repeats: int,
    progress: Callable[[str, int, int], None] = lambda _node, _done, _total: None,
) -> list[Timing]:
    """Run every variant once to warm up and then `repeats` times, taking turns.

    Diffusion models have no reference here: they are compared with their exact runs.
    """
    variants = VARIANTS[1:] if loads_diffusion(prepared.graph) else VARIANTS
    store = _KeepingStore(store)
    machines = {
        "reference": Machine(_ReferenceStore(store, device), device, "exact"),
        "exact": Machine(store, device, "exact"),
        "fast": Machine(store, device, "fast"),
    }
    runs: dict[Variant, list[RunResult]] = {variant: [] for variant in variants}
    pictures: dict[Variant, list[Image]] = {}
    for turn in range(repeats + 1):
        for variant in variants:
            progress(f"{variant}, run {turn + 1} of {repeats + 1}", 0, 1)
            with temporary_folders(inputs) as folders:
                result = run_prepared(prepared, machines[variant], folders)
                pictures[variant] = [
                    imaging.files.load_image(output.file.path)[0] for output in result.outputs
                ]
            if turn:
                runs[variant].append(result)
    reference = pictures[variants[0]]
    return [_timing(v, runs[v], imaging.compare.differ(reference, pictures[v])) for v in variants]


def loads_diffusion(graph: Graph) -> bool:
    """Whether a graph loads a diffusion model, which ComfyUI's way is not kept beside."""
    return any(folder in {"checkpoints", "diffusion_models"} for folder, _ in model_names(graph))


def _timing(variant: Variant, runs: list[RunResult], difference: Difference) -> Timing:
    seconds = statistics.median(run.seconds for run in runs)
    megapixels = sum(o.file.width * o.file.height for o in runs[0].outputs) / 1e6
    stages = {
        f"{stage.node} {stage.class_type}": statistics.median(
            run.stages[index].seconds for run in runs
        )
        for index, stage in enumerate(runs[0].stages)
    }
    peak = max(run.peak_bytes for run in runs)
    return Timing(variant, seconds, stages, megapixels / seconds, peak, difference)
