"""From the name in a workflow to a loaded network; importing this package imports no torch."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from capdemo.models import (
        catalogue,
        convert,
        device,
        digest,
        download,
        fetch,
        folders,
        ncnn,
        register,
        resolve,
        spandrel_import,
        store,
        tables,
        upscaler,
        weights,
    )

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "catalogue",
        "convert",
        "device",
        "digest",
        "download",
        "fetch",
        "folders",
        "ncnn",
        "register",
        "resolve",
        "spandrel_import",
        "store",
        "tables",
        "upscaler",
        "weights",
    ],
)
