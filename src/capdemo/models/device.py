"""The processor that networks run on: which one, what it is called, how much memory it took."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from capdemo.errors import InputError

_PEAK_RESET = "5"
"""What Linux takes in `clear_refs` to start a process's highest memory anew (proc(5))."""


def choose_device(wanted: str) -> str:
    """The torch device for `auto`, `cpu`, `cuda` or `cuda:N`.

    Raises `InputError` where the device is not on this machine.
    """
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = wanted.partition(":")
    if kind == "cpu" and not index:
        return wanted
    if kind != "cuda" or (":" in wanted and not index.isdecimal()):
        raise InputError(f"{wanted!r} is no device.", hint="Write auto, cpu, cuda or cuda:N.")
    if int(index or 0) >= torch.cuda.device_count():
        raise InputError(
            f"The device {wanted!r} is not on this machine, which has "
            f"{torch.cuda.device_count()} CUDA devices.",
            hint="Write --device cpu, or see: capdemo doctor",
        )
    return wanted


def device_name(device: str) -> str:
    """What a reader would call the device: `AMD EPYC 9R14, 2 cores`, `NVIDIA H200`."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"{_processor_name()}, {torch.get_num_threads()} threads"


def multiplies_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 faster than float32, and torch lets it (by oneDNN).

    AMD's do since Zen 4, Intel's with AMX: there the vector instruction alone takes 1.7 times as
    long as `exact`. Others' are told by their extension's name.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    able = torch.cpu.get_capabilities()
    by_vectors = able.get("avx512_bf16", False) and "Intel" not in str(able.get("cpu_name"))
    return bool(by_vectors or able.get("amx_bf16", False) or able.get("bf16", False))


def device_memory() -> int:
    """Bytes of the GPU that `auto` chooses; 0 without one."""
    if not torch.cuda.is_available():
        return 0
    _, total = torch.cuda.mem_get_info()
    return total


def reset_peak_memory(device: str) -> None:
    """Start measuring the highest memory anew."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text(_PEAK_RESET, encoding="ascii")


def peak_memory(device: str) -> int:
    """Highest bytes since `reset_peak_memory`: of the device, or on a CPU of this process."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return _highest_ever()


def _highest_ever() -> int:
    """The highest memory since the process began, where the system keeps no other figure."""
    if os.name != "posix":
        return 0
    import resource  # noqa: PLC0415  (only POSIX has it)

    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest if platform.system() == "Darwin" else highest * 1024


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
