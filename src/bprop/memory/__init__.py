"""How much memory data may take: the environment variable BPROP_DATA_MEMORY (500M, 8G), else a share of free memory."""

from __future__ import annotations

import os

from bprop.errors import SettingError
from bprop.memory import groups
from bprop.memory.system import available

SHARE = 0.5  # of the free memory; theta, gradients and activations need the rest
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def data_memory() -> int:
    """Bytes that data may take in main memory."""
    limit = configured()
    return int(SHARE * free()) if limit is None else limit


def configured() -> int | None:
    """The value of BPROP_DATA_MEMORY in bytes, or None if it is not set. Raises SettingError if it is no size."""
    setting = os.environ.get("BPROP_DATA_MEMORY", "").strip()
    if not setting:
        return None
    text = setting.upper().removesuffix("B")
    number, unit = (text[:-1], text[-1:]) if text[-1:].isalpha() else (text, "")
    try:
        size = int(float(number) * UNITS[unit])
        if size > 0:
            return size
    except (KeyError, ValueError, OverflowError):
        pass
    raise SettingError(f"the environment variable BPROP_DATA_MEMORY is a size such as 500M or 8G, not {setting!r}")


def free() -> int:
    """Bytes of main memory that this process may still take: the system's, its container's, and its own limits."""
    return min([available(), *groups.left(), *_limits()])


def _limits() -> list[int]:
    """The limits of the process (ulimit) in bytes; none if none are set."""
    try:
        import resource

        limits = [resource.getrlimit(which)[0] for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
        return [limit for limit in limits if limit != resource.RLIM_INFINITY]
    except (ImportError, OSError, AttributeError):  # Windows
        return []
