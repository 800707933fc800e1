"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from capdemo.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody sees half of it.

    Raises `RunError` where the disk refuses, leaving nothing behind and an older file as it was.
    """
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """As `write_atomic`, from parts that need not all be in memory at once."""
    with beside(path) as unfinished, unfinished.open("wb") as file:
        file.writelines(pieces)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new file to fill, which takes the place of `path` in the end, or vanishes on an error.

    Raises `RunError` as `write_atomic` does.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise _refused(path, error) from error
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(path)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refused(path, error) from error
        raise


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds these bytes already; say whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    write_atomic(path, content)
    return True


def inside(folder: Path, name: str) -> Path:
    r"""The path of `name` in a folder, `/` and `\` both separating.

    Raises `RunError` where the name leads out of the folder.
    """
    path = (folder / name.replace("\\", "/")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise RunError(
            f"{name!r} leads out of the folder {folder}.",
            hint="Use a name without '..' and without a leading slash.",
        )
    return path


def _refused(path: Path, error: OSError) -> RunError:
    return RunError(
        f"The file could not be written: {error.strerror or error}.",
        where=str(path),
        hint="Check the disk's free space and the folder's permissions.",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
