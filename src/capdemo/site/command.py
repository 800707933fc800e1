"""The command line as a process of its own: the site asks it, and never runs an example itself."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from capdemo.errors import ExitCode, RunError

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.site.sources import States

_CAPDEMO = (sys.executable, "-c", "from capdemo.cli import main; main()")


def run_examples(root: Path, *, force: bool) -> ExitCode:
    """Run `capdemo build --examples-only` in a guide's folder, its output being seen."""
    options = ("--force",) if force else ()
    command = (*_CAPDEMO, "build", "--examples-only", *options)
    done = subprocess.run(command, cwd=root, check=False)  # noqa: S603  # our own program
    return ExitCode(done.returncode) if done.returncode in set(ExitCode) else ExitCode.FAILED


def example_states(root: Path) -> States:
    """What `capdemo status` says of every example.

    Raises `RunError` where it says nothing.
    """
    done = subprocess.run(  # noqa: S603  # our own program
        (*_CAPDEMO, "status", "--json"), cwd=root, check=False, capture_output=True, text=True
    )
    if done.returncode not in {ExitCode.DONE, ExitCode.NOT_FRESH}:
        raise RunError(f"The state of the examples is not known. {done.stderr.strip()}")
    entries = json.loads(done.stdout)["examples"]
    return {entry["id"]: (entry["state"], tuple(entry["reasons"])) for entry in entries}
