"""Makes each small input picture from its ground truth; it never touches a truth.

The order is that of a camera and a web site: blur, downscale, sensor noise, JPEG. Every step is
Pillow's integer arithmetic or a frozen random stream, so a second run writes the same pixels.
Run it as `python workflows/inputs/degrade.py`; it overwrites the pictures beside it, or writes to
the folder that is given to it.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

INPUTS = Path(__file__).parent
TRUTHS = INPUTS / "truth"


@dataclass(frozen=True, slots=True)
class Degradation:
    """How one input was made from its truth; a step that is 0 is left out."""

    truth: str
    """File in `truth/`."""
    scale: int
    """The truth is this many times as wide and high; it is reduced with an antialiased bicubic."""
    blur: float = 0.0
    """Standard deviation of a Gaussian, in pixels of the truth."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise, the same for all channels, in steps of 1/255."""
    jpeg: int = 0
    """Quality of a JPEG copy with 4:2:0 colour, as libjpeg counts it (1 to 95)."""
    seed: int = 0
    """Seed of the noise."""


DEGRADATIONS = {
    # Visibly damaged, for the networks that were trained to undo damage.
    "dog-small.png": Degradation("dog.jpg", 4, blur=2.0, noise=6.0, jpeg=55, seed=1),
    "harbour-small.png": Degradation("harbour.png", 4, blur=0.8, noise=1.5, jpeg=75, seed=2),
    "rabbit-small.png": Degradation("rabbit.jpg", 4, blur=0.8, jpeg=65),
    # Reduced and nothing else, for the networks that were trained on clean reductions.
    "brushes-small.png": Degradation("brushes.jpg", 4),
    "pagoda-small.png": Degradation("pagoda.jpg", 4),
    "cat-small.png": Degradation("cat.png", 4),
    "coffee-small.png": Degradation("coffee.png", 2),
}


def degrade(truth: Image.Image, degradation: Degradation) -> Image.Image:
    """The degraded copy of an RGB picture whose sides are multiples of `degradation.scale`."""
    picture = truth
    if degradation.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(degradation.blur))
    picture = picture.resize(
        (truth.width // degradation.scale, truth.height // degradation.scale),
        Image.Resampling.BICUBIC,
    )
    if degradation.noise:
        picture = _with_noise(picture, degradation.noise, degradation.seed)
    return _after_jpeg(picture, degradation.jpeg) if degradation.jpeg else picture


def _with_noise(picture: Image.Image, deviation: float, seed: int) -> Image.Image:
    # NumPy promises this old stream for ever, and does not promise the one of its new generators.
    stream = np.random.RandomState(seed)
    pixels = np.asarray(picture, dtype=np.float64)
    noisy = pixels + stream.normal(0.0, deviation, pixels.shape)
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def _after_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return Image.open(buffer).convert("RGB")


def made_from_truth(name: str) -> Image.Image:
    """The input picture `name`, computed again from its truth."""
    degradation = DEGRADATIONS[name]
    with Image.open(TRUTHS / degradation.truth) as truth:
        return degrade(truth.convert("RGB"), degradation)


def main(folder: Path) -> None:
    """Write every input picture into a folder."""
    for name in DEGRADATIONS:
        made_from_truth(name).save(folder / name, optimize=True)
        print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else INPUTS)
