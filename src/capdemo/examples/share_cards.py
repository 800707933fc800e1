"""Draws the share cards of all examples that are not drawn yet, from what is committed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo import imaging
from capdemo.outputs.files import write_atomic
from capdemo.outputs.lock import read_lock
from capdemo.outputs.share_cards import HEIGHT, SHARE_CARDS, WIDTH, share_card

if TYPE_CHECKING:
    from capdemo.examples.project import Project
    from capdemo.outputs.lock import Example, Picture

_NAME = "capdemo"


def draw_share_cards(project: Project) -> int:
    """Draw what is missing, delete what no example names any more; say how many were drawn."""
    examples = read_lock(project.lock).examples.values()
    wanted = {name: example for example in examples if (name := share_card(example))}
    missing = [name for name in sorted(wanted) if not (project.docs / name).is_file()]
    for name in missing:
        write_atomic(project.docs / name, _draw(wanted[name], project))
    for path in (project.docs / SHARE_CARDS).glob("*.jpg"):
        if path.relative_to(project.docs).as_posix() not in wanted:
            path.unlink()
    return len(missing)


def _draw(example: Example, project: Project) -> bytes:
    pictures = example.record.pictures if example.record else ()
    sides = [
        _side(picture, project)
        for role in ("input", "output")
        for picture in pictures
        if picture.role == role
    ]
    ratios = [side.picture.width / side.picture.height for side in sides]
    # Two pictures of different shapes would not show the same part on both sides.
    shown = sides if max(ratios) - min(ratios) < _SAME_SHAPE else sides[-1:]
    return imaging.share_card.draw_share_card(tuple(shown), example.title, _NAME, (WIDTH, HEIGHT))


_SAME_SHAPE = 0.05


def _side(picture: Picture, project: Project) -> imaging.share_card.Side:
    largest = max(
        (variant for variant in picture.variants if variant.format == "webp"),
        key=lambda variant: variant.width,
    )
    picture_file = project.docs / largest.file
    return imaging.share_card.Side(imaging.share_card.read(picture_file), picture.label)
