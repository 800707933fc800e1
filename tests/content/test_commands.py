"""Commands and options that the pages state are those of the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.guide_for_tests import invoke

DOCS = Path(__file__).parents[2] / "docs"
TEXT = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(DOCS.rglob("*.md"))
    if "conversion-report" not in path.name and "decisions" not in path.parts
)
CODE = re.compile(r"`([^`\n]+)`|^(\.venv/bin/capdemo .*)$", re.MULTILINE)
STATED = sorted(
    {
        (one or other).removeprefix(".venv/bin/")
        for one, other in CODE.findall(TEXT)
        if re.match(r"(?:\.venv/bin/)?capdemo [a-z]", one or other)
    }
)


def test_pages_state_commands() -> None:
    assert len(STATED) >= 10


@pytest.mark.parametrize("command", STATED)
def test_a_stated_command_and_its_options_exist(command: str) -> None:
    words = command.split()[1:]
    depth = 2 if words[0] == "models" and len(words) > 1 else 1
    answer = invoke(*words[:depth], "--help")
    assert answer.code == 0, f"{command}: {answer.err}"
    for option in re.findall(r"--[a-z][a-z-]*", command):
        assert option in answer.out, command


def test_options_that_stand_alone_belong_to_run_or_build() -> None:
    known = invoke("run", "--help").out + invoke("build", "--help").out
    alone = set(re.findall(r"`(--[a-z][a-z-]*)", TEXT))
    assert {option for option in alone if option not in known} == set()
