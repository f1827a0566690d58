"""Rows that can be read once, or that do not change, kept: in memory, and in temporary files where there are many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bprop.batches.batch import Arrays
from bprop.data import DataSet
from bprop.errors import DataError
from bprop.mapped import Spool
from bprop.memory import data_memory


def kept(batches: Iterable[Arrays], dtype: Any, most: int | None = None) -> DataSet:
    """All rows as a data set. Beyond `most` bytes, by default those that data may take, they go to temporary files."""
    most = data_memory() if most is None else most
    parts: list[Arrays] = []
    held, spool = 0, None
    for arrays in batches:
        if spool is not None:
            spool.append(arrays)
            continue
        parts.append({name: np.array(array) for name, array in arrays.items()})
        held += sum(array.nbytes for array in arrays.values())
        if held > most:
            spool = Spool(dtype=dtype)
            for part in parts:
                spool.append(part)
            parts.clear()
    if spool is not None:
        data = spool.finish()
        assert data is not None
        return data
    if not parts:
        raise DataError("there is no batch: the iterable is empty")
    return DataSet({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
