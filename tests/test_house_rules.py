"""What the project promises of its own code and of its first page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.guide_for_tests import invoke

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, capdemo, capdemo.cli, capdemo.nodes, capdemo.imaging, capdemo.models\n"
        "print(sorted({'torch', 'numpy', 'PIL', 'mkdocs', 'markdown'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_the_readme_names_every_command_and_none_besides() -> None:
    listed = set(re.findall(r"[│|] (\w+) +", invoke("--help").out))
    assert {"run", "check", "convert", "build", "status", "bench", "nodes", "doctor"} <= listed
    commands = re.search(r"## Commands\n(.*?)\n##", (ROOT / "README.md").read_text(), re.DOTALL)
    assert commands is not None
    rows = re.findall(r"^\| (`.*?) \|", commands[1], re.MULTILINE)
    named = {
        word.split()[-1] if word.startswith("capdemo") else word
        for row in rows
        for word in re.findall(r"`(capdemo \w+|\w+)", row)
    }
    assert named == listed


def test_the_readmes_commands_run_in_the_guide() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^make (\w+)", text, re.MULTILINE))
    assert targets == {"site", "test"}
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{target}: ", makefile, re.MULTILINE) for target in targets)
    for workflow in re.findall(r"capdemo run (\S+\.json)", text):
        if "/" in workflow:
            assert (ROOT / workflow).is_file()
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


def test_nothing_names_a_registry_host_or_a_place_of_one_machine() -> None:
    files = subprocess.run(
        ["git", "ls-files"],  # noqa: S607  # whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    words = re.compile(r"files\.pythonhosted|registry\.npmjs|deb\.debian\.org|/root/|/home/\w")
    found = [
        name
        for name in files
        if name != "tests/test_house_rules.py"
        and (ROOT / name).suffix in {".py", ".md", ".toml", ".yml", ".txt", ".json", ".sh", ""}
        and (ROOT / name).is_file()
        and words.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
