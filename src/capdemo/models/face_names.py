"""Face restorers that workflows name and that never run here, and what runs in their place."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from capdemo.errors import InputError

if TYPE_CHECKING:
    from capdemo.models.catalogue import Catalogue

RESTORERS = "facerestore_models"
INSTEAD = (
    "Take GFPGANv1.4.pth or RestoreFormer.pth, or codeformer.pth where its licence, which forbids "
    "commercial use, suits you. See: capdemo models list"
)


def refuse_restorer(name: str, catalogue: Catalogue) -> None:
    """Raise `InputError` where a restorer's name alone tells that it cannot run here.

    Those are ReActor's choice `none`, networks in ONNX files, and GPEN in whatever file.
    """
    file = PurePosixPath(name)
    if name == "none":
        raise InputError(
            "The choice 'none' restores nothing.", hint="Bypass the node (Ctrl+B), or delete it."
        )
    is_gpen = file.name.casefold().startswith("gpen")
    if file.suffix.casefold() != ".onnx" and not is_gpen:
        return
    same = catalogue.by_file(RESTORERS, f"{file.stem}.pth")
    what = "GPEN" if is_gpen else "in the ONNX format"
    raise InputError(
        f"The face model {file.name!r} is {what}, which does not run here.",
        hint=f"Take {file.stem}.pth, which is the same network: capdemo models fetch {same.id}"
        if same
        else INSTEAD,
    )
