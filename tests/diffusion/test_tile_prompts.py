"""Prompts cut to tiles: what is cut, what is left, and what is done once."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, cast

import torch

from capdemo.diffusion import cropping
from capdemo.diffusion.tile_prompts import TilePrompts
from capdemo.node_api import Area, Condition, Conditioning, Control, Image

if TYPE_CHECKING:
    import pytest

    from capdemo.node_api import ControlNet

ORIGINAL, CANVAS = (40, 24), (80, 48)
LEFT, RIGHT = (0, 0, 48, 48), (32, 0, 80, 48)
TILE = (48, 48)
TEXT = torch.arange(12.0).reshape(1, 3, 4)
NET = cast("ControlNet", object())


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(5))


def prompts(*conditions: Condition) -> TilePrompts:
    return TilePrompts(Conditioning(conditions), original=ORIGINAL, canvas=CANVAS)


def only(cut: list[Conditioning]) -> Condition:
    ((condition,),) = cut
    return condition


def test_a_plain_prompt_stays_as_it_is() -> None:
    condition = Condition(TEXT, pooled=TEXT[:, 0], strength=0.5, start_percent=0.1)
    cut = only(prompts(condition).cut([LEFT], TILE))
    assert all(getattr(cut, f.name) is getattr(condition, f.name) for f in fields(Condition))


def test_lists_stay_apart_and_in_order() -> None:
    one, two, three = (Condition(TEXT + number) for number in range(3))
    both = TilePrompts(
        Conditioning((one, two)), Conditioning((three,)), original=ORIGINAL, canvas=CANVAS
    )
    positive, negative = both.cut([LEFT], TILE)
    assert [condition.embedding[0, 0, 0].item() for condition in positive] == [0, 1]
    assert [condition.embedding[0, 0, 0].item() for condition in negative] == [2]


def test_hints_are_cut_for_every_region_and_all_else_for_the_first() -> None:
    image, mask, latent = Image(noise(1, 96, 160, 3)), noise(1, 24, 40), noise(1, 4, 3, 5)
    before = Control(NET, Image(noise(1, 24, 40, 3)), strength=0.3)
    control = Control(NET, image, strength=0.7, end_percent=0.8, previous=before)
    condition = Condition(TEXT, control=control, mask=mask, reference_latents=(latent,))
    cut = only(prompts(condition).cut([RIGHT, LEFT], TILE))
    assert cut.control is not None
    assert (cut.control.net, cut.control.strength, cut.control.end_percent) == (NET, 0.7, 0.8)
    assert cut.control.image.shape == (2, 48, 48, 3)
    assert torch.equal(cut.control.image[0], image[0, 1::2, 65::2])
    assert cut.control.previous is not None
    assert cut.control.previous.image.shape == (2, 48, 48, 3)
    assert cut.control.previous.strength == 0.3
    assert cut.mask is not None
    masks = cropping.masks_on_canvas(mask, CANVAS)
    assert torch.equal(cut.mask, cropping.crop_masks(masks, RIGHT, TILE))
    large = cropping.latent_on_canvas(latent, CANVAS)
    assert torch.equal(cut.reference_latents[0], cropping.crop_latent(large, RIGHT, TILE))


def test_prompts_that_share_a_control_share_the_cut_one() -> None:
    control = Control(NET, Image(noise(1, 24, 40, 3)))
    condition = Condition(TEXT, control=control)
    both = TilePrompts(
        Conditioning((condition,)),
        Conditioning((Condition(-TEXT, control=control),)),
        original=ORIGINAL,
        canvas=CANVAS,
    )
    (positive,), (negative,) = both.cut([LEFT], TILE)
    assert positive.control is not control
    assert positive.control is negative.control


def test_an_area_outside_of_a_tile_is_forgotten_together_with_its_strength() -> None:
    condition = Condition(TEXT, area=Area((2, 1), (0, 0)), strength=0.4)
    inside = only(prompts(condition).cut([LEFT], TILE))
    assert (inside.area, inside.strength) == (Area((4, 2), (0, 0)), 0.4)
    outside = only(prompts(condition).cut([RIGHT], TILE))
    assert (outside.area, outside.strength) == (None, 1.0)


def test_what_belongs_to_the_canvas_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(mask: torch.Tensor, canvas: tuple[int, int]) -> object:
        calls.append("mask")
        return cropping.masks_on_canvas(mask, canvas)

    monkeypatch.setattr("capdemo.diffusion.tile_prompts.masks_on_canvas", counted)
    ready = prompts(Condition(TEXT, mask=noise(1, 24, 40)))
    for region in (LEFT, RIGHT, LEFT):
        ready.cut([region], TILE)
    assert calls == ["mask"]
