"""How many bytes of data may lie on the device. The environment variable BPROP_DATA_MEMORY sets it: 500M, 8G."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bprop.errors import SettingError

SHARE = 0.5  # of what is free when training starts; theta, gradients and activations need the rest
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def data_budget(device: Any) -> int:
    """Bytes: what the variable says, or a share of the memory that the device has free."""
    given = os.environ.get("BPROP_DATA_MEMORY", "").strip()
    return _read(given) if given else int(SHARE * _free(device))


def _read(given: str) -> int:
    text = given.upper().removesuffix("B")
    number, unit = (text[:-1], text[-1:]) if text[-1:].isalpha() else (text, "")
    try:
        found = int(float(number) * UNITS[unit])
        if found > 0:
            return found
    except (KeyError, ValueError, OverflowError):
        pass
    raise SettingError(f"the environment variable BPROP_DATA_MEMORY is a size such as 500M or 8G, not {given!r}")


def _free(device: Any) -> int:
    told = device.memory_stats()
    if told and "bytes_limit" in told:
        return told["bytes_limit"] - told.get("bytes_in_use", 0)
    return _free_main_memory()


def _free_main_memory() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        return int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):  # Windows
        return 4 * 2**30
