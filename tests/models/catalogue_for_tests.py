"""A model of nobody, as a catalogue describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.models.catalogue import Model

if TYPE_CHECKING:
    from capdemo.models.catalogue import Source


def net_model(*sources: Source, files: tuple[str, ...] = ("net.pth",)) -> Model:
    """A Compact network called `net` that is to be had from these sources."""
    return Model(
        id="net",
        name="Net",
        folder="upscale_models",
        files=files,
        architecture="Compact",
        scale=2,
        licence="MIT",
        commercial=True,
        author="Nobody",
        homepage="https://example.org/net",
        sources=sources,
    )
