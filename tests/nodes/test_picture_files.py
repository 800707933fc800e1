"""Reading and writing through the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import PIL.Image
import pytest
import torch

from capdemo.errors import CancelledError, RunError
from capdemo.imaging import files

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

RGBA = np.random.default_rng(8).integers(0, 256, (5, 7, 4), dtype=np.uint8)


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(3))


def test_load_image_gives_picture_and_mask(bench: Bench) -> None:
    PIL.Image.fromarray(RGBA).save(bench.folders.input / "a.png")
    image, mask = cast("tuple[torch.Tensor, torch.Tensor]", bench.run("LoadImage", image="a.png"))
    assert np.array_equal((image[0] * 255).numpy(), RGBA[..., :3].astype(np.float32))
    assert np.allclose(mask[0].numpy(), 1 - RGBA[..., 3] / 255, atol=1e-7)


def test_load_image_mask_gives_a_channel(bench: Bench) -> None:
    PIL.Image.fromarray(RGBA).save(bench.folders.input / "a.png")
    (mask,) = bench.run("LoadImageMask", image="a.png", channel="green")
    assert np.array_equal((cast("torch.Tensor", mask)[0] * 255).numpy(), RGBA[..., 1])


@pytest.mark.parametrize("channels", [3, 4])
def test_save_image_writes_reports_and_passes_on(bench: Bench, channels: int) -> None:
    images = noise(3, 17, 31, channels) * 1.2 - 0.1
    (passed,) = bench.run("SaveImage", images=images, filename_prefix="sub/%width%")
    assert passed is images
    names = [f"31_{counter:05}_.png" for counter in (1, 2, 3)]
    assert [saved.path for saved in bench.saved] == [
        bench.folders.output / "sub" / name for name in names
    ]
    assert {(saved.width, saved.height) for saved in bench.saved} == {(31, 17)}
    assert sorted(path.name for path in (bench.folders.output / "sub").iterdir()) == names
    assert bench.progress == [(1, 3), (2, 3), (3, 3)]
    expected = np.clip(255.0 * images.numpy(), 0, 255).astype(np.uint8)
    for saved, pixels in zip(bench.saved, expected, strict=True):
        with PIL.Image.open(saved.path) as picture:
            assert np.array_equal(np.asarray(picture), pixels)
            assert picture.info == {"prompt": '{"1": "\\u00e9"}', "workflow": '{"nodes": []}'}


def test_a_saved_picture_loads_as_it_was(bench: Bench) -> None:
    images = torch.from_numpy(RGBA[None, ..., :3].astype(np.float32) / np.float32(255))
    bench.run("SaveImage", images=images, filename_prefix="again")
    (loaded, _) = bench.run("LoadImage", image="again_00001_.png [output]")
    assert torch.equal(cast("torch.Tensor", loaded), images)


def test_a_saved_picture_is_named_with_its_folder(bench: Bench) -> None:
    images = torch.from_numpy(RGBA[None, ..., :3].astype(np.float32) / np.float32(255))
    bench.run("SaveImage", images=images, filename_prefix="again")
    (loaded, _) = bench.run("LoadImageOutput", image="again_00001_.png [output]")
    assert torch.equal(cast("torch.Tensor", loaded), images)


def test_saving_again_overwrites_nothing(bench: Bench) -> None:
    for _ in range(2):
        bench.run("SaveImage", images=noise(1, 4, 4, 3), filename_prefix="ComfyUI")
    assert [saved.path.name for saved in bench.saved] == [
        "ComfyUI_00001_.png",
        "ComfyUI_00002_.png",
    ]


def test_a_prefix_that_leads_out_writes_nothing(bench: Bench) -> None:
    with pytest.raises(RunError, match="leads out of the folder"):
        bench.run("SaveImage", images=noise(1, 4, 4, 3), filename_prefix="../../x")
    assert [path.name for path in bench.folders.input.parent.iterdir()] == ["input"]


@pytest.mark.parametrize("prefix", ["x" * 300, "x" * 300 + "/y", "taken/y"])
def test_a_name_that_the_disk_refuses_is_a_plain_error(bench: Bench, prefix: str) -> None:
    bench.folders.output.mkdir()
    (bench.folders.output / "taken").touch()
    with pytest.raises(RunError, match="could not be written"):
        bench.run("SaveImage", images=noise(1, 4, 4, 3), filename_prefix=prefix)
    assert [path.name for path in bench.folders.output.iterdir()] == ["taken"]


def test_what_was_saved_before_a_stop_is_reported(bench: Bench) -> None:
    def stop(_done: int, _total: int) -> None:
        raise CancelledError("Stopped.")

    bench.context = type(bench.context)(
        **{
            **{name: getattr(bench.context, name) for name in bench.context.__slots__},
            "progress": stop,
        }
    )
    with pytest.raises(CancelledError):
        bench.run("SaveImage", images=noise(3, 4, 4, 3), filename_prefix="ComfyUI")
    assert [saved.path.name for saved in bench.saved] == ["ComfyUI_00001_.png"]
    assert len(list(bench.folders.output.iterdir())) == 1


def test_preview_image_writes_to_temp_and_reports_nothing(bench: Bench) -> None:
    images = noise(2, 6, 5, 3)
    (passed,) = bench.run("PreviewImage", images=images)
    assert passed is images
    assert bench.saved == []
    assert not bench.folders.output.exists()
    written = sorted(bench.folders.temp.iterdir())
    assert [path.name[:13] for path in written] == ["ComfyUI_temp_"] * 2
    assert [path.name[18:] for path in written] == ["_00001_.png", "_00002_.png"]
    previewed = np.stack([np.asarray(files.open_picture(path)) for path in written])
    assert np.array_equal(previewed, (images * 255).numpy().astype(np.uint8))
