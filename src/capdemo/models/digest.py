"""sha256 of files, remembered, so that `status` does not read gigabytes; fetches nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from capdemo.errors import RunError
from capdemo.models.folders import cache_folder

MEMORY_NAME = "digests.json"


def file_digest(path: Path) -> str:
    """The sha256 of a file in hexadecimal; read again only after its size or time changed.

    Raises `RunError` where the file cannot be read.
    """
    memory = cache_folder() / MEMORY_NAME
    known = _recall(memory)
    try:
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns]
        key = str(path.resolve())
        entry = known.get(key)
        if entry is not None and entry[:2] == stamp:
            return str(entry[2])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RunError(
            f"The file cannot be read: {error.strerror or error}.", where=str(path)
        ) from error
    _remember(memory, {**known, key: [*stamp, digest]})
    return digest


def forget_digests() -> None:
    """Forget all digests, so that the files themselves are read again."""
    (cache_folder() / MEMORY_NAME).unlink(missing_ok=True)


def members_digest(paths: tuple[Path, ...]) -> str:
    """The sha256 of several files as one: what `sha256sum A B | sha256sum` prints in their folder.

    A single file has its own sha256.
    """
    if len(paths) == 1:
        return file_digest(paths[0])
    lines = "".join(f"{file_digest(path)}  {path.name}\n" for path in paths)
    return hashlib.sha256(lines.encode()).hexdigest()


def _recall(memory: Path) -> dict[str, list[int | str]]:
    """What is remembered; a missing or damaged memory is an empty one, it only costs time."""
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        return {key: [size, time, digest] for key, (size, time, digest) in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _remember(memory: Path, known: dict[str, list[int | str]]) -> None:
    # A cache that cannot be written, or that a parallel process overwrote, only costs time.
    with contextlib.suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=memory.parent, prefix=f".{memory.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file)
        Path(beside).replace(memory)
