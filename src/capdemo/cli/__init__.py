"""The command line: one module a command, and one place where errors become exit codes."""

from __future__ import annotations

import os
import sys

import typer

from capdemo.cli.bench import bench
from capdemo.cli.build import build
from capdemo.cli.check import check
from capdemo.cli.convert import convert
from capdemo.cli.doctor import doctor
from capdemo.cli.graph import graph
from capdemo.cli.models import models
from capdemo.cli.nodes import nodes
from capdemo.cli.run import run
from capdemo.cli.status import status
from capdemo.errors import CapdemoError, ExitCode

app = typer.Typer(
    name="capdemo",
    help="Runs ComfyUI workflows without ComfyUI, and builds the guide whose pictures they make.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (run, check, convert, graph, build, status, bench, nodes, doctor):
    app.command()(command)
app.add_typer(models, name="models")

_SPIN_COUNT = "10000"
"""How often torch's threads (GNU OpenMP) look for work before they sleep, about 0.1 ms in all.

By default 300,000 times, after each layer of a network. Where another process or the encoder of
pictures needs a core, a third of the machine went into that; alone, a network runs as fast.
"""

_INTERRUPTED = 130
"""The code by which typer ends after Ctrl-C, without a word; the contract has no such code."""


def main() -> None:
    """Run the command line; a `CapdemoError` becomes one paragraph on stderr and an exit code."""
    os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_COUNT)  # read when torch is imported
    try:
        app()
    except CapdemoError as error:
        print(f"capdemo: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as stop:
        if stop.code != _INTERRUPTED:
            raise
        print("capdemo: Stopped. What was finished is kept.", file=sys.stderr)
        sys.exit(ExitCode.FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.FAILED)
