"""How many bytes of data may lie on the device. The environment variable BPROP_DATA_MEMORY sets it: 500M, 8G."""

from __future__ import annotations

from typing import Any

from bprop import memory


def data_budget(device: Any) -> int:
    """Bytes: what the variable says, or a share of the memory that the device has free."""
    given = memory.configured()
    return int(memory.SHARE * _free(device)) if given is None else given


def _free(device: Any) -> int:
    told = device.memory_stats()
    if told and "bytes_limit" in told:
        return told["bytes_limit"] - told.get("bytes_in_use", 0)
    return memory.free()
