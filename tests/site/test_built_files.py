"""What the built site lets a reader take away: each file gives its workflow back, unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from capdemo.outputs.lock import read_lock
from capdemo.site.audit.pages import is_foreign, read_pages
from capdemo.workflow import read_workflow

pytestmark = pytest.mark.browser  # it looks at the site that those tests build

ROOT = Path(__file__).parents[2]
LOCK_FILE = ROOT / "workflows" / "examples.lock.json"


def value(text: str) -> str:
    """A JSON text without its white space."""
    return json.dumps(json.loads(text))


def offered(site: Path) -> set[str]:
    """Every file that a page shows or links, under the site's root."""
    found: set[str] = set()
    for page in read_pages(site):
        addresses = [*page.links, *(address for _, address in page.loads)]
        addresses += [a for s in page.shown for copies in s.copies.values() for a, _ in copies]
        found |= {page.target(address) for address in addresses if not is_foreign(address)}
    return found


def test_every_picture_and_film_of_a_page_gives_its_workflow_back(guide_site: Path) -> None:
    """Originals and display copies; what several examples share carries one of their workflows."""
    made: dict[str, set[str]] = {}
    for name, example in read_lock(LOCK_FILE).examples.items():
        for picture in example.record.pictures if example.record else ():
            files = (picture.original, *(variant.file for variant in picture.variants))
            for file in files if picture.role == "output" else ():
                made.setdefault(file, set()).add(name)
    looked_at = set()
    for file in sorted(offered(guide_site) & made.keys()):
        raw = read_workflow(guide_site / file).raw
        workflows = [ROOT / "workflows" / f"{name}.json" for name in made[file]]
        own = {value(path.read_text(encoding="utf-8")) for path in workflows if path.is_file()}
        # A comparison of a method with others is no file of the guide: it carries its prompt.
        assert value(raw["workflow"]) in own if own else "workflow" not in raw, file
        assert json.loads(raw["prompt"]), file
        looked_at.add(Path(file).suffix)
    assert looked_at >= {".avif", ".webp", ".mp4"}  # and PNG where the examples ran


def test_every_workflow_and_its_drawing_are_the_guides_own_file(guide_site: Path) -> None:
    names = {f for f in offered(guide_site) if f.startswith("workflows/") and f.endswith(".json")}
    assert len(names) >= 15
    for name in names:
        source, given = ROOT / name, guide_site / name
        assert given.read_bytes() == source.read_bytes(), name
        drawing = read_workflow(given.with_suffix(".svg")).raw["workflow"]
        assert value(drawing) == value(source.read_text(encoding="utf-8")), name


def test_every_input_is_the_guides_own_file(guide_site: Path) -> None:
    names = {file for file in offered(guide_site) if file.startswith("workflows/inputs/")}
    assert len(names) >= 5
    for name in names:
        assert (guide_site / name).read_bytes() == (ROOT / name).read_bytes(), name
