"""Keeps a picture for the guide: its original, and the compressed copies that pages show."""

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

DISPLAY_WIDTHS = (640, 960, 1280)
"""Pixels; a picture that is narrower than the first is kept at its own width."""

FAITHFUL_QUALITY = 92
"""For a picture at its own size: a reader enlarges it, and must see its damage, not the codec's."""

FORMATS: tuple[DisplayFormat, ...] = ("avif", "webp")


def keep_picture(
    source: Path,
    shown: Shown,
    role: Role,
    project: Project,
    metadata: Mapping[str, str],
) -> Picture:
    """Store a picture file and its display variants as objects of the project."""
    content = source.read_bytes()
    suffix = source.suffix.lstrip(".").lower()
    original = store_object(project.objects, content, suffix)
    with imaging.files.open_picture(source) as picture:
        variants = tuple(
            _keep_variant(picture, width, image_format, project, metadata)
            for image_format in FORMATS
            for width in display_widths(picture.width)[: 1 if shown.small else None]
        )
        return Picture(
            role=role,
            alt=shown.alt,
            label=shown.label,
            width=picture.width,
            height=picture.height,
            original=original.relative_to(project.docs).as_posix(),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            variants=variants,
        )


def display_widths(width: int) -> list[int]:
    """The widths in which a picture is offered; never wider than it is."""
    return [offered for offered in DISPLAY_WIDTHS if offered <= width] or [width]


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
        quality=FAITHFUL_QUALITY if picture.width <= width else None,
    )
    path = store_object(project.objects, shown.content, image_format)
    return Variant(
        file=path.relative_to(project.docs).as_posix(),
        format=image_format,
        width=shown.width,
        height=shown.height,
        size=len(shown.content),
    )
