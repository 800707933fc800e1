"""Writing what a node made: named as ComfyUI names it, there whole or not at all, and reported."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo import imaging
from capdemo.node_api import SavedFile
from capdemo.nodes.file_names import output_files
from capdemo.outputs.files import write_atomic, write_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import torch

    from capdemo.imaging.sizes import Size
    from capdemo.node_api import Image, RunContext


@dataclass(frozen=True, slots=True)
class Place:
    """Where files go, what they are called, and who is told of them."""

    folder: Path
    prefix: str
    ending: str
    """What follows the counter: `_.png`."""
    report: Callable[[SavedFile], None]

    def paths(self, size: Size, count: int = 1) -> list[Path]:
        """Paths that are not taken, numbered one after the other."""
        return output_files(
            self.prefix,
            self.folder,
            count=count,
            width=size.width,
            height=size.height,
            now=time.localtime(),
            ending=self.ending,
        )


def discard(_file: SavedFile) -> None:
    """Tell nobody of a file, which is only a preview."""


def png_of(metadata: Mapping[str, str]) -> Callable[[torch.Tensor], Iterable[bytes]]:
    """The encoder of SaveImage: PNG of 8 bits with the texts inside."""
    return lambda picture: imaging.encode.png(picture, metadata)


def note_lost_pixels(images: Image, context: RunContext) -> None:
    """Tell the user of pixels that are no numbers. Raises `RunError` where no others are."""
    if said := imaging.lost_pixels.say_lost_pixels(images):
        context.note(said)


def save_each(
    images: Image,
    encode: Callable[[torch.Tensor], Iterable[bytes]],
    place: Place,
    context: RunContext,
) -> None:
    """Write a file for every picture, piece by piece, and report each as soon as it is there."""
    note_lost_pixels(images, context)
    size = imaging.resize.size_of(images)
    paths = place.paths(size, len(images))
    for done, (path, picture) in enumerate(zip(paths, images, strict=True), start=1):
        write_pieces(path, encode(picture))
        place.report(SavedFile(path, *size))
        context.progress(done, len(paths))


def save_whole(images: Image, content: bytes, place: Place) -> None:
    """Write one file that holds all pictures."""
    size = imaging.resize.size_of(images)
    (path,) = place.paths(size)
    write_atomic(path, content)
    place.report(SavedFile(path, *size))


def followed(
    images: Image | Sequence[torch.Tensor], progress: Callable[[int, int], None]
) -> Iterator[torch.Tensor]:
    """The pictures one by one, `progress` being told of each, so that it may stop an encoder."""
    for done, picture in enumerate(images, start=1):
        progress(done, len(images))
        yield picture
