"""Prompts of a whole picture as each of its tiles needs them (Ultimate SD Upscale).

What does not depend on the tile is resized to the canvas once. The text itself is never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capdemo.diffusion.cropping import (
    crop_area,
    crop_hint,
    crop_latent,
    crop_masks,
    latent_on_canvas,
    masks_on_canvas,
)
from capdemo.node_api import Conditioning, Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    import PIL.Image
    import torch

    from capdemo.diffusion.cropping import Region, Size
    from capdemo.node_api import Condition, Control


@dataclass(frozen=True, slots=True, eq=False)
class _Prompt:
    """A condition and what of it was resized to the canvas."""

    condition: Condition
    masks: Sequence[PIL.Image.Image] | None
    latents: tuple[torch.Tensor, ...]


class TilePrompts:
    """Several lists of conditions, cut to tiles together."""

    def __init__(self, *prompts: Conditioning, original: Size, canvas: Size) -> None:
        """`original` is the picture that areas were made for, `canvas` the one that is cut."""
        self._original = original
        self._canvas = canvas
        self._prompts = [
            [self._prepared(condition) for condition in conditions] for conditions in prompts
        ]

    def _prepared(self, condition: Condition) -> _Prompt:
        mask = condition.mask
        return _Prompt(
            condition,
            None if mask is None else masks_on_canvas(mask, self._canvas),
            tuple(latent_on_canvas(latent, self._canvas) for latent in condition.reference_latents),
        )

    def cut(self, regions: Sequence[Region], tile: Size) -> list[Conditioning]:
        """The lists for tiles that lie at these regions and are redrawn at that size.

        Hints are cut for every region. An area, a mask or a reference latent is cut for the first
        one only. A prompt whose area lies outside counts in the whole tile, at full strength.
        """
        controls: dict[Control, Control] = {}
        return [
            Conditioning(tuple(self._cut(prompt, regions, tile, controls) for prompt in prompts))
            for prompts in self._prompts
        ]

    def _cut(
        self,
        prompt: _Prompt,
        regions: Sequence[Region],
        tile: Size,
        controls: dict[Control, Control],
    ) -> Condition:
        condition, first = prompt.condition, regions[0]
        if condition.control is not None:
            control = self._control(condition.control, regions, tile, controls)
            condition = replace(condition, control=control)
        if condition.area is not None:
            area = crop_area(condition.area, first, self._original, self._canvas)
            strength = 1.0 if area is None else condition.strength
            condition = replace(condition, area=area, strength=strength)
        if prompt.masks is not None:
            condition = replace(condition, mask=crop_masks(prompt.masks, first, tile))
        latents = tuple(crop_latent(latent, first, tile) for latent in prompt.latents)
        return replace(condition, reference_latents=latents)

    def _control(
        self,
        control: Control,
        regions: Sequence[Region],
        tile: Size,
        done: dict[Control, Control],
    ) -> Control:
        """The chain with cut hints; one that several prompts share stays one, and runs once."""
        if control not in done:
            hint = crop_hint(control.image.movedim(-1, 1), regions, self._canvas, tile)
            before = control.previous
            done[control] = replace(
                control,
                image=Image(hint.movedim(1, -1)),
                previous=None if before is None else self._control(before, regions, tile, done),
            )
        return done[control]
