"""What a run of an upscale model does not import, since importing is most of a cold run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.guide_for_tests import add_workflow, model_workflow

if TYPE_CHECKING:
    from pathlib import Path

_RUN = """
import json, sys
from capdemo.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_gan_run_imports_no_diffusion_library(guide: Path) -> None:
    path = add_workflow(guide, "Run", model_workflow("realesr-animevideov3.pth"))
    result = subprocess.run(
        [sys.executable, "-c", _RUN, "run", str(path), "--output-dir", "out"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(json.loads(result.stdout.splitlines()[-1]))
    assert (guide / "out" / "upscaled_00001_.png").is_file()
    assert {"torch", "spandrel", "isal"} <= imported
    slow = {"diffusers", "transformers", "torchvision", "av", "cv2", "mkdocs", "huggingface_hub"}
    assert not slow & imported
