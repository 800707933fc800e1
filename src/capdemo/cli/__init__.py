"""The command line: one module a command. Importing them takes a while, so `main` does it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SPIN_COUNT = "10000"
"""How often torch's threads (GNU OpenMP) look for work before they sleep, about 0.1 ms in all.

By default 300,000 times, after each layer of a network. Where another process or the encoder of
pictures needs a core, a third of the machine went into that; alone, a network runs as fast.
"""

_INTERRUPTED = 130
"""The code by which typer ends after Ctrl-C, without a word; the contract has no such code."""


def main() -> None:
    """Run the command line; Ctrl-C ends it with a sentence, while modules are imported, too."""
    os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_COUNT)  # read when torch is imported
    with _interruptible():
        try:
            from capdemo.cli.app import run_app  # noqa: PLC0415  # half a second of imports

            run_app()
        except SystemExit as stop:
            if stop.code != _INTERRUPTED:
                raise
            print("capdemo: Stopped. What was finished is kept.", file=sys.stderr)
            sys.exit(1)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C raise `SystemExit` meanwhile, unless somebody else minds it.

    After a `KeyboardInterrupt` inside `exec`, on which dataclasses and torch rest, CPython ends by
    the signal although it was caught.
    """
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda _signal, _frame: sys.exit(_INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
