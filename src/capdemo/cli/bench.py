"""`capdemo bench`: a workflow's speed, memory and exactness, in one run."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from capdemo import models as networks
from capdemo.cli.options import Device, Json, Models, Set, Workflow
from capdemo.cli.progress import progress_bar
from capdemo.examples import bench as benchmark
from capdemo.examples.bench_process import Task
from capdemo.examples.prepare import prepare
from capdemo.models.store import LocalModelStore
from capdemo.workflow import input_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.examples.bench import Timing
    from capdemo.examples.step_times import StepTime


def bench(
    workflow: Workflow,
    repeats: Annotated[int, typer.Option(min=1, help="Timed runs of every variant.")] = 3,
    set_: Set = None,
    device: Device = "auto",
    models: Models = None,
    json_: Json = False,
) -> None:
    """Time a workflow as ComfyUI runs it, exactly and fast, and compare the pictures."""
    store = LocalModelStore.from_environment(models or ())
    inputs = input_folder(workflow)
    prepared = prepare(workflow, store, inputs, set_ or ())
    chosen = networks.device.choose_device(device)
    if benchmark.loads_diffusion(prepared.graph):
        typer.echo(
            "Diffusion models have no reference here; see exact and fast, and the steps below.",
            err=True,
        )
    with progress_bar(workflow.name) as progress:
        task = Task(prepared, store.locations, inputs, chosen)
        timings = benchmark.bench(task, repeats, progress)
        steps = _steps(task, progress)
    if json_:
        runs = [_entry(timing) for timing in timings]
        answer: dict[str, object] = {
            "workflow": str(workflow),
            "device": chosen,
            "runs": runs,
        }
        if steps:
            answer["steps"] = [asdict(step) for step in steps]
        print(json.dumps(answer, indent=2))
        return
    Console().print(_table(timings))
    for step in steps:
        typer.echo(
            f"{step.node}: {step.seconds:.3f} s a step, {step.seconds / step.bare_seconds:.3f} "
            f"times the bare network's {step.bare_seconds:.3f} s"
        )


def _steps(task: Task, progress: Callable[[str, int, int], None]) -> Sequence[StepTime]:
    """How long samplers' steps take, where a workflow has any."""
    if not benchmark.loads_diffusion(task.prepared.graph):
        return ()
    from capdemo.examples.step_times import time_steps  # noqa: PLC0415  (imports torch)

    progress("steps beside the bare network", 0, 1)
    return time_steps(task)


def _entry(timing: Timing) -> dict[str, object]:
    psnr = timing.difference.psnr_db
    return {
        "variant": timing.variant,
        "seconds_median": round(timing.seconds_median, 4),
        "stages": {name: round(seconds, 4) for name, seconds in timing.stages.items()},
        "megapixels_per_second": round(timing.megapixels_per_second, 4),
        "peak_bytes": timing.peak_bytes,
        "max_abs_diff": timing.difference.max_abs,
        # JSON has no infinity: equal pictures have no ratio.
        "psnr_db": round(psnr, 2) if math.isfinite(psnr) else None,
    }


def _table(timings: list[Timing]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("Variant", "Seconds", "Speed", "MPix/s", "Peak MB", "Furthest", "PSNR dB"):
        table.add_column(name, no_wrap=True)
    for timing in timings:
        table.add_row(
            timing.variant,
            f"{timing.seconds_median:.2f}",
            f"{timings[0].seconds_median / timing.seconds_median:.2f}x",
            f"{timing.megapixels_per_second:.2f}",
            f"{timing.peak_bytes / 1e6:.0f}",
            f"{timing.difference.max_abs * 255:.0f}/255",
            f"{timing.difference.psnr_db:.1f}",
        )
        for name, seconds in timing.stages.items():
            table.add_row(f"  {name}", f"{seconds:.3f}")
    return table
