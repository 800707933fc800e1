"""Measures outputs against the originals of their inputs, from what is on disk; runs no workflow.

Whatever was measured before is kept as long as neither picture has changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo import imaging
from capdemo.errors import CapdemoError, InputError
from capdemo.models.digest import file_digest
from capdemo.node_api import Folders
from capdemo.nodes.file_names import input_file
from capdemo.outputs.lock import Lock, Quality, UsedFile, read_lock, write_lock
from capdemo.workflow import input_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capdemo.examples.project import Project
    from capdemo.examples.spec import Spec
    from capdemo.outputs.lock import Record


def refresh_quality(project: Project, specs: Sequence[Spec]) -> bool:
    """Bring the measurements in the lock up to date; say whether the lock changed.

    An output whose full-size file is not on this machine is measured where it is made again.
    Raises `InputError` where an original is missing or of another size than the output.
    """
    lock = read_lock(project.lock)
    examples = dict(lock.examples)
    for spec in specs:
        entry = examples.get(spec.id)
        if entry is not None and entry.record is not None:
            record = _measured(entry.record, spec, project)
            examples[spec.id] = replace(entry, record=record)
    return write_lock(project.lock, Lock(examples))


def _measured(record: Record, spec: Spec, project: Project) -> Record:
    if not spec.words.truth:
        return replace(record, quality=None)
    truth = truth_of(spec)
    used = UsedFile(spec.words.truth, file_digest(truth), truth.stat().st_size)
    (output,) = (picture for picture in record.pictures if picture.role == "output")
    made = project.docs / output.original
    if record.quality is not None and record.quality.truth == used:
        return record
    return replace(record, quality=_quality(truth, used, made, spec) if made.is_file() else None)


def truth_of(spec: Spec) -> Path:
    """Where the original of an example's input is. Raises `InputError` where it is missing."""
    inputs = input_folder(spec.workflow)
    try:
        return input_file(spec.words.truth, Folders(inputs, inputs, inputs))
    except CapdemoError as error:
        raise InputError(
            f"The example {spec.id!r} names an original that is not there. {error.what}",
            where=str(spec.workflow.with_suffix(".toml")),
            hint=error.hint,
        ) from error


def _quality(truth: Path, used: UsedFile, made: Path, spec: Spec) -> Quality:
    original, _ = imaging.files.load_image(truth)
    picture, _ = imaging.files.load_image(made)
    if original.shape != picture.shape:
        sizes = [f"{image.shape[2]} x {image.shape[1]}" for image in (picture, original)]
        raise InputError(
            f"The output of {spec.id!r} is {sizes[0]}, its original {used.name} {sizes[1]}.",
            where=str(spec.workflow.with_suffix(".toml")),
            hint="Name an original of the output's size, or none.",
        )
    found = imaging.quality.quality(original, picture)
    return Quality(round(found.psnr_db, 2), round(found.ssim, 4), round(found.flip, 4), used)
