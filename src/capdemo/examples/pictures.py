"""Keeps a picture or film for the guide: its original, and the copies that pages show."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from capdemo import imaging
from capdemo.outputs.lock import Picture, Variant
from capdemo.outputs.objects import store_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import PIL.Image

    from capdemo.examples.project import Project
    from capdemo.examples.spec import Shown
    from capdemo.imaging.choices import DisplayFormat
    from capdemo.outputs.lock import Role

DISPLAY_WIDTHS = (640, 960)
"""Pixels of the smaller copies; the largest is as wide as the picture, up to `WIDEST`."""

WIDEST = 1280

WORTHWHILE = 0.8
"""A smaller copy is made where it has at most this part of the largest one's width."""

FAITHFUL_QUALITY = 92
"""For a picture at its own size: a reader enlarges it, and must see its damage, not the codec's."""

FAITHFUL_WIDTH = 640
"""Up to this width that is affordable; wider pictures are enlarged to one pixel for one at most."""

FILMS = frozenset({".mp4"})
"""Endings of what pages show as a film: H.264, which every browser plays."""

FORMATS: tuple[DisplayFormat, ...] = ("avif", "webp")


def keep_picture(
    source: Path,
    shown: Shown,
    role: Role,
    project: Project,
    metadata: Mapping[str, str],
) -> Picture:
    """Store a picture or film and its display variants as objects of the project.

    A film's variants are itself and copies of its first frame.
    """
    content = source.read_bytes()
    suffix = source.suffix.lower()
    stored = store_object(project.objects, content, suffix.lstrip("."))
    original = stored.relative_to(project.docs).as_posix()
    is_film = suffix in FILMS
    still = imaging.video_still.first_frame if is_film else imaging.files.open_picture
    with still(source) as picture:
        variants = [
            _keep_variant(picture, width, image_format, project, metadata)
            for image_format in FORMATS
            for width in display_widths(picture.width)[: 1 if shown.small else None]
        ]
        if is_film:
            variants.append(Variant(original, "mp4", picture.width, picture.height, len(content)))
        return Picture(
            role=role,
            alt=shown.alt,
            label=shown.label,
            width=picture.width,
            height=picture.height,
            original=original,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            variants=tuple(variants),
        )


def display_widths(width: int) -> list[int]:
    """The widths in which a picture is offered, smallest first; never wider than it is."""
    largest = min(width, WIDEST)
    return [*(w for w in DISPLAY_WIDTHS if w <= WORTHWHILE * largest), largest]


def _keep_variant(
    picture: PIL.Image.Image,
    width: int,
    image_format: DisplayFormat,
    project: Project,
    metadata: Mapping[str, str],
) -> Variant:
    shown = imaging.encode.display(
        picture,
        width=width,
        image_format=image_format,
        metadata=metadata,
        quality=FAITHFUL_QUALITY if picture.width <= min(width, FAITHFUL_WIDTH) else None,
    )
    path = store_object(project.objects, shown.content, image_format)
    return Variant(
        file=path.relative_to(project.docs).as_posix(),
        format=image_format,
        width=shown.width,
        height=shown.height,
        size=len(shown.content),
    )
