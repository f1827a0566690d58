"""Tables larger than memory: the inputs of `table`, read in pieces of some hundred bytes.

What can be read whole and in pieces must come to the same numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bprop import errors
from bprop.cli.opening import kinds_of
from bprop.sources.formats import blocks, columnar
from bprop.sources.labelled import some_labelled
from bprop.sources.scaling import network_arrays
from bprop.sources.stream import stream
from fuzz import guard, table

blocks.BLOCK = 256
columnar.ROWS = (2, 5)
seeds = table.seeds
mutate = table.mutate


def one(data: bytes) -> None:
    """Stream the file; only a BpropError may come of it."""
    if len(data) < 2:
        return
    path = table.FOLDER / f"table{table.SUFFIXES[data[0] % len(table.SUFFIXES)]}"
    path.write_bytes(data[2:])
    kinds = kinds_of(table.KINDS[data[1] // 8 % len(table.KINDS)])
    with guard.inside(table.FOLDER), np.errstate(all="ignore"):
        try:
            _compare(path, table.TASKS[data[1] % len(table.TASKS)], kinds)
        except errors.BpropError as error:
            str(error)
        finally:
            path.unlink()


def _compare(path: Path, task: str | None, kinds: dict[str, str]) -> None:
    found = stream(path, task=task, kinds=kinds, validation=0.0, test=0.0, dtype="float64", folder=table.FOLDER)
    assert found.validation is None and found.test is None
    arrays = {name: np.array(array) for name, array in found.train.arrays.items()}
    answer = found.preparation.answer
    whole = some_labelled(table.rows_of(path), answer.columns, answer.are_numbers, settle=True)
    assert len(found.train) == len(whole), "rows were lost"
    for name, array in network_arrays(whole, found.preparation, found.units).items():
        assert np.isfinite(arrays[name]).all(), f"{name} holds what is no finite number"
        assert np.array_equal(arrays[name], array), f"{name} differs from what is read whole"
