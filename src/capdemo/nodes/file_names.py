"""What file names mean in workflow files; none of them leads out of ComfyUI's three folders."""

from __future__ import annotations

import re
import secrets
import string
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from capdemo.errors import RunError, did_you_mean
from capdemo.outputs.files import inside

if TYPE_CHECKING:
    import time
    from collections.abc import Iterator

    from capdemo.node_api import Folders

BATCH_NUMBER = "%batch_num%"

_ANNOTATED = re.compile(r"(?P<name>.*?) ?\[(?P<folder>input|output|temp)\]", re.DOTALL)
_RANDOM_LETTERS = 5


def input_file(name: str, folders: Folders) -> Path:
    r"""The file that a LoadImage or LoadVideo widget names, relative to the input folder.

    `/` and `\` both separate; ` [output]` or ` [temp]` behind the name means another folder.
    Raises `RunError` where there is no such file, or it lies outside the folder.
    """
    match = _ANNOTATED.fullmatch(name)
    bare, kind = (match["name"], match["folder"]) if match else (name, "input")
    folder = {"input": folders.input, "output": folders.output, "temp": folders.temp}[kind]
    path = _inside(folder, bare)
    if not _is_file(path):
        raise RunError(
            f"There is no file {bare!r} in the folder {folder}.",
            hint=did_you_mean(bare, _files(folder))
            or f"Copy it there, or name another: --input '{bare}=FILE'",
        )
    return path


def output_files(
    prefix: str,
    folder: Path,
    *,
    count: int,
    width: int,
    height: int,
    now: time.struct_time,
    ending: str = "_.png",
) -> list[Path]:
    r"""Where SaveImage writes `count` pictures: `{prefix}_{counter:05}_.png`.

    Other nodes end their names with another `ending`.

    The counter starts behind the highest one found, whatever comes after it. The prefix
    may name sub-folders and hold `%width%`, `%height%`, `%year%`, `%month%`, `%day%`, `%hour%`,
    `%minute%`, `%second%` and `%batch_num%`. ComfyUI starts at 1 again where the prefix has a
    batch number, and overwrites; here earlier pictures stay. Raises `RunError` where the prefix
    leads out of the folder.
    """
    filled = PurePosixPath(_filled(prefix, width, height, now).replace("\\", "/"))
    parent = _inside(folder, str(filled.parent))
    first = _highest_counter(parent, filled.name, ending) + 1
    return [
        _inside(folder, f"{filled.parent}/{numbered}_{first + index:05}{ending}")
        for index in range(count)
        for numbered in [filled.name.replace(BATCH_NUMBER, str(index))]
    ]


def preview_prefix() -> str:
    """A prefix that no other process is using, as ComfyUI makes them for PreviewImage."""
    letters = (secrets.choice(string.ascii_lowercase) for _ in range(_RANDOM_LETTERS))
    return f"ComfyUI_temp_{''.join(letters)}"


def _filled(prefix: str, width: int, height: int, now: time.struct_time) -> str:
    values = {
        "%width%": str(width),
        "%height%": str(height),
        "%year%": f"{now.tm_year}",
        "%month%": f"{now.tm_mon:02}",
        "%day%": f"{now.tm_mday:02}",
        "%hour%": f"{now.tm_hour:02}",
        "%minute%": f"{now.tm_min:02}",
        "%second%": f"{now.tm_sec:02}",
    }
    for placeholder, value in values.items():
        prefix = prefix.replace(placeholder, value)
    return prefix


def _highest_counter(folder: Path, name: str, ending: str) -> int:
    """Of names that go on as the ending does: with an underscore, or with anything."""
    pattern = re.escape(name).replace(re.escape(BATCH_NUMBER), r"\d+")
    rest = "_" if ending.startswith("_") else r"\D"
    counted = re.compile(rf"{pattern}_(\d+)({rest}.*)?", re.DOTALL)
    matches = (counted.fullmatch(existing) for existing in _names(folder))
    return max((int(match[1]) for match in matches if match), default=0)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:  # Not there yet; or not usable, which writing will say with the reason.
        return []


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # A name that the file system does not take, such as one of 300 letters.
        return False


def _inside(folder: Path, name: str) -> Path:
    # No file system takes a NUL; Python answers with a ValueError that would look like a bug.
    if "\0" in name:
        raise RunError(f"{name!r} is not a file name.", hint="Remove the NUL character.")
    return inside(folder, name)


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
