"""The commands, and how an error becomes a paragraph and an exit code."""

from __future__ import annotations

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
from capdemo.errors import CapdemoError, ExitCode, library_error

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


def run_app() -> None:
    """Run what `sys.argv` asks for; what a user can mend becomes one paragraph on stderr."""
    try:
        app()
    except CapdemoError as error:
        print(f"capdemo: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except ImportError as error:
        failure = library_error(error)
        if failure is None:
            raise
        print(f"capdemo: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.FAILED)
