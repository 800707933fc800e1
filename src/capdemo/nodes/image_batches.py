"""Nodes that join, cut and regroup batches of pictures."""

from collections.abc import Mapping
from typing import Annotated

from capdemo import imaging
from capdemo.node_api import Grows, Image, Mask, Name, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SEED, LARGEST_SIDE

FAMILY = NodeFamily()


@FAMILY.node("ImageBatch", category="image")
def batch_two_images(*, image1: Image, image2: Image) -> Image:
    """Put two images into one batch; the second is cut and resized to the first.

    Where only one has alpha, the other becomes opaque, as in ComfyUI of 2026.
    """
    return imaging.batches.join_images([image1, image2])


@FAMILY.node("BatchImagesNode", category="image/batch")
def batch_images(*, images: Annotated[Mapping[str, Image], Grows("image")]) -> Image:
    """Put any number of images into one batch; all are cut and resized to the first."""
    return imaging.batches.join_images(list(images.values()))


@FAMILY.node("BatchMasksNode", category="image/mask")
def batch_masks(*, masks: Annotated[Mapping[str, Mask], Grows("mask")]) -> Mask:
    """Put any number of masks into one batch; all are cut and resized to the first."""
    return imaging.batches.join_masks(list(masks.values()))


@FAMILY.node("RepeatImageBatch", category="image/batch")
def repeat_image_batch(*, image: Image, amount: Annotated[int, Range(1, 4096)] = 1) -> Image:
    """Repeat a batch of images a number of times."""
    return imaging.batches.repeated(image, amount)


@FAMILY.node("ImageFromBatch", category="image/batch")
def take_from_batch(
    *,
    image: Image,
    batch_index: Annotated[int, Range(-LARGEST_SIDE, LARGEST_SIDE)] = 0,
    length: Annotated[int, Range(1, 4096)] = 1,
) -> Image:
    """Take some images out of a batch; the index of the first one counts from 0.

    A negative index counts from the end, as in ComfyUI of 2026; that of 2025 allows none.
    """
    return imaging.batches.part(image, batch_index, length)


@FAMILY.node("RebatchImages", category="image/batch")
def rebatch_images(
    *,
    images: list[Image],
    batch_size: list[Annotated[int, Range(1, 4096)]] = [1],  # noqa: B006  # never changed
) -> list[Image]:
    """Regroup the images of all batches into batches of one length; the last may be shorter."""
    return imaging.batches.regrouped(images, batch_size[0])


@FAMILY.node("ShuffleDataset", category="image/batch")
def shuffle_images(
    *,
    images: list[Image],
    seed: list[Annotated[int, Range(0, LARGEST_SEED)]] = [0],  # noqa: B006  # never changed
) -> Annotated[list[Image], Name("images")]:
    """Bring the images of all batches into a random order, each as a batch of its own."""
    return imaging.batches.shuffled(images, seed[0])
