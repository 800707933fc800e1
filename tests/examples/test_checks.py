"""What `capdemo check` says of a workflow's model files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safetensors.torch import save_file
from tests.sd_cases_for_tests import lora_sd15

from capdemo.examples.checks import check_workflow
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_of_another_kind_is_a_problem_of_its_node(tmp_path: Path) -> None:
    lora = tmp_path / "checkpoints" / "odd.safetensors"
    lora.parent.mkdir()
    save_file(lora_sd15(), lora)
    workflow = tmp_path / "w.json"
    nodes = {
        "7": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": lora.name}},
        "8": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1},
        },
        "9": {"class_type": "VAEDecode", "inputs": {"samples": ["8", 0], "vae": ["7", 2]}},
        "10": {"class_type": "PreviewImage", "inputs": {"images": ["9", 0]}},
    }
    workflow.write_text(json.dumps(nodes))
    (problem,) = check_workflow(workflow, LocalModelStore.from_environment([tmp_path]))
    assert problem.node == "7 (CheckpointLoaderSimple)"
    assert problem.kind == "invalid_file"
    assert problem.message == f"{lora}: The file is a LoRA; it belongs in the folder loras."
    assert problem.hint == "Choose one of the folder checkpoints: capdemo models list"
