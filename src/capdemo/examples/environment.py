"""The versions that a rerun may differ by; recorded beside an example's key, never in it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("torch", "torchvision", "spandrel", "numpy", "pillow")


def environment() -> dict[str, str]:
    """Python, the operating system and the packages that decide pixels; imports none of them."""
    found = {"python": platform.python_version(), "system": platform.system()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def differences(recorded: dict[str, str], here: dict[str, str]) -> list[str]:
    """What is of another version here, one phrase each; patch releases of Python do not count."""
    return [
        f"{name} was {recorded.get(name, 'absent')} and is {here[name]} here"
        for name in here
        if _significant(name, recorded.get(name, "")) != _significant(name, here[name])
    ]


def _significant(name: str, found: str) -> str:
    return ".".join(found.split(".")[:2]) if name == "python" else found
