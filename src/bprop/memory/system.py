"""Free main memory, as the system reports it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

UNKNOWN = 4 * 2**30
"""Where nothing reports it."""


def available() -> int:
    """Bytes of main memory that programs can still take. psutil is asked where the system is none of those known."""
    for report in (_linux, _windows, _psutil, _half_of_all):
        with suppress(ImportError, AttributeError, OSError, KeyError, ValueError):
            return report()
    return UNKNOWN


def _linux(path: str = "/proc/meminfo") -> int:
    lines = Path(path).read_text(encoding="ascii").splitlines()
    return int(dict(line.split(":", 1) for line in lines)["MemAvailable"].split()[0]) * 1024


class _Status(ctypes.Structure):
    """MEMORYSTATUSEX, as Windows calls it."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "total_page", "free_page", "total_virtual")),
        ("free_virtual", ctypes.c_uint64),
        ("free_extended", ctypes.c_uint64),
    ]


def _windows() -> int:
    call: Callable[..., int] = ctypes.WinDLL("kernel32").GlobalMemoryStatusEx  # type: ignore[attr-defined,unused-ignore]
    status = _Status(length=ctypes.sizeof(_Status))
    if not call(ctypes.byref(status)):
        raise OSError("Windows does not report its memory")
    return int(status.free)


def _psutil() -> int:
    import psutil  # pyright: ignore[reportMissingModuleSource]

    return int(psutil.virtual_memory().available)


def _half_of_all() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
