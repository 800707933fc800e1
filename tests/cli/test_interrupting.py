"""Ctrl-C while modules are imported, which is most of what a short command does."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PRESS = """
import os, signal, sys
from capdemo.cli import main
module, kind = sys.argv[1:3]
signal.signal(signal.SIGINT, getattr(signal, kind))
class Press:
    def find_spec(self, name, *_):
        if name == module:
            # Inside `exec`, after which CPython would end by the signal, though it was caught.
            exec("os.kill(os.getpid(), signal.SIGINT)")
sys.meta_path.insert(0, Press())
sys.argv[1:] = ["doctor", "--json"]
main()
"""


def _press(module: str, kind: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PRESS, module, kind], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("module", ["capdemo.errors", "capdemo.nodes", "torch"])
def test_it_ends_with_a_sentence_and_the_code_of_a_failure(module: str) -> None:
    answer = _press(module, "default_int_handler")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "capdemo: Stopped. What was finished is kept.\n"


def test_it_is_left_alone_where_the_caller_ignores_it() -> None:
    answer = _press("capdemo.nodes", "SIG_IGN")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("{")
