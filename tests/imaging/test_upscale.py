"""Upscale models on whole pictures: alpha, clamping, and too little memory."""

from __future__ import annotations

import logging

import pytest
import torch

from capdemo.errors import CancelledError, RunError
from capdemo.imaging.upscale import upscale_with_model
from capdemo.node_api import Image


class Enlarger:
    """A network that repeats pixels and has memory for tiles of a certain size."""

    def __init__(self, scale: int = 2, *, gain: float = 1.0, largest: int = 4096) -> None:
        self.scale = scale
        self.gain = gain
        self.largest = largest
        self.sides: list[int] = []

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """Enlarge 1CHW, RGB only."""
        assert picture.shape[:2] == (1, 3)
        self.sides.append(max(picture.shape[2:]))
        if self.sides[-1] > self.largest:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        wide = picture.repeat_interleave(self.scale, 3)
        return wide.repeat_interleave(self.scale, 2) * self.gain


def unheard(_done: int, _total: int) -> None:
    """Progress that nobody follows."""


def noise(*shape: int) -> Image:
    return Image(torch.rand(*shape, generator=torch.Generator().manual_seed(6)))


def repeated(image: torch.Tensor, scale: int) -> torch.Tensor:
    return image.repeat_interleave(scale, 1).repeat_interleave(scale, 2)


@pytest.mark.parametrize("shape", [(1, 17, 31, 3), (3, 1, 1, 3), (2, 40, 700, 3)])
def test_an_image_keeps_its_layout(shape: tuple[int, ...]) -> None:
    image = noise(*shape)
    upscaled = upscale_with_model(image, Enlarger(3), progress=unheard)
    assert upscaled.tile == 512
    assert torch.allclose(upscaled.image, repeated(image, 3), atol=1e-6)


def test_the_result_is_clamped() -> None:
    image = noise(1, 8, 8, 3)
    bright = upscale_with_model(image, Enlarger(1, gain=3.0), progress=unheard).image
    assert torch.equal(bright, (image * 3.0).clamp(0, 1))
    dark = upscale_with_model(image, Enlarger(1, gain=-1.0), progress=unheard).image
    assert dark.abs().max() == 0


def test_a_model_that_gives_its_input_back_does_not_change_it() -> None:
    class Same(Enlarger):
        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            return picture

    image = Image(noise(1, 8, 8, 3) * 2 - 0.5)
    before = image.clone()
    upscale_with_model(image, Same(1), progress=unheard)
    assert torch.equal(image, before)


def test_alpha_is_enlarged_bilinearly() -> None:
    image = noise(2, 7, 9, 4)
    result = upscale_with_model(image, Enlarger(2), progress=unheard).image
    alpha = torch.nn.functional.interpolate(image[..., 3][:, None], (14, 18), mode="bilinear")
    assert result.shape == (2, 14, 18, 4)
    assert torch.equal(result[..., :3], repeated(image[..., :3], 2))
    assert torch.equal(result[..., 3], alpha[:, 0])


def test_tiles_are_comfyuis() -> None:
    model = Enlarger(1)
    upscale_with_model(noise(1, 10, 512, 3), model, progress=unheard)
    upscale_with_model(noise(1, 10, 993, 3), model, progress=unheard)
    # One tile; then three that begin at 0, 480 and 960.
    assert model.sides == [512, 512, 512, 33]


def test_tiles_are_halved_until_they_fit(caplog: pytest.LogCaptureFixture) -> None:
    image = noise(1, 300, 600, 3)
    model = Enlarger(1, largest=200)
    with caplog.at_level(logging.WARNING):
        upscaled = upscale_with_model(image, model, progress=unheard)
    assert upscaled.tile == 128
    assert [record.args for record in caplog.records] == [(256,), (128,)]
    assert model.sides[:2] == [512, 256]
    assert set(model.sides[2:]) <= set(range(33, 129))
    assert torch.allclose(upscaled.image, image, atol=1e-6)


def test_the_whole_batch_has_tiles_of_one_size() -> None:
    class Shrinking(Enlarger):
        """Fits three large tiles, then no more."""

        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            self.largest = 512 if len(self.sides) < 3 else 256
            return super().__call__(picture)

    model = Shrinking(1)
    upscale_with_model(noise(2, 400, 600, 3), model, progress=unheard)
    assert model.sides[:4] == [512, 512, 400, 400]
    after = model.sides[4:]
    assert max(after) <= 256
    assert len(after) == 2 * 2 * 3


def test_too_little_memory_for_the_smallest_tile_is_an_error() -> None:
    model = Enlarger(1, largest=100)
    with pytest.raises(RunError, match="too little memory for tiles of 128") as caught:
        upscale_with_model(noise(1, 200, 200, 3), model, progress=unheard)
    assert "--device cpu" in caught.value.hint
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


def test_other_errors_of_a_network_are_not_swallowed() -> None:
    class Broken(Enlarger):
        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        upscale_with_model(noise(1, 8, 8, 3), Broken(), progress=unheard)


def test_progress_can_stop_it() -> None:
    model = Enlarger(1)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        upscale_with_model(noise(1, 40, 3000, 3), model, progress=stop)
    assert len(model.sides) == 2


def test_progress_of_a_picture_that_is_one_tile() -> None:
    heard: list[tuple[int, int]] = []
    upscale_with_model(
        noise(1, 8, 8, 3), Enlarger(2), progress=lambda done, total: heard.append((done, total))
    )
    assert heard == [(1, 1)]


def test_several_tiles_become_one_before_they_become_smaller() -> None:
    class Batched(Enlarger):
        at_once = 4
        counts: list[int]

        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            self.counts = [*getattr(self, "counts", []), len(picture)]
            if len(picture) > 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().__call__(picture)

    image, model = noise(1, 600, 992, 3), Batched(1)
    upscaled = upscale_with_model(image, model, progress=unheard)
    assert upscaled.tile == 512
    assert model.counts == [2, 1, 1, 1, 1]
    assert torch.allclose(upscaled.image, image, atol=1e-6)


@pytest.mark.parametrize("broken", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("side", [20, 700])
def test_values_that_are_no_numbers_are_no_black_picture(side: int, broken: float) -> None:
    class Broken(Enlarger):
        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            enlarged = super().__call__(picture)
            enlarged[0, 2, -1, -1] = broken
            return enlarged

    model = Broken(2)
    with pytest.raises(RunError, match=r"The network gave values .* --precision exact\."):
        upscale_with_model(noise(3, side, 8, 3), model, progress=unheard)
    assert len(model.sides) == 1, "the first tile is enough to see it"


def test_a_picture_of_no_numbers_is_not_the_networks_fault() -> None:
    image = noise(1, 8, 8, 3)
    image[0, 3, 3, 1] = torch.nan
    with pytest.raises(RunError, match="The picture to enlarge holds values that are no numbers"):
        upscale_with_model(image, Enlarger(2), progress=unheard)


def test_values_whose_sum_is_too_large_are_numbers() -> None:
    bright = upscale_with_model(noise(1, 99, 99, 3), Enlarger(2, gain=1e38), progress=unheard)
    assert bright.image.max() == 1.0
