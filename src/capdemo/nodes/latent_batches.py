"""Nodes that take latents apart and put them together, as batches or along a side."""

from typing import Annotated, Literal

from capdemo import imaging
from capdemo.node_api import Latent, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()


_DIMENSIONS = {"x": -1, "y": -2, "t": -3}


@FAMILY.node("LatentFromBatch", category="latent/batch")
def take_from_batch(
    *,
    samples: Latent,
    batch_index: Annotated[int, Range(0, 63)] = 0,
    length: Annotated[int, Range(1, 64)] = 1,
) -> Latent:
    """Take some latents out of a batch, from a place counted from 0; they keep their noise."""
    return imaging.latents.taken(samples, batch_index, length)


@FAMILY.node("RepeatLatentBatch", category="latent/batch")
def repeat_batch(*, samples: Latent, amount: Annotated[int, Range(1, 64)] = 1) -> Latent:
    """Repeat a batch of latents several times."""
    return imaging.latents.repeated(samples, amount)


@FAMILY.node("LatentBatch", category="latent/batch")
def join_batches(*, samples1: Latent, samples2: Latent) -> Latent:
    """Make one batch of two, in the size of the first."""
    return imaging.latents.joined(samples1, samples2)


@FAMILY.node("RebatchLatents", category="latent/batch")
def rebatch_latents(
    *,
    latents: list[Latent],
    batch_size: list[Annotated[int, Range(1, 4096)]] = [1],  # noqa: B006  (never changed)
) -> list[Latent]:
    """Put all latents into batches of a size; latents of different sizes are never mixed."""
    return imaging.latents.rebatched(latents, batch_size[0])


@FAMILY.node("LatentConcat", category="latent/advanced")
def concatenate_latents(
    *, samples1: Latent, samples2: Latent, dim: Literal["x", "-x", "y", "-y", "t", "-t"]
) -> Latent:
    """Put latents side by side, one below the other or one after the other in time.

    A minus puts the second first. Their other sides must be equally long.
    """
    return imaging.latents.beside(
        samples1, samples2, _DIMENSIONS[dim[-1]], second_first=dim.startswith("-")
    )


@FAMILY.node("LatentCut", category="latent/advanced")
def cut_latent(
    *,
    samples: Latent,
    dim: Literal["x", "y", "t"],
    index: Annotated[int, Range(-LARGEST_SIDE, LARGEST_SIDE, 1)] = 0,
    amount: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 1,
) -> Latent:
    """Take some columns, rows or frames of latents, counted in cells; negative from the end."""
    return imaging.latents.part(samples, _DIMENSIONS[dim], index, amount)
