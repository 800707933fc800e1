"""How much memory a picture needs beside itself does not depend on its size; Linux."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/clear_refs").exists(), reason="only Linux counts memory so"
    ),
]

_UPSCALE = """
import sys, torch
from pathlib import Path
from safetensors.torch import save_file
from capdemo import imaging, models
from capdemo.outputs.files import write_pieces
models.spandrel_import.import_spandrel()
from spandrel.architectures.ESRGAN import ESRGAN

folder, side = Path(sys.argv[1]), int(sys.argv[2])
torch.manual_seed(0)
torch.set_num_threads(1)
# x4plus but for its width and depth: most of the memory is taken by the last layers, at 4x.
network = ESRGAN(num_filters=8, num_blocks=1, scale=4)
save_file(dict(network.state_dict()), folder / "net.safetensors")
network = models.upscaler.load_upscale_model(
    folder / "net.safetensors", device="cpu", precision="exact"
)
image = torch.rand(1, side, side, 3)
network(torch.rand(1, 3, 16, 16))
models.device.reset_peak_memory("cpu")
before = models.device.peak_memory("cpu")
result = imaging.upscale.upscale_with_model(
    image, network, progress=lambda _done, _total: None, tile=128
).image
write_pieces(folder / "out.png", imaging.encode.png(result[0], {}))
print(models.device.peak_memory("cpu") - before, result.nbytes)
"""


def _peak(folder: Path, side: int) -> tuple[int, int]:
    """Bytes beyond those of the loaded network and the input; bytes of the result."""
    result = subprocess.run(
        [sys.executable, "-c", _UPSCALE, str(folder), str(side)],
        capture_output=True,
        text=True,
        check=True,
    )
    peak, output = map(int, result.stdout.split())
    return peak, output


def test_a_large_picture_takes_its_own_bytes_more(tmp_path: Path) -> None:
    small, small_output = _peak(tmp_path, 256)
    large, large_output = _peak(tmp_path, 1536)
    assert (small_output, large_output) == (1024**2 * 12, 6144**2 * 12)
    # The result is counted once, saving it included. How the allocator places tiles differs from
    # run to run by 50 MB; another copy of the result would be 113 MB in 8 bits, all its tiles 453.
    assert large - large_output <= 1.3 * small + 60e6
