"""Nodes of 2026 and error cases that the golden pictures of 2025 cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import PIL.Image
import pytest
import torch
from torch.nn.functional import interpolate

from capdemo.errors import InputError
from capdemo.imaging.colour_transfer import Baseline, transfer
from capdemo.imaging.encode import to_uint8
from capdemo.node_api import Image

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def run(bench: Bench, class_type: str, **inputs: object) -> torch.Tensor:
    (result,) = bench.run(class_type, **inputs)
    return cast("torch.Tensor", result)


def test_batching_takes_the_first_ones_size_and_the_most_channels(bench: Bench) -> None:
    first, second, third = noise(2, 6, 8, 3), noise(1, 3, 4, 4), noise(1, 6, 8, 3)
    rows = {"images.image0": first, "images.image1": second, "images.image4": third}
    result = run(bench, "BatchImagesNode", **rows)
    assert result.shape == (4, 6, 8, 4)
    assert torch.equal(result[:2, ..., :3], first)
    assert (result[:2, ..., 3] == 1).all()
    larger = interpolate(second.movedim(-1, 1), (6, 8), mode="bilinear").movedim(1, -1)
    assert torch.equal(result[2:3], larger)
    assert torch.equal(result[3:, ..., :3], third)
    assert torch.equal(run(bench, "BatchImagesNode", **{"images.image0": first}), first)


def test_batching_masks_cuts_them_to_the_first_ones_shape(bench: Bench) -> None:
    first, wide = noise(2, 4, 4), noise(1, 4, 8)
    result = run(bench, "BatchMasksNode", **{"masks.mask0": first, "masks.mask1": wide})
    assert torch.equal(result, torch.cat((first, wide[:, :, 2:6])))
    alone = run(bench, "BatchMasksNode", **{"masks.mask0": noise(4, 4)})
    assert alone.shape == (1, 4, 4)


def test_an_index_counts_from_the_end(bench: Bench) -> None:
    image = noise(4, 2, 2, 3)
    for index, length, expected in ((-1, 1, image[3:]), (-3, 2, image[1:3]), (-9, 1, image[:1])):
        inputs = {"image": image, "batch_index": index, "length": length}
        assert torch.equal(run(bench, "ImageFromBatch", **inputs), expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((40, 40), (1024, 1024)), ((30, 70), (672, 1568)), ((16, 9), (1392, 752))],
)
def test_kontexts_sizes(bench: Bench, size: tuple[int, int], expected: tuple[int, int]) -> None:
    image = noise(1, size[1], size[0], 3)
    result = run(bench, "FluxKontextImageScale", image=image)
    assert result.shape == (1, expected[1], expected[0], 3)
    scaled = run(
        bench,
        "ImageScale",
        image=image,
        upscale_method="lanczos",
        width=expected[0],
        height=expected[1],
        crop="center",
    )
    assert torch.equal(result, scaled)


@pytest.mark.parametrize(
    ("class_type", "edge", "size"),
    [
        ("ResizeImagesByShorterEdge", "shorter_edge", (36, 20)),  # 36.47 rounded down
        ("ResizeImagesByLongerEdge", "longer_edge", (20, 10)),  # 10.97 rounded down
    ],
)
def test_resizing_by_an_edge(
    bench: Bench, class_type: str, edge: str, size: tuple[int, int]
) -> None:
    images = noise(2, 17, 31, 3)
    result = run(bench, class_type, images=images, **{edge: 20})
    for picture, pixels in zip(result, to_uint8(images), strict=True):
        resized = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.LANCZOS)
        assert PIL.Image.fromarray(to_uint8(picture)).tobytes() == resized.tobytes()


def test_the_centre_is_cut_out_in_8_bits(bench: Bench) -> None:
    images = noise(2, 7, 6, 4)
    result = run(bench, "CenterCropImages", images=images, width=3, height=100)
    truncated = torch.from_numpy(to_uint8(images)) / 255
    assert torch.equal(result, truncated[:, :, 1:4])


def test_a_random_cut_is_numpys_and_the_same_for_a_batch(bench: Bench) -> None:
    images = noise(2, 9, 9, 3)
    numbers = np.random.RandomState(5)
    x, y = int(numbers.randint(0, 7)), int(numbers.randint(0, 5))
    result = run(bench, "RandomCropImages", images=images, width=3, height=5, seed=5 + 2**32 - 1)
    truncated = torch.from_numpy(to_uint8(images)) / 255
    assert torch.equal(result, truncated[:, y : y + 5, x : x + 3])
    whole = run(bench, "RandomCropImages", images=images, width=20, height=9, seed=1)
    assert torch.equal(whole, truncated)


def test_shuffling_takes_batches_apart(bench: Bench) -> None:
    images = [noise(2, 1, 1, 3), noise(3, 2, 2, 3)]
    result = cast("list[torch.Tensor]", bench.run("ShuffleDataset", images=images, seed=[7])[0])
    single = [picture for batch in images for picture in batch]
    order = np.random.RandomState(7).permutation(5)
    assert all(torch.equal(one[0], single[i]) for one, i in zip(result, order, strict=True))


def test_simple_adjustments_leave_alpha_alone(bench: Bench) -> None:
    image = torch.tensor([[[[0.25, 0.5, 1.0, 0.25]]]])
    bright = run(bench, "AdjustBrightness", images=image, factor=1.5)
    assert bright.flatten().tolist() == [0.375, 0.75, 1.0, 0.25]
    contrast = run(bench, "AdjustContrast", images=image, factor=2.0)
    assert contrast.flatten().tolist() == [0.0, 0.5, 1.0, 0.25]
    normal = run(bench, "NormalizeImages", images=image, mean=0.5, std=0.25)
    assert normal.flatten().tolist() == [-1.0, 0.0, 2.0, 0.25]


def test_colour_transfer_is_told_what_to_measure(bench: Bench) -> None:
    target, reference = noise(3, 5, 6, 3) * 0.5 + 0.1, noise(1, 4, 4, 3) * 0.4 + 0.4
    target[1] *= 0.5
    inputs = {"image_target": target, "image_ref": reference, "strength": 0.8}
    expected = {
        "per_frame": Baseline(whole_batch=False),
        "uniform": Baseline(whole_batch=True),
        "target_frame": Baseline(whole_batch=False, picture=1),
    }
    results = []
    for name, baseline in expected.items():
        widgets = {"method": "mkl_lab", "source_stats": name, "source_stats.target_index": 1}
        if name != "target_frame":
            del widgets["source_stats.target_index"]
        results.append(run(bench, "ColorTransfer", **inputs, **widgets))
        wanted = transfer(
            Image(target), Image(reference), method="mkl_lab", baseline=baseline, strength=0.8
        )
        assert torch.equal(results[-1], wanted)
    assert not torch.allclose(results[0], results[1])
    assert not torch.allclose(results[1], results[2])


def test_the_size_of_an_image(bench: Bench) -> None:
    assert bench.run("GetImageSize+", image=noise(2, 3, 4, 3)) == (4, 3, 2)


def test_a_box_is_cut_out_and_alpha_taken_off(bench: Bench) -> None:
    image = noise(2, 6, 7, 4)
    box = {"x": 2, "y": 1, "width": 3, "height": 9}
    assert torch.equal(run(bench, "ImageCropV2", image=image, crop_region=box), image[:, 1:, 2:5])
    opaque = run(bench, "ImageRemoveAlpha+", image=image)
    assert torch.equal(opaque, image[..., :3])
    assert torch.equal(run(bench, "ImageRemoveAlpha+", image=opaque), opaque)


def test_quantizing_keeps_alpha(bench: Bench) -> None:
    image = noise(1, 6, 6, 4)
    result = run(bench, "ImageQuantize", image=image, colors=4, dither="bayer-2")
    assert torch.equal(result[..., 3], image[..., 3])
    opaque = run(bench, "ImageQuantize", image=image[..., :3], colors=4, dither="bayer-2")
    assert torch.equal(result[..., :3], opaque)


def test_a_source_without_alpha_is_opaque(bench: Bench) -> None:
    below, over = noise(1, 4, 4, 4), noise(1, 2, 2, 3)
    inputs = {"destination": below, "source": over, "x": 1, "y": 2, "resize_source": False}
    result = run(bench, "ImageCompositeMasked", **inputs)
    assert torch.equal(result[:, 2:, 1:3, :3], over)
    assert (result[:, 2:, 1:3, 3] == 1).all()
    assert torch.equal(result[:, :2], below[:, :2])


def test_what_lies_outside_changes_nothing(bench: Bench) -> None:
    below, over = noise(1, 4, 4, 3), noise(1, 2, 2, 3)
    inputs = {"destination": below, "source": over, "x": 4, "y": 9, "resize_source": False}
    assert torch.equal(run(bench, "ImageCompositeMasked", **inputs), below)
    masks = {"destination": below[..., 0], "source": over[..., 0], "x": 9, "y": 0}
    result = run(bench, "MaskComposite", operation="multiply", **masks)
    assert torch.equal(result, below[..., 0])


def test_an_input_is_never_changed(bench: Bench) -> None:
    image, mask = noise(1, 4, 4, 3), noise(1, 4, 4)
    before = image.clone(), mask.clone()
    bench.run("ImageCompositeMasked", destination=image, source=1 - image, x=0, y=0, mask=mask)
    bench.run("FeatherMask", mask=mask, left=2, top=1, right=0, bottom=0)
    bench.run("MaskComposite", destination=mask, source=1 - mask, x=0, y=0, operation="add")
    assert torch.equal(image, before[0])
    assert torch.equal(mask, before[1])


@pytest.mark.parametrize(
    ("class_type", "inputs", "message"),
    [
        (
            "CropMask",
            {"mask": noise(1, 4, 5), "x": 5, "y": 0, "width": 1, "height": 1},
            r"rectangle at \(5, 0\) lies outside a mask of 5x4",
        ),
        ("ImageToMask", {"image": noise(1, 2, 2, 3), "channel": "alpha"}, "no alpha"),
        (
            "RebatchImages",
            {"images": [noise(1, 2, 3, 3), noise(1, 4, 3, 3)], "batch_size": [2]},
            "3x2x3, 3x4x3",
        ),
        (
            "ImageMergeTileList",
            {
                "image_list": [noise(1, 4, 4, 3), noise(2, 4, 4, 3)],
                "final_width": [64],
                "final_height": [64],
                "overlap": [0],
            },
            "tiles differ",
        ),
        (
            "ImageYUVToRGB",
            {"Y": noise(1, 2, 2, 3), "U": noise(1, 2, 2, 3), "V": noise(1, 2, 3, 3)},
            "differ in size",
        ),
        (
            "ImageResizeKJv2",
            {
                "image": noise(1, 4, 4, 3),
                "width": 8,
                "height": 8,
                "upscale_method": "nvidia_rtx_vsr",
                "keep_proportion": "stretch",
            },
            "nvidia_rtx_vsr",
        ),
        (
            "ImageResizeKJv2",
            {
                "image": noise(1, 4, 8, 3),
                "width": 8,
                "height": 8,
                "upscale_method": "area",
                "keep_proportion": "pad",
                "pad_color": "salmon pink",
            },
            "'salmon pink' is not a colour",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    bench: Bench, class_type: str, inputs: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bench.run(class_type, **inputs)
    assert caught.value.hint


def test_previews_go_into_the_temporary_folder(bench: Bench) -> None:
    mask = noise(2, 3, 4)
    assert bench.run("MaskPreview", mask=mask) == (mask,)
    paths = sorted(bench.folders.temp.iterdir())
    assert [path.name[:13] for path in paths] == ["ComfyUI_temp_"] * 2
    grey = PIL.Image.open(paths[0])
    assert grey.mode == "RGB"
    assert grey.tobytes()[::3] == to_uint8(mask[0]).tobytes()
    assert bench.saved == []


def test_compare_writes_both_pictures(bench: Bench) -> None:
    a, b = noise(1, 3, 4, 3), noise(2, 2, 2, 4)
    bench.run("ImageCompare", image_a=a, image_b=b, compare_view=[])
    names = sorted(path.name for path in bench.folders.temp.iterdir())
    assert [name[:15] for name in names] == ["comfy.compare.a"] + ["comfy.compare.b"] * 2
    bench.run("ImageCompare")
    assert len(list(bench.folders.temp.iterdir())) == 3
    assert not bench.folders.output.exists()
