"""How much memory data may take: what the environment variable BPROP_DATA_MEMORY says (500M, 8G), or a share of what is
free."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bprop.errors import SettingError

SHARE = 0.5  # of what is free; theta, gradients and activations need the rest
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def data_memory() -> int:
    """Bytes that data may take in main memory."""
    given = told()
    return int(SHARE * free()) if given is None else given


def told() -> int | None:
    """Bytes, as the variable says; None where it is not set. Raises SettingError for what is no size."""
    given = os.environ.get("BPROP_DATA_MEMORY", "").strip()
    if not given:
        return None
    text = given.upper().removesuffix("B")
    number, unit = (text[:-1], text[-1:]) if text[-1:].isalpha() else (text, "")
    try:
        found = int(float(number) * UNITS[unit])
        if found > 0:
            return found
    except (KeyError, ValueError, OverflowError):
        pass
    raise SettingError(f"the environment variable BPROP_DATA_MEMORY is a size such as 500M or 8G, not {given!r}")


def free() -> int:
    """Bytes of main memory that this process may still take, as far as the system tells."""
    return min([_available(), *_limits()])


def _limits() -> list[int]:
    """Limits of the process (ulimit) and of its container, where they are set."""
    found = []
    try:
        import resource

        ends = [resource.getrlimit(which)[0] for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
        found += [end for end in ends if end != resource.RLIM_INFINITY]
    except (ImportError, OSError, AttributeError):  # Windows
        pass
    for path in ("memory.max", "memory/memory.limit_in_bytes"):  # of control groups, the second kind and the first
        with suppress(OSError, ValueError):  # there is none, or "max"
            found.append(int(Path(f"/sys/fs/cgroup/{path}").read_text(encoding="ascii")))
    return found


def _available() -> int:
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
