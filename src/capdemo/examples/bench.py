"""Times a workflow as ComfyUI would run it, exactly and fast, in one run, and compares pictures.

Each variant has a process of its own, so that none profits or suffers from what another loaded,
or from how it set its allocator. They take turns, so that a machine whose speed drifts slows all
of them alike.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from capdemo import imaging
from capdemo.examples.bench_process import VariantProcess
from capdemo.examples.keys import model_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.examples.bench_process import Task
    from capdemo.examples.run import RunResult
    from capdemo.imaging.compare import Difference
    from capdemo.node_api import Image
    from capdemo.workflow import Graph

Variant: TypeAlias = Literal["reference", "exact", "fast"]
VARIANTS: tuple[Variant, ...] = ("reference", "exact", "fast")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one variant took, and how its pictures differ from the reference's."""

    variant: Variant
    seconds_median: float
    """Of a whole run with the models loaded before."""
    stages: dict[str, float]
    """Median seconds of every node; encoding and writing are the saving node's."""
    megapixels_per_second: float
    """Of the pictures that were written."""
    peak_bytes: int
    difference: Difference


def bench(
    task: Task,
    repeats: int,
    progress: Callable[[str, int, int], None] = lambda _node, _done, _total: None,
) -> list[Timing]:
    """Run every variant once to warm up and then `repeats` times, taking turns.

    Diffusion models have no reference here: they are compared with their exact runs.
    """
    variants = VARIANTS[1:] if loads_diffusion(task.prepared.graph) else VARIANTS
    processes = {variant: VariantProcess(variant, task) for variant in variants}
    runs: dict[Variant, list[RunResult]] = {variant: [] for variant in variants}
    pictures: dict[Variant, list[Image]] = {}
    try:
        for turn in range(repeats + 1):
            for variant, process in processes.items():
                progress(f"{variant}, run {turn + 1} of {repeats + 1}", 0, 1)
                with tempfile.TemporaryDirectory(prefix="capdemo-") as folder:
                    result = process.run(Path(folder))
                    if not turn:
                        pictures[variant] = _pictures(result)
                if turn:
                    runs[variant].append(result)
    finally:
        for process in processes.values():
            process.stop()
    reference = pictures[variants[0]]
    return [_timing(v, runs[v], imaging.compare.differ(reference, pictures[v])) for v in variants]


def loads_diffusion(graph: Graph) -> bool:
    """Whether a graph loads a diffusion model, which ComfyUI's way is not kept beside."""
    return any(folder in {"checkpoints", "diffusion_models"} for folder, _ in model_names(graph))


def _pictures(result: RunResult) -> list[Image]:
    return [imaging.files.load_image(output.file.path)[0] for output in result.outputs]


def _timing(variant: Variant, runs: Sequence[RunResult], difference: Difference) -> Timing:
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
