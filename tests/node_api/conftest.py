"""A run context that nothing is asked of."""

import pytest

from capdemo.node_api import Folders, RunContext


@pytest.fixture
def context() -> RunContext:
    return RunContext(
        device="cpu",
        precision="exact",
        models=None,  # type: ignore[arg-type]
        folders=Folders(None, None, None),  # type: ignore[arg-type]
        metadata={},
        progress=lambda _done, _total: None,
        save=lambda _file: None,
    )
