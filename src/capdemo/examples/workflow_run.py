"""`capdemo run` as a function, for notebooks and programs; prints nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from capdemo import models as networks
from capdemo.errors import ProblemsError, errors_among
from capdemo.examples.keys import input_names
from capdemo.examples.memory import say_memory
from capdemo.examples.prepare import check
from capdemo.examples.run import Machine, replaced_inputs, run_prepared, temporary_folders
from capdemo.examples.sharing import share_within
from capdemo.models.store import LocalModelStore
from capdemo.workflow import input_folder, read_workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capdemo.errors import Problem
    from capdemo.examples.run import NodeOutput, RunResult
    from capdemo.node_api import Precision


def _say_nothing(_node: str, _done: int, _total: int) -> None:
    """The progress of a run that nobody watches."""


def _keep_to_itself(_sentence: str) -> None:
    """What a run says that nobody listens to."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where and how a workflow runs; what a command's options set."""

    device: str = "auto"
    """`auto`, `cpu`, `cuda` or `cuda:N`."""
    precision: Precision = "exact"
    models: Sequence[Path] = ()
    """ComfyUI models folders, searched before `CAPDEMO_MODELS`."""
    max_bytes: int | None = None
    """How much to keep of what several nodes need; None is no limit."""
    progress: Callable[[str, int, int], None] = field(default=_say_nothing)
    """Told (node, steps done, steps in all); may raise to stop."""
    say: Callable[[str], None] = field(default=_keep_to_itself)
    """Told before anything runs how much memory the models need, where they need much."""


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """What a run gave."""

    result: RunResult
    machine: Machine
    problems: tuple[Problem, ...]
    """What was noted of the workflow; errors among them kept some outputs from running."""

    @property
    def outputs(self) -> tuple[NodeOutput, ...]:
        """The files that were written, in the order of the nodes: `outputs[0].file.path`."""
        return self.result.outputs

    @property
    def errors(self) -> list[Problem]:
        """The problems that kept some outputs from running."""
        return errors_among(self.problems)


def run_workflow(
    workflow: Path | str,
    *,
    inputs: Mapping[str, Path | str] | None = None,
    changes: Sequence[str] = (),
    output_dir: Path | str = "output",
    options: RunOptions = RunOptions(),
) -> WorkflowRun:
    """Execute a workflow: JSON in either format, or a picture or video that has one.

    `inputs` leads from a name that the workflow reads to another file; `changes` are
    `NODE.WIDGET=VALUE`. Outputs that cannot run are left out and named among the problems. Raises
    `ProblemsError` where there is no other, and nothing was run; `CapdemoError` where a node fails.
    """
    workflow = Path(workflow)
    replacements = {name: Path(path) for name, path in (inputs or {}).items()}
    store = LocalModelStore.from_environment(options.models)
    file, own_inputs = read_workflow(workflow), input_folder(workflow)
    draft, _ = check(file, store, own_inputs, changes)
    with replaced_inputs(input_names(draft.graph), own_inputs, replacements) as folder:
        prepared, problems = check(file, store, folder, changes)
        errors = errors_among(problems)
        if errors and not prepared.outputs:
            raise ProblemsError(errors)
        device = networks.device.choose_device(options.device)
        machine = Machine(store, device, options.precision)
        if needed := say_memory(prepared.graph, store, device):
            options.say(needed)
        prepared, shared = share_within(prepared, store, folder, machine, options.max_bytes)
        with temporary_folders(folder, Path(output_dir)) as folders:
            result = run_prepared(prepared, machine, folders, options.progress, shared)
    return WorkflowRun(result, machine, tuple(problems))
