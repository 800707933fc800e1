"""What a run of an upscale model does not import, since importing is most of a cold run.

And what is set before torch is imported, since torch's threads read it then and never again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_workflow, model_workflow

if TYPE_CHECKING:
    from pathlib import Path

_RUN = """
import json, os, sys
class Watch:
    def find_spec(self, name, *_):
        if name == "torch":
            print("spin count:", os.environ.get("GOMP_SPINCOUNT"))
sys.meta_path.insert(0, Watch())
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


@pytest.mark.parametrize(("given", "used"), [(None, "10000"), ("7", "7")])
def test_threads_of_torch_wait_briefly_unless_told_otherwise(
    guide: Path, given: str | None, used: str
) -> None:
    path = add_workflow(guide, "Run", model_workflow("realesr-animevideov3.pth"))
    environment = {name: text for name, text in os.environ.items() if name != "GOMP_SPINCOUNT"}
    result = subprocess.run(
        [sys.executable, "-c", _RUN, "run", str(path), "--output-dir", "out"],
        env=environment | ({} if given is None else {"GOMP_SPINCOUNT": given}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"spin count: {used}" in result.stdout
