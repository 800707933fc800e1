"""Share cards are drawn once, from what is committed, and go with their example."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
from tests.guide_for_tests import add_example, invoke, scale_workflow

from capdemo.examples.project import Project
from capdemo.examples.share_cards import draw_share_cards
from capdemo.imaging.share_card import Side, draw_share_card
from capdemo.outputs.lock import read_lock
from capdemo.outputs.share_cards import HEIGHT, WIDTH, share_card

if TYPE_CHECKING:
    from pathlib import Path


def test_a_build_draws_the_card_of_each_example(guide: Path) -> None:
    add_example(guide, "part/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    example = read_lock(guide / "workflows" / "examples.lock.json").examples["part/Scale"]
    name = share_card(example)
    assert name is not None
    with PIL.Image.open(guide / "docs" / name) as card:
        assert (card.format, card.size) == ("JPEG", (WIDTH, HEIGHT))
    assert (guide / "docs" / name).stat().st_size < 300_000
    assert draw_share_cards(Project(guide)) == 0


def test_another_example_leaves_no_card_behind(guide: Path) -> None:
    add_example(guide, "part/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    (old,) = (guide / "docs" / "examples" / "cards").iterdir()
    add_example(guide, "part/Scale", scale_workflow(factor=1.5))
    assert invoke("build", "--examples-only").code == 0
    (new,) = (guide / "docs" / "examples" / "cards").iterdir()
    assert new != old


def test_a_card_has_the_first_side_left_and_the_second_right_of_the_middle() -> None:
    red, blue = (PIL.Image.new("RGB", (40, 30), colour) for colour in ("#f00", "#00f"))
    content = draw_share_card((Side(red, "a"), Side(blue, "b")), "Title", "guide", (400, 300))
    assert content == draw_share_card(
        (Side(red, "a"), Side(blue, "b")), "Title", "guide", (400, 300)
    )
    pixels = np.asarray(PIL.Image.open(io.BytesIO(content))).astype(int)
    assert np.abs(pixels[120, 20] - [254, 0, 0]).max() < 8
    assert np.abs(pixels[120, 380] - [0, 0, 254]).max() < 8
    assert pixels[20, 200].min() > 200, "the divider"
    alone = np.asarray(
        PIL.Image.open(io.BytesIO(draw_share_card((Side(blue, "b"),), "T", "g", (400, 300))))
    )
    assert np.abs(alone[120, 20].astype(int) - [0, 0, 254]).max() < 8


def test_drawing_loads_no_torch(guide: Path) -> None:
    add_example(guide, "part/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    for card in (guide / "docs" / "examples" / "cards").iterdir():
        card.unlink()
    code = (
        "import sys; from pathlib import Path\n"
        "from capdemo.examples.project import Project\n"
        "from capdemo.examples.share_cards import draw_share_cards\n"
        "print(draw_share_cards(Project(Path.cwd())), 'torch' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "1 False\n"
